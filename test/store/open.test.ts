import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { connect } from "../../src/store/connect.ts";
import { migrate } from "../../src/store/migrations.ts";
import { openStore } from "../../src/store/open.ts";
import { onSharedHomes } from "./homes.ts";
import { inProcesses } from "./processes.ts";
import { linkOf, twinOf } from "./samples.ts";

/** Versions applied so far, oldest first. */
async function versionsOf(url: string): Promise<number[]> {
  const { db } = connect({ url });
  try {
    const { rows } = await sql<{ version: number }>`select version from schema_version order by version`.execute(db);
    return rows.map(({ version }) => Number(version));
  } finally {
    await db.destroy();
  }
}

onSharedHomes("opening", (home) => {
  test("an empty place gets the whole schema; opened again, nothing is done and all is there", async () => {
    const url = await home.empty();
    const first = await openStore({ url });
    await first.saveChanges("P", "jira", [twinOf("1")], "c1");
    await first.close();
    const versions = await versionsOf(url);
    expect(versions).toEqual(versions.map((_, n) => n + 1));
    const again = await openStore({ url });
    expect(await again.cursor("P", "jira")).toBe("c1");
    await again.close();
    expect(await versionsOf(url)).toEqual(versions);
  });

  test("a store of any earlier version is brought up to date with what it holds", async () => {
    const newest = (await versionsOf(home.url)).length;
    for (let version = 1; version < newest; version += 1) {
      const url = await home.empty();
      const old = connect({ url });
      await migrate(old, version);
      await sql`insert into listing (project, tool, cursor) values ('P', 'jira', ${`v${version}`})`.execute(old.db);
      await old.db.destroy();
      const store = await openStore({ url });
      expect(await store.cursor("P", "jira")).toBe(`v${version}`);
      expect(await store.reserve([{ key: "k", limit: 1, periodMs: 1, burst: 1, cost: 1 }], 0)).toBe(0);
      await store.close();
      expect(await versionsOf(url)).toHaveLength(newest);
    }
  });

  test("several processes that open an empty place at once migrate it once", async () => {
    const url = await home.empty();
    await inProcesses(4, { url, attempts: 0, limits: [], now: 0 });
    expect(await versionsOf(url)).toEqual(await versionsOf(home.url));
  });

  test("a migration that fails leaves nothing of itself", async () => {
    const url = await home.empty();
    const handle = connect({ url });
    await sql`create table budget (planted integer)`.execute(handle.db);
    await expect(openStore({ url })).rejects.toMatchObject({ code: "InvalidConfig" });
    const tables = home.name === "postgres" ? "pg_tables where schemaname = current_schema()" : "sqlite_master";
    const { rows } = await sql.raw(`select * from ${tables}`).execute(handle.db);
    expect(rows).toHaveLength(1);
    await sql`drop table budget`.execute(handle.db);
    await handle.db.destroy();
    await (await openStore({ url })).close();
  });

  test("a store of a newer version is refused and left alone", async () => {
    const url = await home.empty();
    await (await openStore({ url })).close();
    const handle = connect({ url });
    await sql`insert into schema_version (version) values (99)`.execute(handle.db);
    await handle.db.destroy();
    await expect(openStore({ url })).rejects.toMatchObject({
      code: "InvalidConfig",
      message: expect.stringContaining("update this installation") as string,
    });
    expect((await versionsOf(url)).at(-1)).toBe(99);
  });

  test("what one connection stored the other sees", async () => {
    const project = home.fresh();
    const other = await home.another();
    await home.store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    expect((await other.projectState(project)).links).toEqual([linkOf("S-1", "1")]);
  });
});

test("a store in memory belongs to one connection alone", async () => {
  const [one, other] = [await openStore({ url: "sqlite::memory:" }), await openStore({ url: "sqlite::memory:" })];
  await one.cache("k", 1, 10);
  expect([await one.cached("k", 0), await other.cached("k", 0)]).toEqual([1, null]);
  await Promise.all([one.close(), other.close()]);
});

test("a place that cannot be opened is a mistake of the configuration, and no password is told", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sdlc-sync-store-"));
  const file = join(folder, "taken");
  writeFileSync(file, "no database, and longer than the header of one: ".repeat(40));
  chmodSync(file, 0o600);
  const urls = [
    "mysql://localhost/db",
    "sqlite:",
    `sqlite:${file}`,
    `sqlite:${file}/store.db`,
    `sqlite:${folder}`,
    "postgres://someone:s3cret@127.0.0.1:1/none",
  ];
  for (const url of urls) {
    const failure = await openStore({ url }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure, url).toMatchObject({ code: "InvalidConfig" });
    expect(String(failure), url).not.toContain("s3cret");
  }
  rmSync(folder, { recursive: true });
});
