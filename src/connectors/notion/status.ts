/** Hub statuses as the options of a status or select property. The groups of a status are its categories. */
import type { Lens } from "../../core/lens.ts";
import { categoryStatusLens } from "../category-status.ts";
import type { ValueMap } from "../../core/maps.ts";
import type { NotionProperty } from "./schema.ts";

/** Options by id, so that a rename changes nothing. A select may be empty, which says nothing. */
export function statusLens(
  map: ValueMap,
  { name: property, options = [] }: NotionProperty,
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  const states = options.map(({ id, name, group }) => ({ id, name, category: group ?? "" }));
  const lens = categoryStatusLens({ map, states, overrides, reads: "written", words: wordsOf(property) });
  return {
    ...lens,
    read: (held) =>
      held === null
        ? { kind: "none", code: "no-status", message: `no "${property}" in Notion`, vacant: true }
        : lens.read(held),
  };
}

function wordsOf(property: string): Parameters<typeof categoryStatusLens>[0]["words"] {
  return {
    none: "an item always has a status",
    foreign: `the status is no option of the property "${property}"`,
    unmapped: ({ name }) =>
      `no hub status stands for "${name}"; name one in the binding's status mapping, or leave it to Notion`,
    missing: (value) => `the property "${property}" has no option for "${value}"; add one in Notion`,
    misnamed: (wanted) => `the mapping names status "${wanted}", which the property "${property}" does not have`,
  };
}
