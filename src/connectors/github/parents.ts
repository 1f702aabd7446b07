/** Parents as sub-issues: a child is named by its database id, a parent by its place; 100 children, 8 levels. */
import { z } from "zod";
import { isSyncFailure } from "../../core/errors.ts";
import type { RemoteItem, ToolValue } from "../../core/model.ts";
import type { SchemaScope } from "../contract.ts";
import type { IssueFacts, Place } from "./answers.ts";
import { send } from "./client.ts";
import { issuesById, pathOf } from "./nodes.ts";

/** Places of parents by ref, looked up once for all of a call. */
export type Parents = ReadonlyMap<string, Place>;

export async function parentsOf(
  scope: SchemaScope,
  requests: readonly { readonly fields: { readonly parent?: ToolValue } }[],
): Promise<Parents> {
  const refs = requests.flatMap(({ fields: { parent } }) => (typeof parent === "string" ? [parent] : []));
  return refs.length > 0 ? issuesById(scope, refs) : new Map();
}

export interface Placed {
  readonly twin: RemoteItem;
  /** Why GitHub keeps it where it was. */
  readonly words?: string;
}

/** Puts an issue below a parent, or below none; a repeat finds it there and is done. */
export async function place(
  scope: SchemaScope,
  issue: IssueFacts,
  twin: RemoteItem,
  wanted: ToolValue,
  parents: Parents,
): Promise<Placed> {
  const present = twin.fields.parent ?? null;
  if (present === wanted) return { twin };
  const parent = typeof wanted === "string" ? parents.get(wanted) : undefined;
  if (wanted !== null && !parent) return { twin, words: "the parent's issue is not there any more" };
  try {
    if (parent) await add(scope, issue, parent);
    else if (issue.parent) await remove(scope, issue, issue.parent);
  } catch (error) {
    if (isSyncFailure(error, "NotFound")) return { twin, words: error.message };
    if (!isSyncFailure(error, "Rejected")) throw error;
    // An attempt that died after it had put it there.
    const [now] = (await issuesById(scope, [issue.ref])).values();
    if ((now?.parent?.ref ?? null) !== wanted) return { twin, words: error.message };
  }
  return { twin: { ...twin, fields: { ...twin.fields, parent: wanted } } };
}

async function add(scope: SchemaScope, { databaseId }: IssueFacts, parent: Place): Promise<void> {
  const route = "POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues";
  const body = { sub_issue_id: databaseId, replace_parent: true };
  await send(scope, route, { ...pathOf(parent), issue_number: parent.number, ...body }, z.unknown());
}

async function remove(scope: SchemaScope, { databaseId }: IssueFacts, parent: Place): Promise<void> {
  const route = "DELETE /repos/{owner}/{repo}/issues/{issue_number}/sub_issue";
  const parameters = { ...pathOf(parent), issue_number: parent.number, sub_issue_id: databaseId };
  await send(scope, route, parameters, z.unknown());
}
