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

export async function stored<T extends Bound>(engine: Engine, one: T): Promise<Stored<T>> {
  const { binding } = one;
  const [people, maps] = [await intern(engine, binding.people), await intern(engine, binding.maps)];
  return { ...one, binding: { ...binding, people, maps } };
}

/** Null where what it names is not stored any more. */
export async function restored<T extends Bound>(engine: Engine, one: Stored<T>): Promise<T | null> {
  const valueOf = async <V extends object>(part: string | V): Promise<V | null> =>
    typeof part === "string" ? ((await interned(engine, part)) as V | null) : part;
  const [people, maps] = [await valueOf(one.binding.people), await valueOf(one.binding.maps)];
  if (people === null || maps === null) return null;
  return { ...one, binding: { ...one.binding, people, maps } } as unknown as T;
}
