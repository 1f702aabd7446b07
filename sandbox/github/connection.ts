/** Pages of a connection. A cursor names the place in the order, so that rows which moved away do not shift the next page. */
import { GraphQLError } from "graphql";

/** What graphql-js calls for the fields of a type, or takes as they are. */
export type View = Readonly<Record<string, unknown>>;

export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
}

/** A row with its place in the order. */
export type Row = readonly [key: string, view: View | null];

const PAGE_MAX = 100;

export function page(rows: readonly Row[], { first, last, after }: PageArguments): View {
  const asked = first ?? last;
  if (asked === null || asked === undefined)
    throw refused(
      "MISSING_PAGINATION_BOUNDARIES",
      "You must provide a `first` or `last` value to properly paginate the connection.",
    );
  if (asked > PAGE_MAX)
    throw refused(
      "EXCESSIVE_PAGINATION",
      `Requesting ${asked} records on a connection exceeds the \`first\` limit of ${PAGE_MAX} records.`,
    );
  const start = after ? placeAfter(rows, Buffer.from(after, "base64url").toString()) : 0;
  const isFromEnd = first === null || first === undefined;
  const from = isFromEnd ? Math.max(0, rows.length - asked) : start;
  const shown = rows.slice(from, from + asked);
  const end = shown.at(-1)?.[0];
  return {
    nodes: shown.map(([, view]) => view),
    totalCount: rows.length,
    pageInfo: {
      hasNextPage: from + shown.length < rows.length,
      endCursor: end === undefined ? null : Buffer.from(end).toString("base64url"),
    },
  };
}

function refused(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

function placeAfter(rows: readonly Row[], key: string): number {
  const at = rows.findIndex(([one]) => one === key);
  if (at >= 0) return at + 1;
  // The row itself has moved on: what comes after its old place.
  const [time = 0, id = 0] = key.split(":").map(Number);
  const next = rows.findIndex(([one]) => {
    const [a = 0, b = 0] = one.split(":").map(Number);
    return a > time || (a === time && b > id);
  });
  return next < 0 ? rows.length : next;
}
