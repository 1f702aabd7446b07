/**
 * The arithmetic of a bucket. Calls are counted in slots, a 240th of the period each, and no run of slots that
 * could hold a window of the period may hold more than the limit, wherever that window starts. What is left after a
 * burst goes evenly, one call each step: `tat` (theoretical arrival time) says when the next one is due. So an idle
 * credential answers at once, and a busy one gets nearly all that the vendor allows. All times in milliseconds.
 */
import type { BucketLimit } from "./store.ts";

const SLOTS = 240;
/** Turns that may be made up for at once. */
const MADE_UP = 10;

/** Calls by slot, oldest first. */
export type Slots = readonly (readonly [slot: number, calls: number])[];

export interface BucketState {
  readonly tat: number;
  readonly blockedUntil: number;
  /** Calls per period that the vendor last said it allows. */
  readonly told: number | null;
  readonly slots: Slots;
}

/** When the calls may go, not before `from`. One dearer than all that may go goes once nothing else is in the window. */
export function earliest(state: BucketState, bucket: BucketLimit, from: number): number {
  const { cost } = bucket;
  const share = shareOf(bucket, state.told);
  const room = Math.max(bucket.limit * share - (bucket.kept ?? 0) * share, 1);
  const start = Math.max(from, state.blockedUntil);
  const isBurst = usedAt(state, bucket, start) + cost <= Math.max(1, bucket.burst * share);
  let at = isBurst ? start : Math.max(start, state.tat);
  for (const [slot] of state.slots) {
    const used = usedAt(state, bucket, at);
    if (used === 0 || used + cost <= room) break;
    at = Math.max(at, (slot + reach(bucket) + 1) * slotMs(bucket));
  }
  return Math.ceil(at);
}

/** The state once the calls went, or were promised to go, at that time. Who asks next may go before it. */
export function taken(
  state: BucketState,
  bucket: BucketLimit,
  { at, now }: { readonly at: number; readonly now: number },
): BucketState {
  const own = slotAt(bucket, at);
  const step = (bucket.periodMs / (bucket.limit * shareOf(bucket, state.told))) * bucket.cost;
  const oldest = slotAt(bucket, now) - reach(bucket);
  const calls = new Map(state.slots.filter(([slot]) => slot >= oldest));
  calls.set(own, (calls.get(own) ?? 0) + bucket.cost);
  const isBurst = usedAt(state, bucket, at) + bucket.cost <= bucket.burst * shareOf(bucket, state.told);
  // Turns that nobody took while all waited elsewhere are made up for.
  const tat = isBurst ? Math.max(state.tat, at + step) : Math.max(state.tat, at - step * MADE_UP) + step;
  return { ...state, tat, slots: sorted(calls) };
}

/** The vendor says that so many calls are left: what we did not make ourselves others made, evenly over the window. */
export function corrected(state: BucketState, bucket: BucketLimit, remaining: number, now: number): BucketState {
  const used = usedAt(state, bucket, now);
  const missing = bucket.limit * shareOf(bucket, state.told) - remaining - used;
  if (missing <= 0) return state;
  const [newest, span] = [slotAt(bucket, now), reach(bucket)];
  const calls = new Map(state.slots.filter(([slot]) => slot >= newest - span));
  for (let slot = newest - span; slot <= newest; slot += 1)
    calls.set(slot, (calls.get(slot) ?? 0) + missing / (span + 1));
  return { ...state, tat: Math.max(state.tat, now), slots: sorted(calls) };
}

/** A vendor that allows less makes all of a bucket smaller; one that allows more changes nothing. */
function shareOf({ limit }: BucketLimit, told: number | null): number {
  return told !== null && told < limit ? told / limit : 1;
}

/** Calls of every slot that a window ending then may reach, promised ones after it included. */
function usedAt({ slots }: BucketState, bucket: BucketLimit, at: number): number {
  const oldest = slotAt(bucket, at) - reach(bucket);
  const used = slots.reduce((sum, [slot, calls]) => (slot >= oldest ? sum + calls : sum), 0);
  // Calls of others stand in fractions, whose sum may miss the whole number by a hair.
  return Math.round(used * 1e6) / 1e6;
}

function slotAt(bucket: BucketLimit, at: number): number {
  return Math.floor(at / slotMs(bucket));
}

function slotMs({ periodMs }: BucketLimit): number {
  return Math.max(1, Math.ceil(periodMs / SLOTS));
}

/** A window of the period touches its own slot and so many before it. */
function reach(bucket: BucketLimit): number {
  return Math.ceil(bucket.periodMs / slotMs(bucket));
}

function sorted(calls: ReadonlyMap<number, number>): Slots {
  return [...calls].toSorted(([a], [b]) => a - b);
}
