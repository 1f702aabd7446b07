/** Static data and notes of a run, by key, each with its time. */
import type { Handle } from "./handle.ts";
import type { Store } from "./store.ts";

type CacheMethods = Pick<Store, "cached" | "cache" | "dropCached">;

export function cacheMethods({ db }: Handle): CacheMethods {
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
