import type { SyncRequest } from "../src/core/ports.ts";
import type { RunAnswer } from "./messages.ts";

/** A request and everybody who waits for its answer. */
export interface Ticket {
  readonly request: SyncRequest;
  answer: RunAnswer | undefined;
}

/**
 * Requests that arrive while a run goes on. Equal ones share one run: the state is read when that run
 * starts, so it answers all of them.
 */
export class RequestQueue {
  private waiting: Ticket[] = [];

  get size(): number {
    return this.waiting.length;
  }

  add(request: SyncRequest): Ticket {
    const same = this.waiting.find((ticket) => sameWork(ticket.request, request));
    if (same) return same;
    const ticket: Ticket = { request, answer: undefined };
    this.waiting.push(ticket);
    return ticket;
  }

  take(): Ticket | undefined {
    return this.waiting.shift();
  }
}

/** The trigger only names who asked; everything else decides what is done. */
function sameWork(a: SyncRequest, b: SyncRequest): boolean {
  const work = ({ trigger: _, ...rest }: SyncRequest) =>
    JSON.stringify(Object.entries(rest).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  return work(a) === work(b);
}
