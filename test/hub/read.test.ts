import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fieldLines, readHub } from "../../src/hub/read.ts";
import { fixtureText, readFixture, readText, shortFindings, treeOf } from "./fixtures.ts";

const head = "project: {id: PROJ-2027-001, name: Sample}\n";
const stories = (body: string): string => `${head}implementation:\n  stories:\n${body}`;
const story = (lines: string): string => stories(`    - id: US-1\n      title: One\n${lines}`);
const fieldsOf = (text: string) => treeOf(readText(text)).items["US-1"]?.fields;

describe("a hub file that reads", () => {
  test("every field of every type stands under its canonical name", () => {
    const reading = readFixture("PROJ-2027-001");
    const { items } = treeOf(reading);
    expect(reading).toMatchObject({ projectId: "PROJ-2027-001", name: "Loyalty programme", pmePriority: "P1" });
    expect(reading.client).toBe("ACME");
    expect(items["PROJ-2027-001"]).toEqual({
      id: "PROJ-2027-001",
      type: "project",
      fields: {
        title: "Loyalty programme",
        description: "Points for every order, and a tier after ten of them.\n",
        health: "Green",
        progress: 0.25,
        phase: 4,
        gate: "G3",
      },
      refs: {},
    });
    expect(items["EPIC-001"]?.fields).toEqual({
      title: "Earn points",
      status: "in_progress",
      priority: "P1",
      estimate: 21,
      due: "2027-05-31",
    });
    expect(items["US-LOY-002"]?.fields).toEqual({
      title: "Tiers",
      status: "ready",
      parent: "EPIC-001",
      assignee: null,
      branch: null,
      labels: ["loyalty", "tiers"],
    });
    expect(items["TASK-LOY-001"]?.fields).toEqual({
      title: "Rotate the key",
      status: "todo",
      estimate: 4,
      parent: "US-LOY-001",
      assignee: "Security",
      task_type: "security",
    });
    expect(reading.findings).toEqual([]);
  });

  test("the hash is that of the bytes, however they are given", () => {
    const text = fixtureText("PROJ-2027-005");
    const sha = createHash("sha256").update(text).digest("hex");
    expect(readText(text).hash).toBe(sha);
    expect(readHub(Buffer.from(text), { projectId: "x", file: "x" }).hash).toBe(sha);
  });

  test("aliases, merge keys and a claimed YAML 1.1 change nothing of what values mean", () => {
    const { items } = treeOf(readFixture("PROJ-2027-002"));
    expect(items["US-FAC-001"]?.fields).toMatchObject({
      status: "ready",
      estimate: 3,
      assignee: "ana.ruiz@example.com",
    });
    expect(items["US-FAC-003"]?.fields).toMatchObject({ title: "No", labels: ["fiscal", "aeat"] });
    expect(items["US-FAC-004"]?.fields).toMatchObject({ title: "007", estimate: 8, sprint: "31" });
    const old = `%YAML 1.1\n---\n${story("      sprint: no\n      estimation: 012\n")}`;
    expect(fieldsOf(old)).toMatchObject({ sprint: "no", estimate: 12 });
  });

  test("a hundred items may share one anchor", () => {
    const items = Array.from({ length: 300 }, (_, index) => `    - {<<: *d, id: US-${index}, title: T}\n`).join("");
    const tree = treeOf(readText(`d: &d {status: ready, labels: [a]}\n${stories(items)}`));
    expect(Object.keys(tree.items)).toHaveLength(301);
    expect(tree.items["US-299"]?.fields).toMatchObject({ status: "ready", labels: ["a"] });
  });

  test("refs and labels are their source text, CRLF texts have LF line ends", () => {
    const { items } = treeOf(readFixture("PROJ-2027-005"));
    expect(items["EPIC-001"]?.refs).toEqual({ jira: "12e3", linear: "900719925474099312345" });
    expect(items["US-MOB-001"]?.fields.description).toBe("First line.\n\nSecond paragraph.\n");
    const quoted = story('      description: "one\r\n\r\n        two"\r\n      labels: [2026, 0x1f, true]\r\n');
    expect(fieldsOf(quoted)).toMatchObject({ description: "one\ntwo", labels: ["2026", "0x1f", "true"] });
  });

  test.each([
    ["due: 2027-01-02", { due: "2027-01-02" }],
    ['due: "2027-01-02T10:00:00Z"', { due: "2027-01-02" }],
    ["estimation: ' 8 '", { estimate: 8 }],
    ["estimation: 2.50", { estimate: 2.5 }],
    ["assignee:", { assignee: null }],
    ["labels: []", { labels: [] }],
    ["labels: [payments, sdlc-sync, 'status:done']", { labels: ["payments"] }],
    ["sprint: 2026-31", { sprint: "2026-31" }],
  ])("%s", (line, fields) => {
    expect(fieldsOf(story(`      ${line}\n`))).toEqual({ title: "One", ...fields });
  });

  test("a task hangs below its story, else below its epic", () => {
    const text = `${head}implementation:
  epics: [{id: EPIC-1, title: E}]
  stories: [{id: US-1, title: S}]
  tasks:
    - {id: T-1, title: a, story: US-1, epic: EPIC-1}
    - {id: T-2, title: b, story: null, epic: EPIC-1}
    - {id: T-3, title: c, story: EPIC-1}
`;
    const { items } = treeOf(readText(text));
    expect(["T-1", "T-2", "T-3"].map((id) => items[id]?.fields.parent)).toEqual(["US-1", "EPIC-1", undefined]);
  });

  test("`external_sync` in both its shapes, with yes and no as booleans", () => {
    expect(readFixture("PROJ-2027-001").bindings).toEqual([
      { tool: "jira", container: { project_key: "LOY", epic_id: null }, syncEnabled: true, syncFrequency: "daily" },
      { tool: "linear", container: { team_id: "LOY", project_id: null }, syncEnabled: false, syncFrequency: null },
    ]);
    expect(readFixture("PROJ-2027-002").bindings).toEqual([
      {
        tool: "jira",
        container: { project_key: "FAC", external_ref_id: null },
        syncEnabled: true,
        syncFrequency: null,
      },
    ]);
  });

  test("lines of fields, for blame", () => {
    const lines = fieldLines(fixtureText("PROJ-2027-001"));
    const lineOf = (item: string, name: string) =>
      lines.find((line) => line.item === item && line.field === name)?.line;
    expect(lineOf("US-LOY-001", "description")).toBe(38);
    expect(lineOf("US-LOY-003", "title")).toBe(57);
    expect(lineOf("PROJ-2027-001", "description")).toBe(6);
    expect(lineOf("US-LOY-002", "sprint")).toBeUndefined();
    // A merged value stands where its anchor does.
    const merged = fieldLines(fixtureText("PROJ-2027-002"));
    expect(merged.find(({ item, field }) => item === "US-FAC-001" && field === "status")?.line).toBe(7);
  });
});

describe("a hub file with faults", () => {
  test("what can sync does, the rest waits, one finding a cause", () => {
    const reading = readFixture("PROJ-2027-003");
    const { items, quarantined } = treeOf(reading);
    expect(Object.keys(items)).toEqual(["PROJ-2027-003", "EPIC-001", "US-DAT-002"]);
    expect(items["US-DAT-002"]?.fields).toEqual({ title: "Points at an epic that does not exist", status: "ready" });
    expect(quarantined).toEqual(["US-DAT-001", "US-DAT-003"]);
    expect(shortFindings(reading)).toEqual([
      ["missing-id", 28],
      ["duplicate-id", 10, "US-DAT-001"],
      ["unknown-priority", 20, "US-DAT-002"],
      ["not-a-number", 18, "US-DAT-002"],
      ["not-a-list", 21, "US-DAT-002"],
      ["not-a-date", 19, "US-DAT-002"],
      ["unknown-parent", 15, "US-DAT-002"],
      ["unknown-status", 24, "US-DAT-003"],
      ["missing-title", 23, "US-DAT-003"],
      ["not-a-boolean", 31],
    ]);
    expect(reading.findings[1]?.message).toContain("lines 10 and 25");
    expect(reading.bindings[0]?.syncEnabled).toBe(false);
    for (const { remedy } of reading.findings) expect(remedy).toContain("PROJ-2027-003/sdlc-tracking.yaml:");
  });

  test.each([
    ["PROJ-2027-004", "unresolved-merge", 4, "unresolved merge, lines 4 to 8"],
    ["PROJ-2027-006", "several-documents", 5, "a second document"],
    ["PROJ-2027-007", "duplicate-key", 8, "status is given twice"],
    ["PROJ-2027-008", "newer-schema", 4, "schema_version 2.0 is newer"],
    ["PROJ-2027-009", "syntax-error", 3, "this quote is never closed"],
  ])("%s fails closed with %s at line %i", (project, code, line, message) => {
    const reading = readFixture(project);
    expect(reading.tree).toBeNull();
    expect(reading.bindings).toEqual([]);
    expect(reading.projectId).toBe(project);
    expect(shortFindings(reading)).toEqual([[code, line]]);
    expect(reading.findings[0]?.severity).toBe("error");
    expect(reading.findings[0]?.column).toBeGreaterThan(0);
    expect(reading.findings[0]?.message).toContain(message);
  });

  test.each([
    ["", "no-hub", 1],
    ["- a list\n", "no-hub", 1],
    [`${head}implementation: [a]\n`, "not-a-map", 2],
    [`${head}implementation:\n  stories: {US-1: {title: x}}\n`, "not-a-list", 3],
    [`${head}implementation:\n  stories: *gone\n`, "unresolved-alias", 3],
    [`${head}x: &x {y: *x}\n`, "unresolved-alias", 2],
    [`${head}x: {<<: 5}\n`, "invalid-merge", 2],
    [`${head}<<<<<<< ours\n||||||| base\n=======\n>>>>>>> theirs\n`, "unresolved-merge", 2],
    [`${head}system: {schema_version: 12.1}\n`, "newer-schema", 2],
    [`${head}a: b: c\n`, "syntax-error", 2],
    [`${head}\tx: 1\n`, "syntax-error", 2],
  ])("%j fails closed", (text, code, line) => {
    const reading = readText(text);
    expect(reading.tree).toBeNull();
    expect(shortFindings(reading)).toEqual([[code, line]]);
  });

  test("bytes that are no UTF-8 fail closed at their line", () => {
    const bytes = Buffer.concat([Buffer.from(`${head}x: caf`), Buffer.from([0xe9]), Buffer.from("\n")]);
    const reading = readHub(bytes, { projectId: "PROJ-2027-001", file: "hub.yaml" });
    expect(reading.tree).toBeNull();
    expect(shortFindings(reading)).toEqual([["not-utf8", 2]]);
  });

  test("merge markers inside an indented text are a text", () => {
    const text = story("      description: |\n        <<<<<<< HEAD\n        =======\n");
    expect(fieldsOf(text)?.description).toBe("<<<<<<< HEAD\n=======\n");
  });

  test("the folder and the file disagree about the id", () => {
    const reading = readText(head, "PROJ-2027-999");
    expect(reading.projectId).toBe("PROJ-2027-001");
    expect(shortFindings(reading)).toEqual([["project-id-mismatch", 1]]);
    expect(shortFindings(readText("project: {name: x}\n"))).toEqual([["missing-project-id", 1]]);
    expect(readText("project: {name: x}\n").projectId).toBe("PROJ-2027-001");
  });

  test("an item with the project's id waits; an id like `__proto__` is an id", () => {
    const reading = readText(stories("    - {id: PROJ-2027-001, title: x}\n    - {id: __proto__, title: y}\n"));
    expect(shortFindings(reading)).toEqual([["duplicate-id", 4, "PROJ-2027-001"]]);
    expect(Object.keys(treeOf(reading).items)).toEqual(["PROJ-2027-001", "__proto__"]);
  });
});
