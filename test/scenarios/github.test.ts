/** The engine with GitHub beside Jira: what GitHub cannot tell apart stays apart elsewhere, and quiet is silent. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startGithubSandbox, type GithubSandbox } from "../../sandbox/github/index.ts";
import type { Issue } from "../../sandbox/github/model.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const REPOSITORY = "acme/checkout";
const HUB = `project: {id: "{ID}", name: Checkout}
external_sync:
  jira: {project_key: CHK}
  github: {repository: ${REPOSITORY}}
implementation:
  epics:
    - {id: EPIC-1, title: Cards, status: planning}
  stories:
    - {id: US-1, epic: EPIC-1, title: Store a card, status: in_progress, priority: P2, labels: [backend], assignee: ana.ruiz@example.com}
    - {id: US-2, epic: EPIC-1, title: Show a card, status: ready, description: "Ask @tom before."}
`;

let world: World;
let github: GithubSandbox;
afterEach(async () => {
  await world.close();
  await github.close();
});
afterAll(stopTemporal);

async function start(hub = HUB, mapping = ""): Promise<void> {
  github = await startGithubSandbox({
    repositories: [{ name: REPOSITORY }],
    users: [
      { login: "ana-r", name: "Ana Ruiz", email: "ana.ruiz@example.com" },
      { login: "tom", name: "Tom Okafor", email: "tom.okafor@example.com" },
    ],
  });
  const config = `sync_config:\n  project_id: "{ID}"\n  tools:\n    github: {${mapping}}\n`;
  world = await startWorld({ hub, env: github.credentials, ...(mapping ? { syncConfig: config } : {}) });
  const report = await world.sync({ yes: true });
  expect(report.findings).toEqual([]);
  await quiet();
}

/** One more run writes nothing anywhere, not a byte of the hub. */
async function quiet(): Promise<void> {
  const [writes, jira, text] = [github.log.writes(), world.jira.log.writes(), await world.hubText()];
  await world.sync();
  expect([github.log.writes(), world.jira.log.writes(), await world.hubText()]).toEqual([writes, jira, text]);
}

const issue = (title: string): Issue => {
  const found = [...github.host.issues.values()].find((one) => one.title === title && one.fate === "here");
  if (!found) throw new Error(`no issue "${title}"`);
  return found;
};
const keyOf = (title: string) => `${REPOSITORY}#${issue(title).number}`;
const act = (action: string, title: string, more: object = {}) =>
  github.human({ action, issue: keyOf(title), ...more });
const jiraTitles = () => [...world.jira.site.issues.values()].map(({ data }) => data.summary).toSorted();
const jiraStatus = (title: string) => {
  const { site } = world.jira;
  const found = [...site.issues.values()].find(({ data }) => data.summary === title);
  return found && site.status(found.data).name;
};

describe("GitHub beside Jira", () => {
  it("gets every item once, below its parent, and the hub its refs", async () => {
    await start();
    expect([...github.host.issues.values()].map(({ title }) => title).toSorted()).toEqual(jiraTitles());
    expect(issue("Store a card")).toMatchObject({ parentId: issue("Cards").id, assignees: ["ana-r"], state: "open" });
    expect(github.host.labelNames(issue("Store a card")).toSorted()).toEqual(["backend", "priority:p2", "type:Story"]);
    expect((await world.item("US-1")).refs["github"]).toBe(keyOf("Store a card"));
    expect(issue("Show a card").body).toContain("@\u200btom");
    expect((await world.item("US-2")).fields.description).toBe("Ask @tom before.");
  });

  it("does not drag a story back that is only open there", async () => {
    await start();
    expect(jiraStatus("Store a card")).toBe("In Progress");
    await act("edit", "Store a card", { fields: { title: "Store two cards" } });
    await world.sync();
    expect((await world.item("US-1")).fields).toMatchObject({ title: "Store two cards", status: "in_progress" });
    expect(jiraTitles()).toContain("Store two cards");
    expect(jiraStatus("Store two cards")).toBe("In Progress");
    await quiet();
  });

  it("closes and reopens for all, and tells done from cancelled", async () => {
    await start();
    await act("close", "Store a card");
    await act("close", "Show a card", { reason: "not_planned" });
    await world.sync();
    expect([(await world.item("US-1")).fields.status, (await world.item("US-2")).fields.status]).toEqual([
      "done",
      "cancelled",
    ]);
    expect(jiraStatus("Store a card")).toBe("Done");
    await quiet();
    await world.editHub("status: done", "status: in_review");
    await world.sync();
    expect(issue("Store a card")).toMatchObject({ state: "open", reason: "reopened" });
    expect(jiraStatus("Store a card")).toBe("In Review");
    await quiet();
  });

  it("has no opinion of a duplicate, and says so", async () => {
    await start();
    await act("close", "Store a card", { reason: "duplicate" });
    const report = await world.sync();
    expect(report.findings.map(({ code, tool }) => [code, tool])).toContainEqual(["unmapped-status", "github"]);
    expect((await world.item("US-1")).fields.status).toBe("in_progress");
    expect(issue("Store a card")).toMatchObject({ state: "closed", reason: "duplicate" });
    await quiet();
  });

  it("merges labels of three sides, and keeps those of ours apart", async () => {
    await start();
    await act("label", "Store a card", { label: "security" });
    await act("unlabel", "Store a card", { label: "backend" });
    await world.editHub("labels: [backend]", "labels: [backend, urgent]");
    await world.sync();
    await world.sync();
    expect(new Set((await world.item("US-1")).fields.labels as string[])).toEqual(new Set(["security", "urgent"]));
    const labels = github.host.labelNames(issue("Store a card")).toSorted();
    expect(labels).toEqual(["priority:p2", "security", "type:Story", "urgent"]);
    await quiet();
  });

  it("tells statuses by labels where the project asks for them", async () => {
    await start(HUB, "mapping: {fields: {status: labels}}");
    expect(github.host.labelNames(issue("Store a card"))).toContain("status:in_progress");
    await act("unlabel", "Store a card", { label: "status:in_progress" });
    await act("label", "Store a card", { label: "status:in_review" });
    await world.sync();
    expect([(await world.item("US-1")).fields.status, jiraStatus("Store a card")]).toEqual(["in_review", "In Review"]);
    await quiet();
  });

  it("asks about an issue that was deleted, and makes none anew", async () => {
    await start();
    await act("delete", "Show a card");
    const report = await world.sync({ force: true, yes: true });
    expect(report.findings.some(({ tool, items }) => tool === "github" && items?.includes("US-2"))).toBe(true);
    expect([...github.host.issues.values()].filter(({ fate }) => fate === "here")).toHaveLength(2);
    await world.sync({ force: true, yes: true });
    expect([...github.host.issues.values()].filter(({ fate }) => fate === "here")).toHaveLength(2);
  });

  it("goes on under the repository's new name", async () => {
    await start();
    await github.human({ action: "renameRepository", repository: REPOSITORY, name: "shop" });
    await world.editHub("title: Store a card", "title: Keep a card");
    await world.sync();
    expect(issue("Keep a card").title).toBe("Keep a card");
    expect([...github.host.issues.values()]).toHaveLength(3);
    await quiet();
  });
});
