/** Open questions as people read them. */
import { expect, test } from "vitest";
import type { Conflict } from "../../src/core/plan.ts";
import { printOptions, printQuestions } from "../../src/cli/question-text.ts";
import type { ConflictRecord } from "../../src/store/store.ts";
import { conflictOf, deletionOf, guardOf } from "../store/samples.ts";

const OPENED = "2026-03-01T10:00:00.000Z";
const NOW = Date.parse("2026-03-03T10:00:00.000Z");

function recordOf(conflict: Conflict, reminders = 0): ConflictRecord {
  const common = { number: 7, project: "P", state: "open", openedAt: OPENED, revision: "r", answer: null } as const;
  return { ...common, conflict, reminders };
}

test.each([
  [0, "asked 2 d ago"],
  [1, "asked 2 d ago, reminded once"],
  [2, "asked 2 d ago, reminded twice, escalated"],
  [3, "asked 2 d ago, reminded 3 times, escalated"],
])("who was reminded %i times reads: %s", (reminders, told) => {
  const [, , head] = printQuestions([recordOf(guardOf(60), reminders)], NOW).split("\n");
  expect(head).toBe(`      7  create 60 items in jira (limit 50): ${told}`);
});

test("a value is shown with whoever wrote it, and nothing of theirs redraws the terminal", () => {
  const stamp = { at: "2026-03-01T09:00:00.000Z", resolutionMs: 1, by: "Ana\u001b[2J Ruiz" };
  const candidates = [
    { side: "hub", value: "ours" },
    { side: "jira", value: "theirs", stamp },
  ];
  const conflict = conflictOf("S-1", { candidates });
  expect(printQuestions([recordOf(conflict)], NOW)).toContain("jira  theirs  (Ana [2J Ruiz, 2026-03-01 09:00 UTC)");
  expect(printOptions(recordOf(conflict))).toContain("[2] jira (Ana [2J Ruiz, 2026-03-01 09:00 UTC)");
});

test("a deletion is shown with what was edited since, and what each answer comes to", () => {
  const traces = [
    { side: "hub", state: "live", edits: { title: "Still needed" } },
    { side: "jira", state: "deleted" },
  ] as const;
  expect(printOptions(recordOf(deletionOf("S-1", { traces }))).split("\n")).toEqual([
    "7. S-1: deleted in jira; live in the hub; edited since: title",
    "  since then, in hub: title  Still needed",
    "  [1] recreate  make it anew where it was deleted",
    "  [2] keep      leave it as it is, ask no more",
  ]);
});
