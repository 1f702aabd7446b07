import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Engine } from "../../activities/engine.ts";
import { contentHash, intern, interned } from "../../activities/interned.ts";
import { loadContext, storeContext, type RunContext } from "../../activities/run-context.ts";
import { keepSchema, knownSchema, type SessionContext, type ToolSession } from "../../activities/tool-session.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { mapsOf } from "../support/maps.ts";

const DAY_MS = 86_400_000;
const USERS = Array.from({ length: 300 }, (_, n) => ({ id: `u${n}`, email: `person${n}@example.com` }));

let nowMs: number;
let store: Store;
let engine: Engine;
/** Rows written so far, by key. */
let written: string[];
beforeEach(async () => {
  nowMs = Date.parse("2026-11-20T10:00:00.000Z");
  written = [];
  store = await openStore({ url: "sqlite::memory:" });
  engine = engineOn(store);
});
afterEach(() => store.close());

/** As another process sees the same store: it holds nothing in memory. */
function engineOn(home: Store): Engine {
  const own: Store = {
    ...home,
    cache: (key, value, expiresAt) => {
      written.push(key);
      return home.cache(key, value, expiresAt);
    },
  };
  return { store: own, now: () => nowMs } as Engine;
}

describe("a value that many rows name", () => {
  it("is stored once for the same content, and is one object wherever it is read", async () => {
    const name = await intern(engine, USERS);
    expect(await intern(engine, structuredClone(USERS))).toBe(name);
    expect(written).toHaveLength(1);
    const elsewhere = engineOn(store);
    const first = await interned(elsewhere, name);
    expect(first).toEqual(USERS);
    expect(await interned(elsewhere, name)).toBe(first);
    expect(contentHash(first!)).toBe(name);
    expect(() => ((first as typeof USERS)[0]!.id = "another")).toThrow(TypeError);
  });

  it("is stored anew before it could be swept while a row still names it", async () => {
    const name = await intern(engine, USERS);
    nowMs += 2 * DAY_MS;
    await intern(engine, USERS);
    expect(written).toHaveLength(1);
    nowMs += 2 * DAY_MS;
    await intern(engine, USERS);
    expect(written).toHaveLength(2);
    nowMs += 5 * DAY_MS;
    expect(await store.cached(`interned/${name}`, nowMs)).toEqual(USERS);
  });

  it("is unknown where nobody stored it", async () => {
    expect(await interned(engine, "0".repeat(64))).toBeNull();
  });

  it("is one object for who asks at the same time", async () => {
    const name = await intern(engine, USERS);
    const elsewhere = engineOn(store);
    const [one, other] = await Promise.all([interned(elsewhere, name), interned(elsewhere, name)]);
    expect(one).toBe(other);
  });

  it("is asked of the store again once many others were used since, and not written again", async () => {
    const name = await intern(engine, USERS);
    const large = "x".repeat(1_000_000);
    for (let n = 0; n < 20; n += 1) await intern(engine, { n, large });
    expect(written).toHaveLength(21);
    expect(await intern(engine, structuredClone(USERS))).toBe(name);
    expect(written).toHaveLength(21);
    for (let n = 0; n < 20; n += 1) await intern(engine, { n, large });
    await store.dropCached("interned");
    expect(await interned(engine, name)).toBeNull();
  });
});

describe("a schema", () => {
  const sessionOf = (place: string) => ({ schemaKey: `schema/account/${place}` }) as ToolSession<SessionContext>;

  it("comes back as it was kept, its long parts stored once for all projects", async () => {
    const schemas = ["A", "B"].map((project) => ({ project, users: structuredClone(USERS), labels: [], sprint: null }));
    for (const schema of schemas) await keepSchema(engine, sessionOf(schema.project), schema);
    const elsewhere = engineOn(store);
    for (const schema of schemas) expect(await knownSchema(elsewhere, sessionOf(schema.project))).toEqual(schema);
    expect(written.filter((key) => key.startsWith("interned/"))).toHaveLength(1);
    expect(JSON.stringify(await store.cached("schema/account/A", nowMs)).length).toBeLessThan(300);
  });

  it("is as good as unknown without one of its parts", async () => {
    await keepSchema(engine, sessionOf("A"), { users: USERS });
    await store.dropCached("interned");
    expect(await knownSchema(engineOn(store), sessionOf("A"))).toBeNull();
  });

  it("grows no younger by what a listing adds to it", async () => {
    await keepSchema(engine, sessionOf("A"), { users: USERS });
    nowMs += DAY_MS / 48;
    await keepSchema(engine, sessionOf("A"), { users: USERS, labels: ["new"] });
    expect(await knownSchema(engine, sessionOf("A"))).toEqual({ users: USERS, labels: ["new"] });
    expect(await store.cached("schema/account/A", nowMs + DAY_MS / 48)).toBeNull();
  });
});

describe("what a run was prepared with", () => {
  const people = Object.fromEntries(USERS.map(({ id, email }) => [email, id]));
  const binding = {
    project: "A",
    tool: "jira",
    container: {},
    tasks: false,
    maps: mapsOf("jira"),
    mapping: {},
    people,
  };
  const context = { project: "A", run: "r1", tools: [{ tool: "jira", binding }] } as unknown as RunContext;

  it("comes back as it was stored, on any worker, and is short", async () => {
    await storeContext(engine, context);
    expect(await loadContext(engineOn(store), "r1")).toEqual(context);
    expect(JSON.stringify(await store.cached("context/r1", nowMs)).length).toBeLessThan(500);
  });

  it("is read as an earlier version stored it", async () => {
    await store.cache("context/r1", context, nowMs + 1_000);
    expect(await loadContext(engine, "r1")).toEqual(context);
  });

  it("is missed where a part of it is", async () => {
    await storeContext(engine, context);
    await store.dropCached("interned");
    await expect(loadContext(engineOn(store), "r1")).rejects.toThrow("run r1 has no stored context");
  });
});
