import { activityInfo, Context } from "@temporalio/activity";
import { ApplicationFailure, TemporalFailure, type ApplicationFailureCategory } from "@temporalio/common";
import { isSyncFailure, type ErrorCode, type SyncFailure } from "../src/core/errors.ts";

/** Waiting helps these; everything else would fail the same way again. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set(["RateLimited", "StaleHub"]);

/**
 * The only place where an error becomes Temporal's. Messages stay out of histories (they may quote what
 * people wrote): the code and the tool cross, the words are in the store.
 */
export function toApplicationFailure(error: unknown): unknown {
  if (error instanceof TemporalFailure) return error;
  if (!isSyncFailure(error)) return strange(error);
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
function strange(error: unknown): ApplicationFailure {
  const isDefect = DEFECTS.some((kind) => error instanceof kind);
  const type: ErrorCode = isDefect ? "Bug" : "Unavailable";
  return ApplicationFailure.create({ type, message: nameOf(error), nonRetryable: isDefect });
}

const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** `Error ENOSPC`: what kind of failure it is, without its words. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown failure";
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return `${error.name}${code}`;
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
    const failure = toApplicationFailure(error);
    // The history gets no words; whoever runs the worker sees where a failure came from that nobody expected.
    if (failure !== error && !isSyncFailure(error) && error instanceof Error)
      context.log.warn("an unexpected failure", { name: nameOf(error), at: framesOf(error) });
    throw failure;
  } finally {
    clearInterval(timer);
  }
}

/** The stack without the message, which may quote what people wrote. */
function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => line.startsWith("    at "))
    .join("\n");
}
