/** Tokens of a GitHub App's installation, which last an hour. https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app */
import { createPrivateKey } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import { z } from "zod";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { Token, TokenCall } from "../renewal.ts";
import { send, type Caller } from "./client.ts";

export interface GithubApp {
  readonly baseUrl: string;
  readonly id: string;
  /** PEM. */
  readonly privateKey: string;
  /** Null: that of the repository. */
  readonly installation: number | null;
  readonly repository: { readonly owner: string; readonly name: string } | null;
}

const installationShape = z.object({ id: z.number() });
const tokenShape = z.object({ token: z.string().min(1), expires_at: z.iso.datetime({ offset: true }) });

/** A private key as GitHub gives it, with its line breaks as they are or spelled `\n`, or all of it in base64. Throws InvalidConfig for anything else. */
export function readPrivateKey(text: string): string {
  const isPlain = text.includes("-----BEGIN");
  const pem = (isPlain ? text.replaceAll("\\n", "\n") : Buffer.from(text, "base64").toString("utf8")).trim();
  try {
    if (createPrivateKey(pem).asymmetricKeyType === "rsa") return pem;
  } catch {
    // Told below without the parser's words: nothing of a secret belongs into a message.
  }
  const message =
    "github: GITHUB_APP_PRIVATE_KEY holds no RSA private key; give the downloaded .pem file's text, with \\n for line breaks, or in base64.";
  throw new SyncFailure("InvalidConfig", message, { tool: "github" });
}

/** Signs in as the App and asks for a token of the installation. */
export async function fetchInstallationToken(app: GithubApp, call: TokenCall): Promise<Token> {
  const { token: jwt } = await createAppAuth({ appId: app.id, privateKey: app.privateKey })({ type: "app" });
  const http = call.open(app.baseUrl);
  const caller: Caller = { http, signal: call.signal };
  const headers = { authorization: `bearer ${jwt}` };
  try {
    const installation_id = app.installation ?? (await findInstallation(app, caller, headers));
    const route = "POST /app/installations/{installation_id}/access_tokens";
    const { token, expires_at } = await send(caller, route, { installation_id, headers }, tokenShape);
    return {
      authorization: `Bearer ${token}`,
      expiresAtMs: Date.parse(expires_at) - (http.skewMs ?? 0),
      refreshToken: null,
    };
  } catch (error) {
    throw refusalOf(app, error);
  }
}

async function findInstallation(
  { repository }: GithubApp,
  caller: Caller,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  if (!repository) {
    const message =
      "github: GITHUB_APP_INSTALLATION_ID is not set, and no repository is bound whose installation could be asked for.";
    throw new SyncFailure("InvalidConfig", message, { tool: "github" });
  }
  const { owner, name: repo } = repository;
  const route = "GET /repos/{owner}/{repo}/installation";
  return (await send(caller, route, { owner, repo, headers }, installationShape)).id;
}

/** What keeps the App from a token is mended by people, where its variables and installations are. */
function refusalOf({ installation, repository }: GithubApp, error: unknown): unknown {
  if (!isSyncFailure(error)) return error;
  const { code, details, message: words } = error;
  // Whatever was to be sent with the token was not.
  if (code === "Unavailable") return new SyncFailure(code, words, { ...details, outcomeUnknown: false }, error.cause);
  if (code !== "AuthFailed" && code !== "Forbidden" && code !== "NotFound" && code !== "Rejected") return error;
  const where =
    installation === null ? `for ${repository?.owner}/${repository?.name}` : `for installation ${installation}`;
  const remedy: Partial<Record<typeof code, string>> = {
    AuthFailed: "check GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY, and this machine's clock",
    NotFound: installation === null ? "install the App there" : "check GITHUB_APP_INSTALLATION_ID",
  };
  const advice = remedy[code] ?? "check that its installation is not suspended";
  const message = `github: the App gets no token ${where} (HTTP ${details.status}); ${advice}.`;
  return new SyncFailure("AuthFailed", message, { ...details, tool: "github" });
}
