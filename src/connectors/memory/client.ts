/** Calls to the tracker, and its failures in our terms. */
import type { z } from "zod";
import { SyncFailure, type ErrorCode, type ErrorDetails } from "../../core/errors.ts";
import type { Scope } from "../contract.ts";
import type { HttpAnswer, HttpRequest, LimitHint } from "../http.ts";
import { refusal } from "./answers.ts";

const TOOL = "memory";
const DEFAULT_WAIT_MS = 1000;

export interface Call {
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly body?: unknown;
  /** True for reads, however they are sent. */
  readonly safe: boolean;
}

/** Sends one call and reads its answer in the given shape. */
export async function call<S extends z.ZodType>(scope: Scope, request: Call, shape: S): Promise<z.output<S>> {
  const answer = await scope.http.send({
    method: request.method,
    url: request.path,
    signal: scope.signal,
    safe: request.safe,
    ...(request.body === undefined
      ? {}
      : { body: JSON.stringify(request.body), headers: { "content-type": "application/json" } }),
  });
  const body = parseJson(answer.text);
  if (answer.status >= 400) throw failureOf(answer, body, request);
  const parsed = shape.safeParse(body);
  if (parsed.success) return parsed.data;
  const details = { tool: TOOL, status: answer.status, outcomeUnknown: !request.safe };
  throw new SyncFailure("Unavailable", `memory ${request.path}: the answer cannot be read`, details);
}

/** What the answer says about the budget. */
export function limitHints(answer: HttpAnswer): readonly LimitHint[] {
  return answer.status === 429 ? [{ bucket: "requests", blockedForMs: waitOf(answer) }] : [];
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: "AuthFailed",
  403: "Forbidden",
  404: "NotFound",
  409: "WriteConflict",
  429: "RateLimited",
};

function failureOf(answer: HttpAnswer, body: unknown, request: Call): SyncFailure {
  const code = CODES[answer.status] ?? (answer.status >= 500 ? "Unavailable" : "Rejected");
  const said = refusal.safeParse(body).data;
  const words = said?.message ?? `HTTP ${answer.status}`;
  const details: ErrorDetails = {
    tool: TOOL,
    status: answer.status,
    ...(code === "RateLimited" ? { retryAfterMs: waitOf(answer) } : {}),
    ...(code === "Unavailable" ? { outcomeUnknown: !request.safe } : {}),
    ...(code === "Rejected" ? { fields: said?.fields ?? { "": words } } : {}),
  };
  return new SyncFailure(code, `memory ${request.method} ${request.path}: ${words}`, details);
}

function waitOf(answer: HttpAnswer): number {
  const seconds = Number(answer.headers.get("retry-after"));
  return seconds > 0 ? seconds * 1000 : DEFAULT_WAIT_MS;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
