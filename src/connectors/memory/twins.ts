/** Items of the tracker as twins, and our fields as the tracker names them. */
import type { FieldName, RemoteItem, ToolValues } from "../../core/model.ts";
import { marker } from "../sync-key.ts";
import type { ItemAnswer } from "./answers.ts";
import type { ValueName } from "./world.ts";

/** Our fields by the tracker's names. */
export const VALUE_OF_FIELD: { readonly [F in FieldName]?: ValueName } = {
  title: "title",
  description: "text",
  status: "state",
  priority: "rank",
  estimate: "points",
  labels: "tags",
  due: "deadline",
  parent: "parent",
  assignee: "owner",
  qa_assignee: "reviewer",
  sprint: "cycle",
  branch: "branch",
  pr: "links",
  task_type: "category",
};

/** Our field for a name the tracker uses. */
export function fieldOfValue(name: string): FieldName | undefined {
  return (Object.keys(VALUE_OF_FIELD) as FieldName[]).find((field) => VALUE_OF_FIELD[field] === name);
}

export function twinOf(item: ItemAnswer): RemoteItem {
  const fields = Object.entries(VALUE_OF_FIELD).map(([field, name]) => [field, item[name]]);
  return {
    ref: item.ref,
    key: item.key,
    url: `memory:${item.key}`,
    type: item.kind,
    syncKey: syncKeyOf(item.marker),
    fields: Object.fromEntries(fields) as ToolValues,
    updated: { at: item.updated, resolutionMs: 1 },
    state: item.archived ? "archived" : "live",
  };
}

function syncKeyOf(text: string | null): string | null {
  const prefix = marker("");
  return text?.startsWith(prefix) === true ? text.slice(prefix.length) : null;
}
