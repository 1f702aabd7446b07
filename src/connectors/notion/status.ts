/** Hub statuses as the options of a status or select property. The groups of a status are its categories. */
import type { Lens } from "../../core/lens.ts";
import type { ItemType } from "../../core/model.ts";
import { categoryStatusLens, type StatusRow } from "../category-status.ts";
import type { NotionProperty } from "./schema.ts";

/** Groups have these names in every workspace; people can neither rename nor add one. */
const [TO_DO_GROUP, IN_PROGRESS_GROUP, COMPLETE_GROUP] = ["To-do", "In progress", "Complete"];

const TO_DO = { names: ["to do", "todo", "ready", "not started"], category: TO_DO_GROUP };
const IN_PROGRESS: StatusRow = { value: "in_progress", names: ["in progress"], category: IN_PROGRESS_GROUP };
const BLOCKED: StatusRow = { value: "blocked", names: ["blocked"], heldBy: "in_progress" };
const DONE = { names: ["done", "completed"], category: COMPLETE_GROUP };
const CANCELLED: StatusRow = { value: "cancelled", names: ["cancelled", "canceled"] };

const ROWS: { readonly [T in Exclude<ItemType, "project">]: readonly StatusRow[] } = {
  epic: [
    { value: "planning", ...TO_DO, names: ["planning", ...TO_DO.names] },
    IN_PROGRESS,
    { value: "on_hold", names: ["on hold", "paused"], heldBy: "blocked" },
    { value: "completed", ...DONE },
    BLOCKED,
    CANCELLED,
  ],
  story: [
    { value: "ready", ...TO_DO },
    IN_PROGRESS,
    { value: "in_review", names: ["in review", "review"], heldBy: "in_progress" },
    { value: "done", ...DONE },
    BLOCKED,
    CANCELLED,
  ],
  task: [{ value: "todo", ...TO_DO }, IN_PROGRESS, { value: "done", ...DONE }, BLOCKED],
};

/** Options by id, so that a rename changes nothing. A select may be empty, which says nothing. */
export function statusLens(
  type: Exclude<ItemType, "project">,
  { name: property, options = [] }: NotionProperty,
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  const states = options.map(({ id, name, group }) => ({ id, name, category: group ?? "" }));
  const lens = categoryStatusLens({ rows: ROWS[type], states, overrides, words: wordsOf(property) });
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
    unmapped: (name) =>
      `no hub status stands for "${name}"; name one in the binding's status mapping, or leave it to Notion`,
    missing: (value) => `the property "${property}" has no option for "${value}"; add one in Notion`,
    misnamed: (wanted) => `the mapping names status "${wanted}", which the property "${property}" does not have`,
  };
}
