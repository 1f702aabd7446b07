/** How far each project is known to be in step, and how far each credential's stream was read. */
import { sql } from "kysely";
import type { PortfolioSummary } from "../core/ports.ts";
import { change, type Handle } from "./handle.ts";
import type { Standing, Store } from "./store.ts";
import { batches } from "./upsert.ts";

type StandingMethods = Pick<
  Store,
  "standings" | "markDue" | "settle" | "owners" | "stream" | "saveStream" | "savePortfolio" | "lastPortfolio"
>;

export function standingMethods(handle: Handle): StandingMethods {
  const { db } = handle;
  return {
    async standings() {
      const rows = await db.selectFrom("standing").selectAll().orderBy("project").execute();
      return new Map(
        rows.map(({ project, input_hash, synced_at, due_at }): [string, Standing] => [
          project,
          { inputHash: input_hash, syncedAt: synced_at, dueAtMs: due_at },
        ]),
      );
    },
    async markDue(projects, atMs) {
      for (const some of batches(projects, (project) => project))
        await db
          .insertInto("standing")
          .values(some.map((project) => ({ project, input_hash: null, synced_at: null, due_at: atMs })))
          .onConflict((conflict) =>
            conflict.column("project").doUpdateSet((eb) => ({
              due_at: sql<number>`case when standing.due_at is null or standing.due_at > ${eb.ref("excluded.due_at")} then ${eb.ref("excluded.due_at")} else standing.due_at end`,
            })),
          )
          .execute();
    },
    settle: (project, { inputHash, syncedAt, startedAtMs, dueAtMs }) =>
      change(handle, project, async (tx) => {
        const known = await tx
          .selectFrom("standing")
          .select("due_at")
          .where("project", "=", project)
          .executeTakeFirst();
        // What was found after the run had begun may be news to it.
        const later = known?.due_at !== null && known !== undefined && known.due_at > startedAtMs ? known.due_at : null;
        const due_at = later === null || (dueAtMs !== null && dueAtMs < later) ? dueAtMs : later;
        const row = { input_hash: inputHash, synced_at: syncedAt, due_at };
        await tx
          .insertInto("standing")
          .values({ project, ...row })
          .onConflict((conflict) => conflict.column("project").doUpdateSet(row))
          .execute();
      }),
    async owners(tool) {
      const rows = await db.selectFrom("link").select(["project", "ref"]).where("tool", "=", tool).execute();
      const owners = new Map<string, string[]>();
      for (const { project, ref } of rows) owners.set(ref, [...(owners.get(ref) ?? []), project]);
      return owners;
    },
    async stream(account) {
      const row = await db.selectFrom("stream").selectAll().where("account", "=", account).executeTakeFirst();
      if (!row) return null;
      const { cursor, since, members, at } = row;
      return { cursor, sinceMs: since, members: JSON.parse(members) as Record<string, number>, atMs: at };
    },
    async saveStream(account, { cursor, sinceMs, members, atMs }) {
      const row = { cursor, since: sinceMs, members: JSON.stringify(members), at: atMs };
      await db
        .insertInto("stream")
        .values({ account, ...row })
        .onConflict((conflict) => conflict.column("account").doUpdateSet(row))
        .execute();
    },
    async savePortfolio(summary, atMs) {
      const row = { at: atMs, body: JSON.stringify(summary) };
      await db
        .insertInto("portfolio")
        .values({ id: summary.portfolio, ...row })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(row))
        .execute();
      await db.deleteFrom("portfolio").where("at", "<", atMs).execute();
    },
    async lastPortfolio() {
      const row = await db.selectFrom("portfolio").selectAll().orderBy("at", "desc").limit(1).executeTakeFirst();
      return row ? { ...(JSON.parse(row.body) as PortfolioSummary), finishedAtMs: row.at } : null;
    },
  };
}
