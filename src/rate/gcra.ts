/** From a row of the registry to the bucket that keeps it. */
import type { BucketLimit } from "../store/store.ts";

/** How often something may be called: the registry's row, reduced to its numbers. */
export interface CallRate {
  /** Calls per period, at least 1. */
  readonly limit: number;
  readonly periodMs: number;
}

/** Share of a limit that may go at once; the rest is spread, so that no window ever sees more than the limit. */
export const BURST_SHARE = 0.5;

/**
 * A bucket whose calls in any window of the period, wherever it starts, never exceed the limit: burst and
 * refill share it, and so the long-run rate is the limit less the burst (of a limit of 1: one a period).
 * Holds for calls that cost up to the burst; a dearer one goes when the bucket is full.
 * @param kept share of the burst, 0 to 1, that these calls leave to others
 */
export function bucketOf(key: string, { limit, periodMs }: CallRate, cost: number, kept = 0): BucketLimit {
  const burst = Math.max(1, Math.floor(limit * BURST_SHARE));
  const room = Math.max(1, burst - Math.floor(burst * kept));
  return { key, limit: Math.max(1, limit - burst), periodMs, burst: room, cost, window: limit };
}
