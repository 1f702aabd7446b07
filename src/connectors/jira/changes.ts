import { searchAndReconsileIssuesUsingJqlPost } from "jira.js/cloud";
import type { Client } from "jira.js/core";
import { SyncFailure } from "../../core/errors.ts";
import type { RemoteItem } from "../../core/model.ts";
import type { Changes, ChangesQuery, SchemaScope, Streamed, StreamQuery } from "../contract.ts";
import { byProject } from "../streamed.ts";
import { jiraClient } from "./client.ts";
import { IssueAnswer, jiraSchema, parsed, SearchAnswer, type JiraIssue } from "./schema.ts";
import { askedFields, isoTime, PROPERTY, twinOf } from "./twin.ts";

/** How far behind its writes Jira's search index may be before a change is missed until it is touched again. */
const OVERLAP_MINUTES = 10;
/** The overlap absorbs this much of a wrong guess at the vendor's clock; beyond it the window was too short. */
const SKEW_TOLERANCE_MINUTES = 2;
/** No index lags longer: a listing need not reach further back, however long ago the newest change was. */
const LONGEST_LAG_MS = 3_600_000;
const PAGE = 100;
/** Reconciled ids are read past the index; Jira takes no more of them. */
const RECONCILED_MAX = 50;
const SEEN_MAX = 2000;

/** Where the last listing ended. Times are the vendor's own. */
interface Cursor {
  /** `updated` of the newest issue ever listed, or a later time up to which nothing can be missing; ISO. */
  readonly newest: string | null;
  /** Issues inside the overlap, id to `updated`, so that they are not told twice. */
  readonly seen: Readonly<Record<string, string>>;
}

/**
 * Everything updated since the cursor, oldest first. The index lags and its clock counts minutes, so each
 * listing reaches ten minutes behind the newest change it knows, and forgets what it has told before.
 */
export async function changes(scope: SchemaScope, query: ChangesQuery): Promise<Changes> {
  const from = parseCursor(query.cursor);
  const { issues, fresh } = await list([scope], from, query.recheck);
  const items: RemoteItem[] = fresh.map((issue) => twinOf(scope, issue));
  return { items, cursor: JSON.stringify(advanced(scope, from, issues, () => true)) };
}

/** One search over the projects of all scopes. */
export async function stream(scopes: readonly SchemaScope[], query: StreamQuery): Promise<Streamed> {
  const from = query.cursor === null ? { newest: query.since, seen: {} } : parseCursor(query.cursor);
  const { issues, fresh } = await list(scopes, from, []);
  const ownersOf = await query.owners(issues.map(({ id }) => id));
  const told = fresh.flatMap((issue) => ownersOf(issue.id).map((scope) => ({ scope, twin: twinOf(scope, issue) })));
  const [first] = scopes;
  const next = first ? advanced(first, from, issues, ({ id }) => ownersOf(id).length > 0) : from;
  return { items: byProject(told), cursor: JSON.stringify(next) };
}

interface Listed {
  readonly issues: readonly JiraIssue[];
  /** Those that were not told before. */
  readonly fresh: readonly JiraIssue[];
}

async function list(scopes: readonly SchemaScope[], cursor: Cursor, recheck: readonly string[]): Promise<Listed> {
  const [scope] = scopes;
  if (!scope) return { issues: [], fresh: [] };
  const client = jiraClient(scope);
  const asked = windowMinutes(scope, cursor);
  let issues = await search(scopes, client, asked, recheck);
  // Only an answer tells the vendor's clock: where it runs ahead of what was assumed, the window was too short.
  const needed = windowMinutes(scope, cursor);
  if (asked !== null && needed !== null && needed > asked + SKEW_TOLERANCE_MINUTES)
    issues = await search(scopes, client, needed, recheck);
  const told = horizon(cursor.newest);
  const fresh = issues.filter((issue) => {
    const updated = isoTime(issue.fields["updated"]);
    return updated >= told && cursor.seen[issue.id] !== updated;
  });
  return { issues, fresh };
}

function parseCursor(text: string | null): Cursor {
  if (text === null) return { newest: null, seen: {} };
  try {
    const { newest, seen } = JSON.parse(text) as Partial<Cursor>;
    return { newest: typeof newest === "string" ? newest : null, seen: seen ?? {} };
  } catch {
    return { newest: null, seen: {} };
  }
}

/** Minutes before the vendor's now at which the listing starts; null lists everything. */
function windowMinutes(scope: SchemaScope, cursor: Cursor): number | null {
  if (cursor.newest === null) return null;
  const vendorNow = Date.now() + (scope.http.skewMs ?? 0);
  const behind = Math.max(0, vendorNow - Date.parse(cursor.newest));
  return Math.ceil(behind / 60_000) + OVERLAP_MINUTES;
}

function advanced(
  { http }: SchemaScope,
  cursor: Cursor,
  issues: readonly JiraIssue[],
  isTold: (issue: JiraIssue) => boolean,
): Cursor {
  const timeOf = (issue: JiraIssue): string => isoTime(issue.fields["updated"]);
  const told = issues.filter(isTold).map((issue): [string, string] => [issue.id, timeOf(issue)]);
  const seen = { ...cursor.seen, ...Object.fromEntries(told) };
  // Else a burst of changes, an import say, would be listed again and again until somebody changes something more.
  const settled = http.vendorNow === undefined ? [] : [isoBefore(http.vendorNow, LONGEST_LAG_MS)];
  const newest = [...Object.values(seen), ...issues.map(timeOf), ...settled].reduce<string | null>(
    (max, at) => (max === null || at > max ? at : max),
    cursor.newest,
  );
  const oldest = horizon(newest);
  const kept = Object.entries(seen)
    .filter(([, at]) => at >= oldest)
    .sort(([a, aAt], [b, bAt]) => (aAt < bAt ? 1 : aAt > bAt ? -1 : Number(a) - Number(b)))
    .slice(0, SEEN_MAX);
  return { newest, seen: Object.fromEntries(kept) };
}

/** What is older has been told by an earlier listing, however wide this one was. */
function horizon(newest: string | null): string {
  return newest === null ? "" : isoBefore(Date.parse(newest), (OVERLAP_MINUTES + 1) * 60_000);
}

function isoBefore(timeMs: number, ms: number): string {
  return new Date(timeMs - ms).toISOString();
}

async function search(
  scopes: readonly SchemaScope[],
  client: Client,
  minutes: number | null,
  recheck: readonly string[],
): Promise<JiraIssue[]> {
  const schemas = scopes.map(({ schema }) => jiraSchema(schema));
  const projects = [...new Set(schemas.map(({ projectId }) => projectId))].sort();
  const since = minutes === null ? "" : ` AND updated >= "-${minutes}m"`;
  const where = projects.length === 1 ? `project = ${projects[0]}` : `project in (${projects.join(", ")})`;
  const fields = [...new Set(schemas.flatMap(askedFields))].sort();
  return searchAll(client, { jql: `${where}${since} ORDER BY updated ASC, key ASC`, fields, recheck });
}

export interface Search {
  readonly jql: string;
  readonly fields: readonly string[];
  /** Issue ids that a stale index must not hide. */
  readonly recheck?: readonly string[];
  /** Stop after this many issues. */
  readonly limit?: number;
}

/** All pages of a search; an issue that moved while the pages were read is told in its newest shape. */
export async function searchAll(
  client: Client,
  { jql, fields, recheck = [], limit = Infinity }: Search,
): Promise<JiraIssue[]> {
  const found = new Map<string, JiraIssue>();
  const tokens = new Set<string>();
  const reconcileIssues = recheck
    .filter((ref) => /^\d+$/.test(ref))
    .slice(0, RECONCILED_MAX)
    .map(Number);
  let nextPageToken: string | undefined;
  do {
    const answer = await searchAndReconsileIssuesUsingJqlPost(client, {
      jql,
      fields: [...fields],
      properties: [PROPERTY],
      maxResults: Math.min(PAGE, limit),
      ...(reconcileIssues.length ? { reconcileIssues } : {}),
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    });
    const page = parsed(SearchAnswer, answer, "the search");
    for (const row of page.issues)
      found.set(row.id, parsed(IssueAnswer, { ...row, fields: row.fields ?? {} }, "an issue"));
    nextPageToken = page.isLast ? undefined : (page.nextPageToken ?? undefined);
    if (nextPageToken !== undefined && tokens.has(nextPageToken)) {
      throw new SyncFailure("Unavailable", "jira: the search repeats one page for ever; it is asked again later.", {
        tool: "jira",
      });
    }
    if (nextPageToken !== undefined) tokens.add(nextPageToken);
  } while (nextPageToken !== undefined && found.size < limit);
  return [...found.values()];
}
