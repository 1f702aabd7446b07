/**
 * Looking for twins whose create was sent but never answered. Jira has no idempotency key, so the identity
 * travels in the create itself, as an entity property: read by key, past the search index, it is there the
 * moment the issue is. The index only tells where to start, and finds what was made long ago.
 */
import type { Client } from "jira.js/core";
import type { CreateRequest, SchemaScope } from "../contract.ts";
import { searchAll } from "./changes.ts";
import { BULK_READ, changelog, fetchIssues } from "./read.ts";
import { OWN_LABEL } from "./issue-fields.ts";
import { jiraSchema, type JiraIssue } from "./schema.ts";
import { isoTime, ourProperty } from "./twin.ts";

/** Keys below the newest indexed one that are read by key too: the index may hide any of them for a while. */
const BELOW = 50;
/** For what happens between our note of the time and the create, and for clocks that do not agree. */
const MARGIN_MINUTES = 10;

/** Issues by sync key; the oldest where two carry one key. */
export async function findBySyncKey(
  scope: SchemaScope,
  client: Client,
  lost: readonly CreateRequest[],
): Promise<Map<string, JiraIssue>> {
  const keys = new Set(lost.map(({ syncKey }) => syncKey));
  const { projectId, projectKey } = jiraSchema(scope.schema);
  const inOrder = { fields: ["created"], limit: 1, jql: `project = ${projectId} ORDER BY created DESC` };
  const newest = await searchAll(client, inOrder);
  const jql = `project = ${projectId} AND ${candidates(scope, lost)} ORDER BY created DESC`;
  const listed = await searchAll(client, { jql, fields: ["created"] });
  const indexed = Math.max(0, ...[...newest, ...listed].map(({ key }) => numberIn(projectKey, key)));
  const probed = await probe(scope, client, projectKey, Math.max(1, indexed - BELOW + 1));
  const found = new Map<string, JiraIssue>();
  for (const issue of [...listed, ...probed].sort((a, b) => Number(a.id) - Number(b.id))) {
    const key = ourProperty(issue).key;
    if (key !== null && keys.has(key) && !found.has(key)) found.set(key, issue);
  }
  return found;
}

/**
 * What the index is asked for: all that was made since the first of the lost creates was sent, in minutes before
 * the vendor's now, so that only a clock that was set in between matters. Nothing else is asked of those: a site
 * may have no place for our label. Where the time is not known, all twins that have it, however old.
 */
function candidates(scope: SchemaScope, lost: readonly CreateRequest[]): string {
  const times = lost.map(({ sentSince }) => Date.parse(sentSince ?? ""));
  const first = Math.min(...times);
  if (Number.isNaN(first)) return `labels = "${OWN_LABEL}"`;
  const elapsedMs = Math.max(0, Date.now() - first) + Math.abs(scope.http.skewMs ?? 0);
  return `created >= "-${Math.ceil(elapsedMs / 60_000) + MARGIN_MINUTES}m"`;
}

/** Reads keys upwards until a hundred of them in a row do not exist. */
async function probe(scope: SchemaScope, client: Client, projectKey: string, from: number): Promise<JiraIssue[]> {
  const found: JiraIssue[] = [];
  for (let first = from; ; first += BULK_READ) {
    const keys = Array.from({ length: BULK_READ }, (_, n) => `${projectKey}-${first + n}`);
    const issues = await fetchIssues(scope, client, keys);
    found.push(...issues);
    if (issues.length === 0 && first > from) return found;
  }
}

/** An issue that moved away answers to its old key under a new one, which says nothing about this project. */
function numberIn(projectKey: string, key: string): number {
  return key.startsWith(`${projectKey}-`) ? Number(key.slice(projectKey.length + 1)) : 0;
}

/** Time within which a create is followed by its own transitions. */
const OWN_MOVES_MS = 5 * 60_000;

/**
 * Found issues whose status somebody changed after we made them: theirs to keep. Our own first steps,
 * broken off by a crash, come from the account that made the issue and within minutes of it; those of one that is
 * told of as `begun`, which a limit may have stopped for long, come from it at any time.
 */
export async function movedByPeople(
  client: Client,
  issues: readonly JiraIssue[],
  begun: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const moved = new Set<string>();
  if (issues.length === 0) return moved;
  const made = new Map(issues.map((issue) => [issue.id, issue.fields]));
  for await (const { ref, at, author } of changelog(client, {
    issueIdsOrKeys: [...made.keys()],
    fieldIds: ["status"],
  })) {
    const { creator, created } = made.get(ref) ?? {};
    const isOurs = author === (creator as { accountId?: string } | undefined)?.accountId;
    const isLate = !begun.has(ref) && Date.parse(at) - Date.parse(isoTime(created)) > OWN_MOVES_MS;
    if (!isOurs || isLate) moved.add(ref);
  }
  return moved;
}
