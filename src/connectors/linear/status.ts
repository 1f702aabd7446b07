/** Hub statuses as Linear's workflow states and project statuses; their types are its categories. */
import type { Lens } from "../../core/lens.ts";
import { categoryStatusLens } from "../category-status.ts";
import type { ValueMap } from "../../core/maps.ts";
import type { LinearState } from "./schema.ts";

const WORDS = {
  none: "Linear has no empty status",
  foreign: "the state is none of the bound team's",
  unmapped: ({ name, category }: { readonly name: string; readonly category: string }) =>
    `no hub status stands for "${name}" (${category})`,
  missing: (value: string) => `Linear has no state for "${value}"`,
  misnamed: (wanted: string) => `the mapping names state "${wanted}", which Linear does not have`,
};

export function statusLens(
  map: ValueMap,
  states: readonly LinearState[],
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  const categorised = states.map(({ id, name, type }) => ({ id, name, category: type }));
  return categoryStatusLens({ map, states: categorised, overrides, reads: "all", words: WORDS });
}
