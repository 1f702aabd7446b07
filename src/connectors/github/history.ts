/** When fields last changed, by the timeline of an issue and the edits of its body. */
import { z } from "zod";
import type { FieldName, Stamp } from "../../core/model.ts";
import type { FieldTime, SchemaScope } from "../contract.ts";
import { connection } from "./answers.ts";
import { query } from "./client.ts";
import { HISTORY } from "./documents.ts";
import {
  isOurs,
  isPointsLabel,
  isPriorityLabel,
  isTaskTypeLabel,
  namingOf,
  type Naming,
  type WorkType,
} from "./naming.ts";
import { isStatusLabel } from "./naming.ts";

const CHUNK = 10;
const RESOLUTION_MS = 1000;
const TYPES = ["epic", "story", "task"] as const satisfies readonly WorkType[];

const actor = z.object({ login: z.string() }).nullish();
const event = z.object({
  __typename: z.string(),
  createdAt: z.string().optional(),
  actor,
  previousTitle: z.string().optional(),
  label: z.object({ name: z.string() }).optional(),
});
type Event = z.output<typeof event>;

const issue = z.object({
  __typename: z.string(),
  id: z.string().optional(),
  createdAt: z.string().optional(),
  userContentEdits: connection(z.object({ editedAt: z.string(), editor: actor })).nullish(),
  timelineItems: connection(event).optional(),
});
type History = z.output<typeof issue>;
const historyAnswer = z.object({ nodes: z.array(issue.nullable()) });

/** Names of the timeline's items, by the fields that they tell of. */
const EVENTS: { readonly [F in FieldName]?: readonly string[] } = {
  title: ["RENAMED_TITLE_EVENT"],
  status: ["CLOSED_EVENT", "REOPENED_EVENT", "LABELED_EVENT", "UNLABELED_EVENT"],
  priority: ["LABELED_EVENT", "UNLABELED_EVENT"],
  estimate: ["LABELED_EVENT", "UNLABELED_EVENT"],
  labels: ["LABELED_EVENT", "UNLABELED_EVENT"],
  task_type: ["LABELED_EVENT", "UNLABELED_EVENT"],
  assignee: ["ASSIGNED_EVENT", "UNASSIGNED_EVENT"],
  sprint: ["MILESTONED_EVENT", "DEMILESTONED_EVENT"],
  parent: ["PARENT_ISSUE_ADDED_EVENT", "PARENT_ISSUE_REMOVED_EVENT"],
};

/** Newest change of each asked field, ten issues a request; what went before is told of titles alone. */
export async function history(
  scope: SchemaScope,
  refs: readonly string[],
  fields: readonly FieldName[],
): Promise<readonly FieldTime[]> {
  const naming = namingOf(scope);
  const types = [...new Set(fields.flatMap((field) => EVENTS[field] ?? []))].sort();
  if (types.length === 0 && !fields.includes("description")) return [];
  const times: FieldTime[] = [];
  for (let start = 0; start < refs.length; start += CHUNK) {
    const ids = refs.slice(start, start + CHUNK);
    // The timeline takes no empty list of types.
    const variables = { ids, types: types.length > 0 ? types : ["RENAMED_TITLE_EVENT"] };
    const data = await query(scope, HISTORY, variables, historyAnswer);
    for (const [n, node] of data.nodes.entries())
      if (node?.__typename === "Issue") times.push(...newestChanges(naming, ids[n] ?? "", node, fields));
  }
  return times;
}

function newestChanges(naming: Naming, ref: string, node: History, fields: readonly FieldName[]): FieldTime[] {
  return fields.flatMap((field): FieldTime[] => {
    if (field === "description") return newestEdit(ref, node);
    const events = node.timelineItems?.nodes ?? [];
    const newest = events.findLast((one) => touches(naming, one, field));
    if (!newest?.createdAt) return [];
    const replaced =
      field === "title" && newest.previousTitle !== undefined ? { replaced: [newest.previousTitle] } : {};
    return [{ ref, field, stamp: stampOf(newest.createdAt, newest.actor?.login), ...replaced }];
  });
}

/** Once a body is edited, its first version stands among the edits too. */
function newestEdit(ref: string, { createdAt, userContentEdits }: History): FieldTime[] {
  const edits = (userContentEdits?.nodes ?? []).flatMap((edit) => (edit.editedAt === createdAt ? [] : [edit]));
  const newest = edits.toSorted((a, b) => (a.editedAt < b.editedAt ? 1 : -1))[0];
  return newest ? [{ ref, field: "description", stamp: stampOf(newest.editedAt, newest.editor?.login) }] : [];
}

function stampOf(at: string, by: string | undefined): Stamp {
  return { at: new Date(at).toISOString(), resolutionMs: RESOLUTION_MS, ...(by === undefined ? {} : { by }) };
}

function touches(naming: Naming, { __typename: name, label }: Event, field: FieldName): boolean {
  if (label === undefined) return (EVENTS[field] ?? []).includes(constantOf(name));
  switch (field) {
    case "status":
      return TYPES.some((type) => isStatusLabel(naming, type, label.name));
    case "priority":
      return isPriorityLabel(naming, label.name);
    case "estimate":
      return isPointsLabel(label.name);
    case "task_type":
      return isTaskTypeLabel(naming, label.name);
    default:
      return field === "labels" && !isOurs(naming, label.name);
  }
}

/** `RenamedTitleEvent` is `RENAMED_TITLE_EVENT`. */
function constantOf(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
