/** Hub files as people leave them, synced as they are: no byte is prepared for the tests. */
import { readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { exitCodeOf } from "../../src/core/report.ts";
import type { SyncReport } from "../../src/index.ts";
import { fixtureText, hasShared, OWN_PROJECTS, SHARED_PROJECTS } from "../hub/fixtures.ts";
import { changedLines } from "../hub/lines.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const SPRINT = "Sprint 2026-31";

let world: World;
let original: (id: string) => string;
afterEach(() => world.close());
afterAll(stopTemporal);

/** A world in which these files lie unchanged, with every container that they are bound to. */
async function start(ids: readonly string[], folder: string): Promise<void> {
  original = (id) => fixtureText(id, folder);
  const keys = ["CHK", "FAC", "MOB", "LOY", "BO"];
  world = await startWorld({
    hub: 'project: {id: "{ID}", name: Empty}\nimplementation: {epics: [], stories: []}\n',
    others: Object.fromEntries(ids.map((id) => [id, original(id)])),
    jira: { projects: keys.map((key) => ({ key, sprints: [{ id: 31, name: SPRINT, state: "active" }] })) },
    linearSeed: {
      teams: ["PAY", "DAT", "LOY", "BO"].map((key) => ({ key })),
      cycles: [{ team: "PAY", number: 31, name: SPRINT }],
    },
  });
}
const hub = (id: string) => readFile(join(world.root, "docs/projects", id, "sdlc-tracking.yaml"), "utf8");
const issues = (key: string) => [...world.jira.site.issues.values()].filter(({ data }) => data.projectKey === key);
const issueTitled = (title: string) => [...world.jira.site.issues.values()].find(({ data }) => data.summary === title)!;
const editJira = (title: string, fields: object) =>
  world.jira.human({ action: "edit", key: issueTitled(title).data.key, fields });

/** Everything the file says, but for the refs. */
function withoutRefs(text: string): unknown {
  return parse(text, (key, value: unknown) => (key === "external_refs" ? undefined : value), { merge: true });
}
/** Syncs twice: the first run added refs and no more, the second did nothing. */
async function settle(id: string): Promise<SyncReport> {
  const report = await world.engine.syncProject(id);
  const after = await hub(id);
  if (after !== original(id)) expect(withoutRefs(after)).toEqual(withoutRefs(original(id)));
  for (const [, added] of changedLines(original(id), after)) expect(added).toMatch(/external_refs|jira: |linear: /);
  await quiet(id);
  return report;
}
async function quiet(id: string): Promise<void> {
  const [mark, text] = [world.mark(), await hub(id)];
  await world.engine.syncProject(id);
  expect([mark.writes(), await hub(id)]).toEqual([0, text]);
}
/** Lines that a sync changes, as pairs of before and after. */
async function changedBySync(id: string): Promise<ReturnType<typeof changedLines>> {
  const before = await hub(id);
  await world.engine.syncProject(id);
  const changes = changedLines(before, await hub(id));
  await quiet(id);
  return changes;
}
/** Nothing is asked of any tool, and not a byte is written. */
async function failsClosed(id: string, code: string, line: number): Promise<void> {
  const mark = world.mark();
  const report = await world.engine.syncProject(id);
  expect([exitCodeOf(report), report.findings]).toMatchObject([1, [{ code, line, severity: "error" }]]);
  expect([mark.requests(), await hub(id)]).toEqual([0, original(id)]);
}

describe.skipIf(!hasShared)("scenario 41: the shared portfolio (skipped where it is not at hand)", () => {
  const begin = (...ids: string[]) => start(ids, SHARED_PROJECTS);

  it("PROJ-2026-014: comments, quoting and `yes` stay; two epics and five stories in both tools", async () => {
    const id = "PROJ-2026-014";
    await begin(id);
    expect((await settle(id)).tools).toMatchObject({ jira: { operations: 7 }, linear: { operations: 7 } });
    await editJira("Store a card", { points: 8, labels: ["payments", "pci", "q4", "sdlc-sync"] });
    await world.linear.human({
      action: "edit",
      item: "3-D Secure: challenge flow & fallback",
      fields: { status: "In Progress" },
    });
    expect(await changedBySync(id)).toEqual([
      ["      status: planning", "      status: in_progress"],
      ["      estimation: 5", "      estimation: 8"],
      ["      labels: [payments, pci]", "      labels: [payments, pci, q4]"],
    ]);
  });

  it("PROJ-2026-027: merge keys and aliases; a label for one story does not reach its neighbour", async () => {
    const id = "PROJ-2026-027";
    await begin(id);
    await settle(id);
    const story = issueTitled("Firmar el XML con el certificado de la empresa").data;
    expect([story.custom["customfield_10016"], world.jira.site.status(story).name]).toEqual([3, "To Do"]);
    expect(issueTitled("007").data.custom["customfield_10016"]).toBe(8);
    expect(issueTitled("No").data.labels).toEqual(["aeat", "fiscal", "sdlc-sync"]);
    await editJira("Enviar a la AEAT", { labels: ["aeat", "fiscal", "nuevo", "sdlc-sync"] });
    expect(await changedBySync(id)).toEqual([
      ["        labels: &tags [fiscal, aeat]", "        labels: &tags [fiscal, aeat, nuevo]"],
      ["        labels: *tags", "        labels: [fiscal, aeat]"],
    ]);
    await editJira("Firmar el XML con el certificado de la empresa", { points: 5 });
    expect(await changedBySync(id)).toEqual([[undefined, "        estimation: 5"]]);
    expect(await hub(id)).toContain("    estimation: 3\n");
  });

  it("PROJ-2026-031: two epics and US-DAT-002 sync, the others wait, each finding names its line", async () => {
    const id = "PROJ-2026-031";
    await begin(id);
    const report = await settle(id);
    expect(report.tools["linear"]).toMatchObject({ operations: 3 });
    const lines = (await hub(id)).split("\r\n");
    expect(report.findings.map(({ code, line, items }) => [code, items?.[0], lines[(line ?? 0) - 1]?.trim()])).toEqual([
      ["duplicate-id", "US-DAT-001", "- id: US-DAT-001"],
      ["not-a-number", "US-DAT-002", "estimation: five"],
      ["unknown-parent", "US-DAT-002", "epic: EPIC-009"],
      ["unknown-status", "US-DAT-003", "status: parked"],
      ["missing-title", "US-DAT-003", "title: ~"],
      // Bound to GitHub as well, for which nobody here has a token.
      ["missing-credentials", undefined, undefined],
    ]);
    expect(exitCodeOf(report)).toBe(1);
    const story = [...world.linear.store.issues.values()][0]!;
    expect([story.projectId, story.estimate]).toEqual([null, null]);
    await world.linear.human({ action: "edit", item: story.id, fields: { state: "Done", estimate: 5 } });
    // The estimate that is no number is a person's to correct: nothing is written over it.
    expect(await changedBySync(id)).toEqual([["    status: ready\r", "    status: done\r"]]);
  });

  it("PROJ-2026-073: byte order mark, CRs and the missing newline stay; odd refs are ids", async () => {
    const id = "PROJ-2026-073";
    await begin(id);
    const report = await settle(id);
    expect(report.findings.find(({ items }) => items?.includes("EPIC-001"))?.message).toContain("12e3");
    expect(issues("MOB").map(({ data }) => data.summary)).toEqual(["Queue edits while offline"]);
    await editJira("Queue edits while offline", {
      summary: "Queue edits",
      description: "First line.\n\nThird paragraph.",
    });
    expect(await changedBySync(id)).toEqual([
      ["    title: Queue edits while offline\r", "    title: Queue edits\r"],
      ["      Second paragraph.\r", "      Third paragraph.\r"],
    ]);
    const text = await hub(id);
    expect([text.startsWith("\uFEFF"), text.endsWith("}"), /[^\r]\n/.test(text)]).toEqual([true, true, false]);
  });

  it("a half-merged file, two documents and a doubled key fail closed with their line, and the others run", async () => {
    const good = "PROJ-2026-027";
    await begin(good, "PROJ-2026-066", "PROJ-2026-081", "PROJ-2026-088");
    await failsClosed("PROJ-2026-066", "unresolved-merge", 6);
    await failsClosed("PROJ-2026-081", "several-documents", 6);
    await failsClosed("PROJ-2026-088", "duplicate-key", 9);
    expect((await world.engine.syncProject(good)).tools["jira"]).toMatchObject({ status: "success", operations: 5 });
  });

  it("PROJ-2026-042: 126 items of one leaver and many others sync; the leaver is one finding a tool", async () => {
    const id = "PROJ-2026-042";
    await begin(id);
    // Nobody here has keys of Notion and GitHub.
    const tools = ["jira", "linear"];
    const asked = await world.engine.syncProject(id, { tools });
    expect([exitCodeOf(asked), world.jira.log.writes() + world.linear.log.writes()]).toEqual([3, 0]);
    const report = await world.engine.syncProject(id, { tools, yes: true });
    expect(report.tools).toMatchObject({ jira: { operations: 126 }, linear: { operations: 126 } });
    const leaver = report.findings.filter(({ code }) => code === "unknown-person");
    expect(leaver.map(({ tool, items }) => [tool, items?.length])).toEqual([
      ["jira", 18],
      ["linear", 18],
    ]);
    expect(withoutRefs(await hub(id))).toEqual(withoutRefs(original(id)));
    await editJira("Show avatar in bulk", { summary: "Show avatars" });
    expect(await changedBySync(id)).toEqual([["      title: Show avatar in bulk", "      title: Show avatars"]]);
  });
});

describe("scenario 41: our own hub files", () => {
  it("each syncs with the tools it binds or fails closed, and gains nothing but refs", async () => {
    const ids = readdirSync(OWN_PROJECTS).filter((name) => name.startsWith("PROJ-"));
    await start(ids, OWN_PROJECTS);
    await mkdir(join(world.root, "registry/clients"), { recursive: true });
    const client = "client: {code: ACME}\ntools: {tracking: [jira, linear]}\n";
    await writeFile(join(world.root, "registry/clients/ACME.yaml"), client);
    const outcomes: Record<string, unknown> = {};
    for (const id of ids) {
      const report = await settle(id);
      outcomes[id] = Object.fromEntries(
        Object.entries(report.tools).map(([tool, { operations }]) => [tool, operations]),
      );
      if (report.outcome === "error") expect(await hub(id)).toBe(original(id));
    }
    expect(outcomes).toEqual({
      "PROJ-2027-001": { jira: 5 },
      "PROJ-2027-002": { jira: 5 },
      // Whether to sync at all is told in words that are neither yes nor no.
      "PROJ-2027-003": {},
      "PROJ-2027-004": {},
      "PROJ-2027-005": { jira: 1 },
      "PROJ-2027-006": {},
      "PROJ-2027-007": {},
      "PROJ-2027-008": {},
      "PROJ-2027-009": {},
    });
  });
});
