/** What Linear's history of an issue tells: when fields changed, and edits that ours replaced. */
import type { FieldName, RemoteItem, ToolValue } from "../../core/model.ts";
import type { FieldTime, Overwritten, SchemaScope, UpdateRequest } from "../contract.ts";
import { historyAnswer, type HistoryEntry } from "./answers.ts";
import { execute } from "./client.ts";
import { HISTORY } from "./documents.ts";
import { epicProject } from "./schema.ts";

const CHUNK = 10;

/** Names in `from<Name>` and `to<Name>` of the entries. */
const LOGGED: { readonly [F in FieldName]?: string } = {
  title: "Title",
  status: "StateId",
  priority: "Priority",
  estimate: "Estimate",
  due: "DueDate",
  assignee: "AssigneeId",
  sprint: "CycleId",
};

/** Newest change of each asked field of the issues among the refs; projects keep no history of fields. */
export async function history(
  scope: SchemaScope,
  refs: readonly string[],
  fields: readonly FieldName[],
): Promise<readonly FieldTime[]> {
  const times: FieldTime[] = [];
  for (let start = 0; start < refs.length; start += CHUNK) {
    const ids = refs.slice(start, start + CHUNK);
    const variables = { issues: { id: { in: ids } }, first: ids.length };
    const answer = await execute(scope, HISTORY, variables, historyAnswer);
    for (const issue of answer.issues.nodes) times.push(...newestChanges(scope, issue.id, issue.history.nodes, fields));
  }
  return times;
}

function newestChanges(
  scope: SchemaScope,
  ref: string,
  entries: readonly HistoryEntry[],
  fields: readonly FieldName[],
): FieldTime[] {
  return fields.flatMap((field) => {
    const changes = entries.filter((entry) => touches(entry, field, scope));
    const newest = changes.toSorted((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1)).at(-1);
    if (!newest) return [];
    const { updatedAt: at, actor } = newest;
    const name = LOGGED[field];
    const replaced = name === undefined ? {} : { replaced: spelled(newest[`from${name}`]) };
    return [{ ref, field, stamp: { at, resolutionMs: 1, ...(actor && { by: actor.name }) }, ...replaced }];
  });
}

function spelled(value: unknown): string[] {
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}

function touches(entry: HistoryEntry, field: FieldName, scope: SchemaScope): boolean {
  switch (field) {
    case "description":
      return entry.updatedDescription === true;
    case "labels":
    case "task_type":
      return Boolean(entry.addedLabelIds?.length || entry.removedLabelIds?.length);
    case "parent":
      return isChange(entry, "ParentId") || (epicProject(scope.binding) === null && isChange(entry, "ProjectId"));
    default: {
      const name = LOGGED[field];
      return name !== undefined && isChange(entry, name);
    }
  }
}

function isChange(entry: HistoryEntry, name: string): boolean {
  return (entry[`from${name}`] ?? null) !== (entry[`to${name}`] ?? null);
}

/**
 * Values that people set after `before` was read and that our update replaced. Linear may tell our own change
 * later, or in one entry with theirs, so only a value that is neither the old nor ours counts. Of a text it
 * tells no value, and keeps the versions itself.
 */
export function replacedEdits(
  { fields }: UpdateRequest,
  before: RemoteItem,
  entries: readonly HistoryEntry[],
): Overwritten {
  const replaced: Partial<Record<FieldName, string>> = {};
  const since = entries.filter(({ updatedAt }) => new Date(updatedAt).toISOString() > before.updated.at);
  for (const [field, written] of Object.entries(fields) as [FieldName, ToolValue][]) {
    const name = LOGGED[field];
    if (name === undefined) continue;
    const known: unknown[] = [before.fields[field] ?? null, written];
    const others = since
      .filter((entry) => isChange(entry, name))
      .map((entry) => entry[`to${name}`] ?? null)
      .filter((value) => !known.includes(value));
    if (others.length > 0) replaced[field] = typeof others[0] === "string" ? others[0] : JSON.stringify(others[0]);
  }
  return replaced;
}
