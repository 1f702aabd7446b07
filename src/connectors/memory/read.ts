/** Twins as the tracker tells them. */
import { z } from "zod";
import type { FieldName, RemoteItem } from "../../core/model.ts";
import type { Changes, ChangesQuery, FieldTime, ReadResult, SchemaScope, Streamed, StreamQuery } from "../contract.ts";
import { byProject } from "../streamed.ts";
import { call } from "./client.ts";
import { itemPage, type ItemAnswer } from "./answers.ts";
import { spaceOf } from "./schema.ts";
import { twinOf, VALUE_OF_FIELD } from "./twins.ts";

const RECHECK = 50;

/** `since`: newest change seen. `seen`: versions of the items of that very instant, which the next listing shows again. */
const cursorShape = z.object({ since: z.string(), seen: z.record(z.string(), z.number()) });
type Cursor = z.output<typeof cursorShape>;

export async function changes(scope: SchemaScope, query: ChangesQuery): Promise<Changes> {
  const cursor: Cursor = query.cursor === null ? { since: "", seen: {} } : cursorShape.parse(JSON.parse(query.cursor));
  const listed = await list(scope, cursor.since);
  const fresh = listed.filter(({ ref, version }) => cursor.seen[ref] !== version);
  const rechecked = await lookUp(scope, query.recheck.slice(0, RECHECK));
  const items = new Map([...rechecked, ...fresh].map((item) => [item.ref, twinOf(item)]));
  return { items: [...items.values()], cursor: JSON.stringify(advanced(cursor, listed)) };
}

/** The tracker lists one space at a time. */
export async function stream(scopes: readonly SchemaScope[], query: StreamQuery): Promise<Streamed> {
  const cursors = z.record(z.string(), cursorShape).parse(JSON.parse(query.cursor ?? "{}"));
  const spaces = new Map(scopes.map((one) => [spaceOf(one), one]));
  const found: ItemAnswer[] = [];
  const listings = new Map<string, readonly ItemAnswer[]>();
  for (const [space, scope] of spaces) {
    const cursor = cursors[space] ?? { since: query.since, seen: {} };
    const listed = await list(scope, cursor.since);
    listings.set(space, listed);
    found.push(...listed.filter(({ ref, version }) => cursor.seen[ref] !== version));
  }
  const ownersOf = await query.owners([...listings.values()].flat().map(({ ref }) => ref));
  const told = found.flatMap((item) => ownersOf(item.ref).map((scope) => ({ scope, twin: twinOf(item) })));
  for (const [space, listed] of listings) {
    const { since, seen } = advanced(cursors[space] ?? { since: query.since, seen: {} }, listed);
    cursors[space] = {
      since,
      seen: Object.fromEntries(Object.entries(seen).filter(([ref]) => ownersOf(ref).length > 0)),
    };
  }
  return { items: byProject(told), cursor: JSON.stringify(cursors) };
}

function advanced(cursor: Cursor, listed: readonly ItemAnswer[]): Cursor {
  const since = listed.reduce((newest, { updated }) => (updated > newest ? updated : newest), cursor.since);
  const last = listed.filter(({ updated }) => updated === since);
  return { since, seen: Object.fromEntries(last.map(({ ref, version }) => [ref, version])) };
}

async function list(scope: SchemaScope, since: string): Promise<ItemAnswer[]> {
  const items: ItemAnswer[] = [];
  let after: string | null = null;
  do {
    const query: URLSearchParams = new URLSearchParams({ since, ...(after === null ? {} : { after }) });
    const path = `/spaces/${encodeURIComponent(spaceOf(scope))}/items?${query.toString()}`;
    const page: z.output<typeof itemPage> = await call(scope, { method: "GET", path, safe: true }, itemPage);
    items.push(...page.items);
    after = page.next ?? null;
  } while (after !== null);
  return items;
}

export async function read(scope: SchemaScope, refs: readonly string[]): Promise<ReadResult> {
  const items = (await lookUp(scope, refs)).map(twinOf);
  const known = new Set(items.flatMap(({ ref, key }) => [ref, key.toLowerCase()]));
  return { items, gone: refs.filter((ref) => !known.has(ref) && !known.has(ref.toLowerCase())) };
}

async function lookUp(scope: SchemaScope, ids: readonly string[]): Promise<readonly ItemAnswer[]> {
  if (ids.length === 0) return [];
  const request = { method: "POST", path: "/lookup", body: { ids: [...new Set(ids)] }, safe: true } as const;
  return (await call(scope, request, itemPage)).items;
}

/** Twins that carry one of these markers; never late. */
export async function findMarked(scope: SchemaScope, markers: readonly string[]): Promise<readonly RemoteItem[]> {
  if (markers.length === 0) return [];
  const query = new URLSearchParams(markers.map((text): [string, string] => ["marker", text]));
  const path = `/spaces/${encodeURIComponent(spaceOf(scope))}/items?${query.toString()}`;
  return (await call(scope, { method: "GET", path, safe: true }, itemPage)).items.map(twinOf);
}

export async function history(
  scope: SchemaScope,
  refs: readonly string[],
  fields: readonly FieldName[],
): Promise<readonly FieldTime[]> {
  const items = await lookUp(scope, refs);
  return items.flatMap((item) =>
    fields.flatMap((field): FieldTime[] => {
      const at = item.changes[VALUE_OF_FIELD[field] ?? ""];
      return at === undefined ? [] : [{ ref: item.ref, field, stamp: { at, resolutionMs: 1 } }];
    }),
  );
}
