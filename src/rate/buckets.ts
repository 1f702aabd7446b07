/** From a row of the registry to the bucket that keeps it. */
import type { BucketLimit } from "../store/store.ts";

/** How often something may be called: the registry's row, reduced to its numbers. */
export interface CallRate {
  /** Calls per period, at least 1. */
  readonly limit: number;
  readonly periodMs: number;
}

/** Share of a limit that may go at once; the rest is spread evenly. What went at once leaves the window at once, and until then nothing does. */
const BURST_SHARE = 0.25;
/** Share of a limit that only urgent calls use: an edit that somebody waits for passes a backfill. */
const URGENT_SHARE = 0.05;

/**
 * A bucket whose calls in any window of the period, wherever it starts, never exceed the limit. Urgent calls go as
 * soon as the window has room; the others are spread, and leave room for urgent ones.
 * Holds for calls that cost up to the limit; a dearer one goes when nothing else is in the window.
 */
export function bucketOf(key: string, { limit, periodMs }: CallRate, cost: number, urgent = false): BucketLimit {
  if (urgent) return { key, limit, periodMs, burst: limit, kept: 0, cost };
  const kept = limit > 1 ? Math.max(1, Math.floor(limit * URGENT_SHARE)) : 0;
  return { key, limit, periodMs, burst: Math.max(1, Math.floor(limit * BURST_SHARE)), kept, cost };
}
