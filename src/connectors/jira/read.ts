import { bulkFetchIssues, getBulkChangelogs, getIssue } from "jira.js/cloud";
import type { Client } from "jira.js/core";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { FieldName, RemoteItem, Stamp } from "../../core/model.ts";
import type { FieldTime, ReadResult, SchemaScope } from "../contract.ts";
import { jiraClient } from "./client.ts";
import { loggedField } from "./mapping.ts";
import { ChangelogsAnswer, IssueAnswer, IssuesAnswer, jiraSchema, parsed, type JiraIssue } from "./schema.ts";
import { askedFields, isoTime, PROPERTY, twinOf } from "./twin.ts";

export const BULK_READ = 100;
const HISTORY_ISSUES = 1000;
export const HISTORY_FIELDS = 10;

/**
 * Reads twins by id or key. Jira leaves what it cannot show out of a bulk answer without a word, so each
 * one left out is asked for by itself: a moved issue answers under its new key, and only a 404 means gone.
 */
export async function read(scope: SchemaScope, refs: readonly string[]): Promise<ReadResult> {
  const client = jiraClient(scope);
  const wanted = [...new Set(refs)];
  const found = new Map<string, RemoteItem>();
  const gone: string[] = [];
  for (let at = 0; at < wanted.length; at += BULK_READ) {
    const chunk = wanted.slice(at, at + BULK_READ);
    for (const issue of await fetchIssues(scope, client, chunk)) found.set(issue.id, twinOf(scope, issue));
    const known = new Set([...found.values()].flatMap(({ ref, key }) => [ref, key.toUpperCase()]));
    for (const ref of chunk.filter((one) => !known.has(one.toUpperCase()))) {
      const issue = await fetchOne(scope, client, ref);
      if (!issue) gone.push(ref);
      else found.set(issue.id, withAlias(found.get(issue.id) ?? twinOf(scope, issue), ref));
    }
  }
  return { items: [...found.values()], gone };
}

function withAlias(twin: RemoteItem, alias: string): RemoteItem {
  if (alias === twin.ref || alias === twin.key) return twin;
  return { ...twin, aliases: [...new Set([...(twin.aliases ?? []), alias])].sort() };
}

/** Issues by id or key, read past the search index; at most 100. Missing ones are simply not there. */
export async function fetchIssues(
  scope: SchemaScope,
  client: Client,
  refs: readonly string[],
  more: readonly string[] = [],
): Promise<JiraIssue[]> {
  if (refs.length === 0) return [];
  const answer = await bulkFetchIssues(client, {
    issueIdsOrKeys: [...refs],
    fields: [...askedFields(jiraSchema(scope.schema)), ...more],
    properties: [PROPERTY],
  });
  const { issues, issueErrors } = parsed(IssuesAnswer, answer, "issues");
  if (issueErrors.length === 0) return issues;
  // Left out like these, an issue would pass for one that is not there.
  const message = `jira: ${issueErrors.length} of ${refs.length} issues cannot be read just now; they are asked for again later.`;
  throw new SyncFailure("Unavailable", message, { tool: "jira" });
}

/** One issue by id or key; null only where Jira says that there is none. */
export async function fetchOne(
  scope: SchemaScope,
  client: Client,
  ref: string,
  more: readonly string[] = [],
): Promise<JiraIssue | null> {
  try {
    const answer = await getIssue(client, {
      issueIdOrKey: encodeURIComponent(ref),
      fields: [...askedFields(jiraSchema(scope.schema)), ...more],
      properties: [PROPERTY],
    });
    return parsed(IssueAnswer, answer, `issue ${ref}`);
  } catch (error) {
    if (isSyncFailure(error, "NotFound")) return null;
    throw error;
  }
}

/** When each field last changed, by Jira's changelog: one call for up to a thousand issues. */
export async function history(
  scope: SchemaScope,
  refs: readonly string[],
  fields: readonly FieldName[],
): Promise<readonly FieldTime[]> {
  const client = jiraClient(scope);
  const canonical = canonicalNames(scope, fields);
  const latest = new Map<string, FieldTime>();
  const ids = [...canonical.keys()].sort();
  for (let from = 0; from < refs.length; from += HISTORY_ISSUES) {
    for (let first = 0; first < ids.length; first += HISTORY_FIELDS) {
      const query = {
        issueIdsOrKeys: refs.slice(from, from + HISTORY_ISSUES),
        fieldIds: ids.slice(first, first + HISTORY_FIELDS),
      };
      for await (const { ref, id, at, by, from } of changelog(client, query)) {
        for (const field of canonical.get(id) ?? []) {
          const known = latest.get(`${ref} ${field}`);
          const replaced = RETOLD.includes(id) ? {} : { replaced: from };
          // Oldest first: of two in one moment the later one is told later.
          if (!known || known.stamp.at <= at)
            latest.set(`${ref} ${field}`, { ref, field, stamp: { at, resolutionMs: 1, ...by }, ...replaced });
        }
      }
    }
  }
  return [...latest.values()];
}

/** Fields whose values the changelog tells in other words than the issue. */
const RETOLD: readonly string[] = ["description", "labels", "timeoriginalestimate"];

function canonicalNames(scope: SchemaScope, fields: readonly FieldName[]): Map<string, FieldName[]> {
  const schema = jiraSchema(scope.schema);
  const names = new Map<string, FieldName[]>();
  for (const field of fields) {
    const ids = (["epic", "story", "task"] as const).map((type) => loggedField(schema, type, field));
    for (const id of new Set(ids)) if (id !== null) names.set(id, [...(names.get(id) ?? []), field]);
  }
  return names;
}

export interface LoggedChange {
  readonly ref: string;
  /** Jira's field id. */
  readonly id: string;
  /** ISO, UTC. */
  readonly at: string;
  /** Account id. */
  readonly author: string | undefined;
  /** As people call them. */
  readonly by: Pick<Stamp, "by">;
  /** The value before, by its id and its name where it has both. */
  readonly from: readonly string[];
}

/** Every change of these fields of these issues, all pages. */
export async function* changelog(
  client: Client,
  query: { issueIdsOrKeys: string[]; fieldIds: string[] },
): AsyncGenerator<LoggedChange> {
  let nextPageToken: string | undefined;
  const seen = new Set<string>();
  do {
    const answer = await getBulkChangelogs(client, { ...query, ...(nextPageToken ? { nextPageToken } : {}) });
    const page = parsed(ChangelogsAnswer, answer, "the changelog");
    for (const { issueId, changeHistories } of page.issueChangeLogs) {
      for (const { created, items, author } of changeHistories) {
        const at = typeof created === "number" ? new Date(created).toISOString() : isoTime(created);
        const by: LoggedChange["by"] = author?.displayName ? { by: author.displayName } : {};
        for (const { fieldId, field, from, fromString } of items) {
          const spellings = [from, fromString].flatMap((text) => text || []);
          yield { ref: issueId, id: fieldId ?? field, at, author: author?.accountId, by, from: spellings };
        }
      }
    }
    nextPageToken = page.nextPageToken ?? undefined;
    if (nextPageToken !== undefined && seen.has(nextPageToken)) return;
    if (nextPageToken !== undefined) seen.add(nextPageToken);
  } while (nextPageToken !== undefined);
}
