/** What is bound, as rows keep it: its maps and people, hundreds of lines that projects have in common, by name. */
import type { Binding } from "../src/connectors/contract.ts";
import type { Engine } from "./engine.ts";
import { intern, interned } from "./interned.ts";

interface Bound {
  readonly binding: Binding;
}

/** Its binding with the names of `people` and `maps`; an earlier version stored them whole. */
export type Stored<T extends Bound> = Omit<T, "binding"> & {
  readonly binding: Omit<Binding, "people" | "maps"> & {
    readonly people: string | Binding["people"];
    readonly maps: string | Binding["maps"];
  };
};

export function storedAll<T extends Bound>(engine: Engine, all: readonly T[]): Promise<readonly Stored<T>[]> {
  return Promise.all(all.map((one) => stored(engine, one)));
}

async function stored<T extends Bound>(engine: Engine, one: T): Promise<Stored<T>> {
  const { binding } = one;
  const [people, maps] = [await intern(engine, binding.people), await intern(engine, binding.maps)];
  return { ...one, binding: { ...binding, people, maps } };
}

/** Null where something that one of them names is not stored any more. */
export async function restoredAll<T extends Bound>(
  engine: Engine,
  all: readonly Stored<T>[],
): Promise<readonly T[] | null> {
  const found = await Promise.all(all.map((one) => restored<T>(engine, one)));
  const whole = found.filter((one) => one !== null);
  return whole.length === all.length ? whole : null;
}

async function restored<T extends Bound>(engine: Engine, one: Stored<T>): Promise<T | null> {
  const valueOf = async <V extends object>(part: string | V): Promise<V | null> =>
    typeof part === "string" ? ((await interned(engine, part)) as V | null) : part;
  const [people, maps] = [await valueOf(one.binding.people), await valueOf(one.binding.maps)];
  if (people === null || maps === null) return null;
  return { ...one, binding: { ...one.binding, people, maps } } as unknown as T;
}
