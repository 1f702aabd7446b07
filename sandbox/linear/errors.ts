/** Errors with the bodies Linear sends (reference section 4, captured from the live API). */
import { GraphQLError } from "graphql";

export interface VendorExtensions {
  readonly type: string;
  readonly code: string;
  readonly statusCode: number;
  readonly userError: boolean;
  readonly userPresentableMessage?: string;
  readonly validationErrors?: readonly { property: string; constraints: Record<string, string> }[];
}

/** A refusal of a resolver. Its message is developer speech, `userPresentableMessage` is for people. */
export class VendorError extends GraphQLError {
  constructor(message: string, extensions: Partial<VendorExtensions>) {
    super(message, {
      extensions: { type: "invalid input", code: "INPUT_ERROR", statusCode: 400, userError: true, ...extensions },
    });
  }
}

export function entityNotFound(entity: string): VendorError {
  return new VendorError(`Entity not found: ${entity}`, {
    userPresentableMessage: `Could not find referenced ${entity}.`,
  });
}

export function conflictOnInsert(entity: string, id: string): VendorError {
  return new VendorError(`conflict on insert of ${entity}`, {
    userPresentableMessage: `Entity ${entity} with id ${id} already exists.`,
  });
}

/** An input that has the right type and a wrong value. */
export function argumentInvalid(property: string, reason: string): VendorError {
  return new VendorError("Argument Validation Error", {
    code: "INVALID_INPUT",
    userPresentableMessage: `${property} ${reason}.`,
    validationErrors: [{ property, constraints: { customValidation: `${property} ${reason}` } }],
  });
}

/** Words only, without naming the input as data: what a client can least rely on. */
export function inputRefused(message: string, presentable: string): VendorError {
  return new VendorError(message, { userPresentableMessage: presentable });
}

export function forbidden(message: string): VendorError {
  return new VendorError(message, { type: "forbidden", code: "FORBIDDEN", statusCode: 403 });
}

const body = (message: string, extensions: VendorExtensions): string =>
  JSON.stringify({ errors: [{ message, extensions }] });

export const AUTHENTICATION_BODY: string = body("Authentication required, not authenticated", {
  type: "authentication error",
  code: "AUTHENTICATION_ERROR",
  statusCode: 401,
  userError: true,
  userPresentableMessage: "You need to authenticate to access this operation.",
});

export function rateLimitBody(limit: number): string {
  const sentence = `Rate limit exceeded. Only ${limit} requests are allowed per 1 hour.`;
  return body(`${sentence} Please slow down and try again later.`, {
    type: "ratelimited",
    code: "RATELIMITED",
    statusCode: 429,
    userError: true,
    userPresentableMessage: sentence,
  });
}

export const INTERNAL_BODY: string = body("Internal server error", {
  type: "internal error",
  code: "INTERNAL_SERVER_ERROR",
  statusCode: 500,
  userError: false,
});

export function validationBody(errors: readonly GraphQLError[]): string {
  const extensions = { type: "graphql error", code: "GRAPHQL_VALIDATION_FAILED", statusCode: 400, userError: true };
  return JSON.stringify({
    errors: errors.map((error) => ({ message: error.message, locations: error.locations, extensions })),
  });
}
