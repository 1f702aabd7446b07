import { afterAll, afterEach, describe, expect, it } from "vitest";
import { idOf } from "../../sandbox/linear/seed.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const NAME = "Checkout v2";
const WHY = "Why we do it.";
const PROJECT = idOf.project(NAME);
const hubOf = (external: string, refs = ""): string => `
project: {id: "{ID}", name: ${NAME}, description: ${WHY}}   # the brief
state: {currentPhase: 5, currentGate: G4, overallProgress: 0.5, health: Green}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: planning${refs}}
external_sync:
  ${external}
`;
const BOTH = `jira: {project_key: CHK, epic_id: CHK-1}\n  linear: {team_id: PAY, project_id: ${PROJECT}}`;
const findingOf = (findings: readonly { readonly code: string }[], code: string) =>
  findings.find((finding) => finding.code === code);

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(hub: string, epic = NAME): Promise<void> {
  const syncConfig = `sync_config: {project_id: "{ID}", tools: {jira: {enabled: true, deletes: recreate}}}\n`;
  world = await startWorld({ hub, syncConfig, linearSeed: { projects: [{ name: NAME }] } });
  await world.jira.human({
    action: "create",
    project: "CHK",
    type: "Epic",
    fields: { summary: epic, description: WHY },
  });
  await world.linear.human({ action: "edit", item: PROJECT, fields: { content: WHY } });
}

const jiraEpic = () => world.jira.site.get("CHK-1").data;
const linearProject = () => world.linear.store.projects.get(PROJECT)!;

describe("the project itself", () => {
  it("is the epic and the project that its bindings name: each edit arrives everywhere, once", async () => {
    await start(hubOf(BOTH));
    await world.sync();
    expect(linearProject()).toMatchObject({ name: NAME, content: WHY, health: "onTrack" });
    expect(world.linear.store.projectUpdates.size).toBe(1);
    expect((await world.sync()).summary.total_operations).toBe(0);

    await world.jira.human({ action: "edit", key: "CHK-1", fields: { summary: "Checkout v3" } });
    await world.linear.human({ action: "report", item: PROJECT, health: "offTrack", body: "The bank is late." });
    await world.sync();
    expect(await world.hubText()).toContain("name: Checkout v3, description: Why we do it.}   # the brief");
    expect(await world.hubText()).toContain("health: Red");
    expect(linearProject().name).toBe("Checkout v3");

    await world.editHub("health: Red", "health: Yellow");
    await world.editHub(WHY, "Why we really do it.");
    await world.sync();
    expect(linearProject()).toMatchObject({ health: "atRisk", content: "Why we really do it." });
    expect(JSON.stringify(jiraEpic().description)).toContain("Why we really do it.");
    expect(world.linear.store.projectUpdates.size).toBe(3);
    const quiet = world.mark();
    expect((await world.sync()).summary.total_operations).toBe(0);
    expect(quiet.writes()).toBe(0);
    expect(world.jira.spec.violations()).toEqual([]);
    expect(world.linear.specViolations()).toEqual([]);
  });

  it("asks which name is right where the bound epic has another one, and writes neither", async () => {
    await start(hubOf("jira: {project_key: CHK, epic_id: CHK-1}"), "Payments programme");
    const report = await world.sync();
    expect(report.outcome).toBe("warning");
    expect(findingOf(await world.store.findings(world.project), "first-agreement")).toMatchObject({ field: "title" });
    expect(jiraEpic().summary).toBe("Payments programme");
    expect(await world.hubText()).toContain(`name: ${NAME}`);
  });

  it("gives way to the epic that people gave the same issue", async () => {
    await start(
      hubOf("jira: {project_key: CHK, epic_id: CHK-1}", ", external_refs: {jira: CHK-1}"),
      "Card tokenisation",
    );
    expect((await world.sync()).outcome).toBe("success");
    await world.editHub("status: planning", "status: completed");
    await world.sync();
    expect(world.jira.site.status(jiraEpic()).name).toBe("Done");
    expect(jiraEpic().summary).toBe("Card tokenisation");
  });

  it("takes over the epic that people moved from the list of items into the binding", async () => {
    const line = "    - {id: EPIC-002, title: Checkout v2, status: planning, external_refs: {jira: CHK-1}}\n";
    const hub = hubOf("jira: {project_key: CHK}").replace("external_sync:", `${line}external_sync:`);
    await start(hub);
    await world.sync();
    await world.writeHub((await world.hubText()).replace(/.*EPIC-002.*\n/, "").replace("CHK}", "CHK, epic_id: CHK-1}"));
    const { findings } = await world.sync({ yes: true });
    expect(findings.map(({ code }) => code)).not.toContain("removed-from-hub");
    await world.editHub(`name: ${NAME}`, "name: Checkout v3");
    await world.sync();
    expect(jiraEpic()).toMatchObject({ summary: "Checkout v3", archived: null });
  });

  it("follows its binding to another epic, and leaves the former one alone", async () => {
    await start(hubOf("jira: {project_key: CHK, epic_id: CHK-1}"));
    await world.jira.human({ action: "create", project: "CHK", type: "Epic", fields: { summary: NAME } });
    await world.sync();
    await world.editHub("epic_id: CHK-1", "epic_id: CHK-2");
    await world.editHub(`name: ${NAME}`, "name: Checkout v3");
    await world.sync();
    await world.editHub("name: Checkout v3", "name: Checkout v4");
    await world.sync();
    expect(jiraEpic().summary).toBe(NAME);
    expect(world.jira.site.get("CHK-2").data.summary).toBe("Checkout v4");
  });

  it("names the binding where its epic does not exist or was deleted, and makes none", async () => {
    await start(hubOf("jira: {project_key: CHK, epic_id: CHK-99}"));
    await world.sync();
    const missing = findingOf(await world.store.findings(world.project), "ref-not-found");
    expect(missing).toMatchObject({
      message:
        "external_sync.jira.epic_id: CHK-99 does not exist in jira, or may not be seen; the project itself is not synced there",
    });
    await world.editHub("epic_id: CHK-99", "epic_id: CHK-1");
    await world.sync();
    await world.jira.human({ action: "delete", key: "CHK-1" });
    await world.sync({ force: true });
    expect(findingOf(await world.store.findings(world.project), "deleted-in-tool")).toMatchObject({
      items: [world.project],
      remedy: "Restore it in the tool, or bind another one.",
    });
    expect(world.jira.site.find("CHK-3")).toBeUndefined();
  });
});
