/** Parked conflicts: what people are asked, and what they answered. */
import { createHash } from "node:crypto";
import { sql, type Selectable } from "kysely";
import type { Conflict } from "../core/plan.ts";
import { change, durably, type Handle } from "./handle.ts";
import type { Db, Tables, Tx } from "./schema.ts";
import type { ConflictRecord, Store, StoredAnswer } from "./store.ts";
import { batches } from "./upsert.ts";

type ConflictMethods = Pick<
  Store,
  | "saveConflicts"
  | "openConflicts"
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
    saveConflicts: (project, conflicts, now, settling = []) =>
      change(handle, project, async (tx) => {
        await saveConflicts(tx, project, conflicts, { now, settling: new Set(settling.map(subjectOf)) });
        return openConflicts(tx, project);
      }),
    openConflicts: (project) => openConflicts(db, project),
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
          if (row?.state !== "open" || row.revision !== revision) return false;
          await update(tx, project, [number], { answer: JSON.stringify(answer) });
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
        const over = own.filter((row) => row.state === "closed" && row.told !== CLOSED && !open.has(row.number));
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

async function openConflicts(db: Db | Tx, project?: string): Promise<ConflictRecord[]> {
  let query = db.selectFrom("conflict").selectAll().where("state", "=", "open");
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
    state: state === "open" ? "open" : "closed",
    openedAt: opened_at,
    conflict: JSON.parse(body) as Conflict,
    revision,
    answer: answer === null ? null : (JSON.parse(answer) as StoredAnswer),
    reminders,
  };
}

interface Saving {
  readonly now: string;
  readonly settling: ReadonlySet<string>;
}

/**
 * Numbers are never given twice: what a person wrote down goes on meaning the same conflict. One that is asked
 * again in the very same way, after it was closed, has its number back and waits for a new answer.
 */
async function saveConflicts(
  tx: Tx,
  project: string,
  conflicts: readonly Conflict[],
  { now, settling }: Saving,
): Promise<void> {
  const known = await standingsOf(tx, project);
  const open = new Map(known.filter(({ state }) => state === "open").map((row) => [row.subject, row]));
  const named = new Map(conflicts.map((conflict) => [subjectOf(conflict), conflict]));
  let next = known.reduce((highest, { number }) => Math.max(highest, number), 0);
  const rows = [...named].flatMap(([subject, conflict]) => {
    const revision = revisionOf(conflict);
    // The same question stays as it was first asked: with its times, its reminders and its answer.
    if (open.get(subject)?.revision === revision) return [];
    const last = known.findLast((row) => row.subject === subject);
    const before = open.get(subject) ?? (last?.revision === revision ? last : undefined);
    const number = before?.number ?? ++next;
    const opened_at = before?.opened_at ?? now;
    const body = JSON.stringify(conflict);
    const told = before?.told ?? null;
    return [{ project, subject, number, opened_at, state: "open", body, revision, told, answer: null, reminders: 0 }];
  });
  for (const some of batches(rows, ({ subject }) => subject))
    await tx
      .insertInto("conflict")
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(["project", "number"]).doUpdateSet((eb) => ({
          body: eb.ref("excluded.body"),
          state: eb.ref("excluded.state"),
          revision: eb.ref("excluded.revision"),
          answer: eb.ref("excluded.answer"),
          reminders: eb.ref("excluded.reminders"),
        })),
      )
      .execute();
  const settled = [...open.values()].filter(({ subject }) => !named.has(subject) && !settling.has(subject));
  await update(tx, project, settled.map(numberOf), { state: "closed" });
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

function revisionOf({ kind, candidates }: Conflict): string {
  const question = JSON.stringify([kind, candidates.map(({ side, value }) => [side, value])]);
  return createHash("sha256").update(question).digest("base64url").slice(0, 12);
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

/** `<item>/<field>`; a field's name has no slash. */
function subjectOf({ item, field }: Pick<Conflict, "item" | "field">): string {
  return `${item}/${field}`;
}
