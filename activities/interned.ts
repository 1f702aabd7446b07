/**
 * What hundreds of rows have in common (the people of a client, the maps of a tool, the users of a site) is stored once,
 * by its content, and held in memory once: the rows name it by its hash.
 */
import { createHash } from "node:crypto";
import type { Store } from "../src/store/store.ts";
import { KEEP_MS, type Engine } from "./engine.ts";

type Home = Pick<Engine, "store" | "now">;

/** Longer than any row that names it is kept. */
const STORED_MS = 2 * KEEP_MS;
/** Each may be hundreds of kilobytes. */
const HELD = 100;

interface Held {
  readonly value: object;
  /** Epoch ms until which this process knows it to be stored. */
  readonly storedUntilMs: number;
}

/** By name, those used last at the end. */
type Pool = Map<string, Held>;

const pools = new WeakMap<Store, Pool>();
const names = new WeakMap<object, string>();

/** Stores the value, which nobody may change any more, if it is not stored yet. Returns its name. */
export async function intern({ store, now }: Home, value: object): Promise<string> {
  const pool = poolOf(store);
  const name = nameOf(value);
  const known = pool.get(name);
  const isStored = known !== undefined && known.storedUntilMs >= now() + KEEP_MS;
  if (!isStored) await store.cache(keyOf(name), value, now() + STORED_MS);
  const storedUntilMs = isStored ? known.storedUntilMs : now() + STORED_MS;
  hold(pool, name, { value: known?.value ?? value, storedUntilMs });
  return name;
}

/** The value of that name, the same object each time; null where it is not stored (any more). */
export async function interned({ store }: Pick<Home, "store">, name: string): Promise<object | null> {
  const pool = poolOf(store);
  const known = pool.get(name);
  const value = known?.value ?? ((await store.cached(keyOf(name), 0)) as object | null);
  if (value !== null) hold(pool, name, { value, storedUntilMs: known?.storedUntilMs ?? 0 });
  return value;
}

/** Names a value by its content: sha256 of it as JSON, hex, made once for each object. */
export function nameOf(value: object): string {
  const name = names.get(value) ?? createHash("sha256").update(JSON.stringify(value)).digest("hex");
  names.set(value, name);
  return name;
}

function poolOf(store: Store): Pool {
  const pool = pools.get(store) ?? new Map<string, Held>();
  pools.set(store, pool);
  return pool;
}

function hold(pool: Pool, name: string, one: Held): void {
  names.set(one.value, name);
  pool.delete(name);
  pool.set(name, one);
  const [oldest] = pool.keys();
  if (pool.size > HELD && oldest !== undefined) pool.delete(oldest);
}

function keyOf(name: string): string {
  return `interned/${name}`;
}
