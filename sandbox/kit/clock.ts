/** The time of a stand-in. Vendors' clocks are not ours: `skewMs` moves its answers' `Date` header and its timestamps alike. */
export class Clock {
  /** Added to the true time; positive means the vendor's clock runs fast. */
  skewMs = 0;
  readonly #now: () => number;
  #offsetMs = 0;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Epoch milliseconds as this vendor tells them. */
  now(): number {
    return this.#now() + this.#offsetMs + this.skewMs;
  }

  /** Epoch milliseconds without the skew: for budgets and index lag, which no wrong clock speeds up. */
  trueNow(): number {
    return this.#now() + this.#offsetMs;
  }

  /** Lets time pass at once, so that tests need no sleeping. */
  advance(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }
}
