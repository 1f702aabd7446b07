/**
 * Octokit over our transport: its budget, deadline and errors. No retry or throttling plugin: one repeats
 * creates whose answer was lost, the other keeps its queues in this process alone (reference section 0).
 */
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { BucketUse, Http, HttpAnswer, HttpRequest } from "../http.ts";
import { failureOf, graphqlFailure, graphqlError, isLimitWords, unreadable, type Asked } from "./failure.ts";

/** Octokit names no version, and the server's default is the oldest. */
const API_VERSION = "2026-03-10";
/** A repository that was renamed twice. */
const MAX_REDIRECTS = 3;
/** What notifies people counts as creation of content, 80 a minute and 500 an hour. */
const CONTENT = /^POST .*\/(?:issues|sub_issues)$/;

/** Whatever can call: a scope, or who asks for a token. */
export interface Caller {
  readonly http: Http;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly data: unknown;
}

/** Sends one request (`GET /repos/{owner}/{repo}`) and answers what came, a 304 included; other refusals are failures. */
export async function exchange(
  scope: Caller,
  route: string,
  parameters: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const asked = askedOf(route, parameters);
  try {
    const answer = await octokitOver(scope.http).request(route, {
      ...parameters,
      request: { signal: scope.signal },
    });
    return { status: answer.status, headers: headersOf(answer.headers), data: answer.data };
  } catch (error) {
    scope.signal.throwIfAborted();
    const { status, response, cause } = error as { status?: number; response?: OctokitAnswer; cause?: unknown };
    // Octokit tells what our transport threw as an answer of 500 without a response.
    if (!response) throw isSyncFailure(cause) ? cause : error;
    const headers = headersOf(response.headers);
    if (status === 304) return { status, headers, data: null };
    throw failureOf({ status: response.status, headers, body: response.data }, asked);
  }
}

/** As `exchange`, with the data in the given shape; only what the shape names is kept, so that no BigInt of Octokit's parser is. */
export async function send<T>(
  scope: Caller,
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  shape: z.ZodType<T>,
): Promise<T> {
  const answer = await exchange(scope, route, parameters);
  return parsed(answer, askedOf(route, parameters), shape);
}

export function parsed<T>(answer: Answer, asked: Asked, shape: z.ZodType<T>): T {
  const result = shape.safeParse(answer.data);
  if (result.success) return result.data;
  throw unreadable(answer, asked, result.error);
}

const envelope = z.object({ data: z.unknown().optional(), errors: z.array(graphqlError).nullish() });

/**
 * Sends one query. Any `errors` entry is a failure, whatever the HTTP status, but those that name one of several
 * things asked for, which is null in the data: what is not there, and what else the caller can do without.
 */
export async function query<T>(
  scope: Caller,
  document: string,
  variables: Readonly<Record<string, unknown>>,
  shape: z.ZodType<T>,
  tolerated: readonly string[] = [],
): Promise<T> {
  const answer = await exchange(scope, "POST /graphql", { query: document, variables });
  const asked = askedOf("POST /graphql", { query: document });
  const { data, errors } = parsed(answer, asked, envelope);
  const isTolerated = ({ type, path }: { type?: string | null | undefined; path?: unknown }): boolean =>
    type === "NOT_FOUND" || (Array.isArray(path) && tolerated.includes(type ?? ""));
  const others = (errors ?? []).filter((one) => !isTolerated(one));
  if (others.length > 0) throw graphqlFailure(others, answer, asked);
  if (data === null || data === undefined) throw unreadable(answer, asked);
  return parsed({ ...answer, data }, asked, shape);
}

/** What says that a mutation was not carried out; others leave it open. */
const REFUSALS = ["FORBIDDEN", "INSUFFICIENT_SCOPES", "NOT_FOUND", "UNPROCESSABLE"];

/**
 * Sends one mutation. Undefined where GitHub says that it did nothing: what was asked is refused, or is nothing that
 * this server knows. No other failure tells whether it was carried out.
 */
export async function mutate<T>(
  scope: Caller,
  document: string,
  variables: Readonly<Record<string, unknown>>,
  shape: z.ZodType<T>,
): Promise<T | undefined> {
  const parameters = { query: document, variables };
  const answer = await exchange(scope, "POST /graphql", parameters);
  const asked = askedOf("POST /graphql", parameters);
  const { data, errors } = parsed(answer, asked, envelope);
  const told = errors ?? [];
  const isRefusal = told.every(
    ({ type, message, extensions }) =>
      !isLimitWords(message) && (REFUSALS.includes(type ?? "") || (extensions?.code ?? null) !== null),
  );
  // Refused may also be a part of what is asked back of what was done.
  const isDone = Object.values(data ?? {}).some((one) => one !== null);
  if (told.length > 0 && isRefusal && !isDone) return undefined;
  if (told.length > 0 && !isRefusal) throw graphqlFailure(told, answer, asked);
  if (data === null || data === undefined) throw unreadable(answer, asked);
  return parsed({ ...answer, data }, asked, shape);
}

interface OctokitAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly data: unknown;
}

function askedOf(route: string, parameters: Readonly<Record<string, unknown>>): Asked {
  const what = route.replace(/\{(\w+)\}/g, (_, name: string) => String(parameters[name]));
  const { query: document } = parameters;
  if (route !== "POST /graphql" || typeof document !== "string") return { what, safe: route.startsWith("GET ") };
  const [, kind, name = ""] = /^(query|mutation)\s+(\w+)/.exec(document) ?? [];
  return { what: `${kind ?? "query"} ${name}`.trim(), safe: kind !== "mutation" };
}

function headersOf(headers: OctokitAnswer["headers"]): Headers {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return new Headers(entries);
}

const clients = new WeakMap<Http, Octokit>();

function octokitOver(http: Http): Octokit {
  const known = clients.get(http);
  if (known) return known;
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const octokit = new Octokit({
    baseUrl: http.baseUrl,
    userAgent: "sdlc-sync",
    log: silent,
    request: { fetch: fetchThrough(http) },
  });
  octokit.hook.before("request", (options) => {
    options.headers["x-github-api-version"] = API_VERSION;
    options.headers.accept = "application/vnd.github+json";
  });
  clients.set(http, octokit);
  return octokit;
}

interface FetchOptions {
  readonly method: HttpRequest["method"];
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

function fetchThrough(http: Http): (url: string, options: FetchOptions) => Promise<Response> {
  return async (url, { method, headers, body, signal }) => {
    // An enterprise server has REST under /api/v3 and GraphQL beside it.
    const target = url.replace(/\/api\/v3\/graphql$/, "/api/graphql");
    const isQuery = target.endsWith("/graphql") && !isMutation(body);
    const answer = await following(http, {
      method,
      url: target,
      headers,
      ...(body === undefined ? {} : { body }),
      signal,
      safe: method === "GET" || isQuery,
      buckets: bucketsOf(method, new URL(target).pathname, body, isQuery),
      tellsRedirects: true,
    });
    const isEmpty = answer.status === 204 || answer.status === 304;
    const shown = new Headers([...answer.headers]);
    return new Response(isEmpty ? null : answer.text, { status: answer.status, headers: shown });
  };
}

function isMutation(body: string | undefined): boolean {
  return body?.startsWith('{"query":"mutation ') ?? false;
}

/** Points of the secondary limit: a read costs one, a write five. */
function bucketsOf(method: string, path: string, body: string | undefined, isQuery: boolean): readonly BucketUse[] {
  const points = { name: "points", cost: method === "GET" || isQuery ? 1 : 5 };
  // Our one mutation makes an issue.
  return CONTENT.test(`${method} ${path}`) || isMutation(body) ? [points, { name: "content", cost: 1 }] : [points];
}

/** A renamed repository answers with where it is now, 301 to reads and 307 to writes; the method stays. */
async function following(http: Http, request: HttpRequest): Promise<HttpAnswer> {
  let { url } = request;
  for (let hops = 0; ; hops += 1) {
    const answer = await http.send({ ...request, url });
    const to = [301, 302, 307, 308].includes(answer.status) ? answer.headers.get("location") : null;
    if (to === null) return answer;
    const next = new URL(to, url);
    if (hops >= MAX_REDIRECTS || next.origin !== new URL(http.baseUrl).origin) {
      const message = `github: ${request.method} ${new URL(url).pathname} leads on to ${next.origin}${next.pathname}; name the repository as it is called now.`;
      throw new SyncFailure("NotFound", message, { tool: "github", status: answer.status });
    }
    url = next.href;
  }
}
