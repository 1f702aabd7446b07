/** Questions that only people can answer: told to their workflows, answered through them, closed when the sides agree. */
import { givenValue } from "../src/core/given-value.ts";
import { isAnswered, type Conflict } from "../src/core/plan.ts";
import type { Answered, AnswerInput, Question, RemindInput } from "../src/core/ports.ts";
import type { ItemId } from "../src/core/model.ts";
import type { ConflictRecord } from "../src/store/store.ts";
import type { Engine, RunContext } from "./engine.ts";
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
  const { conflicts } = planned.plan;
  const parked = conflicts.filter(({ decided }) => !decided);
  const untouched = await untouchedConflicts(engine, context, planned);
  const now = new Date(engine.now()).toISOString();
  await engine.store.saveConflicts(context.project, [...parked, ...untouched], now, conflicts.filter(isAnswered));
  return parked;
}

/** Tells each item's workflow what changed about its questions. Repeated after a crash, it tells the same again. */
export async function askPeople(engine: Engine, project: string, conversations: Conversations): Promise<void> {
  const { store } = engine;
  const open = Map.groupBy(await store.openConflicts(project), ({ conflict }) => conflict.item);
  for (const item of await store.untoldItems(project)) {
    const records = open.get(item) ?? [];
    await conversations.ask(project, item, records.map(questionOf));
    await store.markTold(project, item, records);
  }
}

/** What a workflow may know of a conflict. */
export function questionOf({ number, conflict, revision }: ConflictRecord): Question {
  const { type, field, kind, candidates } = conflict;
  return { number, type, field, kind, sides: candidates.map(({ side }) => side), revision };
}

/** Keeps a person's answer beside what they were shown, and has the project synced at once. */
export async function takeAnswer(engine: Engine, input: AnswerInput, conversations: Conversations): Promise<Answered> {
  const { project, number, revision, resolution } = input;
  const record = await engine.store.conflict(project, number);
  const choice = record && choiceIn(record, resolution);
  if (!record || choice === undefined || choice === null) return { status: "outdated" };
  const { item, field, candidates } = record.conflict;
  const isTaken = await engine.store.answerConflict(project, number, revision, {
    item,
    field,
    choice,
    candidates,
    by: resolution.by ?? null,
    note: resolution.note ?? null,
    at: new Date(engine.now()).toISOString(),
  });
  if (isTaken) await conversations.sync(project, "answer");
  return { status: isTaken ? "taken" : "outdated" };
}

function choiceIn({ conflict }: ConflictRecord, { choice, value }: AnswerInput["resolution"]) {
  const { type, field, candidates } = conflict;
  if (choice !== undefined) return candidates.find(({ side }) => side === choice)?.side;
  const given = givenValue(type, field, value);
  return given.kind === "value" ? { value: given.value } : undefined;
}

/** That people were reminded stands in the store, where `track-sdlc conflicts` shows it. */
export async function noteReminder(engine: Engine, { project, numbers }: RemindInput): Promise<void> {
  await engine.store.noteReminder(project, numbers);
}
