/**
 * Atlassian's authorization server and API gateway in front of the site: OAuth tokens are taken at
 * `/ex/jira/{cloudId}` alone. https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
 */
import type { Context, Hono } from "hono";
import type { Clock } from "../kit/clock.ts";
import type { Faults } from "../kit/faults.ts";
import { TokenIssuer, type Refused, type TokenSettings } from "../kit/token-issuer.ts";

export interface CloudSite {
  readonly id: string;
  readonly url: string;
  readonly name: string;
}

const MINUTE_MS = 60_000;
export const CLOUD_ID = "1324a887-45db-1bf4-1e99-ef0ff456d421";

const SETTINGS: TokenSettings = {
  clientId: "jira-sandbox-client",
  clientSecret: "jira-sandbox-client-secret",
  refreshToken: "jira-sandbox-refresh-token",
  accessMs: 60 * MINUTE_MS,
  clientAccessMs: 60 * MINUTE_MS,
  graceMs: 10 * MINUTE_MS,
  repeats: "another-pair",
  endsOnReuse: true,
};

export class Gateway {
  readonly issuer: TokenIssuer;
  /** Sites that the grant reaches; the first one is this one. */
  sites: readonly CloudSite[] = [{ id: CLOUD_ID, url: "https://sandbox.atlassian.net", name: "sandbox" }];

  constructor(clock: Clock, settings: Partial<TokenSettings>) {
    this.issuer = new TokenIssuer(clock, { ...SETTINGS, ...settings });
  }
}

/** Where a request came in: at the gateway, or at the site itself. */
export interface Door {
  readonly isGateway?: boolean;
}

export function addGatewayRoutes(app: Hono, gateway: Gateway, { conditions }: Faults): void {
  app.post("/oauth/token", async (context) => grant(gateway, context));
  app.get("/oauth/token/accessible-resources", (context) => {
    if (conditions.authRevoked || !gateway.issuer.isValid(bearerOf(context) ?? ""))
      return context.json({ code: 401, message: "Unauthorized" }, 401);
    const scopes = ["read:jira-work", "write:jira-work", "read:jira-user"];
    return context.json(gateway.sites.map((site) => ({ ...site, scopes, avatarUrl: `${site.url}/avatar.png` })));
  });
  app.all("/ex/jira/:cloudId/*", async (context) => {
    const { cloudId } = context.req.param();
    if (cloudId !== gateway.sites[0]?.id)
      return context.json({ timestamp: 0, status: 404, error: "Not Found", message: "No message available" }, 404);
    const url = new URL(context.req.url);
    url.pathname = url.pathname.slice(`/ex/jira/${cloudId}`.length);
    const { method, headers } = context.req.raw;
    const body = method === "GET" || method === "HEAD" ? {} : { body: await context.req.text() };
    return app.fetch(new Request(url, { method, headers, ...body }), {
      ...(context.env as object),
      isGateway: true,
    } satisfies Door);
  });
}

/** The token of a `Bearer` header. */
export function bearerOf({ req }: Context): string | undefined {
  return /^Bearer (.+)$/.exec(req.header("authorization") ?? "")?.[1];
}

const REFUSALS: Readonly<Record<Refused, { status: 400 | 401 | 403; error: string; error_description: string }>> = {
  invalid_client: { status: 401, error: "access_denied", error_description: "Unauthorized" },
  invalid_grant: { status: 403, error: "invalid_grant", error_description: "Unknown or invalid refresh token." },
  unsupported_grant_type: { status: 400, error: "unsupported_grant_type", error_description: "Unsupported grant type" },
};

async function grant({ issuer }: Gateway, context: Context): Promise<Response> {
  const isJson = context.req.header("content-type")?.startsWith("application/json");
  const fields = isJson ? ((await context.req.json().catch(() => ({}))) as Record<string, unknown>) : {};
  const answer = issuer.grant(fields);
  if (typeof answer !== "string")
    return context.json({ ...answer, token_type: "Bearer", scope: "read:jira-work write:jira-work offline_access" });
  const { status, ...told } = REFUSALS[answer];
  return context.json(told, status);
}
