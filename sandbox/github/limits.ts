/** GitHub's limits: the primary one by the hour, and secondary ones by the minute. Kept by true time, whatever the clock says. */
import type { Clock } from "../kit/clock.ts";
import type { Quirks } from "./quirks.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const POINTS_PER_MINUTE = 900;
const CONTENT: readonly (readonly [limit: number, ms: number])[] = [
  [80, MINUTE_MS],
  [500, HOUR_MS],
];
const DOCS = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api";

export type Resource = "core" | "graphql";

export interface Cost {
  readonly resource: Resource;
  /** Of the primary limit. */
  readonly primary: number;
  /** Of the secondary one. */
  readonly points: number;
  readonly content: boolean;
}

interface Window {
  used: number;
  /** True time, epoch ms. */
  resetAt: number;
}

export class Limits {
  /** Requests, or GraphQL points, an hour. */
  readonly limit: number;
  readonly #clock: Clock;
  readonly #quirks: Quirks;
  readonly #windows: Record<Resource, Window>;
  #points: { readonly at: number; readonly cost: number }[] = [];
  #contents: number[] = [];

  constructor(clock: Clock, quirks: Quirks, limit = 5000) {
    this.limit = limit;
    this.#clock = clock;
    this.#quirks = quirks;
    const fresh = (): Window => ({ used: 0, resetAt: clock.trueNow() + HOUR_MS });
    this.#windows = { core: fresh(), graphql: fresh() };
  }

  /** For tests: how much of the hour is left from now on. */
  drain(resource: Resource, left = 0): void {
    this.#window(resource).used = this.limit - left;
  }

  used(resource: Resource): number {
    return this.#window(resource).used;
  }

  /** The refusal of a request that goes beyond a limit; nothing is counted of it. */
  refusal({ resource, primary, points, content }: Cost): Response | undefined {
    const now = this.#clock.trueNow();
    const window = this.#window(resource);
    if (this.#quirks.primaryLimit && window.used + primary > this.limit) return this.primaryRefusal(resource);
    this.#points = this.#points.filter(({ at }) => at > now - MINUTE_MS);
    const spent = this.#points.reduce((sum, { cost }) => sum + cost, 0);
    if (this.#quirks.pointsLimit && spent + points > POINTS_PER_MINUTE) return this.secondaryRefusal(resource, 60);
    this.#contents = this.#contents.filter((at) => at > now - HOUR_MS);
    const isFull = CONTENT.some(([limit, ms]) => this.#contents.filter((at) => at > now - ms).length >= limit);
    // Of these the vendor names no time to wait.
    if (content && this.#quirks.contentLimit && isFull) return this.secondaryRefusal(resource);
    this.#points.push({ at: now, cost: points });
    if (content) this.#contents.push(now);
    window.used += primary;
    return undefined;
  }

  /** What a 304 had cost is given back. */
  giveBack({ resource, primary }: Cost): void {
    this.#window(resource).used -= primary;
  }

  headers(resource: Resource): Readonly<Record<string, string>> {
    const { used, resetAt } = this.#window(resource);
    // The reset is told on the vendor's own clock.
    const reset = resetAt - this.#clock.trueNow() + this.#clock.now();
    return {
      "x-ratelimit-limit": String(this.limit),
      "x-ratelimit-remaining": String(Math.max(0, this.limit - used)),
      "x-ratelimit-used": String(used),
      "x-ratelimit-reset": String(Math.ceil(reset / 1000)),
      "x-ratelimit-resource": resource,
    };
  }

  /** REST refuses with 403, GraphQL tells it with 200. */
  primaryRefusal(resource: Resource): Response {
    this.drain(resource);
    const message = "API rate limit exceeded for user ID 583000.";
    const headers = this.headers(resource);
    if (resource === "graphql")
      return Response.json({ errors: [{ type: "RATE_LIMITED", message }] }, { status: 200, headers });
    return Response.json({ message, documentation_url: DOCS, status: "403" }, { status: 403, headers });
  }

  secondaryRefusal(resource: Resource, retryAfterSeconds?: number): Response {
    const message =
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.";
    const headers = {
      ...this.headers(resource),
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    };
    const documentation_url = `${DOCS}#about-secondary-rate-limits`;
    return Response.json({ message, documentation_url, status: "403" }, { status: 403, headers });
  }

  #window(resource: Resource): Window {
    const window = this.#windows[resource];
    const now = this.#clock.trueNow();
    if (now >= window.resetAt) Object.assign(window, { used: 0, resetAt: now + HOUR_MS });
    return window;
  }
}
