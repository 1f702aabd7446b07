/** The homes of the store, so that one suite holds both to the same promises. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, describe } from "vitest";
import { connect } from "../../src/store/connect.ts";
import type { Handle } from "../../src/store/handle.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { findPostgres, makeSchema } from "./postgres.ts";

export interface StoreHome {
  readonly name: "memory" | "file" | "postgres";
  /** Where further connections and processes find the same store; `memory` has no such place. */
  readonly url: string;
  /** The store of this suite, open and migrated. */
  readonly store: Store;
  /** A project id, key or run that no other test of the suite uses. */
  fresh(): string;
  /** One more connection to the same store, closed after the suite. */
  another(): Promise<Store>;
  /** The database itself, as the store has it, for planting failures and looking underneath. */
  raw(statement: string): Promise<readonly unknown[]>;
  /** The URL of a store that does not exist yet, removed after the suite. */
  empty(): Promise<string>;
}

interface Place {
  readonly url: string;
  remove(): Promise<void>;
}

type HomeName = StoreHome["name"];

const postgres = await findPostgres();

/** The same suite on SQLite in memory, SQLite in a file, and PostgreSQL (skipped where no server listens). */
export function onEveryHome(title: string, suite: (home: StoreHome) => void): void {
  describeHome(title, "memory", suite);
  onSharedHomes(title, suite);
}

/** The suite on those homes that several connections and processes can share. */
export function onSharedHomes(title: string, suite: (home: StoreHome) => void): void {
  describeHome(title, "file", suite);
  describeHome(title, "postgres", suite);
}

function describeHome(title: string, name: HomeName, suite: (home: StoreHome) => void): void {
  const missing = name === "postgres" && postgres === undefined;
  describe.skipIf(missing)(`${title}, ${name}${missing ? " (no server on 127.0.0.1:5432)" : ""}`, () => {
    const places: Place[] = [];
    const stores: Store[] = [];
    const handles: Handle[] = [];
    let count = 0;
    beforeAll(async () => {
      places.push(await makePlace(name));
      stores.push(await openStore({ url: places[0]!.url }));
    });
    afterAll(async () => {
      await Promise.all(stores.map((store) => store.close()));
      await Promise.all(handles.map(({ db }) => db.destroy()));
      for (const place of places) await place.remove();
    });
    suite({
      name,
      get url() {
        return places[0]!.url;
      },
      get store() {
        return stores[0]!;
      },
      fresh: () => `P-${++count}`,
      async another() {
        const store = await openStore({ url: places[0]!.url });
        stores.push(store);
        return store;
      },
      async raw(statement) {
        handles[0] ??= connect({ url: places[0]!.url });
        return (await sql.raw(statement).execute(handles[0].db)).rows;
      },
      async empty() {
        const place = await makePlace(name);
        places.push(place);
        return place.url;
      },
    });
  });
}

async function makePlace(name: HomeName): Promise<Place> {
  if (name === "memory") return { url: "sqlite::memory:", remove: async () => undefined };
  if (name === "postgres") return makeSchema(postgres!);
  const folder = mkdtempSync(join(tmpdir(), "sdlc-sync-store-"));
  return {
    url: `sqlite:${join(folder, "deep", "store.db")}`,
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}
