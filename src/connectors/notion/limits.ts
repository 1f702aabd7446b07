import type { HttpAnswer, LimitHint } from "../http.ts";
import { retryAfter } from "./failure.ts";

/** Notion tells nothing of its budget until it is used up: then when the window of a minute ends. */
export function limits(answer: HttpAnswer): readonly LimitHint[] {
  if (answer.status !== 429 && answer.status !== 529) return [];
  const blockedForMs = retryAfter(answer);
  return blockedForMs === undefined ? [] : [{ bucket: "requests", blockedForMs }];
}
