/** Linear's SDK over our transport: its budget, deadline and errors, our own documents. */
import { LinearClient } from "@linear/sdk";
import { z } from "zod";
import type { SyncFailure } from "../../core/errors.ts";
import type { Scope } from "../contract.ts";
import type { HttpAnswer } from "../http.ts";
import { errorEntry, failureOf, unreadable } from "./errors.ts";

export type Variables = Record<string, unknown>;

/** An answer as it came: `data` may hold a part although there is a failure. */
export interface Exchange {
  readonly data: unknown;
  readonly failure: SyncFailure | undefined;
  /** The vendor's clock at the answer, ISO; undefined without a `Date` header. */
  readonly date: string | undefined;
}

const envelope = z.looseObject({ data: z.unknown().optional(), errors: z.array(errorEntry).nullish() });

/** Sends one document. Throws only where no GraphQL answer came; see `execute` for the usual way. */
export async function exchange(scope: Scope, document: string, variables: Variables): Promise<Exchange> {
  const raw = await linearClient(scope).client.rawRequest<unknown, Variables>(document, variables);
  const carried = raw as unknown as { data: unknown; failure: SyncFailure | undefined; headers: Headers };
  const date = Date.parse(carried.headers.get("date") ?? "");
  return {
    data: carried.data,
    failure: carried.failure,
    date: Number.isNaN(date) ? undefined : new Date(date).toISOString(),
  };
}

/** Sends one document and parses its data; any `errors` entry is a failure, whatever the HTTP status. */
export async function execute<T>(
  scope: Scope,
  document: string,
  variables: Variables,
  shape: z.ZodType<T>,
): Promise<T> {
  return (await executeDated(scope, document, variables, shape)).data;
}

/** As `execute`, with the vendor's clock at the answer. */
export async function executeDated<T>(
  scope: Scope,
  document: string,
  variables: Variables,
  shape: z.ZodType<T>,
): Promise<{ readonly data: T; readonly date: string | undefined }> {
  const { data, failure, date } = await exchange(scope, document, variables);
  if (failure) throw failure;
  return { data: parseData(document, data, shape), date };
}

/** Data that does not have the promised shape is an outage of the contract, not a bug of the caller. */
function parseData<T>(document: string, data: unknown, shape: z.ZodType<T>): T {
  const parsed = shape.safeParse(data);
  if (parsed.success) return parsed.data;
  const context = { status: 200, headers: new Headers(), ...describeDocument(document) };
  throw unreadable(context, parsed.error);
}

/**
 * The SDK sends through `globalThis.fetch` and has no option for another one, so its transport is
 * replaced: then every call, its own models' included, takes the budgeted way.
 */
export function linearClient(scope: Scope): LinearClient {
  const client = new LinearClient({ apiKey: "held by the connection", apiUrl: scope.http.baseUrl });
  const transport = {
    rawRequest: (document: string, variables: Variables = {}) => post(scope, document, variables),
    request: async (document: string, variables: Variables = {}) => {
      const answer = await post(scope, document, variables);
      if (answer.failure) throw answer.failure;
      return answer.data;
    },
  };
  client.client = transport as unknown as LinearClient["client"];
  return client;
}

interface Posted {
  readonly data: unknown;
  readonly failure: SyncFailure | undefined;
  readonly headers: Headers;
  readonly status: number;
}

async function post(scope: Scope, document: string, variables: Variables): Promise<Posted> {
  const { operation, mutation } = describeDocument(document);
  const answer = await scope.http.send({
    method: "POST",
    url: "",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: document, variables, operationName: operation }),
    signal: scope.signal,
    safe: !mutation,
  });
  return readAnswer(answer, operation, mutation);
}

function readAnswer(answer: HttpAnswer, operation: string, mutation: boolean): Posted {
  const context = { status: answer.status, headers: answer.headers, operation, mutation };
  const body = parseJson(answer.text);
  const parsed = envelope.safeParse(body);
  if (!parsed.success) throw unreadable(context, parsed.error, body === undefined && answer.text.startsWith("{"));
  const { data, errors } = parsed.data;
  const posted = { data: data ?? null, headers: answer.headers, status: answer.status };
  if (errors?.length) return { ...posted, failure: failureOf({ ...context, errors }) };
  if (answer.status >= 400 || data === null || data === undefined) throw unreadable(context);
  return { ...posted, failure: undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeDocument(document: string): { operation: string; mutation: boolean } {
  const [, kind, name] = /^\s*(query|mutation)\s+(\w+)/.exec(document) ?? [];
  return { operation: name ?? "request", mutation: kind === "mutation" };
}
