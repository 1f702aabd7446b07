import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { expectSettled } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const GOOD = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress}
  stories:
    - {id: US-001, epic: EPIC-001, title: Store a card, status: ready, estimation: 3}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(hub: string, options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub, ...options });
}

describe("scenario 44: a file that is not certainly one hub", () => {
  const broken: readonly (readonly [string, string, string, number])[] = [
    [
      "merge markers",
      GOOD.replace("  stories:", "<<<<<<< HEAD\n  stories:\n=======\n>>>>>>> late"),
      "unresolved merge",
      5,
    ],
    ["a key given twice", GOOD.replace("status: ready,", "status: ready, status: done,"), "twice", 6],
    ["a syntax error", GOOD.replace("estimation: 3}", "estimation: 3"), "", 7],
    ["two documents", `${GOOD}---\nproject: {id: X}\n`, "second document", 8],
    ["a newer schema", `${GOOD}system: {schema_version: "2.0"}\n`, "newer", 8],
  ];

  it.each(broken)("%s: nothing is written, the line is named, other projects run", async (_, text, words, line) => {
    await start(text, { others: { "PROJ-2026-900": GOOD } });
    const before = world.mark();
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(1);
    const [finding] = report.findings;
    expect(finding).toMatchObject({ severity: "error", line, column: expect.any(Number) });
    expect(finding?.message).toContain(words);
    expect(before.requests()).toBe(0);
    expect(await world.hubText()).toBe(text.replaceAll("{ID}", world.project));
    expect((await world.engine.syncProject("PROJ-2026-900")).outcome).toBe("success");
  });
});

describe("scenario 42: a person saves the file while a run is going on", () => {
  it("both edits end in the file", async () => {
    await start(GOOD);
    await world.sync();
    const key = await world.key("US-001", "jira");
    await world.jira.human({ action: "edit", key, fields: { summary: "Keep a card" } });
    const path = join(world.root, "docs/projects", world.project, "sdlc-tracking.yaml");
    world.linear.onBeforeAnswer = async ({ operation }) => {
      if (operation !== "UpdateIssue") return;
      world.linear.onBeforeAnswer = undefined;
      await writeFile(path, (await readFile(path, "utf8")).replace("estimation: 3", "estimation: 5"));
    };
    await world.sync();
    expect((await world.item("US-001")).fields).toMatchObject({ title: "Keep a card", estimate: 5 });
    await expectSettled(world);
  });
});

describe("what a binding may say", () => {
  it("a tool without a connector is one finding, and the others sync", async () => {
    const registry =
      "capabilities: {tracking: {tools: {redmine: {name: Redmine, container: {project: {required: true}}}}}}\n";
    await start(GOOD.replace("linear: {team_id: PAY}", "linear: {team_id: PAY}, redmine: {project: checkout}"), {
      files: { "registry/tool-registry.yaml": registry },
    });
    const report = await world.sync();
    expect(report.findings.filter(({ code }) => code === "no-connector")).toHaveLength(1);
    await expectSettled(world);
  });

  it("a bulk create asks first, and goes with yes", async () => {
    const stories = Array.from({ length: 51 }, (_, n) => `    - {id: US-${100 + n}, title: Story ${n}, status: ready}`);
    await start(GOOD.replace("  stories:\n", `  stories:\n${stories.join("\n")}\n`));
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(3);
    expect(report.findings.map(({ code }) => code)).toContain("bulk-create");
    expect(world.jira.log.writes() + world.linear.log.writes()).toBe(0);
    expect((await world.sync({ yes: true })).outcome).toBe("success");
    await expectSettled(world);
  });

  it("push-only never takes an edit in, pull-only never writes one out", async () => {
    await start(GOOD);
    await world.sync();
    const key = await world.key("US-001", "jira");
    await world.jira.human({ action: "edit", key, fields: { summary: "From Jira" } });
    const push = await world.sync({ mode: "push-only" });
    expect((await world.item("US-001")).fields.title).toBe("Store a card");
    expect(push.findings.map(({ code }) => code)).toContain("drift");
    await world.editHub("estimation: 3", "estimation: 8");
    const mark = world.mark();
    await world.sync({ mode: "pull-only" });
    expect((await world.item("US-001")).fields.title).toBe("From Jira");
    expect(mark.writes()).toBe(0);
    await world.sync();
    await expectSettled(world);
  });

  it("pullUpdates applies the tools' news to the hub and says what it was, each value from where it came", async () => {
    await start(GOOD);
    await world.sync();
    const since = new Date().toISOString();
    const key = await world.key("US-001", "jira");
    const { title } = (await world.item("US-001")).fields;
    await world.jira.human({ action: "edit", key, fields: { summary: "From Jira" } });
    await world.linear.human({ action: "edit", item: await world.key("US-001", "linear"), fields: { estimate: 2 } });
    const report = await world.engine.pullUpdates(world.project, since);
    expect((await world.item("US-001")).fields).toMatchObject({ title: "From Jira", estimate: 2 });
    const news = [
      { tool: "jira", fields: [{ field: "title", old_value: title, new_value: "From Jira" }] },
      { tool: "linear", fields: [{ field: "estimate", old_value: 3, new_value: 2 }] },
    ];
    expect(report.changes).toMatchObject(news.map((one) => ({ ...one, item: "US-001" })));

    // What a sync in between took over is news since then as well, and its own writes are none.
    await world.sync();
    const later = await world.engine.pullUpdates(world.project, since);
    expect(later.changes).toMatchObject(news);
    expect((await world.engine.pullUpdates(world.project, new Date(Date.now() + 60_000))).changes).toEqual([]);
  });

  it("pullUpdates names who won a conflict as where the value came from", async () => {
    await start(GOOD);
    await world.sync();
    const since = new Date().toISOString();
    await world.editHub("title: Store a card", "title: Forget a card");
    await world.saveHubAt(-60_000);
    const key = await world.key("US-001", "jira");
    await world.jira.human({ action: "edit", key, fields: { summary: "From Jira" } });
    await world.sync();
    const { changes } = await world.engine.pullUpdates(world.project, since);
    expect(changes?.filter(({ fields }) => fields.length > 0)).toMatchObject([
      { tool: "jira", fields: [{ field: "title", old_value: "Forget a card", new_value: "From Jira" }] },
    ]);
  });

  it("plan shows what a sync would write, writes nothing and stores no row", async () => {
    await start(GOOD);
    await world.sync();
    await world.editHub("estimation: 3", "estimation: 8");
    const [before, cursor, quiet] = [
      await world.store.projectState(world.project),
      await world.store.cursor(world.project, "jira"),
      world.mark(),
    ];
    const { code, out } = await world.run(["plan", world.project]);
    expect(code).toBe(0);
    expect(out).toMatch(/jira\s+update\s+US-001\s+estimate\s+8/);
    expect(quiet.writes()).toBe(0);
    expect(await world.store.projectState(world.project)).toEqual(before);
    expect(await world.store.cursor(world.project, "jira")).toBe(cursor);
  });
});
