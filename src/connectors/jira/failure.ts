import { SyncFailure, type ErrorCode, type ErrorDetails } from "../../core/errors.ts";
import type { HttpAnswer } from "../http.ts";
import { withRemedy } from "../remedy.ts";

/** What was asked, as far as a failure must tell it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Reading: no answer means nothing happened. */
  readonly safe: boolean;
}

/** Jira's two shapes of refusal: `{errorMessages, errors}` of the API, `{code, message}` of the gateway. */
interface Refusal {
  readonly messages: readonly string[];
  /** By Jira's own field id. */
  readonly fields: Readonly<Record<string, string>>;
}

const MAX_WORDS = 300;

/** The failure a non-2xx answer stands for. `details.fields` still has Jira's field ids; `write.ts` translates them. */
export function failureOf(answer: HttpAnswer, asked: Asked, now: number): SyncFailure {
  const { status } = answer;
  const refusal = refusalOf(answer.text);
  const retryAfterMs = retryAfter(answer.headers, now);
  const details: ErrorDetails = {
    tool: "jira",
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === 400 || status === 413 ? { fields: refusedFields(refusal) } : {}),
    ...(status >= 500 && !asked.safe ? { outcomeUnknown: true } : {}),
  };
  const words = [...refusal.messages, ...Object.values(refusal.fields)].join(" ").slice(0, MAX_WORDS);
  // The gateway answers a scoped token like a bad one, but for these words.
  const isScope = status === 401 && /scope does not match/i.test(words);
  const where = `jira: ${asked.method} ${asked.path} answered ${status}`;
  return new SyncFailure(
    isScope ? "Forbidden" : codeOf(status),
    withRemedy(
      `${where}${words ? `: ${words}` : ""}`,
      isScope
        ? "; the token lacks a scope for this: make one with read:jira-work, write:jira-work and read:jira-user."
        : hint(status, answer.headers),
    ),
    details,
  );
}

/** An answer that says success but cannot be read: cut by a proxy, or a login page. */
export function unreadable(answer: HttpAnswer, asked: Asked, cause?: unknown): SyncFailure {
  const message = `jira: ${asked.method} ${asked.path} answered ${answer.status} with a body that is not whole JSON (${answer.text.length} characters); it is asked again later.`;
  return new SyncFailure(
    "Unavailable",
    message,
    { tool: "jira", status: answer.status, outcomeUnknown: !asked.safe },
    cause,
  );
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return "AuthFailed";
  if (status === 403) return "Forbidden";
  if (status === 404) return "NotFound";
  if (status === 409) return "WriteConflict";
  if (status === 408 || status === 425) return "Unavailable";
  if (status === 429) return "RateLimited";
  return status >= 500 ? "Unavailable" : "Rejected";
}

function hint(status: number, headers: Headers): string {
  if (status === 401) return "; check JIRA_USERNAME and JIRA_API_TOKEN (tokens expire after a year at most).";
  if (status === 403) return "; the account lacks a permission in this project.";
  const reason = headers.get("ratelimit-reason");
  return status === 429 && reason ? ` (${reason})` : "";
}

function refusalOf(text: string): Refusal {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { messages: text.startsWith("<") ? [] : [text.trim()].filter(Boolean), fields: {} };
  }
  const { errorMessages, errors, message } = (body ?? {}) as Record<string, unknown>;
  const messages = Array.isArray(errorMessages)
    ? errorMessages.map(String)
    : typeof message === "string"
      ? [message]
      : [];
  const isMap = typeof errors === "object" && errors !== null && !Array.isArray(errors);
  const fields = isMap ? Object.fromEntries(Object.entries(errors).map(([id, words]) => [id, String(words)])) : {};
  return { messages, fields };
}

function refusedFields(refusal: Refusal): Record<string, string> {
  const general = refusal.messages.join(" ");
  return { ...refusal.fields, ...(general ? { "": general } : {}) };
}

/**
 * Milliseconds Jira asks to wait, from `Retry-After` (seconds, or an HTTP date) or `X-RateLimit-Reset` (ISO time).
 * https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = Number(after);
    const waitMs = Number.isNaN(seconds) ? Date.parse(after) - now : seconds * 1000;
    if (!Number.isNaN(waitMs)) return Math.max(0, waitMs);
  }
  const reset = Date.parse(headers.get("x-ratelimit-reset") ?? "");
  return Number.isNaN(reset) ? undefined : Math.max(0, reset - now);
}
