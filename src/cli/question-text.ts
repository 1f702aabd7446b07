/** Open questions as people read them on a terminal. */
import { styleText } from "node:util";
import { diffWordsWithSpace } from "diff";
import { FIELD_DEFINITIONS } from "../core/fields.ts";
import type { FieldValue } from "../core/model.ts";
import type { Candidate } from "../core/plan.ts";
import { shortened } from "../core/shortened.ts";
import type { ConflictRecord } from "../store/store.ts";
import { oneLine } from "./report-text.ts";

const VALUE_MAX = 60;

/** Grouped by project and item, each candidate on a line of its own. */
export function printQuestions(records: readonly ConflictRecord[], now: number): string {
  const lines: string[] = [];
  for (const [project, own] of Map.groupBy(records, (record) => record.project)) {
    lines.push(project);
    for (const [item, asked] of Map.groupBy(own, ({ conflict }) => conflict.item)) {
      lines.push(`  ${item}`, ...asked.flatMap((record) => questionLines(record, now)));
    }
  }
  return lines.join("\n");
}

function questionLines(record: ConflictRecord, now: number): string[] {
  const { number, conflict } = record;
  const width = Math.max(...conflict.candidates.map(({ side }) => side.length));
  const head = `    ${String(number).padStart(3)}  ${conflict.field}: ${standing(record, now)}`;
  const candidates = conflict.candidates.map(
    ({ side, value, stamp }) =>
      `         ${side.padEnd(width)}  ${shortValue(value)}${stamp ? `  (${timeOf(stamp)})` : ""}`,
  );
  return [head, ...candidates];
}

function standing({ answer, openedAt, reminders, conflict }: ConflictRecord, now: number): string {
  if (answer) return `answered with ${choiceText(answer)}${answer.by ? ` by ${answer.by}` : ""}; a sync applies it`;
  const asked = `${conflict.kind === "adoption" ? "differs since it was linked" : "changed on both sides"}, asked ${age(now - Date.parse(openedAt))} ago`;
  return reminders === 0 ? asked : `${asked}, reminded ${reminders} ${reminders === 1 ? "time" : "times"}`;
}

/** What somebody chose: a side's name, or the value of their own. */
export function choiceText({ choice }: { readonly choice: string | { readonly value: FieldValue } }): string {
  return typeof choice === "string" ? choice : shortValue(choice.value);
}

/** The candidates in full, numbered; of two texts also what differs, word by word. */
export function printCandidates({ number, conflict }: ConflictRecord): string {
  const { item, field, candidates } = conflict;
  const lines = [`${number}. ${item}.${field}`];
  for (const [n, { side, value, stamp }] of candidates.entries()) {
    const text = typeof value === "string" ? value.replaceAll("\n", "\n        ") : shortValue(value);
    lines.push(`  [${n + 1}] ${side}${stamp ? ` (${timeOf(stamp)})` : ""}`, `        ${text}`);
  }
  const [first, second] = candidates;
  const isText = FIELD_DEFINITIONS[field].merge === "text" || field === "title";
  if (first && second && candidates.length === 2 && isText) lines.push(`  words: ${wordDiff(first, second)}`);
  return lines.join("\n");
}

function wordDiff(one: Candidate, other: Candidate): string {
  const [before, after] = [String(one.value ?? ""), String(other.value ?? "")];
  const marked = diffWordsWithSpace(before, after).map(({ value, added, removed }) => {
    if (!added && !removed) return value;
    return styleText(added ? "green" : "red", added ? `{+${value}+}` : `[-${value}-]`, { stream: process.stderr });
  });
  return marked.join("").replaceAll("\n", "\n         ");
}

function shortValue(value: FieldValue): string {
  if (value === null) return "(nothing)";
  if (typeof value === "number") return String(value);
  const text = oneLine(typeof value === "string" ? value : value.join(", "));
  return text === "" ? "(nothing)" : shortened(text, VALUE_MAX);
}

function timeOf({ at }: NonNullable<Candidate["stamp"]>): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}

function age(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
