/** 180 requests in a fixed window of a minute for each connection. https://developers.notion.com/reference/request-limits */
import type { Clock } from "../kit/clock.ts";
import { Refusal } from "./refusal.ts";

const LIMIT = 180;
const WINDOW_MS = 60_000;

export class FixedWindow {
  readonly #clock: Clock;
  #start = 0;
  #taken = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The refusal of one request too many. */
  take(): Response | undefined {
    const now = this.#clock.trueNow();
    if (now >= this.#start + WINDOW_MS) [this.#start, this.#taken] = [now, 0];
    this.#taken += 1;
    return this.#taken <= LIMIT ? undefined : rateLimited(Math.ceil((this.#start + WINDOW_MS - now) / 1000));
  }
}

/** As captured from the live API in October 2026: a header in whole seconds, and the same as text in the body. */
export function rateLimited(seconds: number, reason = "public_api_request_rate_limit"): Response {
  const message = "You have been rate limited. Please try again later.";
  const additional = { rate_limit_reason: reason, retry_after: String(seconds) };
  return new Refusal(429, "rate_limited", message, additional).answer({ "retry-after": String(seconds) });
}
