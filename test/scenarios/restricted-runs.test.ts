/** Runs that look at a part of the project, or at one of its tools, decide nothing for the rest. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { expectSettled } from "../support/invariants.ts";
import { liveKeys, viewOf } from "../support/sides.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-001, title: Store a card, status: ready, estimation: 3}
    - {id: US-002, title: Delete a card, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
const configOf = (tools: string): string => `sync_config: {project_id: "{ID}", tools: {${tools}}}\n`;
const MANUAL = configOf(
  "jira: {enabled: true, conflict_resolution: manual}, linear: {enabled: true, conflict_resolution: manual}",
);

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function synced(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: HUB, ...options });
  expect((await world.sync()).findings).toEqual([]);
}
const inJira = async (id: string, summary: string) =>
  world.jira.human({ action: "edit", key: await world.key(id, "jira"), fields: { summary } });
const inLinear = async (id: string, title: string) =>
  world.linear.human({ action: "edit", item: await world.key(id, "linear"), fields: { title } });
const titleIn = async (tool: "jira" | "linear") => viewOf(world, tool, "story", await world.key("US-001", tool))?.title;

describe("an open question", () => {
  it("outlives runs of other fields, of other tools, of one mode, and of an unreadable hub, under its number", async () => {
    await synced({ syncConfig: MANUAL });
    await world.editHub("title: Store a card", "title: From the hub");
    await inJira("US-001", "From Jira");
    const [asked] = (await world.sync()).conflicts;
    expect(asked).toMatchObject({ id: 1, item: "US-001", field: "title", state: "open" });
    await world.sync({ fields: ["status"] });
    await world.sync({ tools: ["linear"] });
    const pulled = await world.sync({ mode: "pull-only" });
    expect([exitCodeOf(pulled), (await world.item("US-001")).fields.title]).toEqual([3, "From the hub"]);
    const text = await world.hubText();
    await world.writeHub(`<<<<<<< ours\n${text}`);
    await world.sync();
    await world.writeHub(text);
    expect((await world.store.openConflicts(world.project)).map(({ number }) => number)).toEqual([1]);
    expect((await world.sync()).conflicts).toMatchObject([{ id: 1, state: "open" }]);
    expect([await titleIn("jira"), (await world.item("US-001")).fields.title]).toEqual(["From Jira", "From the hub"]);
  });
});

describe("who may propose", () => {
  it("is the same for a run of one tool as for all: the hub's edit is not overruled by a pull-only tool", async () => {
    await synced({ syncConfig: configOf("jira: {enabled: true, sync_mode: pull-only}, linear: {enabled: true}") });
    await world.jira.human({ action: "create", project: "CHK", type: "Story", fields: { summary: "Store a card" } });
    await world.editHub("{linear: ", "{jira: CHK-1, linear: ");
    await world.sync();
    await inJira("US-001", "From Jira");
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(60_000);
    await world.sync({ tools: ["jira"] });
    expect((await world.item("US-001")).fields.title).toBe("From the hub");
    await world.sync();
    expect([await titleIn("jira"), await titleIn("linear")]).toEqual(["From Jira", "From the hub"]);
  });
});

describe("when the hub's value came to be", () => {
  it("is when its author wrote it in a tool, not when we wrote it into the file", async () => {
    await synced();
    await inLinear("US-001", "Earlier, in Linear");
    world.jira.clock.advance(5_000);
    await inJira("US-001", "Later, in Jira");
    world.jira.clock.advance(-5_000);
    await world.sync({ tools: ["linear"] });
    expect((await world.item("US-001")).fields.title).toBe("Earlier, in Linear");
    const report = await world.sync();
    expect(report.conflicts).toMatchObject([{ field: "title", state: "resolved" }]);
    expect((await world.item("US-001")).fields.title).toBe("Later, in Jira");
    await expectSettled(world);
  });
});

describe("what a run did not look at", () => {
  it("stands, where the hub cannot be read, as the runs before found it", async () => {
    await synced();
    await world.jira.human({ action: "delete", key: await world.key("US-002", "jira") });
    await world.sync({ force: true });
    const text = await world.hubText();
    await world.writeHub(`<<<<<<< ours\n${text}`);
    const refused = await world.sync();
    const codes = async () => (await world.store.findings(world.project)).map(({ code }) => code);
    expect(refused.findings.map(({ code }) => code)).not.toContain("deleted-in-tool");
    expect(await codes()).toEqual([refused.findings[0]?.code, "deleted-in-tool"]);
    await world.sync();
    expect(await codes()).toEqual([refused.findings[0]?.code, "deleted-in-tool"]);
    await world.writeHub(text);
    await world.sync();
    expect(await codes()).toEqual(["deleted-in-tool"]);
  });

  it("has its say in what is asked: one careful tool is careful for all", async () => {
    await synced({
      syncConfig: configOf("linear: {enabled: true, adoption: hub}, jira: {enabled: true, adoption: ask}"),
    });
    await world.linear.human({ action: "create", fields: { title: "Keep a card" } });
    const key = [...world.linear.store.issues.values()].map((issue) => world.linear.store.identifier(issue)).at(-1);
    await world.editHub(
      "external_sync:",
      `    - {id: US-003, title: Hold a card, external_refs: {linear: ${key}}}\nexternal_sync:`,
    );
    const { findings } = await world.sync({ tools: ["linear"] });
    expect(findings.map(({ code }) => code)).toContain("first-agreement");
  });
});

describe("a history that cannot be read", () => {
  it("leaves a look at the plan as good as the sync that would follow", async () => {
    await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(-60_000);
    await inJira("US-001", "From Jira");
    world.jira.faults.add({ kind: "server-error", operation: "changelog", times: 0 });
    const planned = await world.run(["plan", world.project]);
    expect([planned.code, planned.out]).toEqual([0, expect.stringContaining("From Jira")]);
    world.jira.faults.clear();
  });

  it("costs the project nothing but the finer times", async () => {
    await synced();
    await world.editHub("title: Delete a card", "title: Erase a card");
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(-60_000);
    await inJira("US-001", "From Jira");
    world.jira.faults.add({ kind: "server-error", operation: "changelog", times: 0 });
    const report = await world.sync();
    expect([report.run.passes < 5, report.outcome]).toEqual([true, "success"]);
    expect((await world.item("US-001")).fields.title).toBe("From Jira");
    expect(viewOf(world, "linear", "story", await world.key("US-002", "linear"))?.title).toBe("Erase a card");
    world.jira.faults.clear();
    await expectSettled(world);
  });
});

describe("what is over", () => {
  const remove = async (id: string) => world.jira.human({ action: "delete", key: await world.key(id, "jira") });

  it("an id whose item and twins are gone may come to mean something new", async () => {
    await synced({ hub: HUB.replace(", linear: {team_id: PAY}", "") });
    await remove("US-002");
    const text = await world.hubText();
    await world.writeHub(text.replace(/.*US-002.*\n/, ""));
    await world.sync({ force: true });
    await world.sync();
    await world.editHub("external_sync:", "    - {id: US-002, title: Something new, status: ready}\nexternal_sync:");
    expect((await world.sync()).findings).toEqual([]);
    expect(viewOf(world, "jira", "story", await world.key("US-002", "jira"))?.title).toBe("Something new");
  });

  it("deletions one by one are no wave, and a ref that people removed stays removed", async () => {
    const many = Array.from({ length: 30 }, (_, n) => `    - {id: US-${100 + n}, title: Story ${n}, status: ready}\n`);
    const hub = HUB.replace("external_sync:", `${many.join("")}external_sync:`).replace(", linear: {team_id: PAY}", "");
    await synced({ hub });
    for (let n = 0; n < 7; n += 1) {
      await remove(`US-${100 + n}`);
      const { findings } = await world.sync({ force: true });
      expect(findings.map(({ code }) => code)).toEqual(["deleted-in-tool"]);
    }
    expect(liveKeys(world, "jira")).toHaveLength(25);
    await world.editHub(/(id: US-100.*)jira: "?CHK-\d+"?/, "$1jira: null");
    await world.sync();
    expect((await world.item("US-100")).refs).toEqual({});
  });

  it("a twin made anew takes the dead one's place in the hub", async () => {
    const config = configOf("jira: {enabled: true, deletes: recreate}");
    await synced({ hub: HUB.replace(", linear: {team_id: PAY}", ""), syncConfig: config });
    const dead = await world.key("US-002", "jira");
    await remove("US-002");
    await world.sync({ force: true });
    const report = await world.sync();
    expect([report.findings, liveKeys(world, "jira").length]).toEqual([[], 2]);
    expect(await world.key("US-002", "jira")).not.toBe(dead);
  });
});
