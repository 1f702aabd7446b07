import { isUrgent, type SyncRequest } from "../src/core/ports.ts";
import type { RunAnswer } from "./messages.ts";

/** A request and everybody who waits for its answer. */
export interface Ticket {
  request: SyncRequest;
  /** An Update waits for it; who signals does not. */
  awaited: boolean;
  answer: RunAnswer | undefined;
  /** Runs that ended while it waited for its turn. */
  readonly finishedFirst: string[];
}

/**
 * Requests that arrive while a pass goes on. Equal ones share one run: the state is read when it
 * starts, so it answers all of them.
 */
export class RequestQueue {
  private waiting: Ticket[] = [];

  get size(): number {
    return this.waiting.length;
  }

  /** Whether one of them can only be answered by this execution. */
  get isAwaited(): boolean {
    return this.waiting.some(({ awaited }) => awaited);
  }

  get requests(): readonly SyncRequest[] {
    return this.waiting.map(({ request }) => request);
  }

  add(request: SyncRequest, awaited = false): Ticket {
    const same = this.waiting.find((ticket) => sameWork(ticket.request, request));
    if (same) {
      same.request = joined(same.request, request);
      same.awaited ||= awaited;
      return same;
    }
    const ticket: Ticket = { request, awaited, answer: undefined, finishedFirst: [] };
    this.waiting.push(ticket);
    return ticket;
  }

  /** Whoever waits now was kept waiting by these runs. */
  noteEnded(runs: readonly string[]): void {
    for (const ticket of this.waiting) ticket.finishedFirst.push(...runs);
  }

  takeAll(): readonly Ticket[] {
    return this.waiting.splice(0);
  }
}

/**
 * One request for both: as urgent as the more urgent of them; what change detection read counts only where both
 * rely on it, and then the later reading.
 */
export function joined(one: SyncRequest, other: SyncRequest): SyncRequest {
  const { detectedAtMs: before, ...first } = one;
  const { detectedAtMs: later, ...second } = other;
  const request = isUrgent(other) && !isUrgent(one) ? second : first;
  return before === undefined || later === undefined ? request : { ...request, detectedAtMs: Math.max(before, later) };
}

/** The trigger only names who asked, and a reading saves a listing; everything else decides what is done. */
export function sameWork(a: SyncRequest, b: SyncRequest): boolean {
  const work = ({ trigger: _, detectedAtMs: __, isBulk: ___, ...rest }: SyncRequest) =>
    JSON.stringify(Object.entries(rest).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  return work(a) === work(b);
}
