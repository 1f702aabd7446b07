/** The routes of the stand-in. What comes before each of them: user agent, credentials, limits. */
import { createHash } from "node:crypto";
import { Hono, type Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Faults } from "../kit/faults.ts";
import { addAppRoutes, type AppInstallations } from "./app-installations.ts";
import { answerQuery, costOf, isMutation } from "./graphql.ts";
import type { GithubHost } from "./host.ts";
import { addIssueRoutes } from "./issue-routes.ts";
import type { Cost, Limits } from "./limits.ts";
import { pageOf } from "./page.ts";
import { Refusal } from "./refusal.ts";

export interface Api {
  readonly host: GithubHost;
  readonly faults: Faults;
  readonly limits: Limits;
  /** What a document asks of GitHub's published schema and that it does not have. */
  readonly documentCheck: (document: string) => void;
  readonly apps: AppInstallations | undefined;
}

const CONTENT = /\/(?:issues|sub_issues)$/;

export function githubApp(api: Api): Hono {
  const app = new Hono();
  const { host, limits, apps } = api;
  app.get("/:owner/:repo/:kind{issues|pull}/:number", (context, next) =>
    context.req.param("owner") === "repositories" ? next() : pageOf(host, context),
  );
  if (apps) addAppRoutes(app, apps);
  app.use("*", async (context, next) => {
    const refused = anonymous(host, context) ?? unauthorized(api, context) ?? unreachable(api, context);
    if (refused) return refused;
    const cost = await requestCost(context);
    const limited = limits.refusal(cost);
    if (limited) return limited;
    await next();
    if (context.res.status === 304 && host.quirks.freeNotModified) limits.giveBack(cost);
    for (const [name, value] of Object.entries(limits.headers(cost.resource))) context.res.headers.set(name, value);
    if (!apps) context.res.headers.set("x-oauth-scopes", host.scopes.join(", "));
  });
  app.use("*", async (context, next) => {
    await next();
    if (host.quirks.etags && context.req.method === "GET" && context.res.status === 200) await tag(context);
  });
  app.post("/graphql", async (context) => answerQuery(api, await context.req.text()));
  addIssueRoutes(app, api);
  app.notFound((context) => context.json(new Refusal(404, "Not Found").body(), 404));
  app.onError((error, context) => {
    if (!(error instanceof Refusal)) return context.json({ message: `Server Error: ${error.message}` }, 500);
    return context.json(error.body(), error.status as ContentfulStatusCode, error.headers);
  });
  return app;
}

/** Weak, of the whole body: nothing of it may differ. */
async function tag(context: Context): Promise<void> {
  const text = await context.res.clone().text();
  const etag = `W/"${createHash("sha256").update(text).digest("hex")}"`;
  const asked = context.req.header("if-none-match");
  context.res.headers.set("etag", etag);
  if (asked !== etag) return;
  const headers = new Headers(context.res.headers);
  headers.delete("content-type");
  context.res = undefined;
  context.res = new Response(null, { status: 304, headers });
}

function anonymous(host: GithubHost, { req }: Context): Response | undefined {
  if (!host.quirks.userAgent || req.header("user-agent")) return undefined;
  const text =
    "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).";
  return new Response(text, { status: 403, headers: { "content-type": "text/html" } });
}

function tokenOf(authorization: string | undefined): string {
  return /^(?:bearer|token) (.+)$/i.exec(authorization ?? "")?.[1] ?? "";
}

/** An installation's token reaches the repositories of its owner, and is nobody's. */
function unreachable({ apps }: Api, { req }: Context): Response | undefined {
  const owner = apps?.ownerOf(tokenOf(req.header("authorization")));
  if (owner === undefined) return undefined;
  if (req.path === "/user")
    return Response.json(new Refusal(403, "Resource not accessible by integration").body(), { status: 403 });
  const [, named] = /^\/repos\/([^/]+)\//.exec(req.path) ?? [];
  if (named === undefined || named.toLowerCase() === owner.toLowerCase()) return undefined;
  return Response.json(new Refusal(404, "Not Found").body(), { status: 404 });
}

function unauthorized({ host, faults, apps }: Api, { req }: Context): Response | undefined {
  if (!host.quirks.auth) return undefined;
  const token = tokenOf(req.header("authorization"));
  const isKnown = apps
    ? apps.ownerOf(token) !== undefined
    : host.users.some((user) => user.token !== undefined && user.token === token);
  if (isKnown && !faults.conditions.authRevoked) return undefined;
  return Response.json(new Refusal(401, "Bad credentials").body(), { status: 401 });
}

async function requestCost({ req }: Context): Promise<Cost> {
  if (req.path === "/graphql") {
    const text = await req.raw.clone().text();
    const isWrite = isMutation(text);
    return { resource: "graphql", primary: costOf(text), points: isWrite ? 5 : 1, content: isWrite };
  }
  const isRead = req.method === "GET";
  return {
    resource: "core",
    primary: 1,
    points: isRead ? 1 : 5,
    content: req.method === "POST" && CONTENT.test(req.path),
  };
}
