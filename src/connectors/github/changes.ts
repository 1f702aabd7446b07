/**
 * One repository's listing: REST, because a 304 costs nothing of the primary limit, and the ETag sees what the
 * whole seconds of `updated_at` cannot tell apart.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Changes, ChangesQuery, SchemaScope } from "../contract.ts";
import { restIssues, type IssueFacts } from "./answers.ts";
import { exchange, parsed } from "./client.ts";
import { pathOf, withParents } from "./nodes.ts";
import { githubSchemaOf } from "./schema.ts";
import { twinOf } from "./twin.ts";

const PAGE = 100;
/** Asked from this long before the newest change seen, against rows that became visible late. */
export const OVERLAP_MS = 120_000;
/** No row becomes visible later: a listing need not reach further back, however long ago the newest change was. */
export const LONGEST_LAG_MS = 3_600_000;

/**
 * `since`: newest `updated_at` seen, on the vendor's clock. `seen`: what the overlap will show again. `etag`: of the
 * page that this very `since` gives; it belongs to one URL, so `since` stays as long as the answers are 304.
 */
const cursorShape = z.object({ since: z.string(), seen: z.array(z.string()), etag: z.string().nullable() });
type Cursor = z.output<typeof cursorShape>;

export async function changes(scope: SchemaScope, query: ChangesQuery): Promise<Changes> {
  const cursor = parseCursor(query.cursor);
  const found = await list(scope, cursor);
  if (found === null) return { items: [], cursor: JSON.stringify(cursor) };
  const rows = [...found.issues.values()];
  const known = new Set(cursor?.seen);
  const fresh = rows.filter((row) => !known.has(fingerprint(row)));
  const items = (await withParents(scope, fresh)).map((facts) => twinOf(scope, facts));
  return { items, cursor: JSON.stringify(advanced(cursor, found)) };
}

/** A cursor that cannot be read (another version wrote it) means reading everything again. */
function parseCursor(text: string | null): Cursor | null {
  try {
    return text === null ? null : cursorShape.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

interface Listed {
  readonly issues: ReadonlyMap<string, IssueFacts>;
  /** Of the only page; null where there were more. */
  readonly etag: string | null;
  /** Where the listing began; null for all. */
  readonly from: string | null;
  /** The vendor's clock at the first page, epoch ms. */
  readonly date: number;
}

/**
 * Oldest first. Rows that change while pages are read move to the end, which shifts the pages after them: so the
 * next page is always the first one since the last row's time, and only rows of one second are paged by number.
 * Null: nothing has changed.
 */
async function list(scope: SchemaScope, cursor: Cursor | null): Promise<Listed | null> {
  const from = cursor && before(cursor.since, OVERLAP_MS);
  const issues = new Map<string, IssueFacts>();
  let etag: string | null = null;
  let date = Number.NaN;
  let since = from;
  for (let page = 1, pages = 1; ; pages += 1) {
    const match = pages === 1 && cursor?.etag ? { "if-none-match": cursor.etag } : {};
    const answer = await listPage(scope, { since, page }, match);
    if (answer.rows === null) return null;
    if (pages === 1) ({ etag, date } = answer);
    else etag = null;
    for (const row of answer.rows) if (!row.isPullRequest) issues.set(row.ref, row);
    const last = answer.rows.at(-1)?.updatedAt;
    if (answer.rows.length < PAGE || last === undefined) return { issues, etag, from, date };
    const isSameSecond = since !== null && Date.parse(last) <= Date.parse(since);
    page = isSameSecond ? page + 1 : 1;
    if (!isSameSecond) since = last;
  }
}

async function listPage(
  scope: SchemaScope,
  { since, page }: { readonly since: string | null; readonly page: number },
  headers: Readonly<Record<string, string>>,
) {
  const { repository } = githubSchemaOf(scope.schema);
  const route = "GET /repos/{owner}/{repo}/issues";
  const answer = await exchange(scope, route, {
    ...pathOf({ repository: repository.fullName }),
    state: "all",
    sort: "updated",
    direction: "asc",
    per_page: PAGE,
    ...(since === null ? {} : { since }),
    ...(page === 1 ? {} : { page }),
    headers,
  });
  const rows =
    answer.status === 304
      ? null
      : parsed(answer, { what: `the issues of ${repository.fullName}`, safe: true }, restIssues);
  return { rows, etag: answer.headers.get("etag"), date: Date.parse(answer.headers.get("date") ?? "") };
}

function advanced(cursor: Cursor | null, { issues, etag, from, date }: Listed): Cursor {
  const rows = [...issues.values()];
  const newest = rows.reduce(
    (max, row) => (iso(row) > max ? iso(row) : max),
    cursor?.since ?? new Date(0).toISOString(),
  );
  // Else a burst of changes would be listed again and again until somebody changes something more.
  const settled = Number.isNaN(date) ? "" : new Date(date - LONGEST_LAG_MS).toISOString();
  const since = settled > newest ? settled : newest;
  const horizon = before(since, OVERLAP_MS);
  const seen = rows.filter((row) => Date.parse(row.updatedAt) >= Date.parse(horizon)).map(fingerprint);
  return { since, seen: seen.sort(), etag: from === horizon ? etag : null };
}

function iso({ updatedAt }: IssueFacts): string {
  return new Date(updatedAt).toISOString();
}

function before(time: string, ms: number): string {
  return wholeSeconds(Date.parse(time) - ms);
}

/** As `since` is documented: seconds, without a fraction. */
export function wholeSeconds(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");
}

export function fingerprint(row: unknown): string {
  return createHash("sha256").update(JSON.stringify(row)).digest("base64url").slice(0, 16);
}
