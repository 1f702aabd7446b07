import { activityInfo, Context } from "@temporalio/activity";
import { ApplicationFailure, type ApplicationFailureCategory } from "@temporalio/common";
import { isSyncFailure, type ErrorCode, type SyncFailure } from "../src/core/errors.ts";

/** Waiting helps these; everything else would fail the same way again. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set(["RateLimited", "StaleHub"]);

/**
 * The only place where an error becomes Temporal's. Messages stay out of histories (they may quote what
 * people wrote): the code and the tool cross, the words are in the store.
 */
export function toApplicationFailure(error: unknown): unknown {
  if (!isSyncFailure(error)) return isDefect(error) ? defect(error) : error;
  const { code, details } = error;
  const wait = details.retryAfterMs;
  return ApplicationFailure.create({
    type: code,
    message: wait === undefined ? safeSummary(error) : `${safeSummary(error)}: wait ${Math.ceil(wait / 1000)} s`,
    nonRetryable: !RETRYABLE.has(code),
    ...(code === "RateLimited" ? { category: "BENIGN" as ApplicationFailureCategory } : {}),
    ...(wait === undefined ? {} : { nextRetryDelay: wait }),
  });
}

/** A mistake of ours fails the same way again; a busy database or a full disk does not. */
function isDefect(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

function defect(error: Error): ApplicationFailure {
  const code: ErrorCode = "Bug";
  return ApplicationFailure.create({ type: code, message: error.name, nonRetryable: true });
}

function safeSummary(error: SyncFailure): string {
  const { tool, status } = error.details;
  return [tool, error.code, status === undefined ? "" : `(HTTP ${status})`].filter(Boolean).join(" ");
}

/** Runs an activity's work while it beats: a dead worker is noticed within the heartbeat timeout, and a cancel arrives. */
export async function beating<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const context = Context.current();
  const every = Math.max(200, (activityInfo().heartbeatTimeoutMs ?? 30_000) / 3);
  const timer = setInterval(() => context.heartbeat(), every);
  try {
    return await work(context.cancellationSignal);
  } catch (error) {
    throw toApplicationFailure(error);
  } finally {
    clearInterval(timer);
  }
}
