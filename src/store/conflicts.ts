/** Parked conflicts: what people are asked, and what they answered. */
import { createHash } from "node:crypto";
import { sql, type Selectable } from "kysely";
import { isAsShown } from "../core/bulk-guard.ts";
import { isFieldConflict, placeOf } from "../core/conflict.ts";
import type { Conflict, Place } from "../core/plan.ts";
import { change, durably, type Handle } from "./handle.ts";
import type { Db, Tables, Tx } from "./schema.ts";
import type { ConflictRecord, Store, StoredAnswer } from "./store.ts";
import { batches } from "./upsert.ts";

type ConflictMethods = Pick<
  Store,
  | "saveConflicts"
  | "openConflicts"
  | "settledConflicts"
  | "conflict"
  | "answerConflict"
  | "untoldItems"
  | "markTold"
  | "noteReminder"
  | "consent"
>;
type Row = Selectable<Tables["conflict"]>;

/** What is told of a question that is none any more. */
const CLOSED = "closed";

export function conflictMethods(handle: Handle): ConflictMethods {
  const { db } = handle;
  return {
    saveConflicts: (project, conflicts, now, untouched = [], settled = []) =>
      change(handle, project, async (tx) => {
        const [left, held] = [untouched, settled].map((places) => new Set(places.map(subjectOf)));
        await saveConflicts(tx, project, conflicts, { now, untouched: left!, settled: held! });
        return conflictsIn(tx, "open", project);
      }),
    openConflicts: (project) => conflictsIn(db, "open", project),
    settledConflicts: (project) => conflictsIn(db, "settled", project),
    async conflict(project, number) {
      const row = await rowOf(db, project, number);
      return row ? recordOf(row) : null;
    },
    // A person was told that it holds: it must be on the disk by then.
    answerConflict: (project, number, revision, answer) =>
      durably(handle, (durable) =>
        change(durable, project, async (tx) => {
          const row = await rowOf(tx, project, number);
          // Told twice, because nobody heard that it was taken: by now it may be all that the sides agree on.
          if (row?.revision === revision && isSameAnswer(row.answer, answer)) return true;
          if (!row || row.state === "closed" || row.revision !== revision) return false;
          await update(tx, project, [number], { state: "open", answer: JSON.stringify(answer) });
          return true;
        }),
      ),
    async untoldItems(project) {
      const rows = await db
        .selectFrom("conflict")
        .select("subject")
        .where("project", "=", project)
        .where(sql<boolean>`coalesce(told, '') <> case when state = 'open' then revision else ${CLOSED} end`)
        .execute();
      return [...new Set(rows.map(itemOf))].toSorted();
    },
    markTold: (project, item, told) =>
      change(handle, project, async (tx) => {
        const own = (await standingsOf(tx, project)).filter((row) => itemOf(row) === item);
        const open = new Set(told.map(({ number }) => number));
        for (const { number, revision } of told) await update(tx, project, [number], { told: revision });
        const over = own.filter((row) => row.state !== "open" && row.told !== CLOSED && !open.has(row.number));
        await update(tx, project, over.map(numberOf), { told: CLOSED });
      }),
    noteReminder: (project, numbers) =>
      change(handle, project, async (tx) => {
        for (const row of await standingsOf(tx, project))
          if (numbers.includes(row.number)) await update(tx, project, [row.number], { reminders: row.reminders + 1 });
      }),
    async consent(project, tool, now) {
      await db
        .insertInto("consent")
        .values({ project, tool, at: now })
        .onConflict((conflict) => conflict.columns(["project", "tool"]).doNothing())
        .execute();
    },
  };
}

async function conflictsIn(
  db: Db | Tx,
  state: ConflictRecord["state"],
  project: string | undefined,
): Promise<ConflictRecord[]> {
  let query = db.selectFrom("conflict").selectAll().where("state", "=", state);
  if (project !== undefined) query = query.where("project", "=", project);
  return (await query.orderBy("project").orderBy("number").execute()).map(recordOf);
}

/** Everything but what the questions are about. */
function standingsOf(tx: Tx, project: string): Promise<Omit<Row, "body">[]> {
  return tx
    .selectFrom("conflict")
    .select(["project", "number", "subject", "state", "opened_at", "revision", "told", "answer", "reminders"])
    .where("project", "=", project)
    .orderBy("number")
    .execute();
}

async function rowOf(db: Db | Tx, project: string, number: number): Promise<Row | undefined> {
  return db
    .selectFrom("conflict")
    .selectAll()
    .where("project", "=", project)
    .where("number", "=", number)
    .executeTakeFirst();
}

function recordOf({ number, project, state, opened_at, body, revision, answer, reminders }: Row): ConflictRecord {
  return {
    number,
    project,
    state: state as ConflictRecord["state"],
    openedAt: opened_at,
    conflict: JSON.parse(body) as Conflict,
    revision,
    answer: answer === null ? null : (JSON.parse(answer) as StoredAnswer),
    reminders,
  };
}

interface Saving {
  readonly now: string;
  readonly untouched: ReadonlySet<string>;
  readonly settled: ReadonlySet<string>;
}

type Known = Awaited<ReturnType<typeof standingsOf>>[number];

/**
 * Numbers are never given twice: what a person wrote down goes on meaning the same conflict. One that is asked
 * again in the very same way, after it was closed, has its number back and waits for a new answer.
 */
async function saveConflicts(
  tx: Tx,
  project: string,
  conflicts: readonly Conflict[],
  { now, untouched, settled }: Saving,
): Promise<void> {
  const known = await standingsOf(tx, project);
  const alive = new Map(known.filter(({ state }) => state !== "closed").map((row) => [row.subject, row]));
  const named = new Map(conflicts.map((conflict) => [subjectOf(placeOf(conflict)), conflict]));
  let next = known.reduce((highest, { number }) => Math.max(highest, number), 0);
  const rows: Row[] = [];
  for (const [subject, conflict] of named) {
    const revision = revisionOf(conflict);
    const current = alive.get(subject);
    // The same question stays as it was first asked: with its times, its reminders and its answer.
    if (current?.state === "open" && (await isSameQuestion(tx, current, conflict, revision))) continue;
    const last = known.findLast((row) => row.subject === subject);
    const before = current ?? (last?.revision === revision ? last : undefined);
    const number = before?.number ?? ++next;
    const opened_at = before?.opened_at ?? now;
    const told = current?.state === "open" ? current.told : null;
    const body = JSON.stringify(conflict);
    rows.push({ project, subject, number, opened_at, state: "open", body, revision, told, answer: null, reminders: 0 });
  }
  await upsert(tx, rows);
  const unnamed = [...alive.values()].filter(({ subject }) => !named.has(subject) && !untouched.has(subject));
  const [held, over] = [true, false].map((holds) => unnamed.filter(({ subject }) => settled.has(subject) === holds));
  await update(tx, project, held!.map(numberOf), { state: "settled" });
  await update(tx, project, over!.map(numberOf), { state: "closed" });
}

/** Counts are about what they are: a guard asks anew only where it would let through another plan than was shown. */
async function isSameQuestion(tx: Tx, known: Known, conflict: Conflict, revision: string): Promise<boolean> {
  if (known.revision === revision) return true;
  if (!("count" in conflict)) return false;
  const row = await rowOf(tx, known.project, known.number);
  const shown = row && (JSON.parse(row.body) as Conflict);
  if (!shown || !("count" in shown)) return false;
  return isAsShown(shown.count, conflict.count) && isAsShown(conflict.count, shown.count);
}

async function upsert(tx: Tx, rows: readonly Row[]): Promise<void> {
  for (const some of batches(rows, ({ subject }) => subject))
    await tx
      .insertInto("conflict")
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(["project", "number"]).doUpdateSet((eb) => ({
          body: eb.ref("excluded.body"),
          state: eb.ref("excluded.state"),
          revision: eb.ref("excluded.revision"),
          told: eb.ref("excluded.told"),
          answer: eb.ref("excluded.answer"),
          reminders: eb.ref("excluded.reminders"),
        })),
      )
      .execute();
}

async function update(
  tx: Tx,
  project: string,
  numbers: readonly number[],
  values: Partial<Pick<Row, "state" | "told" | "answer" | "reminders">>,
): Promise<void> {
  for (const some of batches(numbers, String))
    await tx.updateTable("conflict").set(values).where("project", "=", project).where("number", "in", some).execute();
}

function revisionOf(conflict: Conflict): string {
  return createHash("sha256")
    .update(JSON.stringify(shownOf(conflict)))
    .digest("base64url")
    .slice(0, 12);
}

/** What a person decides by: without times, which change nothing about it. */
function shownOf(conflict: Conflict): unknown {
  if (isFieldConflict(conflict)) return [conflict.kind, conflict.candidates.map(({ side, value }) => [side, value])];
  return conflict.kind === "deletion"
    ? [conflict.kind, conflict.traces]
    : [conflict.kind, conflict.side, conflict.count];
}

function isSameAnswer(known: string | null, { choice, by, note }: StoredAnswer): boolean {
  if (known === null) return false;
  const { choice: before, by: who, note: why } = JSON.parse(known) as StoredAnswer;
  return JSON.stringify([before, who, why]) === JSON.stringify([choice, by, note]);
}

function numberOf({ number }: Pick<Row, "number">): number {
  return number;
}

function itemOf({ subject }: Pick<Row, "subject">): string {
  return subject.slice(0, subject.lastIndexOf("/"));
}

/** `<item>/<topic>`; a topic has no slash. */
function subjectOf({ item, topic }: Place): string {
  return `${item}/${topic}`;
}
