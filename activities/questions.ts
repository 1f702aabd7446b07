/** Questions that only people can answer: told to their workflows, answered through them, closed when the sides agree. */
import { givenValue } from "../src/core/given-value.ts";
import { choicesIn, conflictsIn, inWords, isFieldConflict, placeOf, sidesIn, stageOf } from "../src/core/conflict.ts";
import type { Conflict, Deletion, DeletionChoice, GuardChoice, GuardQuestion, Place } from "../src/core/plan.ts";
import type { ConflictAnswer } from "../src/core/policy.ts";
import type { Answered, AnswerInput, Question, RemindInput, Resolution } from "../src/core/ports.ts";
import type { ItemId } from "../src/core/model.ts";
import type { ConflictRecord } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";
import type { RunContext } from "./run-context.ts";
import type { PassPlan } from "./planning.ts";
import { untouchedConflicts } from "./scope.ts";

/** How the workflows of items and projects are reached. */
export interface Conversations {
  /** Tells the item's workflow that these are its questions now, and starts it where there are any. */
  ask(project: string, item: ItemId, questions: readonly Question[]): Promise<void>;
  /** Has the project synced, without waiting for the end. */
  sync(project: string, trigger: string): Promise<void>;
}

/** Stores what the plan leaves to people; returns it. Those that an answer is settling stay until all sides agree. */
export async function storeQuestions(
  engine: Engine,
  context: RunContext,
  planned: PassPlan,
): Promise<readonly Conflict[]> {
  const untouched = (await untouchedConflicts(engine, context, planned)).map(placeOf);
  const isTouched = (conflict: Conflict): boolean => !untouched.some((place) => isSamePlace(place, placeOf(conflict)));
  const stages = Map.groupBy(conflictsIn(planned.plan).filter(isTouched), stageOf);
  const [open = [], settling = [], settled = []] = [stages.get("open"), stages.get("settling"), stages.get("settled")];
  const now = new Date(engine.now()).toISOString();
  const left = [...untouched, ...settling.map(placeOf)];
  await engine.store.saveConflicts(context.project, open, now, left, settled.map(placeOf));
  return open;
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.item === other.item && one.topic === other.topic;
}

/** Tells each item's workflow what changed about its questions. Repeated after a crash, it tells the same again. */
export async function askPeople(engine: Engine, project: string, conversations: Conversations): Promise<void> {
  const { store } = engine;
  const open = Map.groupBy(await store.openConflicts(project), ({ conflict }) => placeOf(conflict).item);
  for (const item of await store.untoldItems(project)) {
    const records = open.get(item) ?? [];
    await conversations.ask(project, item, records.map(questionOf));
    await store.markTold(project, item, records);
  }
}

/** What a workflow may know of a conflict. */
export function questionOf({ number, conflict, revision }: ConflictRecord): Question {
  const { kind } = conflict;
  const field = placeOf(conflict).topic;
  const sides = sidesIn(conflict);
  if (isFieldConflict(conflict)) return { number, type: conflict.type, field, kind, sides, revision };
  const type = conflict.kind === "deletion" ? conflict.type : "project";
  return { number, type, field, kind, sides, choices: choicesIn(conflict), about: inWords(conflict), revision };
}

/** Keeps a person's answer beside what they were shown, and has the project synced at once. */
export async function takeAnswer(engine: Engine, input: AnswerInput, conversations: Conversations): Promise<Answered> {
  const { project, number, revision, resolution } = input;
  const record = await engine.store.conflict(project, number);
  const answer = record && answerIn(record.conflict, resolution);
  if (!answer) return { status: "outdated" };
  const isTaken = await engine.store.answerConflict(project, number, revision, {
    ...answer,
    by: resolution.by ?? null,
    note: resolution.note ?? null,
    at: new Date(engine.now()).toISOString(),
  });
  if (isTaken) await conversations.sync(project, "answer");
  return { status: isTaken ? "taken" : "outdated" };
}

function answerIn(conflict: Conflict, { choice, value }: Resolution): ConflictAnswer | undefined {
  const named = choicesIn(conflict).find((one) => one === choice);
  if (!isFieldConflict(conflict)) return named === undefined ? undefined : answerTo(conflict, named);
  const { type, item, field, candidates } = conflict;
  if (choice !== undefined) return named === undefined ? undefined : { item, field, choice: named, candidates };
  const given = givenValue(type, field, value);
  return given.kind === "value" ? { item, field, choice: { value: given.value }, candidates } : undefined;
}

/** The choice is one of the conflict's own. */
function answerTo(shown: Deletion | GuardQuestion, choice: string): ConflictAnswer {
  return shown.kind === "deletion"
    ? { kind: "deletion", choice: choice as DeletionChoice, shown }
    : { kind: "guard", choice: choice as GuardChoice, shown };
}

/** That people were reminded stands in the store, where `track-sdlc conflicts` shows it. */
export async function noteReminder(engine: Engine, { project, numbers }: RemindInput): Promise<void> {
  await engine.store.noteReminder(project, numbers);
}
