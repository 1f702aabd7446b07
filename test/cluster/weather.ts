/** Vendors that refuse, cut off or delay a share of the requests. */
import { setTimeout as pause } from "node:timers/promises";
import type { FaultKind } from "../../sandbox/kit/faults.ts";
import type { Sandbox } from "../../sandbox/kit/sandbox.ts";
import type { Random } from "../hub/random.ts";

const KINDS: readonly FaultKind[] = [
  "rate-limited",
  "rate-limited",
  "server-error",
  "bad-gateway",
  "drop-before",
  "drop-after",
  "unavailable-after",
  "truncated",
  "latency",
];

/** A vendor on the other side of the net: long enough that a kill meets requests under way. */
const ANSWER_MS = 40;

export class Weather {
  /** Faults by kind. */
  readonly tally = new Map<FaultKind, number>();
  readonly #sandboxes: readonly Sandbox[];
  #onRequest: (() => void) | undefined;

  constructor(sandboxes: readonly Sandbox[], random: Random, share: number) {
    this.#sandboxes = sandboxes;
    for (const sandbox of sandboxes)
      sandbox.onArrival = async () => {
        this.#onRequest?.();
        await pause(ANSWER_MS);
        if (!random.chance(share)) return;
        const kind = random.pick(KINDS);
        this.tally.set(kind, (this.tally.get(kind) ?? 0) + 1);
        // Hits the request that has just arrived.
        sandbox.faults.add({ kind, retryAfterSeconds: 1, latencyMs: 500 });
      };
  }

  get faults(): number {
    return [...this.tally.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Resolves in the moment at which one of the vendors is asked for something. */
  nextRequest(): Promise<void> {
    return new Promise((resolve) => (this.#onRequest = resolve));
  }

  clear(): void {
    for (const sandbox of this.#sandboxes) {
      sandbox.onArrival = undefined;
      sandbox.faults.clear();
    }
  }
}
