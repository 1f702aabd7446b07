/** What people send to decide a question: read with suspicion, because anybody can type it into a form. */
import { FIELD_DEFINITIONS } from "./fields.ts";
import { givenValue } from "./given-value.ts";
import type { FieldName, FieldValue } from "./model.ts";
import type { Topic } from "./plan.ts";
import type { Question, Resolution } from "./ports.ts";

export type CheckedResolution =
  | { readonly kind: "taken"; readonly question: Question; readonly resolution: Resolution }
  /** What is wrong, and what would do. */
  | { readonly kind: "refused"; readonly why: string };

/** Finds the question that is meant, and whether the answer can be one; the values' own names and shapes are the hub's. */
export function checkResolution(given: unknown, questions: readonly Question[]): CheckedResolution {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    return refused('send an object, as in {"choice": "hub"} or {"value": "..."}');
  const { choice, value, field, number, revision, by, note } = given as Readonly<Record<string, unknown>>;
  const question = questionOn({ field, number }, questions);
  if (typeof question === "string") return refused(question);
  const isAnother = number !== undefined && number !== question.number;
  if (isAnother || (revision !== undefined && revision !== question.revision))
    return refused("the candidates have changed since; look again");
  if ((choice === undefined) === (value === undefined)) return refused("give one of choice and value");
  const answer = choice === undefined ? valueFor(question, value) : choiceFor(question, choice);
  if (typeof answer === "string") return refused(answer);
  const resolution = { ...answer, field: question.field, ...textOf("by", by), ...textOf("note", note) };
  return { kind: "taken", question, resolution };
}

function questionOn(
  { field, number }: { readonly field?: unknown; readonly number?: unknown },
  questions: readonly Question[],
): Question | string {
  const open = questions.map((question) => question.field).join(", ");
  const [only, ...others] = questions;
  if (!only) return "nothing is asked any more";
  if (field !== undefined) {
    const named = questions.find((question) => question.field === field);
    return named ?? `${JSON.stringify(field)} is not asked about; open: ${open}`;
  }
  if (others.length === 0) return only;
  return questions.find((question) => question.number === number) ?? `name the field, one of ${open}`;
}

function choiceFor({ sides, choices }: Question, choice: unknown): { choice: string } | string {
  const named = (choices ?? sides).find((one) => one === String(choice).trim().toLowerCase());
  if (named !== undefined) return { choice: named };
  return choices
    ? `${JSON.stringify(choice)} is no answer here; choose one of ${choices.join(", ")}`
    : `${JSON.stringify(choice)} has no value here; choose one of ${sides.join(", ")}, or give a value`;
}

function valueFor({ type, field, choices }: Question, value: unknown): { value: FieldValue } | string {
  if (choices || !isField(field)) return `no value is asked for; choose one of ${(choices ?? []).join(", ")}`;
  const given = givenValue(type, field, value);
  return given.kind === "value" ? { value: given.value } : `value: ${given.why}`;
}

function isField(topic: Topic): topic is FieldName {
  return topic in FIELD_DEFINITIONS;
}

function textOf(key: "by" | "note", text: unknown): Pick<Resolution, "by" | "note"> {
  return typeof text === "string" && text.trim() !== "" ? { [key]: text.trim() } : {};
}

function refused(why: string): CheckedResolution {
  return { kind: "refused", why };
}
