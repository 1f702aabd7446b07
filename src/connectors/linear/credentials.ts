/** How Linear is signed in to: a personal API key, or OAuth 2.0. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../../core/errors.ts";
import type { Credentials, Endpoint } from "../contract.ts";
import { checkedBaseUrl, type HttpAnswer } from "../http.ts";
import { fetchToken, nameOf, type OAuthClient } from "../oauth.ts";

const API_URL = "https://api.linear.app/graphql";
const TOKEN_URL = "https://api.linear.app";
const OAUTH = ["LINEAR_OAUTH_CLIENT_ID", "LINEAR_OAUTH_CLIENT_SECRET", "LINEAR_OAUTH_REFRESH_TOKEN"];

/** OAuth where any of its variables is there; `LINEAR_API_URL` for another host. Throws InvalidConfig naming the variable that is missing. */
export function endpoint(credentials: Credentials): Endpoint {
  return OAUTH.some((name) => credentials[name]?.trim()) ? oauthEndpoint(credentials) : keyEndpoint(credentials);
}

/** `LINEAR_API_KEY`: a personal key as it is, an OAuth token with or without `Bearer`. */
function keyEndpoint(credentials: Credentials): Endpoint {
  const key = credentials["LINEAR_API_KEY"]?.trim();
  if (!key) {
    const hint = "create one under Linear settings, Security & access, Personal API keys";
    throw new SyncFailure("InvalidConfig", `LINEAR_API_KEY is not set; ${hint}.`, { tool: "linear" });
  }
  const authorization = key.startsWith("lin_oauth_") ? `Bearer ${key}` : key;
  const account = createHash("sha256").update(key).digest("hex").slice(0, 12);
  return { baseUrl: apiUrl(credentials), headers: { authorization }, account: `linear:${account}` };
}

/**
 * OAuth 2.0 with a refresh token, or with client credentials as the app itself where there is none. Access tokens last
 * 24 hours, those of client credentials 30 days and come without a refresh token; asked for with other scopes they would
 * end the ones before. A refresh token is good for one refresh, and answers a repetition for 30 minutes.
 * https://linear.app/developers/oauth-2-0-authentication
 */
function oauthEndpoint(credentials: Credentials): Endpoint {
  const client: OAuthClient = {
    tool: "linear",
    tokenUrl: checkedBaseUrl("linear", credentials["LINEAR_OAUTH_URL"]?.trim() || TOKEN_URL).origin,
    encoding: "form",
    id: required(credentials, "LINEAR_OAUTH_CLIENT_ID"),
    secret: required(credentials, "LINEAR_OAUTH_CLIENT_SECRET"),
    refreshToken: credentials["LINEAR_OAUTH_REFRESH_TOKEN"]?.trim() || null,
    scope: "read,write",
    names: {
      id: "LINEAR_OAUTH_CLIENT_ID",
      secret: "LINEAR_OAUTH_CLIENT_SECRET",
      refreshToken: "LINEAR_OAUTH_REFRESH_TOKEN",
    },
  };
  const given = client.refreshToken ?? client.secret;
  return {
    baseUrl: apiUrl(credentials),
    headers: {},
    account: `linear:oauth-${nameOf(client.id, given)}`,
    renewal: {
      grant: `linear/${nameOf(client.tokenUrl, client.id, given)}`,
      secret: client.secret,
      remedy: "check in Linear's settings that the app is still installed in the workspace.",
      obtain: (call, newest) => fetchToken(client, call, newest),
      isRefused,
    },
  };
}

/** Some refusals of a token come with another status, and this code. */
function isRefused({ status, text }: HttpAnswer): boolean {
  return status === 401 || (status === 400 && text.includes('"AUTHENTICATION_ERROR"'));
}

/** The path is always `/graphql`, so a bare host will do. */
function apiUrl(credentials: Credentials): string {
  const url = credentials["LINEAR_API_URL"]?.trim() || API_URL;
  return /^https?:\/\/[^/]+\/?$/.test(url) ? `${url.replace(/\/$/, "")}/graphql` : url;
}

function required(credentials: Credentials, name: string): string {
  const value = credentials[name]?.trim();
  if (value) return value;
  const hint = "it is shown under Linear settings, API, OAuth applications";
  throw new SyncFailure("InvalidConfig", `linear: ${name} is not set; ${hint}.`, { tool: "linear" });
}
