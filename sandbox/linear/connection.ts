/** Relay pages as Linear cuts them: 50 rows unless asked, 250 at most, newest first. */
import { argumentInvalid } from "./errors.ts";
import { matches, type Facets, type Filter } from "./filters.ts";
import type { LinearStore, Row } from "./store.ts";

const DEFAULT_PAGE = 50;
const MAX_PAGE = 250;

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly orderBy?: "createdAt" | "updatedAt" | null;
  readonly includeArchived?: boolean | null;
  readonly filter?: Filter | null;
}

export interface Table<R extends Row> {
  readonly rows: Iterable<R>;
  readonly view: (row: R) => object;
  readonly facets?: (row: R) => Facets;
}

export interface Page {
  readonly nodes: readonly object[];
  readonly edges: readonly { readonly cursor: string; readonly node: object }[];
  readonly pageInfo: object;
}

/** A cursor is the row's id: a row that moved up between two pages comes twice, as with Linear. */
export function page<R extends Row>(store: LinearStore, table: Table<R>, args: PageArguments): Page {
  const size = pageSize(store, args.first);
  const rows = [...table.rows]
    .filter((row) => isShown(store, table, row, args))
    .sort(byTime(store, args.orderBy ?? "createdAt"));
  const start = args.after ? positionAfter(rows, args.after) : 0;
  const shown = rows.slice(start, start + size);
  const edges = shown.map((row) => ({ cursor: cursorOf(row, args), node: table.view(row) }));
  return {
    nodes: edges.map((edge) => edge.node),
    edges,
    pageInfo: {
      hasNextPage: start + size < rows.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function pageSize(store: LinearStore, first: number | null | undefined): number {
  const size = first ?? DEFAULT_PAGE;
  if (size > MAX_PAGE && store.quirks.pageMaximum)
    throw argumentInvalid("first", `must not be greater than ${MAX_PAGE}`);
  if (size < 1) throw argumentInvalid("first", "must not be less than 1");
  return size;
}

function isShown<R extends Row>(store: LinearStore, table: Table<R>, row: R, args: PageArguments): boolean {
  if (row.archivedAt !== null && store.quirks.archivedAreHidden && args.includeArchived !== true) return false;
  return !args.filter || !table.facets || matches(args.filter, table.facets(row), store.now());
}

function byTime(store: LinearStore, field: "createdAt" | "updatedAt"): (a: Row, b: Row) => number {
  const sign = store.quirks.newestFirst ? -1 : 1;
  return (a, b) => sign * (a[field] - b[field]) || (a.id < b.id ? -1 : 1);
}

/** Cursors name the place in the order, so that rows which moved away do not shift the next page. */
function cursorOf(row: Row, args: PageArguments): string {
  return Buffer.from(`${row[args.orderBy ?? "createdAt"]} ${row.id}`).toString("base64url");
}

function positionAfter(rows: readonly Row[], cursor: string): number {
  const [, id] = Buffer.from(cursor, "base64url").toString().split(" ");
  const index = rows.findIndex((row) => row.id === id);
  if (index < 0) throw argumentInvalid("after", "is not a cursor of this listing");
  return index + 1;
}
