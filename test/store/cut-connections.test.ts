import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../src/store/connect.ts";
import type { Handle } from "../../src/store/handle.ts";
import { findPostgres, makeSchema, onPostgres, type PostgresSchema } from "./postgres.ts";

const server = await findPostgres();

describe.skipIf(server === undefined)("a connection that the database ends", () => {
  let schema: PostgresSchema;
  let handle: Handle;
  beforeAll(async () => {
    schema = await makeSchema(server!);
    handle = connect({ url: schema.url });
  });
  afterAll(async () => {
    await handle.db.destroy();
    await schema.remove();
  });

  const pid = async (db: Handle["db"]) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    return rows[0]!.pid;
  };
  const end = (one: number) => onPostgres(schema.url, `select pg_terminate_backend(${one}, 5000)`);

  test("between two statements costs that change, and neither the process nor the next one", async () => {
    const cut = handle.db.transaction().execute(async (tx) => {
      await end(await pid(tx));
      // The event comes by itself, before anything is asked.
      await new Promise((resolve) => setImmediate(resolve));
      await sql`select 1`.execute(tx);
    });
    await expect(cut).rejects.toThrow(/terminat|not queryable/);
    expect(await pid(handle.db)).toBeGreaterThan(0);
  });

  test("in the middle of a statement, or while idle, is replaced", async () => {
    const own = await pid(handle.db);
    await end(own);
    await expect.poll(() => pid(handle.db).catch(() => own)).not.toBe(own);
    const slow = expect(sql`select pg_sleep(60)`.execute(handle.db)).rejects.toThrow("terminating connection");
    const sleeping = () =>
      onPostgres(
        schema.url,
        "select pid from pg_stat_activity where query like '%pg_sleep(60)' and pid <> pg_backend_pid()",
      );
    await expect.poll(async () => (await sleeping()).length).toBe(1);
    await end(Number((await sleeping())[0]!["pid"]));
    await slow;
    expect(await pid(handle.db)).toBeGreaterThan(0);
  });
});
