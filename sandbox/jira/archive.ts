import type { Api } from "./app.ts";
import type { Issue } from "./model.ts";
import { Refusal } from "./refusal.ts";
import { jiraTime } from "./render.ts";

export interface Archive {
  readonly issueIdsOrKeys: readonly string[];
}

const ARCHIVE_MAX = 1000;

/**
 * `PUT issue/archive`: 200 where one at least was put away, with the reasons for the others by key; 400 where none
 * was. Subtasks go with their parent, and are refused by themselves.
 * https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-archive-put
 */
export function archive(api: Api, { issueIdsOrKeys }: Archive, author: string): object {
  const { site } = api;
  if (issueIdsOrKeys.length > ARCHIVE_MAX)
    throw new Refusal(412, [
      "The number of issues to archive or unarchive exceeds the hard limit of 1000. Precondition failed.",
    ]);
  const isSubtask = ({ data }: Issue): boolean => site.type(data.typeId)?.level === -1;
  const found = issueIdsOrKeys.map((ref) => ({ ref, issue: site.find(ref) }));
  const subtasks = found.flatMap(({ issue }) => (issue && isSubtask(issue) ? [issue.data.key] : []));
  const missing = found.flatMap(({ ref, issue }) => (issue ? [] : [ref]));
  const parents = found.flatMap(({ issue }) => (issue && !isSubtask(issue) ? [issue] : []));
  if (parents.length === 0) throw new Refusal(400, ["No valid issue to archive or unarchive. Bad request."]);
  const children = [...site.issues.values()].filter(
    (issue) => isSubtask(issue) && parents.some(({ id }) => id === issue.data.parentId),
  );
  const all = [...parents, ...children];
  for (const issue of all) site.edit(issue, { archived: jiraTime(api, site.clock.now()) }, author);
  return {
    numberOfIssuesUpdated: all.length,
    errors: {
      ...(subtasks.length ? { issueIsSubtask: reason(subtasks, "Issue is subtask.") } : {}),
      ...(missing.length ? { issuesNotFound: reason(missing, "Issue not found.") } : {}),
    },
  };
}

function reason(issueIdsOrKeys: readonly string[], message: string): object {
  return { count: issueIdsOrKeys.length, issueIdsOrKeys, message };
}
