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
/** Characters of JSON that a process holds; in memory it is a few times as much. */
const HELD_CHARS = 16_000_000;
/** Names that a process knows to be stored. */
const KNOWN_NAMES = 10_000;

interface Named {
  readonly name: string;
  /** Characters of its JSON. */
  readonly chars: number;
}

const named = new WeakMap<object, Named>();

/** Of one store, in this process. */
class Pool {
  /** By name, those used last at the end. */
  readonly #held = new Map<string, object>();
  #chars = 0;
  /** By name, epoch ms until which it is known to be stored. */
  readonly #storedUntilMs = new Map<string, number>();

  /** The object that stands for the content from now on. */
  hold(value: object): object {
    const { name, chars } = nameAndSize(value);
    const held = this.get(name);
    if (held) return held;
    this.#held.set(name, value);
    this.#chars += chars;
    for (const [oldest, other] of this.#held) {
      if (this.#chars <= HELD_CHARS) break;
      this.#held.delete(oldest);
      this.#chars -= nameAndSize(other).chars;
    }
    return value;
  }

  get(name: string): object | undefined {
    const held = this.#held.get(name);
    if (held && this.#held.delete(name)) this.#held.set(name, held);
    return held;
  }

  isStoredUntil(name: string, ms: number): boolean {
    return (this.#storedUntilMs.get(name) ?? 0) >= ms;
  }

  noteStored(name: string, untilMs: number): void {
    this.#storedUntilMs.set(name, untilMs);
    const [oldest] = this.#storedUntilMs.keys();
    if (this.#storedUntilMs.size > KNOWN_NAMES && oldest !== undefined) this.#storedUntilMs.delete(oldest);
  }
}

const pools = new WeakMap<Store, Pool>();

/** Stores the value if it is not stored yet; from now on nobody can change it. Returns its name. */
export async function intern({ store, now }: Home, value: object): Promise<string> {
  const pool = poolOf(store);
  const name = contentHash(value);
  const nowMs = now();
  if (!pool.isStoredUntil(name, nowMs + KEEP_MS)) {
    await store.cache(keyOf(name), value, nowMs + STORED_MS);
    pool.noteStored(name, nowMs + STORED_MS);
  }
  pool.hold(value);
  return name;
}

/** The value of that name, the same object as long as it is held; null where it is not stored (any more). */
export async function interned({ store }: Pick<Home, "store">, name: string): Promise<object | null> {
  const pool = poolOf(store);
  const held = pool.get(name);
  if (held) return held;
  const value = (await store.cached(keyOf(name), 0)) as object | null;
  return value === null ? null : pool.hold(value);
}

/** sha256 of the value as JSON, hex: made once for each object, which nobody can change from now on. */
export function contentHash(value: object): string {
  return nameAndSize(value).name;
}

function nameAndSize(value: object): Named {
  const known = named.get(value);
  if (known) return known;
  const text = JSON.stringify(freeze(value));
  const made = { name: createHash("sha256").update(text).digest("hex"), chars: text.length };
  named.set(value, made);
  return made;
}

function freeze(value: object): object {
  for (const part of Object.values(value)) if (typeof part === "object" && part !== null) freeze(part as object);
  return Object.freeze(value);
}

function poolOf(store: Store): Pool {
  const pool = pools.get(store) ?? new Pool();
  pools.set(store, pool);
  return pool;
}

function keyOf(name: string): string {
  return `interned/${name}`;
}
