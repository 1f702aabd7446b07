/** The token endpoint of OAuth 2.0 (RFC 6749): a rotating refresh token, or the client's own credentials where there is none. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { SyncFailure } from "../core/errors.ts";
import type { Http, HttpAnswer } from "./http.ts";
import type { Token, TokenCall } from "./renewal.ts";

export interface OAuthClient {
  readonly tool: string;
  /** Scheme and host; the endpoint is `/oauth/token` there. */
  readonly tokenUrl: string;
  readonly encoding: "json" | "form";
  readonly id: string;
  readonly secret: string;
  /** As the operator gave it; null asks by client credentials. */
  readonly refreshToken: string | null;
  /** Asked for with client credentials, where the vendor wants it named. */
  readonly scope?: string;
  /** What the variables are called, for messages. */
  readonly names: { readonly id: string; readonly secret: string; readonly refreshToken: string };
}

const answerShape = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  /** Seconds. */
  expires_in: z.number().positive().nullish(),
});
const refusalShape = z.looseObject({ error: z.string(), error_description: z.string().nullish() });

/** Vendors that do not say how long a token lasts let it last for an hour at least. */
const USUAL_SECONDS = 3600;
const MAX_WORDS = 200;
/** Refusals of the grant itself; others of the same status are about who asks. */
const GRANT_REFUSED = "invalid_grant";

/**
 * Asks for a token, with the newest refresh token there is. A request whose answer was lost may be repeated: the
 * previous refresh token serves again for a while (see each vendor's `credentials.ts`).
 */
export async function fetchToken(client: OAuthClient, call: TokenCall, newest: string | null): Promise<Token> {
  const refreshToken = newest ?? client.refreshToken;
  const answer = await send(client, call, fieldsOf(client, refreshToken));
  if (answer.status < 200 || answer.status > 299) throw refusalOf(client, answer, refreshToken);
  const { access_token, refresh_token, expires_in } = readToken(client, answer);
  return {
    authorization: `Bearer ${access_token}`,
    expiresAtMs: call.now() + (expires_in ?? USUAL_SECONDS) * 1000,
    // A vendor that names no other one goes on with the one that was sent.
    refreshToken: refresh_token ?? refreshToken,
  };
}

/** Names a secret, or several together, without revealing it. */
export function nameOf(...secrets: readonly string[]): string {
  return createHash("sha256").update(secrets.join(":")).digest("hex").slice(0, 12);
}

type Fields = Readonly<Record<string, string>>;

function fieldsOf({ id, secret, scope }: OAuthClient, refreshToken: string | null): Fields {
  const own = { client_id: id, client_secret: secret };
  if (refreshToken !== null) return { grant_type: "refresh_token", ...own, refresh_token: refreshToken };
  return { grant_type: "client_credentials", ...own, ...(scope === undefined ? {} : { scope }) };
}

function send({ tokenUrl, encoding }: OAuthClient, call: TokenCall, fields: Fields): Promise<HttpAnswer> {
  const http: Http = call.open(tokenUrl);
  const type = encoding === "json" ? "application/json" : "application/x-www-form-urlencoded";
  return http.send({
    method: "POST",
    url: "/oauth/token",
    headers: { accept: "application/json", "content-type": type },
    body: encoding === "json" ? JSON.stringify(fields) : new URLSearchParams(fields).toString(),
    signal: call.signal,
    // Nothing is lost where no answer comes.
    safe: true,
  });
}

function readToken({ tool }: OAuthClient, { status, text }: HttpAnswer): z.output<typeof answerShape> {
  const parsed = answerShape.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  // Without the cause: it could quote the answer, and that holds the tokens.
  const message = `${tool}: the token endpoint answered ${status} without a readable token; it is asked again later.`;
  throw new SyncFailure("Unavailable", message, { tool, status });
}

function refusalOf(
  client: OAuthClient,
  { status, text, headers }: HttpAnswer,
  refreshToken: string | null,
): SyncFailure {
  const { tool } = client;
  const where = `${tool}: the token endpoint answered ${status}`;
  if (status === 429) {
    const seconds = Number(headers.get("retry-after") ?? Number.NaN);
    const retryAfterMs = (Number.isFinite(seconds) && seconds > 0 ? seconds : 60) * 1000;
    return new SyncFailure("RateLimited", `${where}; it is asked again later.`, { tool, status, retryAfterMs });
  }
  if (status === 408 || status >= 500)
    return new SyncFailure("Unavailable", `${where}; it is asked again later.`, { tool, status });
  const told = refusalShape.safeParse(jsonOf(text)).data;
  const words = told ? [told.error, told.error_description].filter(Boolean).join(": ").slice(0, MAX_WORDS) : "";
  const shown = withoutSecrets(words, [client.secret, ...(refreshToken === null ? [] : [refreshToken])]);
  const message = `${where}${shown && ` (${shown})`}; ${remedyOf(client, told?.error, refreshToken)}`;
  return new SyncFailure("AuthFailed", message, { tool, status });
}

function remedyOf({ names }: OAuthClient, error: string | undefined, refreshToken: string | null): string {
  if (refreshToken !== null && error === GRANT_REFUSED)
    return `authorize the app again and set ${names.refreshToken} to the new refresh token.`;
  const others = refreshToken === null ? " and that the app may use client credentials" : ` and ${names.refreshToken}`;
  return `check ${names.id}, ${names.secret}${others}.`;
}

/** Whatever a vendor quotes of what it was sent. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, "<redacted>"), text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
