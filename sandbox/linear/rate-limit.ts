/** Linear's budgets: buckets that refill all the time, with a reset that is always an hour from now. */
import type { Clock } from "../kit/clock.ts";

const HOUR_MS = 3_600_000;

export class LeakyBucket {
  readonly limit: number;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;

  constructor(limit: number, clock: Clock) {
    this.limit = limit;
    this.#clock = clock;
    this.#tokens = limit;
    this.#at = clock.trueNow();
  }

  /** Takes what there is; false where it is not enough, and then nothing is taken. */
  take(amount: number): boolean {
    this.#refill();
    if (this.#tokens < amount) return false;
    this.#tokens -= amount;
    return true;
  }

  get remaining(): number {
    this.#refill();
    return Math.floor(this.#tokens);
  }

  /** For tests: what is left from now on. */
  drain(left = 0): void {
    this.#refill();
    this.#tokens = left;
  }

  #refill(): void {
    const now = this.#clock.trueNow();
    this.#tokens = Math.min(this.limit, this.#tokens + ((now - this.#at) * this.limit) / HOUR_MS);
    this.#at = now;
  }
}

export interface Budgets {
  readonly requests: LeakyBucket;
  readonly complexity: LeakyBucket;
}

export function rateHeaders(budgets: Budgets, complexity: number, clock: Clock): Record<string, string> {
  const reset = String(clock.now() + HOUR_MS);
  return {
    "x-complexity": String(complexity),
    "x-ratelimit-requests-limit": String(budgets.requests.limit),
    "x-ratelimit-requests-remaining": String(budgets.requests.remaining),
    "x-ratelimit-requests-reset": reset,
    "x-ratelimit-complexity-limit": String(budgets.complexity.limit),
    "x-ratelimit-complexity-remaining": String(budgets.complexity.remaining),
    "x-ratelimit-complexity-reset": reset,
  };
}
