/** Notion's refusals in our terms. https://developers.notion.com/reference/status-codes */
import { z } from "zod";
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

const ErrorAnswer = z.looseObject({
  code: z.string().catch(""),
  message: z.string().catch(""),
  additional_data: z
    .looseObject({
      rate_limit_reason: z.string().optional().catch(undefined),
      retry_after: z.coerce.number().optional().catch(undefined),
      committed_resource_id: z.string().optional().catch(undefined),
      retry_guidance: z.array(z.string()).optional().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});
type Refusal = z.output<typeof ErrorAnswer>;

const MAX_WORDS = 300;
const RETRY_MS = 60_000;

/**
 * Notion says that it saved a write and could not show it: it is read, never repeated.
 * https://developers.notion.com/reference/request-limits
 */
export class SavedUnshown extends SyncFailure {
  /** Id of the page that was created; undefined for an update. */
  readonly created: string | undefined;

  constructor(message: string, details: ErrorDetails, created: string | undefined) {
    super("Unavailable", message, details);
    this.created = created;
  }
}

/** The failure that an answer other than 2xx stands for. */
export function failureOf(answer: HttpAnswer, asked: Asked): SyncFailure {
  const refusal = refusalIn(answer.text);
  const { status } = answer;
  const code = codeOf(status, refusal);
  const words = (refusal?.message ?? "").slice(0, MAX_WORDS);
  const message = withRemedy(
    `notion: ${asked.method} ${asked.path} answered ${status}${words && `: ${words}`}`,
    hint(code, answer, refusal),
  );
  const details: ErrorDetails = {
    tool: "notion",
    status,
    ...(code === "RateLimited" ? { retryAfterMs: retryAfter(answer) ?? RETRY_MS } : {}),
    ...(code === "Rejected" ? { fields: { "": words } } : {}),
    ...(status >= 500 && status !== 529 && !asked.safe ? { outcomeUnknown: true } : {}),
  };
  const { committed_resource_id: created, retry_guidance: guidance } = refusal?.additional_data ?? {};
  const isSaved = created !== undefined || guidance?.some((one) => /not repeat the write/i.test(one)) === true;
  return status === 503 && isSaved && !asked.safe
    ? new SavedUnshown(message, details, created)
    : new SyncFailure(code, message, details);
}

/** An answer that says success but cannot be read: cut by a proxy, or a page of its own. */
export function unreadable(answer: HttpAnswer, asked: Asked, cause?: unknown): SyncFailure {
  const message = `notion: ${asked.method} ${asked.path} answered ${answer.status} with a body that is not whole JSON (${answer.text.length} characters); it is asked again later.`;
  const details = { tool: "notion", status: answer.status, outcomeUnknown: !asked.safe };
  return new SyncFailure("Unavailable", message, details, cause);
}

function refusalIn(text: string): Refusal | undefined {
  try {
    return ErrorAnswer.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function codeOf(status: number, refusal: Refusal | undefined): ErrorCode {
  if (status === 401) return "AuthFailed";
  if (status === 403) return "Forbidden";
  if (status === 404) return "NotFound";
  // Two transactions met, and ours was undone.
  if (status === 409) return "Unavailable";
  if (status === 429) return isBlocked(refusal) ? "Forbidden" : "RateLimited";
  if (status === 529) return "RateLimited";
  return status >= 500 || status === 408 ? "Unavailable" : "Rejected";
}

/** A block by Notion's hand ends by Notion's hand, not by waiting. */
function isBlocked(refusal: Refusal | undefined): boolean {
  return refusal?.additional_data?.rate_limit_reason === "public_api_request_blocked";
}

function hint(code: ErrorCode, { headers, status }: HttpAnswer, refusal: Refusal | undefined): string {
  const ray = headers.get("cf-ray");
  if (!refusal) return ray ? `; Notion's edge answered, Cloudflare ray ${ray}.` : ".";
  if (code === "AuthFailed") return "; check NOTION_API_KEY: the connection's secret was revoked or is mistyped.";
  if (code === "NotFound")
    return "; share the database with the connection (in Notion: ... menu, Connections), or correct the id.";
  if (status === 429)
    return isBlocked(refusal) ? "; Notion has blocked this connection: ask its support." : reason(refusal);
  return code === "Forbidden" ? "; grant the connection that capability in its settings at notion.so." : "";
}

function reason(refusal: Refusal): string {
  const told = refusal.additional_data?.rate_limit_reason;
  return told ? ` (${told})` : "";
}

/** Milliseconds to wait, from `Retry-After` in seconds, else from the body. */
export function retryAfter({ headers, text }: HttpAnswer): number | undefined {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const told = refusalIn(text)?.additional_data?.retry_after;
  return told === undefined || Number.isNaN(told) ? undefined : Math.max(0, told * 1000);
}
