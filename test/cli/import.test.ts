/** `track-sdlc import`, over stand-ins of the trackers: what it writes, and that the next sync has nothing to say. */
import { rm } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled, hubItems } from "../support/invariants.ts";
import { stopTemporal } from "../support/world.ts";
import { HUB, startUnbound, startWithoutHub, type UnboundWorld } from "./unbound-world.ts";

const ANA = "ana.ruiz@example.com";
const LONG = "As a shopper\n\n- [x] copy\n- [ ] mail\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```sql\nselect 1;\n```";

let world: UnboundWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

async function fillJira(): Promise<string[]> {
  const epic = await world.issue(
    "Epic",
    { summary: "Card: tokenisation", priority: "High", duedate: "2027-01-31" },
    "In Progress",
  );
  const fields = {
    parent: epic,
    points: 2.5,
    assignee: ANA,
    labels: ["pci", "payments"],
    description: LONG,
    sprint: null,
  };
  const stories = [
    await world.issue("Story", { summary: "Store a card", ...fields }, "In Review"),
    await world.issue("Story", { summary: "No", parent: epic, priority: "Lowest" }, "Done"),
    await world.issue("Story", { summary: '"quoted" # and: odd', description: "  two\n\nlines" }, "Blocked"),
  ];
  return [epic, ...stories];
}

const imported = (...args: string[]) => world.run(["import", "jira:CHK", `--project=${world.project}`, ...args]);

describe("import of a Jira project", () => {
  it("writes epics and stories with all that the hub can say, and the sync after it writes nothing", async () => {
    world = await startWithoutHub();
    const [epic, ...stories] = await fillJira();
    const mark = world.mark();
    const { code, out } = await imported("--name=Checkout v2", "--yes");
    expect([code, mark.writes()]).toEqual([0, 0]);
    expect(out).toContain(`4 taken into the hub: EPIC-001, US-CHK-001, US-CHK-002, US-CHK-003`);
    expect(out).toContain(`Next: track-sdlc sync ${world.project}`);
    const items = await hubItems(world);
    expect(items["EPIC-001"]).toEqual({
      id: "EPIC-001",
      type: "epic",
      fields: { title: "Card: tokenisation", status: "in_progress", priority: "P1", due: "2027-01-31" },
      refs: { jira: epic },
    });
    expect(items["US-CHK-001"]).toMatchObject({
      fields: {
        title: "Store a card",
        status: "in_review",
        parent: "EPIC-001",
        estimate: 2.5,
        assignee: ANA,
        labels: ["payments", "pci"],
      },
      refs: { jira: stories[0] },
    });
    expect(String(items["US-CHK-001"]?.fields.description)).toContain("- [x] copy\n- [ ] mail");
    expect(items["US-CHK-002"]?.fields).toMatchObject({ title: "No", status: "done", priority: "P3" });
    expect(items["US-CHK-003"]?.fields).toMatchObject({ title: '"quoted" # and: odd', status: "blocked" });
    expect(items[world.project]?.fields).toMatchObject({ title: "Checkout v2", progress: 0.33 });
    const report = await world.sync();
    expect([report.outcome, report.findings, report.conflicts, mark.writes()]).toEqual(["success", [], [], 0]);
    await expectSettled(world, { tools: ["jira"] });
  });

  it("flows both ways from then on", async () => {
    world = await startWithoutHub();
    const [, store] = await fillJira();
    await imported("--yes");
    await world.sync();
    await world.jira.human({ action: "edit", key: store, fields: { summary: "Keep a card" } });
    await world.editHub("estimation: 2.5", "estimation: 8");
    await world.sync();
    expect((await world.item("US-CHK-001")).fields.title).toBe("Keep a card");
    expect(world.jira.site.find(store ?? "")?.data.summary).toBe("Keep a card");
    await expectSettled(world, { tools: ["jira"] });
  });

  it("shows what it would write, and writes nothing before somebody says so", async () => {
    world = await startWithoutHub();
    await fillJira();
    const { code, out, err } = await imported();
    expect([code, err]).toEqual([3, "Nothing was written; --yes writes it."]);
    expect(out).toContain(`docs/projects/${world.project}/sdlc-tracking.yaml (new)`);
    expect(out).toContain("  +      title: Store a card");
    await expect(world.hubText()).rejects.toThrow("ENOENT");
    const asked = await world.run(["import", "jira:CHK", `--project=${world.project}`], {}, ["Checkout", "y"]);
    expect(asked.code).toBe(0);
    expect((await hubItems(world))[world.project]?.fields.title).toBe("Checkout");
  });

  it("takes tasks where it is asked to, below their stories", async () => {
    world = await startWithoutHub();
    const [, story] = await fillJira();
    const task = await world.issue("Task", { summary: "Rotate keys" });
    const { out } = await imported("--yes");
    expect(out).toContain("left alone there: 1 of type task (--tasks takes them)");
    await rm(world.inProject("."), { recursive: true });
    const subtask = await world.issue("Sub-task", { summary: "Write copy", parent: story });
    expect((await imported("--yes", "--tasks")).code).toBe(0);
    const items = await hubItems(world);
    expect(items["TASK-CHK-001"]).toMatchObject({
      fields: { title: "Rotate keys", status: "todo" },
      refs: { jira: task },
    });
    expect(items["TASK-CHK-002"]).toMatchObject({ fields: { parent: "US-CHK-001" }, refs: { jira: subtask } });
    const mark = world.mark();
    expect((await world.sync()).findings).toEqual([]);
    expect(mark.writes()).toBe(0);
  });

  it("adds what a hub lacks behind what it has, and not a byte more", async () => {
    world = await startWithoutHub();
    await fillJira();
    await imported("--yes");
    await world.sync();
    await world.editHub("project:\n", "# ours\nproject:\n");
    const before = await world.hubText();
    expect((await imported("--yes")).out).toContain("All of it stands there already.");
    expect(await world.hubText()).toBe(before);
    const key = await world.issue("Story", { summary: "Later" });
    const { code, out } = await imported("--yes");
    expect([code, out.includes("1 taken into the hub: US-CHK-004")]).toEqual([0, true]);
    expect((await world.hubText()).replace(/ {4}- id: US-CHK-004\n(?: {6}.*\n)+/, "")).toBe(before);
    expect((await world.item("US-CHK-004")).refs["jira"]).toBe(key);
  });

  it("never takes a twin of another project, by its marker or by the ref in that project's hub", async () => {
    const other =
      'project: {id: "{ID}"}\nimplementation: {stories: [{id: US-1, title: Theirs, status: ready}]}\nexternal_sync: {jira: {project_key: CHK}}\n';
    world = await startWithoutHub({ others: { "PROJ-2026-900": other } });
    await world.engine.syncProject("PROJ-2026-900");
    await fillJira();
    const { out } = await imported("--yes");
    expect(out).toContain("4 taken into the hub");
    expect(Object.values(await hubItems(world)).map(({ fields }) => fields.title)).not.toContain("Theirs");
    await world.jira.human({ action: "removeMarker", key: "CHK-1" });
    expect((await imported("--yes")).out).toContain("All of it stands there already.");
  });

  it("keeps the epic that stands for the project out of the epics", async () => {
    world = await startWithoutHub();
    const [epic] = await fillJira();
    const { code, out } = await imported("--container", `jira.epic_id=${epic}`, "--yes");
    expect([code, out]).toEqual([0, expect.stringContaining("3 taken into the hub: US-CHK-001") as string]);
    expect(out).not.toContain("parent");
    expect(await world.hubText()).toContain(`  jira: {project_key: CHK, epic_id: ${epic}}\n`);
    const mark = world.mark();
    const report = await world.sync();
    expect([report.conflicts, mark.writes()]).toEqual([[], 0]);
  });

  it("takes what another workspace has marked only where that is wanted, and says so", async () => {
    world = await startUnbound({ hub: `${HUB}external_sync: {jira: {project_key: CHK}}\n` });
    await world.sync();
    await rm(world.inProject("."), { recursive: true });
    const other = ["import", "jira:CHK", "--project=PROJ-2026-500", "--yes"];
    const words = "left alone there: 3 with the marker of a project that is not here (--marked takes them)";
    expect((await world.run(other)).out).toContain(words);
    const { code, out } = await world.run([...other, "--marked"]);
    expect([code, out.includes("3 taken into the hub: EPIC-001, US-CHK-001, US-CHK-002")]).toEqual([0, true]);
    const writes = world.writes();
    const report = await world.engine.syncProject("PROJ-2026-500");
    expect([report.findings, world.writes()]).toEqual([[], writes]);
  });

  it("takes no twin of an item that waits for a correction, or that was taken out of the hub", async () => {
    world = await startWithoutHub();
    await fillJira();
    await imported("--yes");
    await world.sync();
    await world.editHub("status: blocked", "status: blokced");
    await world.editHub(/ {4}- id: US-CHK-002\n(?: {6,}.*\n)+/, "");
    const { code, out } = await imported("--yes");
    expect([code, out.includes("All of it stands there already.")]).toEqual([3, true]);
  });

  it("leaves out what has no word in the hub, and says so", async () => {
    world = await startWithoutHub();
    const key = await world.issue("Story", { summary: "Will not" }, "Won't Do");
    const { code, out } = await imported("--yes");
    expect(code).toBe(0);
    expect(out).toMatch(/- jira, US-CHK-001: .*Won't Do/);
    const { fields, refs } = await world.item("US-CHK-001");
    expect([fields.status, fields.title, refs["jira"]]).toEqual([undefined, "Will not", key]);
    const mark = world.mark();
    await world.sync();
    expect(mark.writes()).toBe(0);
    expect(world.jira.site.status(world.jira.site.get(key).data).name).toBe("Won't Do");
  });

  it("prints one JSON document", async () => {
    world = await startWithoutHub();
    const keys = await fillJira();
    const { code, out, err } = await imported("--yes", "--json");
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({
      import: {
        project: world.project,
        status: "written",
        files: [
          { path: `docs/projects/${world.project}/sdlc-tracking.yaml`, change: "created" },
          { path: `docs/projects/${world.project}/sync-config.yaml`, change: "created" },
        ],
        tools: {
          jira: {
            container: { project_key: "CHK" },
            taken: keys.map((_, n) => (n === 0 ? "EPIC-001" : `US-CHK-00${n}`)),
          },
        },
        problems: [],
        findings: [],
      },
    });
  });
});

describe("whatever people have put into a tracker", () => {
  it("is imported so that the sync after it writes nothing", async () => {
    const text = fc.oneof(
      fc.constantFrom(
        "No",
        "007",
        "a: b",
        "- x",
        "{y}",
        "#1",
        "'",
        "ünï 🙃",
        "null",
        "1e3",
        "~",
        "*a",
        "@b",
        "yes",
        "2027-01-01",
      ),
      fc.string({ minLength: 1, maxLength: 30 }).filter((one) => /^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/.test(one)),
    );
    const story = fc.record(
      {
        summary: text,
        description: fc.array(text, { maxLength: 3 }).map((lines) => lines.join("\n\n")),
        labels: fc.uniqueArray(fc.constantFrom("pci", "007", "a:b", "no", "ünï"), { maxLength: 3 }),
        points: fc.constantFrom(0, 0.5, 13),
        priority: fc.constantFrom("Highest", "High", "Medium", "Low", "Lowest"),
        duedate: fc.constantFrom("2027-01-31", null),
      },
      { requiredKeys: ["summary"] },
    );
    const seed = Number(process.env["SDLC_SYNC_SEED"] ?? Date.now());
    const stories = fc.sample(story, { numRuns: 40, seed });
    world = await startWithoutHub();
    for (const fields of stories) await world.issue("Story", fields);
    const mark = world.mark();
    const { code } = await imported("--yes");
    expect([code, mark.writes()], `SDLC_SYNC_SEED=${seed}`).toEqual([0, 0]);
    const report = await world.sync({ yes: true });
    expect([report.findings, report.conflicts, mark.writes()], `SDLC_SYNC_SEED=${seed}`).toEqual([[], [], 0]);
    expect(Object.keys(await hubItems(world))).toHaveLength(41);
  });
});
