/**
 * The one way to a vendor: budget before the call, deadline around it, limits and clock skew read
 * from the answer. Never retries, but for a token that the vendor says is none any more: nothing was done with
 * it, and there may be a newer one. Any other retry is a durable decision and belongs to the workflow.
 */
import { Agent, fetch as undiciFetch } from "undici";
import { SyncFailure } from "../core/errors.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute, or relative to the connection's base URL. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Extra budget buckets beside the credential's own (`write:10042`). */
  readonly buckets?: readonly BucketUse[];
  /** False for writes that must not be assumed undone when no answer comes. */
  readonly safe: boolean;
  /** Answers redirects as they come, for a vendor that renames places; else they are failures. Never followed here. */
  readonly tellsRedirects?: boolean;
  readonly series?: CallSeries;
}

/** Calls that are all lost where one of them is turned away, as those of a listing are: it begins anew. */
export interface CallSeries {
  /** So many of them were let through. */
  made: number;
}

export interface BucketUse {
  readonly name: string;
  readonly cost: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What an answer says about a budget: the effective limit is the smallest of this and the registry's. */
export interface LimitHint {
  readonly bucket: string;
  readonly remaining?: number;
  readonly limit?: number;
  /** Nothing may be sent before this many milliseconds. */
  readonly blockedForMs?: number;
}

/** The shared budget of one credential. Implemented by `src/rate`. */
export interface Budget {
  /**
   * Resolves when the call may go out now; rejects with RateLimited where the wait is longer than two seconds, or
   * than two minutes for a series that is under way.
   */
  reserve(uses: readonly BucketUse[], signal: AbortSignal, series?: CallSeries): Promise<void>;
  observe(hints: readonly LimitHint[]): Promise<void>;
}

/** What a call is let in with. */
export interface Pass {
  /** The whole value of the `Authorization` header. */
  readonly authorization: string;
  /** Goes between the base URL and the path of a relative request. */
  readonly path: string;
  /** Counts the tokens of the credential. */
  readonly generation: number;
}

/** A credential whose tokens expire. Implemented by `src/access`. */
export interface Access {
  /** A pass that is good for a while yet; rejects with AuthFailed where the vendor gives none. */
  current(signal: AbortSignal): Promise<Pass>;
  /** Another pass than the one that was refused; null where there is no use in asking for one. */
  renewed(refused: Pass, signal: AbortSignal): Promise<Pass | null>;
  isRefused(answer: HttpAnswer): boolean;
  /** What to do where even a new token is refused. */
  readonly remedy: string;
}

export interface Http {
  readonly baseUrl: string;
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Vendor clock minus ours in milliseconds, from the last `Date` header; undefined before the first answer. */
  readonly skewMs: number | undefined;
  /** Whether the vendor has answered to anything so far. */
  readonly hasAnswered: boolean;
  /** The vendor's clock, epoch milliseconds, as far as the last `Date` header told; undefined before that. */
  readonly vendorNow: number | undefined;
}

export interface HttpOptions {
  readonly tool: string;
  readonly baseUrl: string;
  /** Added to every request; values never appear in errors or logs. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the credential is a token that expires; its header goes over `headers`. */
  readonly access?: Access;
  readonly budget: Budget;
  readonly limits: (answer: HttpAnswer) => readonly LimitHint[];
  readonly now: () => number;
  /** Deadline of one request. */
  readonly timeoutMs: number;
}

const dispatcher = new Agent({ connect: { minVersion: "TLSv1.2" } });
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Refuses plain http beyond this machine, so that no credential ever travels in the clear. */
export function checkedBaseUrl(tool: string, text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new SyncFailure(
      "InvalidConfig",
      `${tool}: base URL "${text}" is not a URL; give https://host[/path].`,
      { tool },
      cause,
    );
  }
  if (url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.test(url.hostname))) return url;
  throw new SyncFailure(
    "InvalidConfig",
    `${tool}: base URL ${url.origin} is not https; plain http is accepted on loopback only.`,
    { tool },
  );
}

export function createHttp(options: HttpOptions): Http {
  const base = checkedBaseUrl(options.tool, options.baseUrl);
  checkHeaders(options);
  let skewMs: number | undefined;
  let hasAnswered = false;
  return {
    baseUrl: base.href.replace(/\/$/, ""),
    get skewMs() {
      return skewMs;
    },
    get hasAnswered() {
      return hasAnswered;
    },
    get vendorNow() {
      return skewMs === undefined ? undefined : options.now() + skewMs;
    },
    send: (request) => (options.access ? sendWith(options, options.access, request, once) : once(request)),
  };
  async function once(request: HttpRequest, pass?: Pass): Promise<HttpAnswer> {
    const uses = [{ name: "requests", cost: 1 }, ...(request.buckets ?? [])];
    await options.budget.reserve(uses, request.signal, request.series);
    const sentAt = options.now();
    const answer = await exchange(options, target(base, request.url, pass?.path), letIn(request, pass));
    hasAnswered = true;
    const date = Date.parse(answer.headers.get("date") ?? "");
    if (!Number.isNaN(date)) skewMs = date - (sentAt + options.now()) / 2;
    await options.budget.observe(options.limits(answer));
    return answer;
  }
}

/** The same way, all of whose calls are one series: turned away at its beginning or not at all. */
export function asSeries(http: Http): Http {
  const series: CallSeries = { made: 0 };
  return Object.create(http, { send: { value: (request: HttpRequest) => http.send({ ...request, series }) } }) as Http;
}

/** The credential first: a token that is about to expire, or that the vendor does not take, is renewed before anything else is tried. */
async function sendWith(
  { tool }: HttpOptions,
  access: Access,
  request: HttpRequest,
  once: (request: HttpRequest, pass: Pass) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const pass = await access.current(request.signal);
  const answer = await once(request, pass);
  if (!access.isRefused(answer)) return answer;
  const other = await access.renewed(pass, request.signal);
  const again = other && (await once(request, other));
  if (again && !access.isRefused(again)) return again;
  const message = `${tool}: ${request.method} answered ${(again ?? answer).status} although its token is new; ${access.remedy}`;
  throw new SyncFailure("AuthFailed", message, { tool, status: (again ?? answer).status });
}

function letIn(request: HttpRequest, pass: Pass | undefined): HttpRequest {
  return pass ? { ...request, headers: { ...request.headers, authorization: pass.authorization } } : request;
}

/** Checked before anything is sent, without the words of the failure: they would quote the credential. */
function checkHeaders({ tool, headers }: HttpOptions): void {
  try {
    new Headers(headers);
  } catch {
    const message = `${tool}: its credential holds a character that no request can carry (a line break, or a letter beyond Latin-1); set the variable again.`;
    throw new SyncFailure("InvalidConfig", message, { tool });
  }
}

/** Joins a relative path to the base; an absolute URL must stay on the base's origin, where the credential belongs. */
function target(base: URL, url: string, path = ""): URL {
  const joined = /^https?:/.test(url) ? new URL(url) : new URL(base.pathname.replace(/\/$/, "") + path + url, base);
  if (joined.origin !== base.origin)
    throw new SyncFailure("Bug", `refusing to send a credential of ${base.origin} to ${joined.origin}`);
  return joined;
}

async function exchange(options: HttpOptions, url: URL, request: HttpRequest): Promise<HttpAnswer> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(options.timeoutMs)]);
  try {
    const answer = await undiciFetch(url, {
      method: request.method,
      headers: { ...options.headers, ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal,
      dispatcher,
      redirect: request.tellsRedirects ? "manual" : "error",
    });
    return { status: answer.status, headers: answer.headers as unknown as Headers, text: await answer.text() };
  } catch (cause) {
    request.signal.throwIfAborted();
    const isLate = signal.aborted;
    const reason = isLate ? `no answer within ${options.timeoutMs / 1000} s` : networkReason(cause);
    // A write that is late may still take effect: whoever looks for it must not look too early.
    const patience = isLate && !request.safe ? { retryAfterMs: options.timeoutMs } : {};
    throw new SyncFailure(
      "Unavailable",
      `${options.tool}: ${request.method} ${url.pathname} failed: ${reason}`,
      { tool: options.tool, outcomeUnknown: !request.safe, ...patience },
      cause,
    );
  }
}

function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  return typeof code === "string" ? code : cause instanceof Error ? cause.name : "network error";
}
