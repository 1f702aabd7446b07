/** The two homes of the store. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { SyncFailure } from "../core/errors.ts";
import type { Handle } from "./handle.ts";
import type { Tables } from "./schema.ts";
import { sqliteDialect } from "./sqlite-dialect.ts";

export interface StoreOptions {
  /** `sqlite:<path>`, `sqlite::memory:` or `postgres://...`. */
  readonly url: string;
}

const CONNECT_TIMEOUT_MS = 10_000;

export function connect({ url }: StoreOptions): Handle {
  if (url.startsWith("sqlite:")) return connectSqlite(url.slice("sqlite:".length));
  if (/^postgres(?:ql)?:\/\//.test(url)) return connectPostgres(url);
  throw new SyncFailure(
    "InvalidConfig",
    `store.url "${url.split(":")[0]}:..." is neither sqlite:<path> nor postgres://...`,
  );
}

function connectSqlite(path: string): Handle {
  if (path === "") throw new SyncFailure("InvalidConfig", "store.url names no file; give sqlite:<path>.");
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
  return { db: new Kysely<Tables>({ dialect: sqliteDialect(path) }), home: "sqlite" };
}

function connectPostgres(url: string): Handle {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // So that an operator of the database sees whose connections they are.
    fallback_application_name: "sdlc-sync",
  });
  // A connection that breaks is replaced, and whoever uses it is told by its query: the event must not end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return { db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }), home: "postgres" };
}

/** What a store that does not open says: never the URL, which may hold a password. */
export function openFailure(error: unknown, { url }: StoreOptions): SyncFailure {
  if (error instanceof SyncFailure) return error;
  const remedy = url.startsWith("sqlite:")
    ? "make the folder writable, or name another file in store.url"
    : "check that the server runs and that store.url has its user and database";
  return new SyncFailure(
    "InvalidConfig",
    `the store at ${placeOf({ url })} does not open (${reasonOf(error)}): ${remedy}.`,
    {},
    error,
  );
}

/** Where a store is, in words that hold no password. */
export function placeOf({ url }: StoreOptions): string {
  return url.startsWith("sqlite:") ? url.slice("sqlite:".length) : `PostgreSQL${hostOf(url)}`;
}

function hostOf(url: string): string {
  const host = URL.canParse(url) ? new URL(url).host : "";
  return host ? ` on ${host}` : "";
}

function reasonOf(error: unknown): string {
  const one = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  return one instanceof Error ? one.message || String((one as { code?: unknown }).code) : String(one);
}
