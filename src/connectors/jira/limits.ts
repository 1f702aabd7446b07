import type { HttpAnswer, LimitHint } from "../http.ts";
import { retryAfter } from "./failure.ts";

/**
 * What an answer says about the budget. A refusal of one issue's writes blocks nobody else; a burst or
 * quota refusal blocks the credential. `X-RateLimit-Remaining` counts one endpoint's second and matters
 * only when Jira says that it is nearly used up.
 */
export function limits(answer: HttpAnswer): readonly LimitHint[] {
  const { headers, status } = answer;
  const reason = headers.get("ratelimit-reason") ?? "";
  if (status === 429 || (status === 503 && headers.has("retry-after"))) {
    if (reason.includes("per-issue")) return [];
    const blockedForMs = retryAfter(headers, Date.parse(headers.get("date") ?? ""));
    return blockedForMs === undefined || Number.isNaN(blockedForMs) ? [] : [{ bucket: "requests", blockedForMs }];
  }
  if (headers.get("x-ratelimit-nearlimit") !== "true") return [];
  const remaining = Number(headers.get("x-ratelimit-remaining") ?? "x");
  return Number.isNaN(remaining) ? [] : [{ bucket: "requests", remaining }];
}
