/** How GitHub is signed in to: a personal access token, or as an installation of a GitHub App. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../../core/errors.ts";
import type { Binding, Credentials, Endpoint } from "../contract.ts";
import { checkedBaseUrl } from "../http.ts";
import { nameOf } from "../oauth.ts";
import { fetchInstallationToken, readPrivateKey, type GithubApp } from "./app.ts";
import { repositoryNamed } from "./schema.ts";

const API_URL = "https://api.github.com";
const APP = ["GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"];

/**
 * An App where any of its variables is there; `GITHUB_API_URL` for an enterprise server (`https://host/api/v3`).
 * Throws InvalidConfig naming the variable that is missing.
 */
export function endpoint(credentials: Credentials, container: Binding["container"] = {}): Endpoint {
  const url = checkedBaseUrl("github", credentials["GITHUB_API_URL"]?.trim() || API_URL);
  const baseUrl = url.href.replace(/\/$/, "");
  const isApp = APP.some((name) => credentials[name]?.trim());
  return isApp ? appEndpoint(credentials, baseUrl, container) : tokenEndpoint(credentials, baseUrl);
}

/** `GH_TOKEN`: classic or fine-grained. */
function tokenEndpoint(credentials: Credentials, baseUrl: string): Endpoint {
  const token = credentials["GH_TOKEN"]?.trim();
  if (!token) {
    const hint = "create one under Settings, Developer settings, Personal access tokens, with Issues read and write";
    throw new SyncFailure("InvalidConfig", `GH_TOKEN is not set; ${hint}.`, { tool: "github" });
  }
  const account = createHash("sha256").update(token).digest("hex").slice(0, 12);
  return { baseUrl, headers: { authorization: `Bearer ${token}` }, account: `github:${account}` };
}

/** An App is installed once at each owner: without an installation's id, that of the bound repository's owner is meant. */
function appEndpoint(credentials: Credentials, baseUrl: string, container: Binding["container"]): Endpoint {
  const installation = credentials["GITHUB_APP_INSTALLATION_ID"]?.trim();
  const app: GithubApp = {
    baseUrl,
    id: required(credentials, "GITHUB_APP_ID", "it is the number on the App's settings page"),
    privateKey: readPrivateKey(
      required(credentials, "GITHUB_APP_PRIVATE_KEY", "generate one on the App's settings page"),
    ),
    installation: installation ? readId("GITHUB_APP_INSTALLATION_ID", installation) : null,
    repository: repositoryNamed(container["repository"] ?? ""),
  };
  const place = app.installation ?? app.repository?.owner.toLowerCase() ?? "";
  const name = nameOf(app.id, app.privateKey, String(place));
  return {
    baseUrl,
    headers: {},
    account: `github:app-${name}`,
    renewal: {
      grant: `github/${nameOf(baseUrl, name)}`,
      secret: app.privateKey,
      remedy: "check that the App is still installed, and may read and write Issues of the repository.",
      obtain: (call) => fetchInstallationToken(app, call),
      isRefused: ({ status }) => status === 401,
    },
  };
}

function required(credentials: Credentials, name: string, hint: string): string {
  const value = credentials[name]?.trim();
  if (value) return value;
  throw new SyncFailure("InvalidConfig", `github: ${name} is not set; ${hint}.`, { tool: "github" });
}

function readId(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new SyncFailure("InvalidConfig", `github: ${name} is "${text}"; it is a number.`, { tool: "github" });
}
