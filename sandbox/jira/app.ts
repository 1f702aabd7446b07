/** The routes of the stand-in. What comes before each of them, in Jira's order: rate limit, credentials, content type. */
import { Hono, type Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Faults } from "../kit/faults.ts";
import { addGatewayRoutes, bearerOf, type Door, type Gateway } from "./gateway.ts";
import { addIssueRoutes } from "./issue-routes.ts";
import { addProjectRoutes } from "./project-routes.ts";
import { addSearchRoutes } from "./search-routes.ts";
import { RateLimiter } from "./rate.ts";
import { Refusal } from "./refusal.ts";
import type { View } from "./render.ts";
import type { JiraSite } from "./site.ts";

export interface Api extends View {
  readonly faults: Faults;
  readonly gateway: Gateway;
  /** Account id of the caller. */
  caller(context: Context): string;
}

const ISSUE_WRITE = /^\/rest\/api\/3\/issue\/([^/]+)(?:\/|$)/;
const NOT_ISSUES = new Set(["bulk", "bulkfetch", "archive", "unarchive", "createmeta"]);

interface Serving {
  readonly site: JiraSite;
  readonly faults: Faults;
  readonly gateway: Gateway;
  readonly baseUrl: () => string;
}

export function jiraApp({ site, faults, gateway, baseUrl }: Serving): Hono {
  const app = new Hono();
  const limiter = new RateLimiter(site.clock, site.quirks);
  const api: Api = {
    site,
    faults,
    gateway,
    get baseUrl() {
      return baseUrl();
    },
    caller: (context) => accountOf(site, gateway, context) ?? "",
  };
  addGatewayRoutes(app, gateway, faults);
  app.get("/browse/:key", (context) => browse(api, context));
  app.use("/rest/*", async (context, next) => {
    const refused = limited(site, limiter, context) ?? unauthorized(api, context) ?? wrongContent(site, context);
    if (refused) return refused;
    return next();
  });
  addProjectRoutes(app, api);
  addIssueRoutes(app, api);
  addSearchRoutes(app, api);
  app.notFound((context) => context.json({ errorMessages: [`No resource at ${context.req.path}`], errors: {} }, 404));
  app.onError((error, context) => {
    if (error instanceof Refusal) return context.json(error.body(), error.status as ContentfulStatusCode);
    return context.json({ errorMessages: [`Internal server error: ${error.message}`], errors: {} }, 500);
  });
  return app;
}

/** OAuth tokens act for the account with an API token, and at the gateway only. */
function accountOf(site: JiraSite, { issuer }: Gateway, context: Context): string | undefined {
  const bearer = bearerOf(context);
  if (bearer !== undefined) {
    const isLetIn = (context.env as Door).isGateway === true && issuer.isValid(bearer);
    return isLetIn ? site.users.find(({ token }) => token !== undefined)?.accountId : undefined;
  }
  const [scheme, encoded = ""] = (context.req.header("authorization") ?? "").split(" ");
  if (scheme !== "Basic") return undefined;
  const [email = "", token] = Buffer.from(encoded, "base64").toString("utf8").split(/:(.*)/s);
  return site.users.find((user) => user.email === email && user.token !== undefined && user.token === token)?.accountId;
}

function unauthorized(api: Api, context: Context): Response | undefined {
  if (!api.site.quirks.auth) return undefined;
  if (!api.faults.conditions.authRevoked && accountOf(api.site, api.gateway, context) !== undefined) return undefined;
  const text = "Client must be authenticated to access this resource.";
  const headers = { "content-type": "text/html;charset=UTF-8", "x-seraph-loginreason": "AUTHENTICATED_FAILED" };
  return new Response(text, { status: 401, headers });
}

function wrongContent(site: JiraSite, { req }: Context): Response | undefined {
  if (!site.quirks.contentType || req.method === "GET" || req.header("content-type")?.startsWith("application/json"))
    return undefined;
  return new Response("", { status: 415 });
}

function limited(site: JiraSite, limiter: RateLimiter, context: Context): Response | undefined {
  const { method, path } = context.req;
  const id = method === "GET" ? undefined : ISSUE_WRITE.exec(path)?.[1];
  const endpoint = path.replace(/\/(?:[A-Z][A-Z0-9]*-)?\d+(?=\/|$)/g, "/{id}");
  const { headers, refused } = limiter.take(method, endpoint, id !== undefined && !NOT_ISSUES.has(id) ? id : undefined);
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  if (!refused) return undefined;
  return rateLimited(refused.reason, refused.waitMs, site.clock.now(), headers);
}

/** The 429 of the rate limit page (Aug 2026), as far as it is documented; the body is a guess. */
export function rateLimited(
  reason: string,
  waitMs: number,
  now: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return Response.json(
    { errorMessages: ["Rate limit exceeded."], errors: {} },
    {
      status: 429,
      headers: {
        ...headers,
        "retry-after": String(seconds),
        "x-ratelimit-reset": new Date(now + seconds * 1000).toISOString(),
        "ratelimit-reason": reason,
      },
    },
  );
}

/** A page to open from a report: what a person would see there. */
function browse({ site }: Api, context: Context): Response {
  const issue = site.find(context.req.param("key") ?? "");
  if (!issue) return context.html("<h1>Not found</h1>", 404);
  const { key, summary, labels } = issue.data;
  const safe = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  const rows = [
    ["Status", site.status(issue.data).name],
    ["Labels", labels.join(", ")],
    ["Due", issue.data.duedate ?? ""],
    ["Description", JSON.stringify(issue.data.description, null, 1) ?? ""],
  ];
  const body = rows
    .map(([name = "", value = ""]) => `<tr><th>${name}</th><td><pre>${safe(value)}</pre></td></tr>`)
    .join("");
  return context.html(`<title>${key}</title><h1>${key} ${safe(summary)}</h1><table>${body}</table>`);
}
