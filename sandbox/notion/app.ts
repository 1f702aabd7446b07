/** The routes of the stand-in. What comes before each of them, in Notion's order: credentials, limit, version, size. */
import { Hono, type Context } from "hono";
import type { Faults } from "../kit/faults.ts";
import { addPageRoutes } from "./page-routes.ts";
import { FixedWindow } from "./rate.ts";
import { Refusal } from "./refusal.ts";
import { addSourceRoutes } from "./source-routes.ts";
import type { NotionWorkspace } from "./workspace.ts";

export const TOKEN = "ntn_sandbox0123456789abcdefghijklmnopqrstuvwxyz";
/** Trash is `in_trash`, and pages tell Markdown, from this version on. */
const VERSION = "2026-03-11";
const PAYLOAD_MAX = 500 * 1024;

export function notionApp(workspace: NotionWorkspace, faults: Faults): Hono {
  const app = new Hono();
  const window = new FixedWindow(workspace.clock);
  app.use("/v1/*", async (context, next) => {
    const { quirks } = workspace;
    const refused =
      (quirks.auth ? unauthorized(faults, context) : undefined) ??
      (quirks.rateLimit ? window.take() : undefined) ??
      (quirks.version ? unversioned(context) : undefined) ??
      (quirks.payload ? await oversized(context) : undefined);
    return refused ?? next();
  });
  addSourceRoutes(app, workspace);
  addPageRoutes(app, workspace);
  app.notFound(() => new Refusal(400, "invalid_request_url", "Invalid request URL.").answer());
  app.onError((error) => {
    if (error instanceof Refusal) return error.answer();
    if (error instanceof SyntaxError) return new Refusal(400, "invalid_json", "Error parsing JSON body.").answer();
    return new Refusal(500, "internal_server_error", `Unexpected error: ${error.message}`).answer();
  });
  return app;
}

function unauthorized(faults: Faults, context: Context): Response | undefined {
  const isKnown = context.req.header("authorization") === `Bearer ${TOKEN}`;
  if (isKnown && !faults.conditions.authRevoked) return undefined;
  return new Refusal(401, "unauthorized", "API token is invalid.").answer();
}

function unversioned(context: Context): Response | undefined {
  const version = context.req.header("notion-version");
  if (version === undefined)
    return new Refusal(
      400,
      "missing_version",
      "Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`.",
    ).answer();
  if (version !== VERSION)
    return new Refusal(
      400,
      "validation_error",
      `This stand-in speaks Notion-Version ${VERSION}, not ${version}.`,
    ).answer();
  return undefined;
}

async function oversized(context: Context): Promise<Response | undefined> {
  if (context.req.method === "GET") return undefined;
  const { byteLength } = await context.req.raw.clone().arrayBuffer();
  if (byteLength <= PAYLOAD_MAX) return undefined;
  return new Refusal(413, "validation_error", "Request body is too large.").answer();
}
