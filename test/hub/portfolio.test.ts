import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { editHub } from "../../src/hub/edit.ts";
import { field, fixtureText, hasShared, readFixture, ref, SHARED_PROJECTS, shortFindings, treeOf } from "./fixtures.ts";
import { changedLines } from "./lines.ts";

const read = (project: string) => readFixture(project, SHARED_PROJECTS);
const text = (project: string) => fixtureText(project, SHARED_PROJECTS);

describe.skipIf(!hasShared)("the portfolio in ../shared", () => {
  test("PROJ-2026-014: comments, quoting styles and `yes` read as people mean them", () => {
    const reading = read("PROJ-2026-014");
    const { items, quarantined } = treeOf(reading);
    const types = Object.values(items).map(({ type }) => type);
    expect(types.filter((type) => type === "epic")).toHaveLength(2);
    expect(types.filter((type) => type === "story")).toHaveLength(5);
    expect(types.filter((type) => type === "task")).toHaveLength(1);
    expect([quarantined, reading.findings]).toEqual([[], []]);
    expect(items["US-CHK-003"]?.fields.estimate).toBe(2.5);
    expect(items["US-CHK-003"]?.fields.description).toContain("- [x] copy approved\n- [ ] e-mail template\n");
    expect(items["US-CHK-002"]?.fields).toMatchObject({ assignee: null, branch: null, pr: null });
    expect(reading.bindings.map(({ tool, syncEnabled }) => [tool, syncEnabled])).toEqual([
      ["jira", true],
      ["linear", true],
      ["notion", false],
    ]);
    const edited = editHub(text("PROJ-2026-014"), [field("US-CHK-001", "status", "done")]);
    expect(edited.text).toContain("budget_approved: yes");
    expect(changedLines(text("PROJ-2026-014"), edited.text)).toEqual([
      ["      status: in_review", "      status: done"],
    ]);
  });

  test("PROJ-2026-027: merge keys, aliases and strings that look like other types", () => {
    const { items } = treeOf(read("PROJ-2026-027"));
    expect(items["US-FAC-001"]?.fields).toMatchObject({ status: "ready", estimate: 3 });
    expect(items["US-FAC-003"]?.fields.title).toBe("No");
    expect(items["US-FAC-004"]?.fields).toMatchObject({ title: "007", estimate: 8 });
    const before = text("PROJ-2026-027");
    const { text: after } = editHub(before, [field("US-FAC-002", "labels", ["fiscal", "aeat", "nuevo"])]);
    expect(changedLines(before, after)).toEqual([
      ["        labels: &tags [fiscal, aeat]", "        labels: &tags [fiscal, aeat, nuevo]"],
      ["        labels: *tags", "        labels: [fiscal, aeat]"],
    ]);
  });

  test("PROJ-2026-031: what can sync does, what cannot waits, and each finding names its line", () => {
    const reading = read("PROJ-2026-031");
    const { items, quarantined } = treeOf(reading);
    expect(Object.keys(items)).toEqual(["PROJ-2026-031", "EPIC-001", "EPIC-002", "US-DAT-002"]);
    expect(items["US-DAT-002"]?.fields).toEqual({ title: "Points at an epic that does not exist", status: "ready" });
    expect(quarantined).toEqual(["US-DAT-001", "US-DAT-003"]);
    expect(shortFindings(reading)).toEqual([
      ["duplicate-id", 24, "US-DAT-001"],
      ["not-a-number", 33, "US-DAT-002"],
      ["unknown-parent", 30, "US-DAT-002"],
      ["unknown-status", 36, "US-DAT-003"],
      ["missing-title", 35, "US-DAT-003"],
    ]);
    expect(reading.findings[0]?.message).toContain("lines 24 and 38");
  });

  test("PROJ-2026-042: 126 items bound to four tools all read", () => {
    const reading = read("PROJ-2026-042");
    const items = Object.values(treeOf(reading).items).filter(({ type }) => type !== "project");
    expect(items).toHaveLength(126);
    expect(items.filter(({ fields }) => fields.assignee === "left.the.company@example.com")).toHaveLength(18);
    expect(reading.bindings.map(({ tool }) => tool)).toEqual(["jira", "linear", "notion", "github"]);
    expect(reading.findings).toEqual([]);
  });

  test.each([
    ["PROJ-2026-066", "unresolved-merge", 6, "unresolved merge, lines 6 to 10"],
    ["PROJ-2026-081", "several-documents", 6, "a second document"],
    ["PROJ-2026-088", "duplicate-key", 9, "status is given twice"],
  ])("%s fails closed with %s at line %i", (project, code, line, message) => {
    const reading = read(project);
    expect(reading.tree).toBeNull();
    expect(reading.projectId).toBe(project);
    expect(shortFindings(reading)).toEqual([[code, line]]);
    expect(reading.findings[0]).toMatchObject({ severity: "error", column: expect.any(Number) as number });
    expect(reading.findings[0]?.message).toContain(message);
  });

  test("PROJ-2026-073: refs are names, and BOM, CRs and the missing newline outlive an edit", () => {
    const { items } = treeOf(read("PROJ-2026-073"));
    expect(items["EPIC-001"]?.refs).toEqual({ jira: "12e3", linear: "900719925474099312345" });
    expect(items["US-MOB-001"]?.fields.description).toBe("First line.\n\nSecond paragraph.\n");
    const before = text("PROJ-2026-073");
    const { text: after } = editHub(before, [
      field("US-MOB-001", "status", "done"),
      ref("US-MOB-001", "jira", "MOB-7"),
    ]);
    expect(changedLines(before, after)).toEqual([
      ["    status: in_progress\r", "    status: done\r"],
      [undefined, "    external_refs:\r"],
      [undefined, '      jira: "MOB-7"\r'],
    ]);
    expect([after.startsWith("\uFEFF"), after.endsWith("}")]).toEqual([true, true]);
  });

  test("every file that reads can be edited at every item, and no line besides", () => {
    for (const project of readdirSync(SHARED_PROJECTS)) {
      const reading = read(project);
      for (const { id, type } of Object.values(reading.tree?.items ?? {})) {
        if (type === "project") continue;
        const { text: after, skipped } = editHub(text(project), [field(id, "title", "Renamed: by a test")]);
        expect(skipped).toEqual([]);
        const changes = changedLines(text(project), after);
        expect(changes.map(([, now]) => now?.includes("Renamed: by a test"))).toEqual([true]);
      }
    }
  });
});
