/** Call budgets: one row a bucket, reserved in one transaction, shared by every worker of the credential. */
import { sql } from "kysely";
import { corrected, earliest, taken, type BucketState, type Slots } from "./call-window.ts";
import type { Handle } from "./handle.ts";
import type { Tx } from "./schema.ts";
import type { BucketLimit, Patience, Store } from "./store.ts";

type BudgetMethods = Pick<Store, "reserve" | "block" | "correct" | "usage">;

const IMPATIENT: Patience = { ms: 0, isTurnOver: false };
/** Who was turned away comes back within about this time. */
const WANTED_MS = 30_000;
const EMPTY = { tat: 0, window_start: 0, window_used: 0, calls: 0, period_ms: 0, slots: "[]", denied_at: 0 };

export function budgetMethods(handle: Handle): BudgetMethods {
  const { db } = handle;
  return {
    reserve: (limits, now, patience = IMPATIENT) =>
      db.transaction().execute(async (tx) => {
        // Always in the same order, so that two workers never wait for each other.
        const buckets = limits.toSorted((a, b) => (a.key < b.key ? -1 : 1));
        const known: Known[] = [];
        for (const bucket of buckets) known.push({ bucket, ...(await lockedRow(handle, tx, bucket.key)) });
        // What may go then may go later too: the latest of them all suits each.
        const at = known.reduce((latest, { bucket, state }) => Math.max(latest, earliest(state, bucket, now)), now);
        if (at - now > patience.ms) {
          await deny(tx, known, now);
          return at - now;
        }
        const isWanted = known.some(({ deniedAt }) => deniedAt > now - WANTED_MS);
        if (at > now && patience.isTurnOver && isWanted) return patience.ms + 1;
        for (const one of known) await take(tx, one, { at, now });
        return at - now;
      }),
    async block(key, until) {
      await db
        .insertInto("budget")
        .values({ ...EMPTY, key, blocked_until: until })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet({
            blocked_until: sql`case when budget.blocked_until > ${until} then budget.blocked_until else ${until} end`,
          }),
        )
        .execute();
    },
    correct: (bucket, remaining, now, told) =>
      db.transaction().execute(async (tx) => {
        const { state } = await lockedRow(handle, tx, bucket.key);
        const known = { ...state, told: told ?? state.told };
        const { tat, slots } = remaining === null ? known : corrected(known, bucket, remaining, now);
        await tx
          .updateTable("budget")
          .set({ tat, slots: JSON.stringify(slots), told: known.told })
          .where("key", "=", bucket.key)
          .execute();
      }),
    async usage(prefix, now) {
      const rows = await db
        .selectFrom("budget")
        .selectAll()
        .where("key", ">=", prefix)
        .where("key", "<", `${prefix}\u{10ffff}`)
        .where("calls", ">", 0)
        .orderBy("period_ms")
        .orderBy("key")
        .execute();
      return rows.map(({ key, window_start, window_used, calls, period_ms }) => ({
        key,
        used: now < window_start + period_ms ? window_used : 0,
        limit: calls,
      }));
    },
  };
}

interface Known {
  readonly bucket: BucketLimit;
  readonly state: BucketState;
  readonly window: { readonly start: number; readonly used: number };
  readonly deniedAt: number;
}

async function deny(tx: Tx, known: readonly Known[], now: number): Promise<void> {
  for (const { bucket } of known)
    await tx.updateTable("budget").set({ denied_at: now }).where("key", "=", bucket.key).execute();
}

/** The bucket as it stands, held until the transaction ends: SQLite has one writer, PostgreSQL locks the row. */
async function lockedRow({ home }: Handle, tx: Tx, key: string): Promise<Omit<Known, "bucket">> {
  await tx
    .insertInto("budget")
    .values({ ...EMPTY, key, blocked_until: 0 })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  const row = tx.selectFrom("budget").selectAll().where("key", "=", key);
  const { tat, blocked_until, told, slots, window_start, window_used, denied_at } = await (
    home === "postgres" ? row.forUpdate() : row
  ).executeTakeFirstOrThrow();
  return {
    state: { tat, blockedUntil: blocked_until, told, slots: JSON.parse(slots) as Slots },
    window: { start: window_start, used: window_used },
    deniedAt: denied_at,
  };
}

async function take(
  tx: Tx,
  { bucket, state, window }: Known,
  { at, now }: { readonly at: number; readonly now: number },
): Promise<void> {
  const { key, limit, periodMs, cost } = bucket;
  const { tat, slots } = taken(state, bucket, { at, now });
  const start = Math.floor(now / periodMs) * periodMs;
  await tx
    .updateTable("budget")
    .set({
      tat,
      slots: JSON.stringify(slots),
      window_start: start,
      window_used: (window.start === start ? window.used : 0) + cost,
      calls: limit,
      period_ms: periodMs,
    })
    .where("key", "=", key)
    .execute();
}
