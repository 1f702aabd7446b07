/** Everything the connector changes in GitHub. */
import { isSyncFailure } from "../../core/errors.ts";
import type { NotArchived, SchemaScope } from "../contract.ts";
import { restIssue, type IssueFacts } from "./answers.ts";
import { send } from "./client.ts";
import { ARCHIVED_LABEL, sameName } from "./naming.ts";
import { issuesById, pathOf } from "./nodes.ts";
import { twinOf } from "./twin.ts";

export { create } from "./create.ts";
export { update } from "./update.ts";

/**
 * GitHub has no archive, and deleting is for good. So an issue is put away as people do it, closed as not
 * planned, and a label `status:archived` tells it from a cancelled one; who reopens it takes it out again.
 */
export async function archive(scope: SchemaScope, refs: readonly string[]): Promise<NotArchived> {
  const left = new Map<string, string>();
  if (refs.length === 0) return left;
  for (const [ref, issue] of await issuesById(scope, refs)) {
    if (twinOf(scope, issue).state !== "live") continue;
    try {
      await putAway(scope, issue);
    } catch (error) {
      if (!isSyncFailure(error, "Rejected") && !isSyncFailure(error, "NotFound")) throw error;
      left.set(ref, error.message);
    }
  }
  return left;
}

async function putAway(scope: SchemaScope, issue: IssueFacts): Promise<void> {
  const labels = [...issue.labels.filter((label) => !sameName(label, ARCHIVED_LABEL)), ARCHIVED_LABEL];
  const state = issue.isOpen ? { state: "closed", state_reason: "not_planned" } : {};
  const parameters = { ...pathOf(issue), issue_number: issue.number, labels, ...state };
  await send(scope, "PATCH /repos/{owner}/{repo}/issues/{issue_number}", parameters, restIssue);
}
