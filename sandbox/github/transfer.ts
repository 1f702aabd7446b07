import type { GithubHost } from "./host.ts";
import { createIssue } from "./issues.ts";
import type { Issue, Repository } from "./model.ts";

/** Another issue with another id in the other repository; the old place leads to it. */
export function transfer(host: GithubHost, issue: Issue, target: Repository, by: string): Issue {
  const labels = host.labelNames(issue);
  const { title, body, assignees, state, reason, closedAt } = issue;
  const moved = createIssue(host, target, { title, body, labels, assignees }, by);
  Object.assign(moved, { state, reason, closedAt });
  host.place(moved, issue.parentId === null ? undefined : host.issues.get(issue.parentId));
  issue.fate = { movedTo: moved.id };
  return moved;
}
