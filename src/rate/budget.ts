/** The shared budget of one credential: every row of the registry is a bucket in the store. */
import { setTimeout as delay } from "node:timers/promises";
import { SyncFailure } from "../core/errors.ts";
import type { Budget, BucketUse, LimitHint } from "../connectors/http.ts";
import type { BucketLimit, Store } from "../store/store.ts";
import { bucketOf, type CallRate } from "./buckets.ts";

/** A row of the registry: rows of one name differ by period, and all hold. */
export interface RateRow extends CallRate {
  /** `requests` counts every call; others are named by the connector. */
  readonly name: string;
  /** One bucket for the credential, or one for each item (`write:10042`). */
  readonly scope: "credential" | "item";
}

export interface BudgetOptions {
  readonly store: Pick<Store, "reserve" | "block" | "correct">;
  /** Names the credential without revealing it. */
  readonly account: string;
  readonly limits: readonly RateRow[];
  /** Whether a person waits for these calls: they may use the share that all others leave. */
  readonly urgent: boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sleeps in place; rejects with the signal's reason when it is aborted. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1: those who were turned away together do not come back together. */
  readonly random?: () => number;
}

/** Waits up to this long sleep in place; longer ones are the workflow's, and durable. */
const SHORT_WAIT_MS = 2_000;
const HEADROOM_CALLS = 10;
/** What one edit takes: nobody is before it when it comes back. */
const URGENT_CALLS = 3;
/** After so many calls that it waited for in a row a project makes room, where others were turned away. */
const TURN_CALLS = 10;
/** A series makes no more room after so many calls (fewer than a turn, and than a long wait lasts for) ... */
const SERIES_CALLS = 8;
/** ... and waits in place this long for each of the others. */
const SERIES_WAIT_MS = 120_000;
/** A vendor that has less than this share of its limit left for us is believed. */
const FEW_SHARE = 0.5;
/** A vendor that asks for more (or for nonsense) is asked again after this long. */
const LONGEST_BLOCK_MS = 3_600_000;

/** The budget of `account`. Throws InvalidConfig for a row that allows nothing or has no period. */
export function createBudget(options: BudgetOptions): Budget {
  const { store, account, limits, urgent, now, wait = sleep, random = Math.random } = options;
  for (const row of limits) check(row);
  const bucketsOf = (uses: readonly BucketUse[]) =>
    uses.flatMap(({ name, cost }) =>
      rowsFor(limits, name).map((row) => bucketOf(keyOf(account, name, row), row, cost, urgent)),
    );
  let waitedInRow = 0;
  return {
    async reserve(uses, signal, series) {
      signal.throwIfAborted();
      const buckets = bucketsOf(uses);
      if (buckets.length === 0) return;
      const isUnderWay = series !== undefined && series.made >= SERIES_CALLS;
      const patienceMs = isUnderWay ? SERIES_WAIT_MS : SHORT_WAIT_MS;
      const isTurnOver = !urgent && !isUnderWay && waitedInRow >= TURN_CALLS;
      const waitMs = await store.reserve(buckets, now(), { ms: patienceMs, isTurnOver });
      if (waitMs > patienceMs) {
        const together = urgent ? await untilTogether(options, buckets) : waitMs + headroomMs(buckets);
        throw exhausted(account, Math.ceil(waitMs + Math.max(0, together - waitMs) * (0.5 + random())));
      }
      if (series) series.made += 1;
      waitedInRow = waitMs > 0 ? waitedInRow + 1 : 0;
      // Its turn is kept for it: who asks meanwhile comes after it.
      if (waitMs > 0) await wait(waitMs, signal);
    },
    async observe(hints) {
      for (const hint of hints) await follow(options, hint);
    },
  };
}

/**
 * A step of a sync takes several calls (re-read, write): after a wait for just one it would spend that one on
 * the re-read and wait again, for ever. So a long wait lasts until a handful may go, which is spread over this time.
 */
function headroomMs(buckets: readonly BucketLimit[]): number {
  const spans = buckets.map(({ limit, periodMs, burst }) => (periodMs / limit) * (Math.min(HEADROOM_CALLS, burst) - 1));
  return Math.ceil(Math.max(...spans));
}

/** Of who is urgent nothing is spread: when the windows have room for a handful at once. Nothing is counted, for not even one may go yet. */
function untilTogether({ store, now }: BudgetOptions, buckets: readonly BucketLimit[]): Promise<number> {
  const handful = buckets.map((bucket) => ({ ...bucket, cost: bucket.cost * URGENT_CALLS }));
  return store.reserve(handful, now());
}

/** A vendor's word can only tighten the budget: headers that lie or vanish never loosen it. */
async function follow({ store, account, limits, now }: BudgetOptions, hint: LimitHint): Promise<void> {
  const remaining = sane(hint.remaining, 0);
  const told = sane(hint.limit, 1);
  const blockedForMs = Math.min(sane(hint.blockedForMs, 1) ?? 0, LONGEST_BLOCK_MS);
  for (const row of rowsFor(limits, hint.bucket)) {
    const bucket = bucketOf(keyOf(account, hint.bucket, row), row, 1);
    if (blockedForMs > 0) await store.block(bucket.key, now() + blockedForMs);
    // Many are left of a larger limit of the vendor's own: that says nothing about ours.
    const few = remaining !== undefined && remaining < Math.min(row.limit, told ?? row.limit) * FEW_SHARE;
    if (few || told !== undefined) await store.correct(bucket, few ? remaining : null, now(), told);
  }
}

/** A number that a vendor may have meant: `Infinity`, `NaN` and what lies below `least` it did not. */
function sane(value: number | undefined, least: number): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= least ? value : undefined;
}

function check({ name, limit, periodMs }: RateRow): void {
  if (Number.isInteger(limit) && limit >= 1 && Number.isFinite(periodMs) && periodMs >= 1) return;
  throw new SyncFailure(
    "InvalidConfig",
    `rate_limits: ${name} allows ${limit} calls per ${periodMs} ms; give a whole number of calls and a period.`,
  );
}

function rowsFor(limits: readonly RateRow[], bucket: string): readonly RateRow[] {
  const [name, item] = bucket.split(":", 2);
  return limits.filter((row) => row.name === name && (row.scope === "item") === (item !== undefined));
}

/** Rows of one name differ by their period: each is a bucket of its own. */
function keyOf(account: string, bucket: string, { periodMs }: CallRate): string {
  return `${account}/${bucket}/${periodMs}`;
}

function exhausted(account: string, waitMs: number): SyncFailure {
  return new SyncFailure(
    "RateLimited",
    `the budget of ${account.split("/")[0]} is used up for ${Math.ceil(waitMs / 1000)} s`,
    { retryAfterMs: waitMs },
  );
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}
