/** What GitHub's headers say about the budget. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
import type { HttpAnswer, LimitHint } from "../http.ts";

/** Asked for by the vendor where a secondary limit names no time. */
const SECONDARY_WAIT_MS = 60_000;
const SECONDARY = /secondary rate limit|abuse detection|submitted too quickly/i;
/** Search and the like have budgets of their own that we do not use. */
const OURS = ["core", "graphql"];

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Milliseconds to wait, where the answer is a refusal by a limit: the primary one (nothing remains until the
 * reset, epoch seconds) or a secondary one. GraphQL tells of it with status 200. Undefined for any other answer.
 */
export function waitMs({ status, headers, text }: Told): number | undefined {
  const isRefusal = status === 403 || status === 429;
  const after = Number(headers.get("retry-after") ?? Number.NaN) * 1000;
  const isUsedUp = headers.get("x-ratelimit-remaining") === "0";
  const isGraph = status === 200 && /"type"\s*:\s*"RATE_LIMITED"/.test(text);
  const isSecondary = (isRefusal || status === 422 || isGraph) && SECONDARY.test(text);
  if (!isSecondary && !isGraph && status !== 429 && !(isRefusal && (isUsedUp || after > 0))) return undefined;
  if (after > 0) return after;
  if (isUsedUp && !isSecondary) return Math.max(1000, resetMs(headers));
  return SECONDARY_WAIT_MS;
}

/** From the vendor's own now to the reset; a minute where either cannot be read. */
function resetMs(headers: Headers): number {
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN) * 1000;
  const wait = reset - Date.parse(headers.get("date") ?? "");
  return Number.isFinite(wait) ? wait : SECONDARY_WAIT_MS;
}

/** One hint an answer. REST and GraphQL have budgets of their own; the smaller counts, for every step takes both. */
export function limitHints(answer: HttpAnswer): readonly LimitHint[] {
  const { headers } = answer;
  const blockedForMs = waitMs(answer);
  const [limit, remaining] = OURS.includes(headers.get("x-ratelimit-resource") ?? "")
    ? [numberOf(headers, "x-ratelimit-limit"), numberOf(headers, "x-ratelimit-remaining")]
    : [];
  if (limit === undefined && remaining === undefined && blockedForMs === undefined) return [];
  return [
    {
      bucket: "requests",
      ...(limit === undefined ? {} : { limit }),
      ...(remaining === undefined ? {} : { remaining }),
      ...(blockedForMs === undefined ? {} : { blockedForMs }),
    },
  ];
}

function numberOf(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  const value = Number(text);
  return text === null || Number.isNaN(value) ? undefined : value;
}
