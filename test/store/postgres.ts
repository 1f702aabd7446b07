/** The PostgreSQL server that tests may use: the one that is named, or one that listens where it usually does. */
import { randomUUID } from "node:crypto";
import pg from "pg";

const CONFIGURED = process.env["SDLC_SYNC_TEST_POSTGRES"];
const USUAL = ["postgres://root@127.0.0.1:5432/test", "postgres://postgres@127.0.0.1:5432/test"];

/** Undefined where no server listens. A server that was asked for by name must be there. */
export async function findPostgres(): Promise<string | undefined> {
  if (CONFIGURED !== undefined) return CONFIGURED;
  for (const url of USUAL) {
    const answers = await onPostgres(url, "select 1").then(
      () => true,
      () => false,
    );
    if (answers) return url;
  }
  return undefined;
}

export interface PostgresSchema {
  readonly url: string;
  remove(): Promise<void>;
}

/** A schema of its own, so that suites run side by side and leave nothing. */
export async function makeSchema(server: string): Promise<PostgresSchema> {
  const schema = `sdlc_sync_${randomUUID().replaceAll("-", "")}`;
  await onPostgres(server, `create schema ${schema}`);
  const url = new URL(server);
  url.searchParams.set("options", `-c search_path=${schema}`);
  return {
    url: url.href,
    async remove() {
      await onPostgres(server, `drop schema ${schema} cascade`);
    },
  };
}

/** One statement on a connection of its own. */
export async function onPostgres(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
