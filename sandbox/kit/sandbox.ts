/**
 * Serves one vendor's stand-in on loopback: the vendor supplies a hono app and how its operations are
 * named; the request log, faults, clock and the controls under `/__sandbox` are the same for all.
 *
 * Controls (JSON): `GET /__sandbox/requests[?since=N]`, `DELETE /__sandbox/requests`, `GET|PUT|DELETE
 * /__sandbox/faults` (a `FaultPlan`; PUT replaces, DELETE clears), `POST /__sandbox/human` (a `HumanAction`),
 * `GET /__sandbox/tokens` (how many tokens that expire were given).
 */
import { serve, type HttpBindings, type ServerType } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { Clock } from "./clock.ts";
import { handleControl } from "./control.ts";
import { Faults, type FaultKind, type FaultRule } from "./faults.ts";
import { lieInHeaders, lieInListing } from "./lies.ts";
import { RequestLog, type RequestRecord } from "./request-log.ts";

/** Something a person does in the vendor's own user interface. What else it takes is the vendor's matter. */
export interface HumanAction {
  readonly action: string;
  readonly [parameter: string]: unknown;
}

export interface Classified {
  /** Name under which requests are counted and matched. */
  readonly operation: string;
  readonly write: boolean;
}

/** A request that took effect, and the answer that its sender does not get to see. */
export interface Handled {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly answer: string;
}

/** Anything with hono's `fetch`. */
interface VendorApp {
  fetch(request: Request, env: HttpBindings): Response | Promise<Response>;
}

export interface SandboxOptions {
  readonly name: string;
  readonly app: VendorApp;
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly faults?: Faults;
  readonly log?: RequestLog;
  /** Path is without query. REST default: `METHOD path`, everything but GET writes. */
  readonly classify?: (method: string, path: string, body: string) => Classified;
  /** Carries out a person's action; the result is answered as JSON. */
  readonly human?: (action: HumanAction) => unknown;
  /** How many tokens that expire were given, as JSON. */
  readonly tokens?: () => object;
  /** Answers of faults in the vendor's own shape; plain JSON ones stand in where absent. */
  readonly refusals?: Partial<Record<FaultKind, (rule: FaultRule, handled?: Handled) => Response>>;
  /** Called with every exchange the app itself handled, for example to check it against the vendor's published schema. */
  readonly onExchange?: (record: RequestRecord) => void;
}

/** Called once a request was handled and before a byte is answered: where a test kills the worker. */
type BeforeAnswer = (request: RequestRecord, state: { readonly committed: boolean }) => void | Promise<void>;

/** Called with a request that arrived and was not handled yet; after `drop` it never is, and its socket is destroyed. */
type OnArrival = (request: Classified) => void | "drop" | Promise<void | "drop">;

/** Called when the last byte of an answer was handed to the network, or its socket is gone. */
type OnAnswered = (request: Classified) => void;

export interface Sandbox {
  readonly name: string;
  readonly url: string;
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly clock: Clock;
  onArrival: OnArrival | undefined;
  onBeforeAnswer: BeforeAnswer | undefined;
  onAnswered: OnAnswered | undefined;
  human(action: HumanAction): Promise<unknown>;
  tokens(): object;
  close(): Promise<void>;
}

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly classified: Classified;
}

/** Starts the stand-in; resolves once it listens. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock = new Clock(), faults = new Faults(), log = new RequestLog() } = options;
  const sandbox: Sandbox = {
    name: options.name,
    url: "",
    log,
    faults,
    clock,
    onArrival: undefined,
    onBeforeAnswer: undefined,
    onAnswered: undefined,
    async human(action) {
      if (!options.human) throw new Error(`${options.name}: nobody here can ${action.action}`);
      return options.human(action);
    },
    tokens: () => options.tokens?.() ?? {},
    close: () => closeServer(server),
  };
  const fetch = (request: Request, env: HttpBindings): Promise<Response> => serveOne(options, sandbox, request, env);
  const server = await listen(options.port ?? 0, fetch as never);
  return Object.assign(sandbox, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function listen(port: number, fetch: Parameters<typeof serve>[0]["fetch"]): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname: "127.0.0.1" }, () => resolve(server));
    server.once("error", reject);
  });
}

function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}

async function serveOne(
  options: SandboxOptions,
  sandbox: Sandbox,
  request: Request,
  env: HttpBindings,
): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname.startsWith("/__sandbox/")) return handleControl(sandbox, request, url);
  const body = request.method === "GET" || request.method === "HEAD" ? "" : await request.text();
  const classify = options.classify ?? classifyRest;
  const exchange: Exchange = {
    method: request.method,
    path: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    body,
    classified: classify(request.method, url.pathname, body),
  };
  env.outgoing.once("close", () => sandbox.onAnswered?.(exchange.classified));
  const isDropped = (await sandbox.onArrival?.(exchange.classified)) === "drop";
  const rules = sandbox.faults.take({ ...exchange, operation: exchange.classified.operation });
  const byKind = (kind: FaultKind): FaultRule | undefined => rules.find((rule) => rule.kind === kind);
  const slow = byKind("latency");
  if (slow) await pause(slow.latencyMs ?? 1000);

  const before = isDropped ? "drop" : refusalBefore(options, byKind);
  if (before === "drop") {
    sandbox.log.add(describe(sandbox, exchange, undefined, ""));
    return destroy(env);
  }
  const answer = before ?? (await options.app.fetch(withBody(request, body), env));
  const text = await answer.text();
  const committed = before === undefined;
  const draft = { ...describe(sandbox, exchange, answer, text), id: sandbox.log.total() + 1 };
  if (committed) options.onExchange?.(draft);
  await sandbox.onBeforeAnswer?.(draft, { committed });
  return answerWith(options, sandbox, { exchange, answer, text, env, byKind });
}

interface Answering {
  readonly exchange: Exchange;
  readonly answer: Response;
  readonly text: string;
  readonly env: HttpBindings;
  readonly byKind: (kind: FaultKind) => FaultRule | undefined;
}

function answerWith(options: SandboxOptions, sandbox: Sandbox, state: Answering): Response {
  const { exchange, answer, text, env, byKind } = state;
  if (byKind("drop-after")) {
    sandbox.log.add(describe(sandbox, exchange, undefined, text));
    return destroy(env);
  }
  const unavailable = byKind("unavailable-after");
  const handled = { method: exchange.method, path: exchange.path, status: answer.status, answer: text };
  const shown = unavailable ? refusal(options, unavailable, handled) : answer;
  const headers = new Headers(shown.headers);
  headers.set("date", new Date(sandbox.clock.now()).toUTCString());
  headers.delete("content-length");
  const isTold = (kind: FaultKind): boolean => byKind(kind) !== undefined;
  lieInHeaders(headers, isTold);
  sandbox.log.add(describe(sandbox, exchange, shown, text));
  if (shown.status === 204 || shown.status === 304) return new Response(null, { status: shown.status, headers });
  const told = answer.ok ? lieInListing(text, isTold) : text;
  const sent = byKind("truncated") ? told.slice(0, Math.floor(told.length / 2)) : told;
  return new Response(unavailable ? shown.body : sent, { status: shown.status, headers });
}

function refusalBefore(
  options: SandboxOptions,
  byKind: (kind: FaultKind) => FaultRule | undefined,
): Response | "drop" | undefined {
  if (byKind("drop-before")) return "drop";
  const rule = byKind("rate-limited") ?? byKind("server-error") ?? byKind("error-in-success") ?? byKind("bad-gateway");
  return rule && refusal(options, rule);
}

function refusal(options: SandboxOptions, rule: FaultRule, handled?: Handled): Response {
  const own = options.refusals?.[rule.kind];
  if (own) return own(rule, handled);
  if (rule.kind === "bad-gateway") {
    const page = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>";
    return new Response(page, { status: 502, headers: { "content-type": "text/html" } });
  }
  const status = rule.kind === "rate-limited" ? 429 : rule.kind === "server-error" ? 500 : 503;
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (rule.retryAfterSeconds !== undefined) headers["retry-after"] = String(rule.retryAfterSeconds);
  return new Response(JSON.stringify({ message: `injected ${rule.kind}` }), { status, headers });
}

function destroy(env: HttpBindings): Response {
  env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

function withBody(request: Request, body: string): Request {
  const init: RequestInit = { method: request.method, headers: request.headers };
  return new Request(request.url, request.method === "GET" || request.method === "HEAD" ? init : { ...init, body });
}

function describe(
  sandbox: Sandbox,
  exchange: Exchange,
  answer: Response | undefined,
  text: string,
): Omit<RequestRecord, "id"> {
  return {
    at: new Date(sandbox.clock.now()).toISOString(),
    method: exchange.method,
    path: exchange.path,
    ...exchange.classified,
    headers: exchange.headers,
    body: exchange.body,
    status: answer?.status ?? 0,
    answer: text,
    answerHeaders: Object.fromEntries(answer?.headers ?? []),
  };
}

function classifyRest(method: string, path: string): Classified {
  return { operation: `${method} ${path}`, write: method !== "GET" && method !== "HEAD" };
}
