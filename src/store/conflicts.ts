/** Parked conflicts and the questions people have answered for a whole binding. */
import type { Conflict } from "../core/plan.ts";
import { change, type Handle } from "./handle.ts";
import type { Db, Tx } from "./schema.ts";
import type { ConflictRecord, Store } from "./store.ts";
import { batches } from "./upsert.ts";

type ConflictMethods = Pick<Store, "saveConflicts" | "openConflicts" | "consent">;

export function conflictMethods(handle: Handle): ConflictMethods {
  return {
    saveConflicts: (project, conflicts, now) =>
      change(handle, project, async (tx) => {
        await saveConflicts(tx, project, conflicts, now);
        return openConflicts(tx, project);
      }),
    openConflicts: (project) => openConflicts(handle.db, project),
    async consent(project, tool, now) {
      await handle.db
        .insertInto("consent")
        .values({ project, tool, at: now })
        .onConflict((conflict) => conflict.columns(["project", "tool"]).doNothing())
        .execute();
    },
  };
}

async function openConflicts(db: Db | Tx, project: string): Promise<ConflictRecord[]> {
  const rows = await db
    .selectFrom("conflict")
    .selectAll()
    .where("project", "=", project)
    .where("state", "=", "open")
    .orderBy("number")
    .execute();
  return rows.map(({ number, opened_at, body }) => ({
    number,
    project,
    state: "open",
    openedAt: opened_at,
    conflict: JSON.parse(body) as Conflict,
  }));
}

/** Numbers are never given twice: what a person wrote down goes on meaning the same conflict. */
async function saveConflicts(tx: Tx, project: string, conflicts: readonly Conflict[], now: string): Promise<void> {
  const known = await tx
    .selectFrom("conflict")
    .select(["number", "subject", "state", "opened_at"])
    .where("project", "=", project)
    .orderBy("number")
    .execute();
  const open = new Map(known.filter(({ state }) => state === "open").map((row) => [row.subject, row]));
  let next = known.reduce((highest, { number }) => Math.max(highest, number), 0);
  const named = new Map(conflicts.map((conflict) => [subjectOf(conflict), conflict]));
  const asked = known.filter(({ subject, state }) => state === "closed" && named.has(subject) && !open.has(subject));
  const again = await askedAgain(tx, project, new Map(asked.map((row) => [row.subject, row])), named);
  const rows = [...named].map(([subject, conflict]) => {
    const before = open.get(subject) ?? again.get(subject);
    return {
      project,
      subject,
      number: before?.number ?? ++next,
      opened_at: before?.opened_at ?? now,
      state: "open",
      body: JSON.stringify(conflict),
    };
  });
  for (const some of batches(rows, ({ subject }) => subject))
    await tx
      .insertInto("conflict")
      .values(some)
      .onConflict((conflict) =>
        conflict
          .columns(["project", "number"])
          .doUpdateSet((eb) => ({ body: eb.ref("excluded.body"), state: eb.ref("excluded.state") })),
      )
      .execute();
  const settled = [...open.values()].filter(({ subject }) => !named.has(subject)).map(({ number }) => number);
  for (const some of batches(settled, String))
    await tx
      .updateTable("conflict")
      .set({ state: "closed" })
      .where("project", "=", project)
      .where("number", "in", some)
      .execute();
}

/** Of closed questions those that are now asked in the very same way: somebody may still have their numbers. */
async function askedAgain<T extends { readonly number: number }>(
  tx: Tx,
  project: string,
  closed: ReadonlyMap<string, T>,
  named: ReadonlyMap<string, Conflict>,
): Promise<Map<string, T>> {
  const again = new Map<string, T>();
  for (const some of batches([...closed], ([subject]) => subject)) {
    const rows = await tx
      .selectFrom("conflict")
      .select(["subject", "number", "body"])
      .where("project", "=", project)
      .where(
        "number",
        "in",
        some.map(([, { number }]) => number),
      )
      .execute();
    for (const { subject, body } of rows)
      if (questionOf(JSON.parse(body) as Conflict) === questionOf(named.get(subject)!))
        again.set(subject, closed.get(subject)!);
  }
  return again;
}

function questionOf({ kind, candidates }: Conflict): string {
  return JSON.stringify([kind, candidates.map(({ side, value }) => [side, value])]);
}

function subjectOf({ item, field }: Conflict): string {
  return `${item}/${field}`;
}
