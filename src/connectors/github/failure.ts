/** GitHub's refusals in our terms (reference sections 1 and 4). */
import { z } from "zod";
import { SyncFailure, type ErrorCode, type ErrorDetails } from "../../core/errors.ts";
import type { FieldName } from "../../core/model.ts";
import { withRemedy } from "../remedy.ts";
import { waitMs } from "./limits.ts";

const TOOL = "github";
const MAX_WORDS = 300;

/** What was asked, as far as a failure must tell it. */
export interface Asked {
  readonly what: string;
  /** Reading: no answer means nothing happened. */
  readonly safe: boolean;
}

export interface Refused {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text of what is none. */
  readonly body: unknown;
}

const refusal = z.object({
  message: z.string().default(""),
  errors: z
    .union([
      z.string(),
      z.array(
        z.union([
          z.string(),
          z.object({ field: z.string().nullish(), code: z.string().nullish(), message: z.string().nullish() }),
        ]),
      ),
    ])
    .nullish(),
});

export const graphqlError = z.object({
  type: z.string().nullish(),
  message: z.string().default("no message"),
  path: z.array(z.union([z.string(), z.number()])).nullish(),
  /** Has a code where the document itself is not understood. */
  extensions: z.object({ code: z.string().nullish() }).nullish(),
});
type GraphqlError = z.output<typeof graphqlError>;

/** The failure that a refusing answer of REST stands for. */
export function failureOf(answer: Refused, asked: Asked): SyncFailure {
  const { status, headers } = answer;
  const told = refusal.safeParse(answer.body).data;
  const words = (told ? wordsOf(told) : "").slice(0, MAX_WORDS);
  const text = words || (typeof answer.body === "string" ? answer.body : "");
  const retryAfterMs = waitMs({ status, headers, text });
  const code = retryAfterMs !== undefined ? "RateLimited" : isMute(answer) ? "Unavailable" : codeOf(status, words);
  const details: ErrorDetails = {
    tool: TOOL,
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(code === "Unavailable" ? { outcomeUnknown: !asked.safe } : {}),
    ...(code === "Rejected" ? { fields: fieldsOf(told, words) } : {}),
  };
  const hint = hintOf(code, status, words, headers);
  return new SyncFailure(
    code,
    withRemedy(`github: ${asked.what} answered ${status}${words && `: ${words}`}`, hint),
    details,
  );
}

/** An answer that says success but cannot be read: cut by a proxy, or a page. */
export function unreadable(answer: { readonly status: number }, { what, safe }: Asked, cause?: unknown): SyncFailure {
  const message = `github: ${what} answered ${answer.status} with a body that cannot be read; it is asked again later.`;
  return new SyncFailure("Unavailable", message, { tool: TOOL, status: answer.status, outcomeUnknown: !safe }, cause);
}

const BY_TYPE: Readonly<Record<string, ErrorCode>> = {
  RATE_LIMITED: "RateLimited",
  FORBIDDEN: "Forbidden",
  INSUFFICIENT_SCOPES: "Forbidden",
  UNAUTHORIZED: "AuthFailed",
  SERVICE_UNAVAILABLE: "Unavailable",
  // What we ask is ours to make smaller.
  MAX_NODE_LIMIT_EXCEEDED: "Bug",
};

/** Worst first: what stops everything is told before what concerns one thing. */
const SEVERITY: readonly ErrorCode[] = ["RateLimited", "AuthFailed", "Forbidden", "Bug", "Unavailable"];

/** The failure of an answer with status 200 and errors. One without a type is an outage: a query that took too long, say. */
export function graphqlFailure(
  errors: readonly GraphqlError[],
  { status, headers }: { readonly status: number; readonly headers: Headers },
  { what, safe }: Asked,
): SyncFailure {
  const judged = errors.map(({ type, message }) => ({ code: codeOfError(type ?? "", message), message }));
  const code = SEVERITY.find((candidate) => judged.some((one) => one.code === candidate)) ?? "Unavailable";
  const words = judged.find((one) => one.code === code)?.message.slice(0, MAX_WORDS) ?? "";
  const text = JSON.stringify({ type: "RATE_LIMITED", message: words });
  const retryAfterMs = code === "RateLimited" ? waitMs({ status: 200, headers, text }) : undefined;
  const details = {
    tool: TOOL,
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(code === "Unavailable" && !safe ? { outcomeUnknown: true } : {}),
  };
  return new SyncFailure(code, withRemedy(`github: ${what}: ${words}`, hintOf(code, status, words, headers)), details);
}

function codeOfError(type: string, message: string): ErrorCode {
  if (isLimitWords(message)) return "RateLimited";
  // The oldest shape of INSUFFICIENT_SCOPES has no type.
  return BY_TYPE[type] ?? (/granted the required scopes/i.test(message) ? "Forbidden" : "Unavailable");
}

/** Whether an error of GraphQL, of whatever type, tells of a secondary limit. */
export function isLimitWords(message: string): boolean {
  return /secondary rate limit|submitted too quickly/i.test(message);
}

/** Secondary limits have these statuses too, and only the body says so: one that was cut on its way is no verdict. */
function isMute({ status, body }: Refused): boolean {
  return (status === 403 || status === 422) && typeof body === "string" && body.trimStart().startsWith("{");
}

function codeOf(status: number, words: string): ErrorCode {
  if (status === 401) return "AuthFailed";
  if (status === 403 || (status === 410 && isDisabled(words))) return "Forbidden";
  if (status === 404 || status === 410) return "NotFound";
  if (status === 409) return "WriteConflict";
  if (status === 408) return "Unavailable";
  return status >= 400 && status < 500 ? "Rejected" : "Unavailable";
}

function isDisabled(words: string): boolean {
  return /disabled/i.test(words);
}

function hintOf(code: ErrorCode, status: number, words: string, headers: Headers): string {
  if (code === "AuthFailed") return "; check GH_TOKEN: it is wrong, revoked or expired.";
  if (code === "NotFound")
    return "; check the name, and that the token may see the repository: what it may not see is not found.";
  if (code !== "Forbidden") return "";
  if (headers.has("x-github-sso"))
    return "; the organization asks for single sign-on: authorize the token for it under Settings, Developer settings, Personal access tokens, Configure SSO.";
  if (/archived/i.test(words)) return "; unarchive the repository, or take it out of external_sync.github.";
  if (status === 410) return "; switch on Issues in the repository's settings, or take it out of external_sync.github.";
  return "; the token lacks a permission: it needs Issues (read and write) and Metadata (read) of the repository.";
}

function wordsOf({ message, errors }: z.output<typeof refusal>): string {
  const more = typeof errors === "string" ? [errors] : (errors ?? []).map(entryWords);
  return [message, ...more].filter(Boolean).join(": ");
}

type Entry = Exclude<NonNullable<z.output<typeof refusal>["errors"]>, string>[number];

function entryWords(entry: Entry): string {
  if (typeof entry === "string") return entry;
  return entry.message ?? [entry.field, entry.code].filter(Boolean).join(" ");
}

/** GitHub's names by ours. Labels carry status, priority and points too, but who refuses them refuses all. */
const FIELD_OF: Readonly<Record<string, FieldName>> = {
  title: "title",
  body: "description",
  labels: "labels",
  name: "labels",
  assignees: "assignee",
  assignee: "assignee",
  milestone: "sprint",
  state: "status",
  state_reason: "status",
  duplicate_issue_id: "status",
};

function fieldsOf(told: z.output<typeof refusal> | undefined, words: string): Record<string, string> {
  const entries = Array.isArray(told?.errors) ? told.errors : [];
  const named = entries.flatMap((entry) => {
    const field = typeof entry === "string" ? undefined : FIELD_OF[entry.field ?? ""];
    return field === undefined ? [] : [[field, entryWords(entry)] as const];
  });
  return named.length > 0 ? Object.fromEntries(named) : { "": words };
}
