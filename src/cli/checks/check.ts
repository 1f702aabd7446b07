import { isSyncFailure, type ErrorCode } from "../../core/errors.ts";

/** One thing that a sync needs. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
  readonly remedy?: string;
  /** Of the failure, where one was the answer. */
  readonly code?: ErrorCode;
}

/** A failure that is known by name, as a check with its remedy; what is not known by name is no check. */
export function failedCheck(name: string, error: unknown): Check {
  if (!isSyncFailure(error)) throw error;
  const remedy = remedyFor(error.code);
  return { name, ok: false, says: error.message, code: error.code, ...(remedy === undefined ? {} : { remedy }) };
}

/** What the message itself does not say. */
function remedyFor(code: ErrorCode): string | undefined {
  switch (code) {
    case "AuthFailed":
      return "Check the token: is it expired, or of another account?";
    case "Rejected":
      return "Check external_sync in the hub file, and that the account may see that project or team.";
    case "Unavailable":
      return "Check the base URL and the network, or try again later.";
    case "Forbidden":
    case "NotFound":
    case "EngineUnavailable":
      return undefined;
    default:
      return "Correct what the message names.";
  }
}
