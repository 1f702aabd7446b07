/** Static data and notes of a run, by key, each with its time. */
import { look, type Handle } from "./handle.ts";
import type { Store } from "./store.ts";
import { batches } from "./upsert.ts";

type CacheMethods = Pick<Store, "cached" | "cachedMany" | "cache" | "dropCached">;

export function cacheMethods(handle: Handle): CacheMethods {
  const { db } = handle;
  return {
    async cached(key, now) {
      const row = await db
        .selectFrom("cache")
        .select("value")
        .where("key", "=", key)
        .where("expires_at", ">", now)
        .executeTakeFirst();
      return row ? (JSON.parse(row.value) as unknown) : null;
    },
    cachedMany: (keys, now) =>
      look(handle, async (tx) => {
        const found = new Map<string, unknown>();
        const rows = tx.selectFrom("cache").select(["key", "value"]).where("expires_at", ">", now);
        for (const some of batches(keys, (key) => key))
          for (const { key, value } of await rows.where("key", "in", some).execute())
            found.set(key, JSON.parse(value) as unknown);
        return found;
      }),
    async cache(key, value, expiresAt) {
      const row = { value: JSON.stringify(value), expires_at: expiresAt };
      await db
        .insertInto("cache")
        .values({ key, ...row })
        .onConflict((conflict) => conflict.column("key").doUpdateSet(row))
        .execute();
    },
    async dropCached(key) {
      await db
        .deleteFrom("cache")
        .where((row) =>
          row.or([row("key", "=", key), row.and([row("key", ">=", `${key}/`), row("key", "<", `${key}0`)])]),
        )
        .execute();
    },
  };
}
