/** Databases, data sources and people. */
import type { ListUsersResponse, QueryDataSourceResponse } from "@notionhq/client";
import type { Context, Hono } from "hono";
import { conditionOf, sorted } from "./filters.ts";
import type { DataSource, Page, PropertyType } from "./model.ts";
import { invalid, notFound } from "./refusal.ts";
import { renderDatabase, renderPage, renderSource, renderUser } from "./render.ts";
import { dashed, mustBeAbleTo, type NotionWorkspace } from "./workspace.ts";

const PAGE_MAX = 100;

export function addSourceRoutes(app: Hono, workspace: NotionWorkspace): void {
  app.get("/v1/users/me", (c) => c.json(renderUser(workspace, workspace.bot)));
  app.get("/v1/users", (c) => listUsers(workspace, c));
  app.get("/v1/databases/:id", (c) => {
    const id = c.req.param("id");
    const database = renderDatabase(workspace, dashed(id));
    if (!database) throw notFound("database", id);
    return c.json(database);
  });
  app.get("/v1/data_sources/:id", (c) => c.json(renderSource(workspace, workspace.source(c.req.param("id")))));
  app.patch("/v1/data_sources/:id", async (c) => {
    const source = workspace.source(c.req.param("id"));
    mustBeAbleTo(workspace, "update");
    changeSchema(workspace, source, (await c.req.json<{ properties?: Schema }>()).properties ?? {});
    return c.json(renderSource(workspace, source));
  });
  app.post("/v1/data_sources/:id/query", async (c) => {
    const source = workspace.source(c.req.param("id"));
    return c.json(query(workspace, source, await c.req.json<Query>().catch(() => ({}))));
  });
}

/** Members only: guests are told nowhere. */
function listUsers(workspace: NotionWorkspace, context: Context): Response {
  mustBeAbleTo(workspace, "users");
  const all = workspace.users.filter(({ kind }) => kind !== "guest" || !workspace.quirks.hiddenGuests);
  const { rows, next } = pageOf(workspace, all, {
    start_cursor: context.req.query("start_cursor"),
    page_size: Number(context.req.query("page_size") ?? PAGE_MAX),
  });
  const answer = {
    object: "list",
    type: "user",
    user: {},
    results: rows.map((user) => renderUser(workspace, user)),
    has_more: next !== null,
    next_cursor: next,
  } satisfies ListUsersResponse;
  return context.json(answer);
}

interface Paging {
  readonly start_cursor?: string | undefined;
  readonly page_size?: number | undefined;
}

/** A cursor names the last row that was told: rows may move meanwhile. */
function pageOf<T extends { readonly id: string }>(
  workspace: NotionWorkspace,
  all: readonly T[],
  { start_cursor: cursor, page_size: size = PAGE_MAX }: Paging,
): { readonly rows: readonly T[]; readonly next: string | null } {
  if (workspace.quirks.pageSize && size > PAGE_MAX)
    throw invalid(`body failed validation: body.page_size should be ≤ \`${PAGE_MAX}\`, instead was \`${size}\`.`);
  const from = cursor === undefined ? 0 : all.findIndex(({ id }) => id === cursor);
  if (from < 0) throw invalid(`The start_cursor provided is invalid: ${String(cursor)}`);
  const rows = all.slice(from, from + size);
  return { rows, next: all[from + size]?.id ?? null };
}

interface Query extends Paging {
  readonly filter?: unknown;
  readonly sorts?: unknown;
}

function query(
  workspace: NotionWorkspace,
  source: DataSource,
  { filter, sorts, ...paging }: Query,
): QueryDataSourceResponse {
  const isShown = conditionOf(workspace, source, filter);
  const isListed = (page: Page): boolean => !page.trashed || !workspace.quirks.trashHidden;
  const all = sorted(
    workspace.rows(source.id).filter((page) => isListed(page) && isShown(page)),
    sorts,
  );
  const limit = workspace.quirks.resultLimit ? workspace.resultLimit : Infinity;
  const { rows, next } = pageOf(workspace, all.slice(0, limit), paging);
  const isCut = next === null && all.length > limit;
  return {
    object: "list",
    type: "page_or_data_source",
    page_or_data_source: {},
    results: rows.map((page) => renderPage(workspace, page)),
    has_more: next !== null,
    next_cursor: next,
    request_status: isCut
      ? { type: "incomplete", incomplete_reason: "query_result_limit_reached" }
      : { type: "complete" },
  } satisfies QueryDataSourceResponse;
}

type Schema = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
interface NamedOptions {
  readonly options?: readonly { readonly name: string }[];
}

/** New properties, new names, and none; that is all that is asked of it. */
function changeSchema(workspace: NotionWorkspace, source: DataSource, schema: Schema): void {
  for (const [key, change] of Object.entries(schema)) {
    const property = workspace.property(source, key);
    if (change === null) {
      source.properties = source.properties.filter((one) => one !== property);
    } else if (property) {
      if (typeof change["name"] !== "string") throw invalid(`this stand-in only renames properties: ${key}`);
      property.name = change["name"];
    } else {
      const type = Object.keys(change).find(
        (one) => one !== "type" && one !== "name" && one !== "description",
      ) as PropertyType;
      const names = ((change[type] ?? {}) as NamedOptions).options?.map(({ name }) => name) ?? [];
      // Notion puts options that come by API in the first group; only people sort them.
      const groups = type === "status" ? { "To-do": names } : {};
      source.properties.push(workspace.newProperty({ name: key, type, options: names, groups }, source.id));
    }
  }
}
