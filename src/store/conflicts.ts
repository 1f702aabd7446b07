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
    .execute();
  const open = new Map(known.filter(({ state }) => state === "open").map((row) => [row.subject, row]));
  let next = known.reduce((highest, { number }) => Math.max(highest, number), 0);
  const named = new Map(conflicts.map((conflict) => [subjectOf(conflict), conflict]));
  const rows = [...named].map(([subject, conflict]) => ({
    project,
    subject,
    number: open.get(subject)?.number ?? ++next,
    opened_at: open.get(subject)?.opened_at ?? now,
    state: "open",
    body: JSON.stringify(conflict),
  }));
  for (const some of batches(rows, ({ subject }) => subject))
    await tx
      .insertInto("conflict")
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(["project", "number"]).doUpdateSet((eb) => ({ body: eb.ref("excluded.body") })),
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

function subjectOf({ item, field }: Conflict): string {
  return `${item}/${field}`;
}
