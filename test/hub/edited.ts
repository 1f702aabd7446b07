/** Small hub files, and what an edit makes of them. */
import { expect } from "vitest";
import type { HubEdit } from "../../src/core/plan.ts";
import { editHub } from "../../src/hub/edit.ts";
import { changedLines } from "./lines.ts";

type Change = readonly [string | undefined, string | undefined];

/** A file with one story made of these lines, and one more story behind it. */
export function hub(lines: readonly string[], eol = "\n"): string {
  const story = lines.map((line, index) => (index === 0 ? `    - ${line}` : line === "" ? "" : `      ${line}`));
  const head = ["project: {id: PROJ-2027-001, name: Sample}", "implementation:"];
  const epics = ["  epics:", "    - {id: EPIC-1, title: E1}", "    - {id: EPIC-2, title: E2}"];
  const rest = ["    - {id: US-2, title: Two}", ""];
  return [...head, ...epics, "  stories:", ...story, ...rest].join(eol);
}

export function edited(before: string, edits: readonly HubEdit[]): string {
  const { text, skipped } = editHub(before, edits);
  expect(skipped).toEqual([]);
  expect(editHub(text, edits).text, "a second time changes nothing").toBe(text);
  return text;
}

export function changes(before: string, edits: readonly HubEdit[]): Change[] {
  return changedLines(before, edited(before, edits)).map(([old, now]) => [old?.trimStart(), now?.trimStart()]);
}
