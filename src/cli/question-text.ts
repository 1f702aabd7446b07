/** Open questions as people read them on a terminal. */
import { styleText } from "node:util";
import { diffWordsWithSpace } from "diff";
import { choicesIn, inWords, isFieldConflict, meaningOf, placeOf, WHOLE_PROJECT } from "../core/conflict.ts";
import { FIELD_DEFINITIONS } from "../core/fields.ts";
import type { FieldValue } from "../core/model.ts";
import type { Candidate, Conflict, FieldConflict } from "../core/plan.ts";
import { remindedInWords } from "../core/reminders.ts";
import { shortened } from "../core/shortened.ts";
import type { ConflictRecord } from "../store/store.ts";
import { oneLine } from "./report-text.ts";

const VALUE_MAX = 60;

/** Grouped by project and item, each candidate on a line of its own. */
export function printQuestions(records: readonly ConflictRecord[], now: number): string {
  const lines: string[] = [];
  for (const [project, own] of Map.groupBy(records, (record) => record.project)) {
    lines.push(project);
    for (const [item, asked] of Map.groupBy(own, ({ conflict }) => placeOf(conflict).item)) {
      lines.push(`  ${item === WHOLE_PROJECT ? "the project" : item}`);
      lines.push(...asked.flatMap((record) => questionLines(record, now)));
    }
  }
  return lines.join("\n");
}

/** What was answered and is asked no more, a line each: by its number it may be answered anew. */
export function printSettled(records: readonly ConflictRecord[]): string {
  const lines = records.map(({ project, number, conflict, answer }) => {
    const by = answer?.by ? `, by ${answer.by}` : "";
    const what = `${placeOf(conflict).item}: ${titleOf(conflict)}`;
    return `  ${project}  ${String(number).padStart(3)}  ${what}: ${answer ? choiceText(answer) : ""}${by}`;
  });
  return ["Answered, and asked no more while nothing changes:", ...lines].join("\n");
}

function questionLines(record: ConflictRecord, now: number): string[] {
  const { number, conflict } = record;
  const head = `    ${String(number).padStart(3)}  ${titleOf(conflict)}: ${standing(record, now)}`;
  return [head, ...optionLines(conflict).map((line) => `         ${line}`)];
}

function titleOf(conflict: Conflict): string {
  return isFieldConflict(conflict) ? conflict.field : inWords(conflict);
}

/** Of a field each side's value, who wrote it and when; else what can be answered, and what people changed since. */
function optionLines(conflict: Conflict): string[] {
  if (isFieldConflict(conflict)) {
    const width = Math.max(...conflict.candidates.map(({ side }) => side.length));
    return conflict.candidates.map(
      (candidate) => `${candidate.side.padEnd(width)}  ${shortValue(candidate.value)}${origin(candidate, "  ")}`,
    );
  }
  return [...editLines(conflict), ...choiceLines(conflict)];
}

function editLines(conflict: Conflict): string[] {
  if (conflict.kind !== "deletion") return [];
  return conflict.traces.flatMap(({ side, edits = {} }) =>
    Object.entries(edits).map(([field, value]) => `since then, in ${side}: ${field}  ${shortValue(value)}`),
  );
}

function choiceLines(conflict: Conflict): string[] {
  const { topic } = placeOf(conflict);
  const choices = choicesIn(conflict);
  const width = Math.max(...choices.map((choice) => choice.length));
  return choices.map((choice) => `${choice.padEnd(width)}  ${meaningOf(topic, choice) ?? ""}`);
}

function standing({ answer, openedAt, reminders, conflict }: ConflictRecord, now: number): string {
  if (answer) return `answered with ${choiceText(answer)}${answer.by ? ` by ${answer.by}` : ""}; a sync applies it`;
  const what = isFieldConflict(conflict) ? howAsked(conflict) : "";
  const asked = `${what}asked ${age(now - Date.parse(openedAt))} ago`;
  return reminders === 0 ? asked : `${asked}, ${remindedInWords(reminders)}`;
}

function howAsked({ kind, candidates: { length } }: FieldConflict): string {
  if (kind === "adoption") return "differs since it was linked, ";
  return `changed on ${length === 2 ? "both" : length} sides, `;
}

/** What somebody chose: a side's name, or the value of their own. */
export function choiceText({ choice }: { readonly choice: string | { readonly value: FieldValue } }): string {
  return typeof choice === "string" ? choice : shortValue(choice.value);
}

/** What is asked in full, the options numbered; of two texts also what differs, word by word. */
export function printOptions({ number, conflict }: ConflictRecord): string {
  const { item, topic } = placeOf(conflict);
  if (!isFieldConflict(conflict)) {
    const options = choiceLines(conflict).map((line, n) => `  [${n + 1}] ${line}`);
    const edits = editLines(conflict).map((line) => `  ${line}`);
    return [`${number}. ${item}: ${inWords(conflict)}`, ...edits, ...options].join("\n");
  }
  const { field, candidates } = conflict;
  const lines = [`${number}. ${item}.${topic}`];
  for (const [n, candidate] of candidates.entries()) {
    const { side, value } = candidate;
    const text = typeof value === "string" ? value.replaceAll("\n", "\n        ") : shortValue(value);
    lines.push(`  [${n + 1}] ${side}${origin(candidate, " ")}`, `        ${text}`);
  }
  const [first, second] = candidates;
  const isText = FIELD_DEFINITIONS[field].merge === "text" || field === "title";
  if (first && second && candidates.length === 2 && isText) lines.push(`  words: ${wordDiff(first, second)}`);
  return lines.join("\n");
}

/** When it was written, and by whom where the tool says it. */
function origin({ stamp }: Candidate, gap: string): string {
  if (!stamp) return "";
  return `${gap}(${stamp.by === undefined ? "" : `${oneLine(stamp.by)}, `}${timeOf(stamp)})`;
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
