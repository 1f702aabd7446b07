/** Call budgets: one row a bucket, reserved in one statement, shared by every worker of the credential. */
import { sql } from "kysely";
import { burstMs, stepMs, waitMs, windowCalls } from "./gcra.ts";
import type { Handle } from "./handle.ts";
import type { Tx } from "./schema.ts";
import type { BucketLimit, Store } from "./store.ts";

type BudgetMethods = Pick<Store, "reserve" | "block" | "correct" | "usage">;

/** Ends the transaction, which must not keep what other buckets counted. */
class Denied extends Error {}

const EMPTY = { tat: 0, window_start: 0, window_used: 0, calls: 0, period_ms: 0 };

export function budgetMethods({ db }: Handle): BudgetMethods {
  return {
    async reserve(limits, now) {
      try {
        await db.transaction().execute(async (tx) => {
          // Always in the same order, so that two workers never wait for each other.
          for (const limit of limits.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
            if (!(await take(tx, limit, now))) throw new Denied();
        });
        return 0;
      } catch (error) {
        if (error instanceof Denied) return await longestWait(db, limits, now);
        throw error;
      }
    },
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
    async correct(limit, remaining, now, told) {
      // So many calls fewer are left than the whole burst: the arrival time lies that far ahead.
      const tat = now + Math.max(0, limit.burst - remaining) * (limit.periodMs / limit.limit);
      const later = sql<number>`case when budget.tat < ${tat} then ${tat} else budget.tat end`;
      await db
        .insertInto("budget")
        .values({ ...EMPTY, key: limit.key, tat, blocked_until: 0, told: told ?? null })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet(told === undefined ? { tat: later } : { tat: later, told }),
        )
        .execute();
    },
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

/** `waitMs(...) === 0`, and the count that goes with it, as one statement: correct with any number of workers. */
async function take(tx: Tx, limit: BucketLimit, now: number): Promise<boolean> {
  const { key, periodMs, cost } = limit;
  const own = stepMs(limit);
  const burst = burstMs(limit);
  const calls = windowCalls(limit);
  const window = Math.floor(now / periodMs) * periodMs;
  const step = sql`${own} * (case when budget.told < ${calls} then ${calls} / budget.told else 1 end)`;
  const start = sql`(case when budget.tat > ${now} then budget.tat else ${now} end)`;
  // Summed in the order of `waitMs`: rounded otherwise, a wait just served would not be enough.
  const room = sql`(case when ${step} > ${burst} then ${step} else ${burst} end)`;
  const { rows } = await sql`
    insert into budget (key, tat, blocked_until, window_start, window_used, calls, period_ms)
    values (${key}, ${now + own}, 0, ${window}, ${cost}, ${calls}, ${periodMs})
    on conflict (key) do update set
      tat = ${start} + ${step},
      window_used = (case when budget.window_start = ${window} then budget.window_used else 0 end) + ${cost},
      window_start = ${window}, calls = ${calls}, period_ms = ${periodMs}
    where budget.blocked_until <= ${now}
      and (budget.tat <= ${now} or budget.tat + ${step} - ${room} <= ${now})
    returning key`.execute(tx);
  return rows.length > 0;
}

/** How long the slowest of the buckets asks to wait; at least a millisecond, since one of them said no. */
async function longestWait(db: Handle["db"], limits: readonly BucketLimit[], now: number): Promise<number> {
  const rows = await db
    .selectFrom("budget")
    .select(["key", "tat", "blocked_until", "told"])
    .where(
      "key",
      "in",
      limits.map(({ key }) => key),
    )
    .execute();
  const waits = rows.flatMap(({ key, tat, blocked_until, told }) =>
    limits
      .filter((limit) => limit.key === key)
      .map((limit) => waitMs({ tat, blockedUntil: blocked_until, told }, limit, now)),
  );
  return Math.max(1, ...waits);
}
