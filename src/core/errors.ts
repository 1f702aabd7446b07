/**
 * Every failure the engine knows by name. `code` is stable: it is what Temporal carries across
 * processes, what exit codes are chosen by, and what reports show.
 */
export type ErrorCode =
  | "RateLimited"
  | "Unavailable"
  | "AuthFailed"
  | "ConnectionPaused"
  | "Forbidden"
  | "NotFound"
  | "Rejected"
  | "WriteConflict"
  | "StaleHub"
  | "InvalidHub"
  | "InvalidConfig"
  | "Usage"
  | "GuardTripped"
  | "EngineUnavailable"
  | "Bug";

export interface ErrorDetails {
  readonly tool?: string;
  readonly item?: string;
  readonly field?: string;
  /** File the error is about, relative to the workspace, with 1-based line and column. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** For RateLimited and Unavailable, in milliseconds: the vendor's own wait, or how long a late write may still take effect. */
  readonly retryAfterMs?: number;
  /** For Rejected: the vendor's words, by canonical field name where it named one ("" otherwise). */
  readonly fields?: Readonly<Record<string, string>>;
  /** True where the request may have taken effect although no answer came. */
  readonly outcomeUnknown?: boolean;
  /** Of writes whose outcome is unknown, the ids of their requests: of the others, what was not told of was not sent. */
  readonly inDoubt?: readonly string[];
  readonly status?: number;
}

/** An error with a stable code, and a message that says what, where and what to do next. */
export class SyncFailure extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = code;
    this.code = code;
    this.details = details;
  }
}

export function isSyncFailure(error: unknown, code?: ErrorCode): error is SyncFailure {
  return error instanceof SyncFailure && (code === undefined || error.code === code);
}
