/** One tool of one run, ready to be called: credentials resolved here and nowhere else. */
import { createHash } from "node:crypto";
import { SyncFailure } from "../src/core/errors.ts";
import type { LensTable } from "../src/core/lens.ts";
import type { Connector, SchemaScope, ToolSchema } from "../src/connectors/contract.ts";
import { createHttp, type Http } from "../src/connectors/http.ts";
import { createBudget } from "../src/rate/budget.ts";
import { resolveCredentials } from "../src/registry/credentials.ts";
import type { Engine, ToolContext } from "./engine.ts";

/** The contract's "cache static data for one hour". */
const SCHEMA_TTL_MS = 3_600_000;

/** What a tool's calls depend on. */
export type SessionContext = Pick<ToolContext, "tool" | "binding" | "connection" | "rateLimits" | "urgent">;

export interface ToolSession<C extends SessionContext = ToolContext> {
  readonly connector: Connector;
  readonly context: C;
  readonly http: Http;
  /** Names the credential in budgets. */
  readonly account: string;
  /** Key of the tool's schema in the store's cache. */
  readonly schemaKey: string;
  scope(schema: ToolSchema, signal: AbortSignal): SchemaScope;
}

export function openSession<C extends SessionContext>(engine: Engine, context: C): ToolSession<C> {
  const module = engine.connectors[context.tool];
  if (!module)
    throw new SyncFailure("InvalidConfig", `there is no connector for ${context.tool}`, { tool: context.tool });
  const endpoint = module.endpoint(
    resolveCredentials(engine.workspace.registry, context.tool, engine.env, context.connection),
  );
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
    budget,
    limits: (answer) => module.limits(answer),
    now: engine.now,
    timeoutMs: engine.workspace.config.engine.request_timeout_ms,
  });
  // Projects that are bound alike share what the tool says about itself.
  const { project: _, ...binding } = context.binding;
  const place = createHash("sha256").update(JSON.stringify(binding)).digest("hex").slice(0, 16);
  return {
    connector: module.connector,
    context,
    http,
    account: endpoint.account,
    schemaKey: `schema/${endpoint.account}/${place}`,
    scope: (schema, signal) => ({ binding: context.binding, http, signal, schema }),
  };
}

/** The tool's schema, from the cache for an hour; reading it is also the connection check. */
export async function schemaOf(
  engine: Engine,
  session: ToolSession<SessionContext>,
  signal: AbortSignal,
  fresh: boolean,
): Promise<ToolSchema> {
  const cached = fresh ? null : await cachedSchema(engine, session.schemaKey, engine.now());
  if (cached) return cached.schema;
  const { connector, context, http } = session;
  const schema = await connector.describe({ binding: context.binding, http, signal });
  await engine.store.dropCached(session.schemaKey);
  await keepSchema(engine, session, schema);
  return schema;
}

/** Stores a schema that a listing added to: it grows no younger by that. */
export async function keepSchema(
  engine: Engine,
  session: ToolSession<SessionContext>,
  schema: ToolSchema,
): Promise<void> {
  const known = await cachedSchema(engine, session.schemaKey, engine.now());
  const describedAt = known?.describedAt ?? engine.now();
  await engine.store.cache(
    session.schemaKey,
    { schema, describedAt } satisfies CachedSchema,
    describedAt + SCHEMA_TTL_MS,
  );
}

interface CachedSchema {
  readonly schema: ToolSchema;
  /** Epoch ms. */
  readonly describedAt: number;
}

async function cachedSchema(engine: Engine, key: string, now: number): Promise<CachedSchema | null> {
  return (await engine.store.cached(key, now)) as CachedSchema | null;
}

/** The newest known schema, however old; null before the tool has ever answered. */
export async function knownSchema(engine: Engine, session: ToolSession<SessionContext>): Promise<ToolSchema | null> {
  return (await cachedSchema(engine, session.schemaKey, 0))?.schema ?? null;
}

/** The lenses that the newest known schema gives; null before the tool has ever answered. */
export async function knownLenses(engine: Engine, context: ToolContext): Promise<LensTable | null> {
  const session = openSession(engine, context);
  const known = await knownSchema(engine, session);
  return known ? session.connector.lenses(context.binding, known) : null;
}
