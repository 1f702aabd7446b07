/** The contract's `SyncError`: what went wrong, how bad it is, and when it is tried again. */
import type { ErrorCode } from "./errors.ts";
import type { ItemId, ToolKey } from "./model.ts";
import type { RunFacts, ToolRunFacts } from "./run-facts.ts";

export type Severity = "low" | "medium" | "high" | "critical";

export interface SyncError {
  readonly project: string;
  readonly tool: ToolKey;
  /** The item that alone is concerned; absent where the whole tool is. */
  readonly item?: ItemId;
  readonly error: string;
  /** How often it was tried again so far. */
  readonly retryCount: number;
  /** ISO time; null: with the next sync, or once somebody has mended it. */
  readonly nextRetry: string | null;
  readonly severity: Severity;
}

const SEVERITIES: { readonly [C in ErrorCode]: Severity } = {
  // Waiting cures these.
  RateLimited: "low",
  WriteConflict: "low",
  StaleHub: "low",
  ConnectionPaused: "low",
  Unavailable: "medium",
  // One item, or one place, needs a person.
  Rejected: "high",
  NotFound: "high",
  Forbidden: "high",
  GuardTripped: "high",
  InvalidHub: "high",
  Usage: "high",
  // Nothing of the tool, or of the product, works until somebody acts.
  AuthFailed: "critical",
  InvalidConfig: "critical",
  EngineUnavailable: "critical",
  Bug: "critical",
};

export function severityOf(code: ErrorCode): Severity {
  return SEVERITIES[code];
}

/** The errors of a run: those of whole tools first, then those of single items. */
export function syncErrorsOf({ project, tools, refusedWrites = [] }: RunFacts): readonly SyncError[] {
  const ofTools = tools.flatMap((tool) => toolError(project, tool) ?? []);
  const ofItems = refusedWrites.map(({ tool, item, message, attempts, nextAt }): SyncError => ({
    project,
    tool,
    item,
    error: message,
    retryCount: attempts - 1,
    nextRetry: nextAt,
    severity: severityOf("Rejected"),
  }));
  return [...ofTools, ...ofItems];
}

function toolError(project: string, { tool, error, standing, waitUntil, retries }: ToolRunFacts): SyncError | null {
  if (error) {
    const { count, nextAt } = retries ?? { count: 0, nextAt: null };
    const { code, message } = error;
    return { project, tool, error: message, retryCount: count, nextRetry: nextAt, severity: severityOf(code) };
  }
  if (standing !== "waiting") return null;
  const severity = severityOf("RateLimited");
  return { project, tool, error: "asked to wait", retryCount: 0, nextRetry: waitUntil ?? null, severity };
}

const FIRST_REST_MS = 3_600_000;
const LONGEST_REST_MS = 86_400_000;

/**
 * When a write that the tool refused is sent again by itself: the first time after an hour, then twice as
 * long each time, at least once a day. An edit of the item, or a person's own sync, sends it at once.
 */
export function restMs(attempts: number): number {
  return Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(attempts - 1, 30));
}
