/** How far each project is known to be in step, and how far each credential's stream was read. */
import { sql } from "kysely";
import type { PortfolioSummary } from "../core/ports.ts";
import { change, look, type Handle } from "./handle.ts";
import type { Db, Tx } from "./schema.ts";
import type { Standing, Store } from "./store.ts";
import { batches } from "./upsert.ts";

type StandingMethods = Pick<
  Store,
  "standings" | "news" | "markNews" | "settle" | "owners" | "stream" | "saveStream" | "savePortfolio" | "lastPortfolio"
>;

export function standingMethods(handle: Handle): StandingMethods {
  const { db } = handle;
  return {
    async standings() {
      const rows = await db.selectFrom("standing").selectAll().orderBy("project").execute();
      return new Map(
        rows.map(({ project, input_hash, synced_at, news, answered, owed_at }): [string, Standing] => [
          project,
          { inputHash: input_hash, syncedAt: synced_at, hasNews: news > answered, owedAtMs: owed_at },
        ]),
      );
    },
    async news(project) {
      const row = await db.selectFrom("standing").select("news").where("project", "=", project).executeTakeFirst();
      return row?.news ?? 0;
    },
    async markNews(projects) {
      for (const some of batches(projects, (project) => project)) await markNews(db, some);
    },
    settle: (project, { inputHash, syncedAt, answered, owedAtMs }) =>
      change(handle, project, async (tx) => {
        const known = await tx.selectFrom("standing").selectAll().where("project", "=", project).executeTakeFirst();
        const row = {
          input_hash: inputHash,
          synced_at: syncedAt ?? known?.synced_at ?? null,
          answered: Math.max(answered, known?.answered ?? 0),
          owed_at: owedAtMs,
        };
        await tx
          .insertInto("standing")
          .values({ project, news: 0, ...row })
          .onConflict((conflict) => conflict.column("project").doUpdateSet(row))
          .execute();
      }),
    owners: (tool, refs) =>
      look(handle, async (tx) => {
        const owners = new Map<string, string[]>();
        const links = tx.selectFrom("link").select(["project", "ref"]).where("tool", "=", tool);
        for (const some of batches(refs, (ref) => ref))
          for (const { project, ref } of await links.where("ref", "in", some).execute())
            owners.set(ref, [...(owners.get(ref) ?? []), project]);
        return owners;
      }),
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

/** Counted with the change that is the news, so that neither is seen without the other. */
export async function markNews(db: Db | Tx, projects: readonly string[]): Promise<void> {
  await db
    .insertInto("standing")
    .values(
      projects.map((project) => ({ project, input_hash: null, synced_at: null, news: 1, answered: 0, owed_at: null })),
    )
    .onConflict((conflict) => conflict.column("project").doUpdateSet({ news: sql<number>`standing.news + 1` }))
    .execute();
}
