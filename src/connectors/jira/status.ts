/** Hub statuses as the states of an issue type's workflow. */
import type { Lens } from "../../core/lens.ts";
import { categoryStatusLens } from "../category-status.ts";
import type { ValueMap } from "../../core/maps.ts";
import type { JiraStatus } from "./schema.ts";

const WORDS = {
  none: "an issue always has a status",
  foreign: "the status is none of this issue type's workflow",
  unmapped: ({ name }: { readonly name: string }) =>
    `no hub status stands for "${name}"; name one in the binding's status mapping, or leave it to Jira`,
  missing: (value: string) => `this workflow has no status for "${value}"`,
  misnamed: (wanted: string) => `the mapping names status "${wanted}", which this workflow does not have`,
};

export function statusLens(
  map: ValueMap,
  states: readonly JiraStatus[],
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  return categoryStatusLens({ map, states, overrides, reads: "written", words: WORDS });
}
