/** Issues below issues, with GitHub's rules. */
import type { GithubHost } from "./host.ts";
import { checkOpen } from "./issues.ts";
import type { Issue, Repository } from "./model.ts";
import { notFound, Refusal } from "./refusal.ts";

const CHILDREN_MAX = 100;
const LEVELS_MAX = 8;
const REFUSED =
  "An error occurred while adding the sub-issue to the parent issue. Issue may not contain duplicate sub-issues and Sub issue may only have one parent";

/** Puts an issue below another, named by its database id. */
export function addSubIssue(host: GithubHost, parent: Issue, id: number, replace: boolean, by: string): void {
  const child = host.issues.get(id);
  if (!child || child.fate !== "here" || child.isPullRequest) throw notFound();
  checkOpen(host, host.repository(parent.repositoryId));
  if (host.quirks.subIssueRules) checkSubIssue(host, parent, child, replace);
  const at = host.clock.now();
  if (child.parentId !== null) child.events.push({ type: "ParentIssueRemovedEvent", at, by });
  host.place(child, parent);
  child.events.push({ type: "ParentIssueAddedEvent", at, by });
  child.updatedAt = at;
  parent.updatedAt = at;
}

/** Whether an issue that is about to be made may stand below that one. */
export function checkNewSubIssue(host: GithubHost, { owner }: Repository, parent: Issue): void {
  if (!host.quirks.subIssueRules) return;
  checkOwner(owner, host.repository(parent.repositoryId).owner);
  checkRoom(host, parent, 1);
}

function checkSubIssue(host: GithubHost, parent: Issue, child: Issue, replace: boolean): void {
  checkOwner(host.repository(child.repositoryId).owner, host.repository(parent.repositoryId).owner);
  if (child.parentId === parent.id || (child.parentId !== null && !replace)) throw wrong(REFUSED);
  if (lineage(host, parent).includes(child.id)) throw wrong("A sub-issue cannot be the parent of its own parent");
  checkRoom(host, parent, depth(host, child));
}

function checkOwner(ours: string, theirs: string): void {
  if (ours !== theirs) throw wrong("The sub-issue must belong to the same repository owner as the parent issue");
}

/** @param levels of the issue that is to stand there, with what is below it */
function checkRoom(host: GithubHost, parent: Issue, levels: number): void {
  if (host.childrenOf(parent).length >= CHILDREN_MAX)
    throw wrong(`Parent cannot have more than ${CHILDREN_MAX} sub-issues`);
  if (lineage(host, parent).length + levels > LEVELS_MAX)
    throw wrong(`Sub-issues cannot be nested more than ${LEVELS_MAX} levels`);
}

function wrong(message: string): Refusal {
  return new Refusal(422, message);
}

/** An issue and everything above it. */
function lineage(host: GithubHost, issue: Issue): number[] {
  const above = issue.parentId === null ? undefined : host.issues.get(issue.parentId);
  return [issue.id, ...(above ? lineage(host, above) : [])];
}

function depth(host: GithubHost, issue: Issue): number {
  return 1 + Math.max(0, ...host.childrenOf(issue).map((child) => depth(host, child)));
}

export function removeSubIssue(host: GithubHost, parent: Issue, id: number, by: string): void {
  const child = host.issues.get(id);
  if (!child || child.parentId !== parent.id) throw notFound();
  host.place(child, undefined);
  const at = host.clock.now();
  child.events.push({ type: "ParentIssueRemovedEvent", at, by });
  child.updatedAt = at;
  parent.updatedAt = at;
}
