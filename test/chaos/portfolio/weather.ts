/** What goes wrong at the vendors: down, slow, limiting, lying. It changes every second or so, until it is over. */
import { setTimeout as pause } from "node:timers/promises";
import type { FaultRule } from "../../../sandbox/kit/faults.ts";
import type { Sandbox } from "../../../sandbox/kit/sandbox.ts";
import type { Random } from "../../hub/random.ts";

/** Operations that list what changed. What is asked for by its id is answered truly: no vendor's index stands between. */
const LISTING: Readonly<Record<string, string>> = {
  jira: "^POST search/jql$",
  linear: "^Changes$",
  notion: "^POST data_sources/{id}/query$",
  github: "^(?:GET issues|Stream)$",
};

/** One kind of bad weather, as rules of the stand-in that hit the same requests. */
type Front = (random: Random, vendor: string) => FaultRule | readonly FaultRule[];

const FRONTS: readonly Front[] = [
  () => ({ kind: "drop-before" }),
  () => ({ kind: "drop-after" }),
  () => [{ kind: "rate-limited" }, { kind: "no-rate-headers" }],
  ({ int }) => ({ kind: "rate-limited", retryAfterSeconds: 1 + int(3) }),
  () => ({ kind: "server-error" }),
  () => ({ kind: "error-in-success", operation: "^(?!(?:GET|POST|PUT|PATCH|DELETE) )" }),
  () => ({ kind: "bad-gateway" }),
  () => ({ kind: "unavailable-after" }),
  ({ int }) => ({ kind: "unavailable-after", retryAfterSeconds: 1 + int(2) }),
  ({ int }) => ({ kind: "latency", latencyMs: 200 + int(2_500) }),
  ({ int }) => ({ kind: "latency", latencyMs: 3_000 + int(3_000) }),
  () => ({ kind: "truncated" }),
  () => ({ kind: "no-rate-headers" }),
  () => ({ kind: "wrong-rate-headers" }),
  (_, vendor) => ({ kind: "short-listing", operation: LISTING[vendor]! }),
  (_, vendor) => ({ kind: "empty-listing", operation: LISTING[vendor]! }),
];

export class Weather {
  /** Requests that found nobody at home while a vendor was down. */
  readonly refused = new Map<string, number>();
  readonly #vendors: readonly Sandbox[];
  readonly #random: Random;
  readonly #down = new Set<Sandbox>();

  constructor(vendors: readonly Sandbox[], random: Random) {
    this.#vendors = vendors;
    this.#random = random;
    for (const vendor of vendors) this.#standAt(vendor);
  }

  /** Makes bad weather until told to stop; then it is fine at once. */
  async blow(signal: AbortSignal, meanPauseMs: number): Promise<void> {
    while (!signal.aborted) {
      const vendor = this.#random.pick(this.#vendors);
      if (this.#random.chance(0.07)) void this.#takeDown(vendor, 1_000 + this.#random.int(5_000));
      else if (this.#random.chance(0.1))
        vendor.faults.conditions.staleSearchMs = this.#random.pick([0, 500, 2_000, 4_000]);
      else this.#send(vendor);
      await pause(this.#random.int(2 * meanPauseMs), undefined, { signal }).catch(() => undefined);
    }
    this.#down.clear();
    for (const { faults } of this.#vendors) faults.clear();
  }

  /** Requests that a fault hit. */
  hits(): number {
    const counts = this.#vendors.flatMap(({ faults }) => [...faults.hits.values()]);
    return [...counts, ...this.refused.values()].reduce((sum, times) => sum + times, 0);
  }

  /** How often each fault hit a request, by vendor. */
  lines(): string[] {
    return this.#vendors.flatMap((vendor) => {
      const hits = [...vendor.faults.hits, ["down", this.refused.get(vendor.name) ?? 0] as const];
      return hits
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([kind, times]) => `  ${`${vendor.name} ${kind}`.padEnd(56)} ${times}`);
    });
  }

  #send(vendor: Sandbox): void {
    const rules = [this.#random.pick(FRONTS)(this.#random, vendor.name)].flat();
    const times = 1 + this.#random.int(4);
    vendor.faults.add(...rules.map((rule) => ({ ...rule, times })));
  }

  async #takeDown(vendor: Sandbox, ms: number): Promise<void> {
    this.#down.add(vendor);
    await pause(ms);
    this.#down.delete(vendor);
  }

  #standAt(vendor: Sandbox): void {
    const before = vendor.onArrival;
    vendor.onArrival = async (request) => {
      if (!this.#down.has(vendor)) return before?.(request);
      this.refused.set(vendor.name, (this.refused.get(vendor.name) ?? 0) + 1);
      return "drop";
    };
  }
}
