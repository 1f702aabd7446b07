/** One tool of one run, ready to be called: credentials resolved here and nowhere else. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../src/core/errors.ts";
import type { LensTable } from "../src/core/lens.ts";
import type { ToolValue } from "../src/core/model.ts";
import type { Binding, Connector, SchemaScope, Shared, ToolSchema } from "../src/connectors/contract.ts";
import { createHttp, type Http } from "../src/connectors/http.ts";
import { NO_MAPS } from "../src/core/maps.ts";
import { createBudget } from "../src/rate/budget.ts";
import { resolveCredentials } from "../src/registry/credentials.ts";
import { findTool } from "../src/registry/registry.ts";
import { accessOf } from "./access.ts";
import type { Engine } from "./engine.ts";
import type { ToolContext } from "./run-context.ts";
import { lensesOf, noteAccounts } from "./identities.ts";
import { contentHash, intern, interned } from "./interned.ts";

/** The contract's "cache static data for one hour". */
const SCHEMA_TTL_MS = 3_600_000;

/** What a tool's calls depend on. */
export type SessionContext = Pick<ToolContext, "tool" | "client" | "binding" | "connection" | "rateLimits" | "urgent">;

export interface ToolSession<C extends SessionContext = ToolContext> {
  readonly connector: Connector;
  readonly context: C;
  readonly http: Http;
  /** Names the credential in budgets. */
  readonly account: string;
  /** Its tokens expire and are renewed: nobody has to replace it in time. */
  readonly renewsItself: boolean;
  /** Key of the tool's schema in the store's cache. */
  readonly schemaKey: string;
  /** Of its own binding, or of another project's with the same credential. */
  scope(schema: ToolSchema, signal: AbortSignal, binding?: Binding): SchemaScope;
}

export function openSession<C extends SessionContext>(engine: Engine, given: C): ToolSession<C> {
  const context = withMaps(engine, given);
  const module = engine.connectors[context.tool];
  if (!module)
    throw new SyncFailure("InvalidConfig", `there is no connector for ${context.tool}`, { tool: context.tool });
  const endpoint = module.endpoint(
    resolveCredentials(engine.workspace.registry, context.tool, engine.env, context.connection),
    context.binding.container,
  );
  const access = accessOf(engine, context.tool, endpoint);
  const budget = createBudget({
    store: engine.store,
    account: endpoint.account,
    limits: context.rateLimits,
    urgent: context.urgent,
    now: engine.now,
  });
  const http = createHttp({
    tool: context.tool,
    baseUrl: endpoint.baseUrl,
    headers: endpoint.headers,
    ...(access ? { access } : {}),
    budget,
    limits: (answer) => module.limits(answer),
    now: engine.now,
    timeoutMs: engine.workspace.config.engine.request_timeout_ms,
  });
  return {
    connector: module.connector,
    context,
    http,
    account: endpoint.account,
    renewsItself: access !== undefined,
    schemaKey: schemaKeyOf(endpoint.account, context.binding),
    scope: (schema, signal, binding = context.binding) => ({
      binding,
      http,
      signal,
      schema,
      shared: sharedOf(engine, endpoint.account, SCHEMA_TTL_MS),
    }),
  };
}

/** Names what a schema depends on: projects that are bound alike share what the tool says about itself. */
export function schemaKeyOf(account: string, { project: _, maps, people, ...own }: Binding): string {
  const parts = { ...own, maps: contentHash(maps), people: contentHash(people) };
  const place = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
  return `schema/${account}/${place}`;
}

/** What an earlier version stored of a run, or of a refusal, has none. */
function withMaps<C extends SessionContext>({ workspace }: Engine, context: C): C {
  const { maps }: Partial<Binding> = context.binding;
  if (maps) return context;
  const usual = findTool(workspace.registry, "tracking", context.tool)?.maps ?? NO_MAPS;
  return { ...context, binding: { ...context.binding, maps: usual } };
}

/** The tool's schema, from the cache for an hour; reading it is also the connection check. */
export async function schemaOf(
  engine: Engine,
  session: ToolSession<SessionContext>,
  signal: AbortSignal,
  fresh: boolean,
): Promise<ToolSchema> {
  const cached = fresh ? null : await storedSchema(engine, session.schemaKey, engine.now());
  if (cached) return cached;
  const { connector, context, http } = session;
  const shared = sharedOf(engine, session.account, fresh ? (context.urgent ? 0 : FRESH_MS) : SCHEMA_TTL_MS);
  const schema = await connector.describe({ binding: context.binding, http, signal, shared });
  await storeSchema(engine, session, schema, engine.now());
  await noteAccounts(engine, session, schema);
  return schema;
}

/** A portfolio that is read anew is so in all its projects at once: what one of them has just read is new enough. */
const FRESH_MS = 60_000;

/** Reads under way in this process, by key: projects that are described side by side wait for one answer. */
const reading = new WeakMap<Engine, Map<string, Promise<unknown>>>();

/** What the projects of a credential have in common, read no longer ago than that. */
function sharedOf(engine: Engine, account: string, atMostMs: number): Shared {
  const underWay = reading.get(engine) ?? new Map<string, Promise<unknown>>();
  reading.set(engine, underWay);
  return async <T>(what: string, read: () => Promise<T>): Promise<T> => {
    const key = `${sharedKey(account)}/${what}`;
    // One that fails, or is cancelled, is its own caller's affair.
    await underWay.get(key)?.catch(() => undefined);
    const known = (await engine.store.cached(key, engine.now())) as { value: T; readAt: number } | null;
    if (known && engine.now() - known.readAt < atMostMs) return known.value;
    const answer = underWay.get(key) ?? keptRead(engine, key, read);
    underWay.set(key, answer);
    try {
      return (await answer) as T;
    } finally {
      underWay.delete(key);
    }
  };
}

async function keptRead<T>({ store, now }: Engine, key: string, read: () => Promise<T>): Promise<T> {
  const value = await read();
  await store.cache(key, { value, readAt: now() }, now() + SCHEMA_TTL_MS);
  return value;
}

function sharedKey(account: string): string {
  return `shared/${account}`;
}

/** The vendor takes what it says for wrong: it is read anew before it is used again, what others share with it as well. */
export async function dropSchema(
  { store }: Engine,
  { schemaKey, account }: ToolSession<SessionContext>,
): Promise<void> {
  await store.dropCached(schemaKey);
  await store.dropCached(sharedKey(account));
}

/** What does not fit may be what has changed: the next pull reads the schema anew, and until then plans go by this one. */
export async function doubtSchema({ store, now }: Engine, session: ToolSession<SessionContext>): Promise<void> {
  await store.cache(doubtKey(session), true, now() + SCHEMA_TTL_MS);
}

/** Whether the schema is in doubt, once. */
export async function takeDoubt({ store, now }: Engine, session: ToolSession<SessionContext>): Promise<boolean> {
  const isDoubted = (await store.cached(doubtKey(session), now())) !== null;
  if (isDoubted) await store.dropCached(doubtKey(session));
  return isDoubted;
}

function doubtKey({ schemaKey }: ToolSession<SessionContext>): string {
  return `doubt/${schemaKey}`;
}

/** As stored: what is long, the users of a site above all, is mostly the same in all its projects, and stands there by its name. */
interface StoredSchema {
  readonly schema: ToolSchema;
  /** Names of interned values, by their keys in the schema. */
  readonly interned: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly describedAt: number;
}

/** Characters of JSON from which a part of a schema is long. */
const LONG = 4_000;

/** Stores a schema that a listing added to: it grows no younger by that. */
export async function keepSchema(
  engine: Engine,
  session: ToolSession<SessionContext>,
  schema: ToolSchema,
): Promise<void> {
  const known = (await engine.store.cached(session.schemaKey, engine.now())) as StoredSchema | null;
  await storeSchema(engine, session, schema, known?.describedAt ?? engine.now());
}

/** In the place of the one before, in one step: who plans meanwhile has the one or the other. */
async function storeSchema(
  engine: Engine,
  { schemaKey }: ToolSession<SessionContext>,
  schema: ToolSchema,
  describedAt: number,
): Promise<void> {
  const [own, names]: [Record<string, ToolValue>, Record<string, string>] = [{}, {}];
  for (const [key, value] of Object.entries(schema)) {
    const isLong = typeof value === "object" && value !== null && JSON.stringify(value).length > LONG;
    if (isLong) names[key] = await intern(engine, value);
    else own[key] = value;
  }
  const row: StoredSchema = { schema: own, interned: names, describedAt };
  await engine.store.cache(schemaKey, row, describedAt + SCHEMA_TTL_MS);
}

async function storedSchema(engine: Engine, key: string, nowMs: number): Promise<ToolSchema | null> {
  const row = (await engine.store.cached(key, nowMs)) as StoredSchema | null;
  return row && wholeSchema(engine, row);
}

async function wholeSchema(engine: Engine, row: StoredSchema): Promise<ToolSchema | null> {
  const schema: Record<string, ToolValue> = { ...row.schema };
  for (const [part, name] of Object.entries(row.interned)) {
    const value = await interned(engine, name);
    if (value === null) return null;
    schema[part] = value as ToolValue;
  }
  return schema;
}

/** The newest known schema, however old; null before the tool has ever answered. */
export async function knownSchema(engine: Engine, session: ToolSession<SessionContext>): Promise<ToolSchema | null> {
  return storedSchema(engine, session.schemaKey, 0);
}

/** As `knownSchema`, of many at once, by their keys. */
export async function knownSchemas(engine: Engine, keys: readonly string[]): Promise<ReadonlyMap<string, ToolSchema>> {
  const schemas = new Map<string, ToolSchema>();
  for (const [key, row] of await engine.store.cachedMany(keys, 0)) {
    const schema = await wholeSchema(engine, row as StoredSchema);
    if (schema) schemas.set(key, schema);
  }
  return schemas;
}

/** The lenses that the newest known schema gives; null before the tool has ever answered. */
export async function knownLenses(engine: Engine, context: ToolContext): Promise<LensTable | null> {
  const session = openSession(engine, context);
  const known = await knownSchema(engine, session);
  return known ? lensesOf(engine, session, known) : null;
}
