/**
 * What changed in the repositories of many projects: GraphQL, fifty of them a request. Listings by REST with
 * their free 304s would be a request a repository all the same, of which 900 go in a minute; one of these costs
 * about ten points of 5,000 an hour, and a tenth of that share for 500 repositories leaves the rest for syncing.
 */
import { z } from "zod";
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { SchemaScope, Streamed, StreamQuery } from "../contract.ts";
import { byProject } from "../streamed.ts";
import { connection, graphIssue, pageInfo, type IssueFacts } from "./answers.ts";
import { fingerprint, LONGEST_LAG_MS, OVERLAP_MS } from "./changes.ts";
import { query } from "./client.ts";
import { streamDocument } from "./documents.ts";
import { issuesById } from "./nodes.ts";
import { fieldHomes, namingOf } from "./naming.ts";
import { githubSchemaOf } from "./schema.ts";
import { twinOf } from "./twin.ts";

/** Vendor's limits: 500,000 nodes a query, ten seconds. */
const REPOSITORIES = 50;
/** An organization that asks for single sign-on again keeps its own repositories to itself, and nobody else's. */
const TOLERATED = ["FORBIDDEN"];
/** Each asked row costs, whether it is there or not. */
const FIRST_PAGE = 10;
const NEXT_PAGE = 50;

/** As of one repository: `since` and `seen` as in a listing of its own. */
const place = z.object({ since: z.string(), seen: z.array(z.string()) });
type Place = z.output<typeof place>;
/** By node id: a repository that cannot be seen for a while goes on from where it stood. */
const cursorShape = z.record(z.string(), place);

export async function stream(scopes: readonly SchemaScope[], asked: StreamQuery): Promise<Streamed> {
  const cursor = parseCursor(asked.cursor);
  const repositories = [...new Set(scopes.map(({ schema }) => githubSchemaOf(schema).repository.id))].sort();
  const begin: Place = { since: asked.since, seen: [] };
  const places = new Map(repositories.map((id) => [id, cursor[id] ?? begin]));
  const found = await listAll(scopes, places);
  const ownersOf = await asked.owners([...found.values()].flatMap(({ issues }) => issues.map(({ ref }) => ref)));
  const told = [...found].flatMap(([id, { issues }]) => {
    const known = new Set(places.get(id)?.seen);
    const fresh = issues.filter((issue) => !known.has(fingerprint(issue)));
    return fresh.flatMap((issue) => ownersOf(issue.ref).map((scope) => ({ scope, issue })));
  });
  const isOwned = ({ ref }: IssueFacts): boolean => ownersOf(ref).length > 0;
  const next = [...places].map(([id, at]) => {
    const listed = found.get(id);
    return [id, listed ? advanced(at, listed, isOwned) : at] as const;
  });
  return { items: byProject(await twinsOf(told)), cursor: JSON.stringify(Object.fromEntries(next)) };
}

type Told = { readonly scope: SchemaScope; readonly issue: IssueFacts };

/** Values of the organization's fields are no part of this listing: who keeps something in them is told of the issue as REST shows it. */
async function twinsOf(told: readonly Told[]) {
  const twins = [];
  for (const { scope, issue } of told) {
    const isWhole = fieldHomes(namingOf(scope)).length === 0;
    const facts = isWhole ? issue : (await issuesById(scope, [issue.ref])).get(issue.ref);
    if (facts) twins.push({ scope, twin: twinOf(scope, facts) });
  }
  return twins;
}

function parseCursor(text: string | null): Readonly<Record<string, Place>> {
  try {
    return text === null ? {} : cursorShape.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

interface Listed {
  readonly issues: readonly IssueFacts[];
  /** The vendor's clock, epoch ms. */
  readonly date: number;
}

/** By repository; one that cannot be seen is left out, whatever the others are. */
async function listAll(
  scopes: readonly SchemaScope[],
  places: ReadonlyMap<string, Place>,
): Promise<ReadonlyMap<string, Listed>> {
  const found = new Map<string, Listed>();
  const [scope] = scopes;
  if (!scope) return found;
  const hasTypes = scopes.some(({ schema }) => githubSchemaOf(schema).types.length > 0);
  const all = [...places].map(([id, { since }]) => ({ id, since }));
  for (let start = 0; start < all.length; start += REPOSITORIES)
    for (const [id, listed] of await listParted(scope, all.slice(start, start + REPOSITORIES), hasTypes))
      found.set(id, listed);
  return found;
}

const row = z.object({ issues: connection(graphIssue).extend({ pageInfo }).nullish() }).nullish();

interface Asked {
  readonly id: string;
  readonly since: string;
  readonly after?: string;
}

/** A query that takes longer than ten seconds is broken off: of half as much it may not be. One repository is not parted. */
async function listParted(
  scope: SchemaScope,
  asked: readonly Asked[],
  hasTypes: boolean,
): Promise<ReadonlyMap<string, Listed>> {
  try {
    return await listSome(scope, asked, hasTypes);
  } catch (error) {
    const isTooLong = isSyncFailure(error, "Unavailable") && [200, 502, 504].includes(error.details.status ?? 0);
    if (!isTooLong || asked.length < 2) throw error;
    const half = Math.ceil(asked.length / 2);
    const first = await listParted(scope, asked.slice(0, half), hasTypes);
    return new Map([...first, ...(await listParted(scope, asked.slice(half), hasTypes))]);
  }
}

/** Rows that change meanwhile move to the end and come again in their newest shape: cursors name the place, not a number. */
async function listSome(scope: SchemaScope, first: readonly Asked[], hasTypes: boolean): Promise<Map<string, Listed>> {
  const found = new Map<string, Map<string, IssueFacts>>();
  const positions = new Set<string>();
  let date = Number.NaN;
  let open = first;
  while (open.length > 0) {
    const variables: Record<string, unknown> = { first: open === first ? FIRST_PAGE : NEXT_PAGE };
    for (const [n, { id, since, after }] of open.entries()) {
      const from = new Date(Date.parse(since) - OVERLAP_MS).toISOString();
      Object.assign(variables, { [`r${n}`]: id, [`t${n}`]: from, [`a${n}`]: after ?? null });
    }
    const data = await query(
      scope,
      streamDocument(open.length, hasTypes),
      variables,
      z.record(z.string(), row),
      TOLERATED,
    );
    if (Number.isNaN(date)) date = scope.http.vendorNow ?? Number.NaN;
    open = open.flatMap((one, n): Asked[] => {
      const issues = data[`r${n}`]?.issues;
      if (!issues) return [];
      const known = found.get(one.id) ?? new Map<string, IssueFacts>();
      found.set(one.id, known);
      for (const issue of issues.nodes) known.set(issue.ref, issue);
      const after = issues.pageInfo.hasNextPage ? issues.pageInfo.endCursor : null;
      return after ? [{ ...one, after }] : [];
    });
    const position = JSON.stringify(open);
    if (open.length > 0 && positions.has(position))
      throw new SyncFailure("Unavailable", "github: a page of issues repeats itself; it is asked again later.", {
        tool: "github",
      });
    positions.add(position);
  }
  return new Map([...found].map(([id, issues]) => [id, { issues: [...issues.values()], date }]));
}

function advanced(at: Place, { issues, date }: Listed, isOwned: (issue: IssueFacts) => boolean): Place {
  const times = issues.map(({ updatedAt }) => new Date(updatedAt).toISOString());
  const settled = Number.isNaN(date) ? "" : new Date(date - LONGEST_LAG_MS).toISOString();
  const since = [...times, settled].reduce((newest, time) => (time > newest ? time : newest), at.since);
  const horizon = new Date(Date.parse(since) - OVERLAP_MS).toISOString();
  const seen = issues.filter((issue, n) => (times[n] ?? "") >= horizon && isOwned(issue)).map(fingerprint);
  return { since, seen: seen.sort() };
}
