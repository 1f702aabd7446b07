/** Twins as Linear tells them: listings by cursor, reads by id, times from the issues' history. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { FieldName, RemoteItem } from "../../core/model.ts";
import type { Changes, ChangesQuery, FieldTime, ReadResult, SchemaScope } from "../contract.ts";
import { changesAnswer, historyAnswer, type HistoryEntry, type IssueNode, type ProjectNode } from "./answers.ts";
import { execute, type Variables } from "./client.ts";
import { CHANGES, HISTORY } from "./documents.ts";
import { nodesById } from "./nodes.ts";
import { epicProject, linearSchemaOf } from "./schema.ts";
import { twinsOf, withLabels } from "./twins.ts";

/** `updatedAt` is asked from this long before the newest one seen, against rows that became visible late. */
const OVERLAP_MS = 120_000;
/** A listing since a cursor is expected to be short; a full one is not. */
const SHORT_PAGE = 50;
const LONG_PAGE = 250;
const HISTORY_CHUNK = 10;

/** `since`: newest `updatedAt` seen, on the vendor's clock. `seen`: what the overlap will show again. */
const cursorShape = z.object({ since: z.string(), seen: z.array(z.string()) });

/** Everything of the container that changed since the cursor: one request when nothing did. */
export async function changes(scope: SchemaScope, query: ChangesQuery): Promise<Changes> {
  const cursor = parseCursor(query.cursor);
  const found = await listPages(scope, cursor && new Date(Date.parse(cursor.since) - OVERLAP_MS).toISOString());
  const [issues, projects] = [[...found.issues.values()], [...found.projects.values()]];
  const taught = await withLabels(
    scope,
    [...issues, ...projects].flatMap((node) => node.labelIds),
  );
  const learned = taught === scope ? {} : { learned: taught.schema };
  const items = await twinsOf(taught, issues, projects);
  const newest = items.reduce((max, item) => (item.updated.at > max ? item.updated.at : max), cursor?.since ?? "");
  const known = new Set(cursor?.seen);
  const changed = items.filter((item) => !known.has(fingerprint(item)));
  if (newest === "")
    return { items, cursor: JSON.stringify({ since: new Date(0).toISOString(), seen: [] }), ...learned };
  const horizon = new Date(Date.parse(newest) - OVERLAP_MS).toISOString();
  const seen = items.filter((item) => item.updated.at >= horizon).map(fingerprint);
  return { items: changed, cursor: JSON.stringify({ since: newest, seen: seen.sort() }), ...learned };
}

/** A cursor that cannot be read (another version wrote it) means reading everything again. */
function parseCursor(text: string | null): z.output<typeof cursorShape> | undefined {
  try {
    return text === null ? undefined : cursorShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

interface Found {
  readonly issues: Map<string, IssueNode>;
  readonly projects: Map<string, ProjectNode>;
}

/**
 * Pages come newest first and rows move up while they are read: such a row comes twice or is missed here
 * and found by the next listing, because it is newer than everything of the first page.
 */
async function listPages(scope: SchemaScope, since: string | undefined): Promise<Found> {
  const found: Found = { issues: new Map(), projects: new Map() };
  const filters = containerFilters(scope, since);
  const seen = new Set<string>();
  let after: { issues: string | null; projects: string | null } | undefined;
  do {
    const first = since === undefined || after ? LONG_PAGE : SHORT_PAGE;
    const answer = await execute(scope, CHANGES, { ...pageVariables(filters, after), first }, changesAnswer);
    for (const node of answer.issues?.nodes ?? []) if (!found.issues.has(node.id)) found.issues.set(node.id, node);
    for (const node of answer.projects?.nodes ?? [])
      if (!found.projects.has(node.id)) found.projects.set(node.id, node);
    after = { issues: nextCursor(answer.issues), projects: nextCursor(answer.projects) };
    const position = JSON.stringify(after);
    if (seen.has(position))
      throw new SyncFailure("Unavailable", "Linear repeats a page of its listing", { tool: "linear" });
    seen.add(position);
  } while (after.issues !== null || after.projects !== null);
  return found;
}

function nextCursor(
  page: { pageInfo: { hasNextPage: boolean; endCursor?: string | null | undefined } } | undefined,
): string | null {
  return page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
}

function pageVariables(
  filters: Variables,
  after: { issues: string | null; projects: string | null } | undefined,
): Variables {
  return {
    ...filters,
    issuesAfter: after?.issues ?? null,
    projectsAfter: after?.projects ?? null,
    withIssues: after === undefined || after.issues !== null,
    withProjects: after === undefined || after.projects !== null,
  };
}

function containerFilters(scope: SchemaScope, since: string | undefined): Variables {
  const updated = since === undefined ? {} : { updatedAt: { gte: since } };
  const project = epicProject(scope.binding);
  if (project !== null) {
    return { issues: { ...updated, project: { id: { eq: project } } }, projects: { ...updated, id: { eq: project } } };
  }
  const team = { id: { eq: linearSchemaOf(scope.schema).team.id } };
  return { issues: { ...updated, team }, projects: { ...updated, accessibleTeams: { some: team } } };
}

function fingerprint(item: RemoteItem): string {
  return createHash("sha256").update(JSON.stringify(item)).digest("base64url").slice(0, 16);
}

/** Strongly consistent read by id or identifier (`PAY-12`); what Linear does not know is `gone`. */
export async function read(scope: SchemaScope, refs: readonly string[]): Promise<ReadResult> {
  const { issues, projects } = await nodesById(scope, refs);
  const items = await twinsOf(scope, issues, projects);
  const found = new Set(
    items.flatMap((item) => [item.ref, item.key, ...(item.aliases ?? [])].map((id) => id.toLowerCase())),
  );
  return { items, gone: refs.filter((ref) => !found.has(ref.toLowerCase())) };
}

const HISTORY_FIELDS: { readonly [F in FieldName]?: (entry: HistoryEntry, scope: SchemaScope) => boolean } = {
  title: (entry) => isChange(entry.fromTitle, entry.toTitle),
  description: (entry) => entry.updatedDescription === true,
  status: (entry) => typeof entry.toStateId === "string",
  priority: (entry) => isChange(entry.fromPriority, entry.toPriority),
  estimate: (entry) => isChange(entry.fromEstimate, entry.toEstimate),
  labels: (entry) => Boolean(entry.addedLabelIds?.length || entry.removedLabelIds?.length),
  task_type: (entry) => Boolean(entry.addedLabelIds?.length || entry.removedLabelIds?.length),
  due: (entry) => isChange(entry.fromDueDate, entry.toDueDate),
  assignee: (entry) => isChange(entry.fromAssigneeId, entry.toAssigneeId),
  sprint: (entry) => isChange(entry.fromCycleId, entry.toCycleId),
  parent: (entry, scope) =>
    isChange(entry.fromParentId, entry.toParentId) ||
    (epicProject(scope.binding) === null && isChange(entry.fromProjectId, entry.toProjectId)),
};

function isChange(from: unknown, to: unknown): boolean {
  return (from ?? null) !== (to ?? null);
}

/** Newest change of each asked field of the issues among the refs; projects keep no history of fields. */
export async function history(
  scope: SchemaScope,
  refs: readonly string[],
  fields: readonly FieldName[],
): Promise<readonly FieldTime[]> {
  const times: FieldTime[] = [];
  for (let start = 0; start < refs.length; start += HISTORY_CHUNK) {
    const ids = refs.slice(start, start + HISTORY_CHUNK);
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
    const touches = HISTORY_FIELDS[field];
    const times = entries.filter((entry) => touches?.(entry, scope)).map((entry) => entry.updatedAt);
    const at = times.sort().at(-1);
    return at === undefined ? [] : [{ ref, field, stamp: { at, resolutionMs: 1 } }];
  });
}
