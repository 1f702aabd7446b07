/**
 * Jira's burst limits: a token bucket for each endpoint and method, and windows for the writes of each issue.
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
 */
import type { Clock } from "../kit/clock.ts";
import type { Quirks } from "./quirks.ts";

const PER_SECOND: Readonly<Record<string, number>> = { GET: 100, POST: 100, PUT: 50, DELETE: 50 };
const ISSUE_WINDOWS = [
  { writes: 20, ms: 2_000 },
  { writes: 100, ms: 30_000 },
];

export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Set where the request is refused. */
  readonly refused?: { readonly reason: string; readonly waitMs: number };
}

export class RateLimiter {
  readonly #clock: Clock;
  readonly #quirks: Quirks;
  #buckets = new Map<string, { tokens: number; at: number }>();
  #writes = new Map<string, number[]>();

  constructor(clock: Clock, quirks: Quirks) {
    this.#clock = clock;
    this.#quirks = quirks;
  }

  /** @param endpoint path with its ids replaced; @param issue id or key where the request writes to one issue */
  take(method: string, endpoint: string, issue: string | undefined): Verdict {
    const now = this.#clock.trueNow();
    const waitMs = issue !== undefined && this.#quirks.issueWriteLimit ? this.#issueWait(issue, now) : 0;
    if (waitMs > 0) return { headers: {}, refused: { reason: "jira-per-issue-on-write", waitMs } };
    return this.#quirks.burstLimit
      ? this.#burst(`${method} ${endpoint}`, PER_SECOND[method] ?? 50, now)
      : { headers: {} };
  }

  #issueWait(issue: string, now: number): number {
    const times = (this.#writes.get(issue) ?? []).filter((at) => at > now - 30_000);
    for (const { writes, ms } of ISSUE_WINDOWS) {
      const oldest = times.filter((at) => at > now - ms).at(-writes);
      if (oldest !== undefined) return oldest + ms - now;
    }
    this.#writes.set(issue, [...times, now]);
    return 0;
  }

  #burst(key: string, limit: number, now: number): Verdict {
    const known = this.#buckets.get(key) ?? { tokens: limit, at: now };
    const tokens = Math.min(limit, known.tokens + ((now - known.at) / 1000) * limit);
    const isEmpty = tokens < 1;
    const left = isEmpty ? tokens : tokens - 1;
    this.#buckets.set(key, { tokens: left, at: now });
    const headers = {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(Math.floor(left)),
      ...(left < limit * 0.2 ? { "x-ratelimit-nearlimit": "true" } : {}),
    };
    return isEmpty ? { headers, refused: { reason: "jira-burst-based", waitMs: 1000 } } : { headers };
  }
}
