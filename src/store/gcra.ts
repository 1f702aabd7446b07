/**
 * The arithmetic of a bucket (generic cell rate algorithm). The theoretical arrival time `tat` says how
 * far the calls so far have used up the time: a call moves it one interval ahead, and may go while it
 * is not further ahead of now than the burst allows. All times in milliseconds.
 */
import type { BucketLimit } from "./store.ts";

export interface BucketState {
  readonly tat: number;
  readonly blockedUntil: number;
  /** Calls per period that the vendor last said it allows. */
  readonly told: number | null;
}

/** How far a call of this cost moves the arrival time, by our own limit. */
export function stepMs({ limit, periodMs, cost }: BucketLimit): number {
  return (periodMs / limit) * cost;
}

/** How far ahead of now the arrival time may be: the whole burst. */
export function burstMs({ limit, periodMs, burst }: BucketLimit): number {
  return (periodMs / limit) * burst;
}

/** The calls of a whole window, burst and refill, that our own limit stands for. */
export function windowCalls({ limit, window }: BucketLimit): number {
  return window ?? limit;
}

/** A vendor that allows less makes each step longer; one that allows more changes nothing. */
export function slowdown(bucket: BucketLimit, told: number | null): number {
  return told !== null && told < windowCalls(bucket) ? windowCalls(bucket) / told : 1;
}

/** Milliseconds until the calls may go: 0 is now. A call dearer than the burst goes once the bucket is full. */
export function waitMs(state: BucketState, bucket: BucketLimit, now: number): number {
  const step = stepMs(bucket) * slowdown(bucket, state.told);
  const free = Math.max(state.tat, now) + step - Math.max(burstMs(bucket), step);
  return Math.max(0, Math.ceil(Math.max(free, state.blockedUntil) - now));
}
