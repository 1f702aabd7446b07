/** Editing a large hub file, measured in parses of that file by `yaml` itself in the same run. */
import { parseDocument } from "yaml";
import type { HubEdit } from "../src/core/plan.ts";
import { editHub } from "../src/hub/edit.ts";

/** Promised: a whole edit, its own check included, takes no longer than this many parses. */
export const EDIT_LIMIT = 2.5;

const LINES = 10_000;
const LINES_PER_STORY = 10;
/** The head of the file has as many lines as a story. */
const STORIES = LINES / LINES_PER_STORY - 1;
const ROUNDS = 15;

export interface HubEditBench {
  readonly lines: number;
  readonly edits: number;
  readonly parseMs: number;
  readonly editMs: number;
  /** `editMs / parseMs`. */
  readonly ratio: number;
}

/**
 * Prints and returns the ratio for one edit, for one in every item, and for the first ref of every item of a file
 * that has none yet. Medians of alternating rounds, after a warm-up.
 */
export function benchHubEdit(print: (line: string) => void = console.log): readonly HubEditBench[] {
  const text = largeHub(["external_refs:", "  jira: null", "  linear: null"]);
  const unsynced = largeHub(["sprint: 2026-09", "branch: null", "depends_on: []"]);
  const cases: [string, readonly HubEdit[]][] = [
    [text, storyEdits(1)],
    [text, storyEdits(1_000)],
    [unsynced, firstRefs()],
  ];
  return cases.map(([text, edits]) => {
    const result = measure(text, edits);
    const { lines, parseMs, editMs, ratio } = result;
    print(
      `hub edit: ${lines} lines, ${edits.length} edits: ${editMs.toFixed(1)} ms = ${ratio.toFixed(2)} parses of ${parseMs.toFixed(1)} ms (limit ${EDIT_LIMIT})`,
    );
    return result;
  });
}

function measure(text: string, edits: readonly HubEdit[]): HubEditBench {
  const parses: number[] = [];
  const wholes: number[] = [];
  for (let round = -3; round < ROUNDS; round += 1) {
    const start = performance.now();
    parseDocument(text, { merge: true });
    const parsed = performance.now();
    const { skipped } = editHub(text, edits);
    const done = performance.now();
    if (skipped.length > 0) throw new Error(`${skipped.length} edits were skipped: ${skipped[0]?.reason}`);
    if (round < 0) continue;
    parses.push(parsed - start);
    wholes.push(done - parsed);
  }
  const [parseMs, editMs] = [median(parses), median(wholes)];
  return { lines: text.split("\n").length - 1, edits: edits.length, parseMs, editMs, ratio: editMs / parseMs };
}

/** `tail`: the last lines of each story. */
function largeHub(tail: readonly string[]): string {
  const stories = Array.from({ length: STORIES }, (_, index) =>
    [
      `    - id: ${storyId(index)}`,
      "      epic: EPIC-001",
      `      title: "Story number ${index}: as a person would call it"   # a comment`,
      "      status: in_progress",
      "      assignee: ana.ruiz@example.com",
      "      estimation: 5",
      "      labels: [payments, pci]",
      ...tail.map((line) => `      ${line}`),
    ].join("\n"),
  );
  const head = [
    "project: {id: PROJ-2026-500, name: A large one}",
    "state: {currentPhase: 5, currentGate: G4, overallProgress: 0.5, health: Green}",
    "implementation:",
    "  epics:",
    "    - id: EPIC-001",
    "      title: The epic of all of them",
    "      status: in_progress",
    "      priority: P1",
    "      estimation_sp: 34",
    "  stories:",
  ];
  return `${[...head, ...stories].join("\n")}\n`;
}

function storyEdits(count: number): HubEdit[] {
  return Array.from({ length: count }, (_, index): HubEdit => {
    const item = storyId(index % STORIES);
    if (index % 3 === 0) return { kind: "ref", item, type: "story", tool: "jira", ref: `CHK-${index}` };
    if (index % 3 === 1) return { kind: "field", item, type: "story", field: "status", value: "done" };
    return { kind: "field", item, type: "story", field: "title", value: `Renamed, ${index}` };
  });
}

function firstRefs(): HubEdit[] {
  return Array.from({ length: STORIES }, (_, index): HubEdit => {
    return { kind: "ref", item: storyId(index), type: "story", tool: "jira", ref: `CHK-${index}` };
  });
}

function storyId(index: number): string {
  return `US-BIG-${String(index).padStart(4, "0")}`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

if (import.meta.main) benchHubEdit();
