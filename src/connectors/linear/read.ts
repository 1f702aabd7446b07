/** Twins as Linear tells them: listings by cursor, reads by id. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { SyncFailure } from "../../core/errors.ts";
import type { RemoteItem } from "../../core/model.ts";
import type { Changes, ChangesQuery, OwnersOf, ReadResult, SchemaScope, Streamed, StreamQuery } from "../contract.ts";
import { byProject } from "../streamed.ts";
import { changesAnswer, type IssueNode, type ProjectNode } from "./answers.ts";
import { executeDated, type Variables } from "./client.ts";
import { CHANGES } from "./documents.ts";
import { nodesById } from "./nodes.ts";
import { epicProject, linearSchemaOf } from "./schema.ts";
import { twinsOf, withLabels } from "./twins.ts";

/** `updatedAt` is asked from this long before the newest one seen, against rows that became visible late. */
const OVERLAP_MS = 120_000;
/** No row becomes visible later: a listing need not reach further back, however long ago the newest change was. */
const LONGEST_LAG_MS = 3_600_000;
/** A listing since a cursor is expected to be short; a full one is not. */
const SHORT_PAGE = 50;
const LONG_PAGE = 250;

/** `since`: newest `updatedAt` seen, on the vendor's clock. `seen`: what the overlap will show again. */
const cursorShape = z.object({ since: z.string(), seen: z.array(z.string()) });

/** Everything of the container that changed since the cursor: one request when nothing did. */
export async function changes(scope: SchemaScope, query: ChangesQuery): Promise<Changes> {
  const cursor = parseCursor(query.cursor);
  const from = cursor && new Date(Date.parse(cursor.since) - OVERLAP_MS).toISOString();
  const found = await listPages(scope, containerFilters(scope, from), from === undefined ? LONG_PAGE : SHORT_PAGE);
  const [issues, projects] = [[...found.issues.values()], [...found.projects.values()]];
  const taught = await withLabels(
    scope,
    [...issues, ...projects].flatMap((node) => node.labelIds),
  );
  const learned = taught === scope ? {} : { learned: taught.schema };
  const items = await twinsOf(taught, issues, projects);
  const newest = items.reduce((max, item) => (item.updated.at > max ? item.updated.at : max), sinceOf(found, cursor));
  const known = new Set(cursor?.seen);
  const changed = items.filter((item) => !known.has(fingerprint(item)));
  if (newest === "")
    return { items, cursor: JSON.stringify({ since: new Date(0).toISOString(), seen: [] }), ...learned };
  const horizon = new Date(Date.parse(newest) - OVERLAP_MS).toISOString();
  const seen = items.filter((item) => item.updated.at >= horizon).map(fingerprint);
  return { items: changed, cursor: JSON.stringify({ since: newest, seen: seen.sort() }), ...learned };
}

/** One listing over the containers of all scopes. */
export async function stream(scopes: readonly SchemaScope[], query: StreamQuery): Promise<Streamed> {
  const [first] = scopes;
  const cursor = parseCursor(query.cursor) ?? { since: query.since, seen: [] };
  if (!first) return { items: new Map(), cursor: JSON.stringify(cursor) };
  const from = new Date(Date.parse(cursor.since) - OVERLAP_MS).toISOString();
  const found = await listPages(first, allOf(scopes, from), SHORT_PAGE);
  const nodes = [...found.issues.values(), ...found.projects.values()];
  const known = new Set(cursor.seen);
  const told: { scope: SchemaScope; twin: RemoteItem }[] = [];
  const changed = nodes.filter((node) => !known.has(fingerprint(node)));
  const ownersOf = await query.owners(nodes.map(({ id }) => id));
  for (const [scope, own] of ownedBy(changed, ownersOf)) {
    const issues = own.flatMap((node) => found.issues.get(node.id) ?? []);
    const projects = own.flatMap((node) => found.projects.get(node.id) ?? []);
    for (const twin of await twinsOf(scope, issues, projects)) told.push({ scope, twin });
  }
  const times = nodes.map((node) => new Date(node.updatedAt).toISOString());
  const since = times.reduce((newest, at) => (at > newest ? at : newest), sinceOf(found, cursor));
  const horizon = new Date(Date.parse(since) - OVERLAP_MS).toISOString();
  const isSeen = (node: Node, n: number): boolean => (times[n] ?? "") >= horizon && ownersOf(node.id).length > 0;
  const seen = nodes.filter(isSeen).map(fingerprint);
  return { items: byProject(told), cursor: JSON.stringify({ since, seen: seen.sort() }) };
}

/** At least where the cursor stood; later where nothing before that can be missing any more. */
function sinceOf({ date }: Found, cursor: { readonly since: string } | undefined): string {
  const before = cursor?.since ?? "";
  if (date === undefined) return before;
  const settled = new Date(Date.parse(date) - LONGEST_LAG_MS).toISOString();
  return settled > before ? settled : before;
}

type Node = IssueNode | ProjectNode;

function ownedBy(nodes: readonly Node[], ownersOf: OwnersOf): Map<SchemaScope, Node[]> {
  const owned = new Map<SchemaScope, Node[]>();
  for (const node of nodes)
    for (const scope of ownersOf(node.id)) owned.set(scope, [...(owned.get(scope) ?? []), node]);
  return owned;
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
  /** The vendor's clock at the first page. */
  date: string | undefined;
}

/**
 * Pages come newest first and rows move up while they are read: such a row comes twice or is missed here
 * and found by the next listing, because it is newer than everything of the first page.
 */
async function listPages(scope: SchemaScope, filters: Variables, firstPage: number): Promise<Found> {
  const found: Found = { issues: new Map(), projects: new Map(), date: undefined };
  const seen = new Set<string>();
  let after: { issues: string | null; projects: string | null } | undefined;
  do {
    const first = after ? LONG_PAGE : firstPage;
    const page = await executeDated(scope, CHANGES, { ...pageVariables(filters, after), first }, changesAnswer);
    const answer = page.data;
    found.date ??= page.date;
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

/** The containers of several scopes as one filter. */
function allOf(scopes: readonly SchemaScope[], since: string): Variables {
  const bound = scopes.flatMap(({ binding }) => epicProject(binding) ?? []);
  const open = scopes.filter(({ binding }) => epicProject(binding) === null);
  const projects = { id: { in: [...new Set(bound)] } };
  const teams = { id: { in: [...new Set(open.map(({ schema }) => linearSchemaOf(schema).team.id))] } };
  const updatedAt = { gte: since };
  return {
    issues: { updatedAt, or: [{ team: teams }, { project: projects }] },
    projects: { updatedAt, or: [{ accessibleTeams: { some: teams } }, projects] },
  };
}

function fingerprint(item: RemoteItem | Node): string {
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
