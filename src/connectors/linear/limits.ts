/** What Linear's headers say about the budget: leaky buckets that refill all the time (reference section 4). */
import type { HttpAnswer, LimitHint } from "../http.ts";

const HOUR_MS = 3_600_000;
const REQUESTS_PER_HOUR = 2500;
/** Tokens waited for once a bucket is empty, so that the next run of calls is more than one call long. */
const WANTED_TOKENS = 5;

/** The hints of one answer, one a bucket; `X-RateLimit-*-Reset` is rolling (now plus an hour) and never waited for. */
export function limitHints(answer: HttpAnswer): readonly LimitHint[] {
  const { headers } = answer;
  const endpoint = headers.get("x-ratelimit-endpoint-name");
  const hints = [
    hint(headers, "requests", "x-ratelimit-requests"),
    hint(headers, "complexity", "x-ratelimit-complexity"),
    ...(endpoint ? [hint(headers, `endpoint:${endpoint}`, "x-ratelimit-endpoint-requests")] : []),
  ].filter((one) => one !== undefined);
  if (!isRateLimited(answer)) return hints;
  const blockedForMs = retryAfterMs(headers);
  return hints.some((one) => one.bucket === "requests")
    ? hints.map((one) => (one.bucket === "requests" ? { ...one, blockedForMs } : one))
    : [...hints, { bucket: "requests", blockedForMs }];
}

/** How long until an exhausted bucket holds a few calls again, from its refill rate. */
export function retryAfterMs(headers: Headers): number {
  const told = Number(headers.get("retry-after") ?? Number.NaN) * 1000;
  const waits = ["x-ratelimit-requests", "x-ratelimit-endpoint-requests"].map((name) => refillWait(headers, name));
  const complexity = complexityWait(headers);
  const longest = Math.max(...waits, complexity);
  if (Number.isFinite(told) && told > 0) return told;
  return longest > 0 ? longest : Math.ceil((HOUR_MS / REQUESTS_PER_HOUR) * WANTED_TOKENS);
}

function hint(headers: Headers, bucket: string, prefix: string): LimitHint | undefined {
  const limit = numberOf(headers, `${prefix}-limit`);
  const remaining = numberOf(headers, `${prefix}-remaining`);
  if (limit === undefined && remaining === undefined) return undefined;
  return { bucket, ...(limit === undefined ? {} : { limit }), ...(remaining === undefined ? {} : { remaining }) };
}

function refillWait(headers: Headers, prefix: string): number {
  const limit = numberOf(headers, `${prefix}-limit`);
  const remaining = numberOf(headers, `${prefix}-remaining`);
  if (limit === undefined || limit <= 0 || remaining === undefined || remaining >= 1) return 0;
  return Math.ceil((periodMs(headers, prefix) / limit) * Math.min(WANTED_TOKENS, limit));
}

function complexityWait(headers: Headers): number {
  const limit = numberOf(headers, "x-ratelimit-complexity-limit");
  const remaining = numberOf(headers, "x-ratelimit-complexity-remaining");
  const needed = numberOf(headers, "x-complexity") ?? 1;
  if (limit === undefined || limit <= 0 || remaining === undefined || remaining >= needed) return 0;
  return Math.ceil((periodMs(headers, "x-ratelimit-complexity") / limit) * (needed - remaining));
}

/** The rolling reset is the vendor's own now plus the period. */
function periodMs(headers: Headers, prefix: string): number {
  const reset = numberOf(headers, `${prefix}-reset`);
  const now = Date.parse(headers.get("date") ?? "");
  if (reset === undefined || Number.isNaN(now) || reset <= now) return HOUR_MS;
  return Math.min(HOUR_MS, reset - now);
}

function isRateLimited(answer: HttpAnswer): boolean {
  return answer.status === 429 || (answer.status === 400 && answer.text.includes('"RATELIMITED"'));
}

function numberOf(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  const value = Number(text);
  return text === null || Number.isNaN(value) ? undefined : value;
}
