import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { expectSettled, expectSilence } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const hubOf = (stories: number): string => `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress}
  stories:
${Array.from({ length: stories }, (_, n) => `    - {id: US-${101 + n}, epic: EPIC-001, title: Story ${n + 1}, status: ready, estimation: 3}\n`).join("")}external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(options: Partial<WorldOptions> = {}, stories = 2): Promise<void> {
  world = await startWorld({ hub: hubOf(stories), ...options });
}
const editJira = async (id: string, fields: object) =>
  world.jira.human({ action: "edit", key: await world.key(id, "jira"), fields });
const editLinear = async (id: string, fields: object) =>
  world.linear.human({ action: "edit", item: await world.key(id, "linear"), fields });
const inJira = async (id: string) => world.jira.site.get(await world.key(id, "jira")).data;
const inLinear = async (id: string) => world.linear.store.findIssue(await world.key(id, "linear"))!;
const titleOf = async (id: string) => (await world.item(id)).fields.title;
const configOf = (tools: string): string => `sync_config: {project_id: "{ID}", tools: {${tools}}}\n`;

const cli = (...args: string[]) => world.run(args);

describe("--tools", () => {
  it("asks the named tools only, and the others catch up later", async () => {
    await start();
    const report = await world.sync({ tools: ["jira"] });
    expect([Object.keys(report.tools), world.linear.log.total()]).toEqual([["jira"], 0]);
    expect((await world.item("US-101")).refs).toEqual({ jira: "CHK-2" });
    await world.sync();
    await editJira("US-101", { summary: "From Jira" });
    await world.sync({ tools: ["jira"] });
    expect([await titleOf("US-101"), (await inLinear("US-101")).title]).toEqual(["From Jira", "Story 1"]);
    await world.sync({ tools: ["linear"] });
    await expectSettled(world);
  });

  it("make the hub's value no younger at a tool that was left out: a later edit there wins", async () => {
    await start();
    await world.sync();
    await world.editHub("title: Story 1", "title: Earlier in the hub");
    await world.saveHubAt(-60_000);
    await editJira("US-101", { summary: "Later in Jira" });
    await world.sync({ tools: ["linear"] });
    expect((await inLinear("US-101")).title).toBe("Earlier in the hub");
    await world.editHub("title: Story 2", "title: Somewhere else in the file");
    expect((await world.sync()).conflicts).toMatchObject([{ item: "US-101", state: "resolved", winner: "jira" }]);
    expect([await titleOf("US-101"), (await inLinear("US-101")).title]).toEqual(["Later in Jira", "Later in Jira"]);
    await expectSettled(world);
  });

  it("says nothing about the others: what is known of them stands, and is no part of its report", async () => {
    await start({ syncConfig: configOf("jira: {enabled: true}, linear: {enabled: true}") });
    await world.sync();
    const item = await world.key("US-101", "linear");
    await world.linear.human({ action: "archive", item });
    const codes = async () => (await world.store.findings(world.project)).map(({ code, tool }) => `${code} ${tool}`);
    expect(exitCodeOf(await world.sync({ force: true }))).toBe(3);
    expect(await codes()).toEqual(["deleted-in-tool linear"]);
    const report = await world.sync({ tools: ["jira"] });
    expect([report.findings, exitCodeOf(report), await codes()]).toEqual([[], 0, ["deleted-in-tool linear"]]);
    await world.sync({ fields: ["status"] });
    expect(await codes()).toEqual(["deleted-in-tool linear"]);
    await world.linear.human({ action: "restore", item });
    await world.sync({ tools: ["linear"], force: true });
    expect(await codes()).toEqual([]);
  });

  it("refuses a tool that the project is not bound to, before anything is asked", async () => {
    await start();
    await expect(world.sync({ tools: ["jira", "notion"] })).rejects.toMatchObject({
      code: "Usage",
      message: expect.stringContaining('"notion" is not bound') as string,
    });
    expect([world.jira.log.total(), (await cli("sync", world.project, "--tools", "notion")).code]).toEqual([0, 2]);
  });

  it("a bound tool without credentials is one finding, and the others sync", async () => {
    await start({ env: { LINEAR_API_KEY: "" } });
    const report = await world.sync();
    expect(report.findings).toMatchObject([{ code: "missing-credentials", tool: "linear", severity: "error" }]);
    expect(report.findings[0]?.message).toContain("LINEAR_API_KEY");
    expect(report.tools).toMatchObject({
      jira: { status: "success", operations: 3 },
      linear: { status: "error", operations: 0, error: expect.stringContaining("LINEAR_API_KEY is not set") as string },
    });
    expect([report.outcome, exitCodeOf(report)]).toEqual(["error", 1]);
    await expectSettled(world, { tools: ["jira"] });
    // A run that does not ask for it owes nothing to it.
    expect(Object.keys((await world.sync({ tools: ["jira"] })).tools)).toEqual(["jira"]);
    expect((await world.sync({ tools: ["linear"] })).tools).toMatchObject({ linear: { status: "error" } });
  });
});

describe("--force", () => {
  it("reads everything again, and the hub wins what the newest would have won", async () => {
    await start();
    await world.sync();
    await world.editHub("title: Story 1", "title: From the hub");
    await world.editHub("title: Story 2", "title: Hub too");
    await editJira("US-101", { summary: "From Jira, later" });
    await editLinear("US-102", { title: "Linear later" });
    const described = world.linear.log.count("Describe");
    const report = await world.sync({ force: true });
    expect(world.linear.log.count("Describe")).toBe(described + 1);
    expect([(await inJira("US-101")).summary, (await inLinear("US-102")).title]).toEqual(["From the hub", "Hub too"]);
    expect(report.conflicts.map(({ item, winner }) => [item, winner])).toEqual([
      ["US-101", "hub"],
      ["US-102", "hub"],
    ]);
    const kept = (await world.store.audit(world.project)).filter(({ operation }) => operation === "keep");
    expect(kept.map(({ oldValue }) => oldValue).toSorted()).toEqual(["From Jira, later", "Linear later"]);
    await expectSettled(world);
  });

  it("without it the later edit wins, whichever side it is on", async () => {
    await start();
    await world.sync();
    await world.editHub("title: Story 1", "title: From the hub");
    await world.saveHubAt(-60_000);
    await editJira("US-101", { summary: "From Jira, later" });
    await world.sync();
    expect(await titleOf("US-101")).toBe("From Jira, later");
    await expectSettled(world);
  });
});

describe("only some fields", () => {
  it("gate-advancement carries the statuses; what else was edited waits, and is not lost", async () => {
    await start();
    await world.sync();
    await world.editHub("title: Story 1, status: ready", "title: Renamed, status: in_progress");
    await editLinear("US-102", { title: "From Linear", state: "Done" });
    const report = await world.sync({ trigger: "gate-advancement", fields: ["status"] });
    expect(report.run.trigger).toBe("gate-advancement");
    expect([(await inJira("US-101")).summary, (await inJira("US-101")).statusId]).toEqual(["Story 1", "3"]);
    expect((await world.item("US-102")).fields).toMatchObject({ title: "Story 2", status: "done" });
    await world.sync();
    expect([(await inJira("US-101")).summary, await titleOf("US-102")]).toEqual(["Renamed", "From Linear"]);
    await expectSettled(world);
  });
});

describe("a tool's own mode", () => {
  it("push-only Linear takes what Jira and the hub say, and its own edits go nowhere", async () => {
    await start({ syncConfig: configOf("linear: {sync_mode: push-only}") });
    await world.sync();
    await editLinear("US-101", { title: "From Linear" });
    await editJira("US-102", { summary: "From Jira" });
    const report = await world.sync();
    expect([await titleOf("US-101"), (await inLinear("US-102")).title]).toEqual(["Story 1", "From Jira"]);
    expect(report.findings.map(({ code, items }) => [code, items])).toEqual([["drift", ["US-101"]]]);
    await expectSilence(world);
    await world.editHub("title: Story 1", "title: News");
    await world.sync();
    expect((await inLinear("US-101")).title).toBe("News");
    await expectSettled(world);
  });

  it("pull-only Jira is never written, not even for a new item, and its edits go everywhere", async () => {
    await start();
    await world.sync();
    await writeFile(
      join(world.root, "docs/projects", world.project, "sync-config.yaml"),
      configOf("jira: {sync_mode: pull-only}").replace("{ID}", world.project),
    );
    await world.editHub(
      "external_sync",
      "    - {id: US-109, epic: EPIC-001, title: New, status: ready}\nexternal_sync",
    );
    await world.editHub("title: Story 1", "title: From the hub");
    await editJira("US-102", { summary: "From Jira" });
    const written = world.jira.log.writes();
    await world.sync();
    expect(world.jira.log.writes()).toBe(written);
    expect((await inLinear("US-102")).title).toBe("From Jira");
    expect((await inLinear("US-101")).title).toBe("From the hub");
    expect(Object.keys((await world.item("US-109")).refs)).toEqual(["linear"]);
    await expectSettled(world, { open: ["US-101/title"], twinless: ["jira/US-109"] });
  });
});

describe("the bulk guard", () => {
  it("51 new items: exit code 3 and nothing created; --yes creates them once", async () => {
    await start({}, 51);
    const asked = await cli("sync", world.project);
    expect([asked.code, world.mark().writes(), world.jira.log.writes() + world.linear.log.writes()]).toEqual([3, 0, 0]);
    expect(asked.out).toContain("--yes");
    expect((await cli("plan", world.project)).code).toBe(3);
    expect((await cli("sync", world.project, "--yes")).code).toBe(0);
    await expectSettled(world);
  });

  it("a wave of edits from one tool stops before the hub, while what is new elsewhere still flows", async () => {
    await start({}, 10);
    await world.sync();
    const text = await world.hubText();
    for (let n = 1; n <= 10; n++) await editJira(`US-${100 + n}`, { summary: `Overwritten ${n}`, points: 5 });
    const report = await world.sync();
    expect([exitCodeOf(report), report.findings.map(({ code }) => code)]).toEqual([
      3,
      expect.arrayContaining(["bulk-overwrite"]),
    ]);
    expect([await world.hubText(), (await inLinear("US-101")).title]).toEqual([text, "Story 1"]);
    await world.sync({ yes: true });
    expect([await titleOf("US-110"), (await inLinear("US-110")).title]).toEqual(["Overwritten 10", "Overwritten 10"]);
    await expectSettled(world);
  });
});

describe("the record of what loses", () => {
  it("tells of it once, when it is overwritten: not in each run that the guard holds back", async () => {
    await start({}, 10);
    await world.sync();
    await world.editHub("title: Story 1,", "title: Earlier in the hub,");
    await world.saveHubAt(-60_000);
    for (let n = 1; n <= 10; n++) await editJira(`US-${100 + n}`, { summary: `From Jira ${n}` });
    const ofHub = async (operation: string) =>
      (await world.store.audit(world.project))
        .filter((entry) => entry.tool === "hub" && entry.operation === operation && entry.item === "US-101")
        .map(({ oldValue, newValue }) => [oldValue, newValue]);
    for (let run = 0; run < 2; run++) expect(exitCodeOf(await world.sync())).toBe(3);
    expect(await ofHub("keep")).toEqual([]);
    await world.sync({ yes: true });
    expect(await ofHub("keep")).toEqual([["Earlier in the hub", "From Jira 1"]]);
    expect(await ofHub("update")).toEqual([["Earlier in the hub", "From Jira 1"]]);
    await expectSettled(world);
  });
});

describe("scenario 42: the file is saved while a run is going on", () => {
  it("again and again, and by both sides in one item: every edit ends in the file", async () => {
    await start();
    await world.sync();
    const path = join(world.root, "docs/projects", world.project, "sdlc-tracking.yaml");
    await editJira("US-101", { summary: "From Jira" });
    const saves = [
      ["estimation: 3", "estimation: 5"],
      ["status: ready", "status: in_progress"],
      ["title: Story 2", "title: Typed meanwhile"],
    ] as const;
    let saved = 0;
    world.linear.onBeforeAnswer = async ({ write }) => {
      const [from, to] = (write && saves[saved]) || [];
      if (from === undefined || to === undefined) return;
      saved += 1;
      await writeFile(path, (await readFile(path, "utf8")).replace(from, to));
    };
    await world.sync();
    expect(saved).toBe(3);
    expect((await world.item("US-101")).fields).toMatchObject({
      title: "From Jira",
      estimate: 5,
      status: "in_progress",
    });
    expect(await titleOf("US-102")).toBe("Typed meanwhile");
    world.linear.onBeforeAnswer = undefined;
    await expectSettled(world);
  });
});

describe("archiving what left the hub", () => {
  it("is told where the tool did not do it: a subtask goes with its story only", async () => {
    const hub = hubOf(1).replace(
      "external_sync",
      "  tasks:\n    - {id: TASK-1, story: US-101, title: Write the form, status: todo}\nexternal_sync",
    );
    await start({ hub, syncConfig: configOf("jira: {enabled: true, tasks: true, deletes: archive}") });
    await world.sync();
    const task = world.jira.site.get("CHK-3");
    expect(task.data.summary).toBe("Write the form");
    await world.editHub(/ {4}- \{id: TASK-1.*\n/, "");
    const report = await world.sync({ yes: true });
    expect(task.data.archived).toBeNull();
    expect(report.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ message: expect.stringContaining("No valid issue to archive") as string }),
      ]),
    );
    await world.editHub(/ {4}- \{id: US-101.*\n/, "");
    await world.sync({ yes: true });
    expect(task.data.archived).not.toBeNull();
  });
});
