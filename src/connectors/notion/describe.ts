import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { Binding, SchemaScope, Scope, ToolSchema } from "../contract.ts";
import { sharedRead } from "../shared.ts";
import { DatabaseAnswer, DataSourceAnswer, PageAnswer, UserAnswer, UsersAnswer, type DataSource } from "./answers.ts";
import { allPages, notionClient, parsed } from "./client.ts";
import { notionId } from "./ids.ts";
import { pageProperties } from "./project-page.ts";
import { checkRequired, findProperties } from "./properties.ts";
import { notionSchema, type NotionSchema, type NotionUser } from "./schema.ts";

const PAGE = 100;

/**
 * Reads the data source's properties, the workspace's people and the project's page. Throws InvalidConfig where
 * a needed property is missing, NotFound where the database is not shared with the connection.
 */
export async function describe(scope: Scope): Promise<ToolSchema> {
  const source = await readDataSource(scope);
  checkRequired(source, scope.binding);
  const people = await sharedRead(scope, "people", () => readPeople(scope));
  const schema: NotionSchema = {
    ...people,
    dataSource: source.id,
    ...findProperties(source, scope.binding),
    projectPage: await readProjectPage(scope),
  };
  return schema as unknown as ToolSchema;
}

/** The bound data source as Notion tells it, once for all projects that share it. */
export async function readDataSource(scope: Scope): Promise<DataSource> {
  const id = boundId(scope.binding, "database_id");
  if (id === undefined) throw noId(scope.binding, "database_id", "the database's address or id");
  return sharedRead(scope, `data-source/${id}`, () => resolveDataSource(scope, id));
}

async function resolveDataSource(scope: Scope, id: string): Promise<DataSource> {
  const client = notionClient(scope);
  const database = await orNone(async () => await client.databases.retrieve({ database_id: id }));
  const sources = database === undefined ? [] : parsed(DatabaseAnswer, database, "the database").data_sources;
  const [only, ...others] = sources;
  if (others.length > 0) {
    const list = sources.map((source) => `"${source.name}" (${source.id})`).join(", ");
    const message = `${scope.binding.project}: the Notion database has ${sources.length} data sources: ${list}; set external_sync.notion.database_id to the id of one.`;
    throw new SyncFailure("InvalidConfig", message, { tool: "notion" });
  }
  const source = await orNone(async () => await client.dataSources.retrieve({ data_source_id: only?.id ?? id }));
  if (source !== undefined) return parsed(DataSourceAnswer, source, "the data source");
  const message = `notion: database ${id} does not exist, or is not shared with the connection; share it in Notion (... menu, Connections), or correct external_sync.notion.database_id.`;
  throw new SyncFailure("NotFound", message, { tool: "notion", status: 404 });
}

/** The schema with the data source's properties as they are now. */
export async function relearned(scope: SchemaScope): Promise<ToolSchema> {
  const known = notionSchema(scope.schema);
  const answer = await notionClient(scope).dataSources.retrieve({ data_source_id: known.dataSource });
  const source = parsed(DataSourceAnswer, answer, "the data source");
  const schema: NotionSchema = { ...known, ...findProperties(source, scope.binding) };
  return schema as unknown as ToolSchema;
}

/** Undefined for an id that is nothing of the kind; Notion calls some of those invalid rather than missing. */
async function orNone(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return await read();
  } catch (error) {
    if (isSyncFailure(error, "NotFound") || isSyncFailure(error, "Rejected")) return undefined;
    throw error;
  }
}

function boundId({ project, container }: Binding, key: string): string | undefined {
  const named = container[key];
  if (!named) return undefined;
  const id = notionId(named);
  if (id !== undefined) return id;
  const message = `${project}: external_sync.notion.${key} "${named}" is no Notion id; copy the page's address, or the 32 digits at its end.`;
  throw new SyncFailure("InvalidConfig", message, { tool: "notion" });
}

function noId({ project }: Binding, key: string, what: string): SyncFailure {
  return new SyncFailure("InvalidConfig", `${project}: external_sync.notion.${key} is not set; it holds ${what}.`, {
    tool: "notion",
  });
}

/** Everybody the connection may see. Guests are never told, and without the capability nobody is. */
async function readPeople(scope: Scope): Promise<{ readonly me: string; readonly users: readonly NotionUser[] }> {
  const client = notionClient(scope);
  const me = parsed(UserAnswer, await client.users.me({}), "the connection's own user");
  const list = async (cursor: string | undefined) =>
    parsed(UsersAnswer, await client.users.list({ page_size: PAGE, ...(cursor && { start_cursor: cursor }) }), "users");
  try {
    const users = await allPages("users", list);
    return { me: me.id, users: users.map(userOf).sort((a, b) => (a.id < b.id ? -1 : 1)) };
  } catch (error) {
    if (!isSyncFailure(error, "Forbidden")) throw error;
    return { me: me.id, users: [] };
  }
}

function userOf({ id, type, name, person }: ReturnType<typeof UserAnswer.parse>): NotionUser {
  return { id, name: name ?? "", email: person?.email ?? null, isBot: type === "bot" };
}

async function readProjectPage(scope: Scope): Promise<NotionSchema["projectPage"]> {
  const id = boundId(scope.binding, "page_id");
  if (id === undefined) return null;
  const answer = await orNone(async () => await notionClient(scope).pages.retrieve({ page_id: id }));
  // That it is missing, whoever looks for its twin finds out: the other items have nothing to do with it.
  if (answer === undefined) return null;
  return { id, ...pageProperties(parsed(PageAnswer, answer, "the project's page"), scope.binding) };
}
