/** How Jira Cloud is signed in to: an account's API token, or OAuth 2.0 through Atlassian's gateway. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { Credentials, Endpoint } from "../contract.ts";
import { checkedBaseUrl, type HttpAnswer } from "../http.ts";
import { fetchToken, nameOf, type OAuthClient } from "../oauth.ts";
import type { Token, TokenCall } from "../renewal.ts";

const AUTH_URL = "https://auth.atlassian.com";
const GATEWAY_URL = "https://api.atlassian.com";
const OAUTH = ["JIRA_OAUTH_CLIENT_ID", "JIRA_OAUTH_CLIENT_SECRET", "JIRA_OAUTH_REFRESH_TOKEN"];

/** OAuth where any of its own is there. Throws InvalidConfig naming the variable that is missing. */
export function endpoint(credentials: Credentials): Endpoint {
  return OAUTH.some((name) => credentials[name]?.trim()) ? oauthEndpoint(credentials) : tokenEndpoint(credentials);
}

/** Basic authentication with an API token, at the site, at Atlassian's gateway for scoped tokens, or at `JIRA_BASE_URL`. */
function tokenEndpoint(credentials: Credentials): Endpoint {
  const server = required(credentials, "JIRA_SERVER", "the site's address, https://<site>.atlassian.net");
  const username = required(credentials, "JIRA_USERNAME", "the e-mail address of the account");
  const token = required(credentials, "JIRA_API_TOKEN", "an API token of that account");
  const url = checkedBaseUrl("jira", credentials["JIRA_BASE_URL"]?.trim() || server);
  const person = createHash("sha256").update(`${username}:${token}`).digest("hex").slice(0, 12);
  return {
    baseUrl: url.href.replace(/\/$/, ""),
    headers: { authorization: `Basic ${Buffer.from(`${username}:${token}`).toString("base64")}` },
    account: `${url.host}${url.pathname.replace(/\/$/, "")}/${person}`,
  };
}

/**
 * OAuth 2.0 (3LO) with a refresh token, a service account's client credentials without one. Access tokens last an
 * hour. A refresh token is good for one refresh, within 90 days; the one before it is taken again for 10 minutes, and
 * later than that ends the whole grant.
 * https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/
 * https://community.developer.atlassian.com/t/updated-31-january-2022-action-required-deprecating-persistent-refresh-tokens/54172
 * https://support.atlassian.com/user-management/docs/create-oauth-2-0-credential-for-service-accounts/
 */
function oauthEndpoint(credentials: Credentials): Endpoint {
  const client: OAuthClient = {
    tool: "jira",
    tokenUrl: checkedBaseUrl("jira", credentials["JIRA_OAUTH_URL"]?.trim() || AUTH_URL).origin,
    encoding: "json",
    id: required(credentials, "JIRA_OAUTH_CLIENT_ID", "the client id of the OAuth 2.0 app or service account"),
    secret: required(credentials, "JIRA_OAUTH_CLIENT_SECRET", "its client secret"),
    refreshToken: credentials["JIRA_OAUTH_REFRESH_TOKEN"]?.trim() || null,
    names: {
      id: "JIRA_OAUTH_CLIENT_ID",
      secret: "JIRA_OAUTH_CLIENT_SECRET",
      refreshToken: "JIRA_OAUTH_REFRESH_TOKEN",
    },
  };
  const override = credentials["JIRA_BASE_URL"]?.trim();
  const url = checkedBaseUrl("jira", override || GATEWAY_URL);
  const baseUrl = url.href.replace(/\/$/, "");
  const cloudId = credentials["JIRA_CLOUD_ID"]?.trim() || null;
  // The override stands in for the server where that is not set, and names no site.
  const server = credentials["JIRA_SERVER"]?.trim();
  const site = server === undefined || server === override ? null : checkedBaseUrl("jira", server).origin;
  const given = client.refreshToken ?? client.secret;
  return {
    baseUrl,
    headers: {},
    account: `${url.host}/oauth-${nameOf(client.id, given, cloudId ?? site ?? "")}`,
    renewal: {
      grant: `jira/${nameOf(client.tokenUrl, client.id, given)}`,
      secret: client.secret,
      remedy: `check in Atlassian's administration that the app, or the service account, still has access to the site${cloudId === null ? ", and set JIRA_CLOUD_ID where its sites cannot be listed" : ""}.`,
      obtain: (call, newest) => fetchToken(client, call, newest),
      isRefused,
      async locate(call, token) {
        const id = cloudId ?? (await findSite({ call, token, baseUrl, site }));
        return id === null ? null : `/ex/jira/${id}`;
      },
    },
  };
}

/** The gateway answers a token that lacks a scope like a bad one, but for these words: another token would lack it too. */
function isRefused({ status, text }: HttpAnswer): boolean {
  return status === 401 && !/scope does not match/i.test(text);
}

const sitesShape = z.array(z.object({ id: z.string().min(1), url: z.string(), name: z.string().nullish() }));

interface Search {
  readonly call: TokenCall;
  readonly token: Token;
  readonly baseUrl: string;
  /** Origin of `JIRA_SERVER`; null where it is not set. */
  readonly site: string | null;
}

/** The cloud id of the one site that the grant reaches, or of the one at `JIRA_SERVER`; null where the token is refused. */
async function findSite({ call, token, baseUrl, site }: Search): Promise<string | null> {
  const path = "/oauth/token/accessible-resources";
  const { authorization } = token;
  const headers = { authorization, accept: "application/json" };
  const answer = await call.open(baseUrl).send({ method: "GET", url: path, headers, signal: call.signal, safe: true });
  if (answer.status === 401) return null;
  const sites = sitesShape.safeParse(answer.status === 200 ? parsedJson(answer.text) : null).data;
  if (!sites) throw unlisted(answer.status);
  // A site is listed once for each product.
  const byId = new Map(sites.map((one) => [one.id, one]));
  const named = [...byId.values()].filter(({ url }) => URL.canParse(url) && new URL(url).origin === site);
  const chosen = site === null ? [...byId.values()] : named;
  const [only] = chosen;
  if (only && chosen.length === 1) return only.id;
  const list = [...byId.values()].map(({ id, url }) => `${url} (${id})`).join(", ") || "none";
  const wanted = site === null ? "more than one site, or none," : `no site at ${site}`;
  const message = `jira: the OAuth grant reaches ${wanted}; it reaches: ${list}. Set JIRA_CLOUD_ID, or JIRA_SERVER to the site's address.`;
  throw new SyncFailure("InvalidConfig", message, { tool: "jira" });
}

function unlisted(status: number): SyncFailure {
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const what = `jira: the sites of the OAuth grant cannot be listed (HTTP ${status})`;
  const message = isRefusal ? `${what}; set JIRA_CLOUD_ID.` : `${what}; they are asked for again later.`;
  return new SyncFailure(isRefusal ? "AuthFailed" : "Unavailable", message, { tool: "jira", status });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function required(credentials: Credentials, name: string, what: string): string {
  const value = credentials[name]?.trim();
  if (value) return value;
  throw new SyncFailure("InvalidConfig", `jira: ${name} is not set; it holds ${what}.`, { tool: "jira" });
}
