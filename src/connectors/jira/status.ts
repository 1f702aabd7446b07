/** Hub statuses as the states of an issue type's workflow. */
import type { Lens } from "../../core/lens.ts";
import type { ItemType } from "../../core/model.ts";
import { categoryStatusLens, type StatusRow } from "../category-status.ts";
import type { JiraStatus } from "./schema.ts";

const TO_DO = { names: ["to do", "todo", "ready"], category: "new" };
const IN_PROGRESS: StatusRow = { value: "in_progress", names: ["in progress"], category: "indeterminate" };
const BLOCKED: StatusRow = { value: "blocked", names: ["blocked"], heldBy: "in_progress" };
const DONE = { names: ["done", "completed"], category: "done" };
const CANCELLED: StatusRow = { value: "cancelled", names: ["cancelled", "canceled"] };

const ROWS: { readonly [T in Exclude<ItemType, "project">]: readonly StatusRow[] } = {
  epic: [
    { value: "planning", names: [...TO_DO.names, "planning"], category: "new" },
    IN_PROGRESS,
    { value: "on_hold", names: ["on hold"], heldBy: "blocked" },
    { value: "completed", ...DONE },
    BLOCKED,
    CANCELLED,
  ],
  story: [
    { value: "ready", ...TO_DO },
    IN_PROGRESS,
    { value: "in_review", names: ["in review"], heldBy: "in_progress" },
    { value: "done", ...DONE },
    BLOCKED,
    CANCELLED,
  ],
  task: [{ value: "todo", ...TO_DO }, IN_PROGRESS, { value: "done", ...DONE }, BLOCKED],
};

const WORDS = {
  none: "an issue always has a status",
  foreign: "the status is none of this issue type's workflow",
  unmapped: (name: string) =>
    `no hub status stands for "${name}"; name one in the binding's status mapping, or leave it to Jira`,
  missing: (value: string) => `this workflow has no status for "${value}"`,
  misnamed: (wanted: string) => `the mapping names status "${wanted}", which this workflow does not have`,
};

export function statusLens(
  type: Exclude<ItemType, "project">,
  states: readonly JiraStatus[],
  overrides: Readonly<Record<string, string>> = {},
): Lens {
  return categoryStatusLens({ rows: ROWS[type], states, overrides, words: WORDS });
}
