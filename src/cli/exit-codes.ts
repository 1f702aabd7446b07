import { isSyncFailure, type ErrorCode } from "../core/errors.ts";

/** 0 all well; 1 something failed; 2 wrong usage or configuration; 3 done, but a human must decide something. */
export const EXIT = { ok: 0, failed: 1, usage: 2, decide: 3 } as const;

const USAGE: ReadonlySet<ErrorCode> = new Set(["Usage", "InvalidConfig"]);

export function exitCodeOfError(error: unknown): number {
  return isSyncFailure(error) && USAGE.has(error.code) ? EXIT.usage : EXIT.failed;
}
