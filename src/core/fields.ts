import type { FieldName, ItemType } from "./model.ts";

/** How two edits of one field are brought together when they do not touch. */
export type MergeKind = "scalar" | "set" | "text";

export interface FieldDefinition {
  readonly merge: MergeKind;
  /** `hub-to-tool` fields are derived or owned by the hub: a tool's value never flows back. */
  readonly direction: "both" | "hub-to-tool";
}

const scalar: FieldDefinition = { merge: "scalar", direction: "both" };
const pushed: FieldDefinition = { merge: "scalar", direction: "hub-to-tool" };

export const FIELD_DEFINITIONS: { readonly [F in FieldName]: FieldDefinition } = {
  title: scalar,
  description: { merge: "text", direction: "both" },
  status: scalar,
  priority: scalar,
  estimate: scalar,
  labels: { merge: "set", direction: "both" },
  due: scalar,
  parent: scalar,
  assignee: scalar,
  sprint: scalar,
  branch: scalar,
  pr: pushed,
  qa_assignee: scalar,
  task_type: scalar,
  health: scalar,
  progress: pushed,
  phase: pushed,
  gate: pushed,
};

export const FIELDS_OF_TYPE: { readonly [T in ItemType]: readonly FieldName[] } = {
  project: ["title", "description", "health", "progress", "phase", "gate"],
  epic: ["title", "description", "status", "priority", "estimate", "labels", "due"],
  story: [
    "title",
    "description",
    "status",
    "priority",
    "estimate",
    "labels",
    "due",
    "parent",
    "assignee",
    "sprint",
    "branch",
    "pr",
    "qa_assignee",
  ],
  task: ["title", "status", "estimate", "parent", "assignee", "task_type"],
};

/** Canonical status values, item type by item type (hub vocabulary). */
export const STATUS_VALUES: { readonly [T in Exclude<ItemType, "project">]: readonly string[] } = {
  epic: ["planning", "in_progress", "on_hold", "completed", "blocked", "cancelled"],
  story: ["ready", "in_progress", "in_review", "done", "blocked", "cancelled"],
  task: ["todo", "in_progress", "done", "blocked"],
};

export const PRIORITY_VALUES = ["P1", "P2", "P3"] as const;
export const TASK_TYPES = ["dev", "qa", "security", "devops", "docs"] as const;

const HEALTH_VALUES = ["Green", "Yellow", "Red"] as const;

/** What a field's value must look like to be acted on. */
export type ValueShape = "text" | "number" | "date" | "list" | "item-id";

const SHAPES: { readonly [F in FieldName]?: ValueShape } = {
  estimate: "number",
  progress: "number",
  phase: "number",
  due: "date",
  labels: "list",
  parent: "item-id",
};

export function shapeOf(field: FieldName): ValueShape {
  return SHAPES[field] ?? "text";
}

/** The only values a field may have, where there is such a list. Unknown ones are never passed on. */
export function allowedValues(type: ItemType, field: FieldName): readonly string[] | undefined {
  if (field === "status") return type === "project" ? undefined : STATUS_VALUES[type];
  if (field === "priority") return PRIORITY_VALUES;
  if (field === "task_type") return TASK_TYPES;
  return field === "health" ? HEALTH_VALUES : undefined;
}

/** Labels of ours never enter the canonical label set. */
export function isOwnLabel(label: string): boolean {
  return /^(?:sdlc-sync|sdlc-tracked|(?:status|priority|points|type):.*)$/i.test(label);
}
