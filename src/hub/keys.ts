/** Where the hub file keeps each canonical field: the one table that reading and editing share. */
import type { FieldName, ItemType } from "../core/model.ts";

/** Keys from the item (for the project: from the root) down to the value. */
export type KeyPath = readonly string[];

export interface FieldKeys {
  readonly field: FieldName;
  /** The first that the item has is the field's; the first of all is written where it has none. */
  readonly paths: readonly KeyPath[];
}

export const ITEM_TYPES = ["epic", "story", "task"] as const satisfies readonly ItemType[];
export type ListedType = (typeof ITEM_TYPES)[number];

/** The lists under `implementation`. */
export const LIST_KEYS: { readonly [T in ListedType]: string } = { epic: "epics", story: "stories", task: "tasks" };

export const REFS_KEY = "external_refs";

export const FIELD_KEYS: { readonly [T in ItemType]: readonly FieldKeys[] } = {
  project: [
    { field: "title", paths: [["project", "name"]] },
    { field: "description", paths: [["project", "description"]] },
    { field: "health", paths: [["state", "health"]] },
    { field: "progress", paths: [["state", "overallProgress"]] },
    { field: "phase", paths: [["state", "currentPhase"]] },
    { field: "gate", paths: [["state", "currentGate"]] },
  ],
  epic: [
    { field: "title", paths: [["title"]] },
    { field: "description", paths: [["description"]] },
    { field: "status", paths: [["status"]] },
    { field: "priority", paths: [["priority"]] },
    { field: "estimate", paths: [["estimation_sp"]] },
    { field: "labels", paths: [["labels"]] },
    { field: "due", paths: [["planned_completion"], ["due"]] },
  ],
  story: [
    { field: "title", paths: [["title"]] },
    { field: "description", paths: [["description"]] },
    { field: "status", paths: [["status"]] },
    { field: "priority", paths: [["priority"]] },
    { field: "estimate", paths: [["estimation"]] },
    { field: "labels", paths: [["labels"]] },
    { field: "due", paths: [["due"]] },
    { field: "parent", paths: [["epic"]] },
    { field: "assignee", paths: [["assignee"]] },
    { field: "sprint", paths: [["sprint"]] },
    { field: "branch", paths: [["branch"]] },
    { field: "pr", paths: [["pr"]] },
    { field: "qa_assignee", paths: [["qa_assignee"]] },
  ],
  task: [
    { field: "title", paths: [["title"]] },
    { field: "status", paths: [["status"]] },
    { field: "estimate", paths: [["estimation"]] },
    { field: "parent", paths: [["story"], ["epic"]] },
    { field: "assignee", paths: [["owner"]] },
    { field: "task_type", paths: [["type"]] },
  ],
};

/** Types of the items a parent may be, by the key that names it. */
export const PARENT_TYPES: Readonly<Record<string, ListedType>> = { epic: "epic", story: "story" };

/** The order in which people write an item's keys: a new key goes behind the last of those before it; others go last. */
export const KEY_ORDER: readonly string[] = [
  "<<",
  "id",
  "story",
  "epic",
  "title",
  "name",
  "description",
  "type",
  "domain",
  "status",
  "priority",
  "sprint",
  "assignee",
  "owner",
  "qa_assignee",
  "estimation",
  "estimation_sp",
  "planned_completion",
  "due",
  "branch",
  "pr",
  "labels",
  "depends_on",
];
