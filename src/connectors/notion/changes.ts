/** What was edited since: rows by query, and of those that moved their texts. */
import type { RemoteItem } from "../../core/model.ts";
import type { Changes, ChangesQuery, SchemaScope, Streamed, StreamQuery } from "../contract.ts";
import { byProject } from "../streamed.ts";
import type { NotionPage } from "./answers.ts";
import { bodyOfRow, vendorNow } from "./bodies.ts";
import type { Body } from "./body.ts";
import { advanced, askedFrom, cursorOf, cursorsOf, isNews, isOpen, type Cursor, type Listed } from "./cursor.ts";
import { relearned } from "./describe.ts";
import { queryRows } from "./query.ts";
import { readPage } from "./read.ts";
import { notionSchema } from "./schema.ts";
import { twinOf, valueOf } from "./twin.ts";

/**
 * All that was edited since the cursor: one query where nothing was. Times are rounded down to the minute, so the last
 * minutes are listed again each time, and what was told before is known by its content. The project's own page may
 * lie outside of the data source, and is then a request more.
 */
export async function changes(scope: SchemaScope, query: ChangesQuery): Promise<Changes> {
  const cursor = cursorOf(query.cursor);
  const listed = await queryRows(scope, { since: askedFrom(cursor), where: projectFilter(scope) });
  const rows = listed.filter(inProject(scope));
  const own = await projectPage(scope, rows);
  const told = [...rows, ...own];
  const texts = await readTexts(scope, cursor, told, () => true);
  const items: RemoteItem[] = texts.read.map(({ page, body }) => twinOf(scope, page, body));
  const next = advanced(cursor, { ...texts, told, newest: newestOf(rows), always: own.map(({ id }) => id) });
  const rowNews = texts.read.filter(({ page }) => !own.includes(page));
  const isStale = rowNews.some(({ page }) => hasNewOption(scope, page) || lacksProperty(scope, page));
  return { items, cursor: JSON.stringify(next), ...(isStale ? { learned: await relearned(scope) } : {}) };
}

/** Whether a row is without a property that the schema names: it was deleted, or made another type, since that was read. */
function lacksProperty({ schema }: SchemaScope, page: NotionPage): boolean {
  return Object.values(notionSchema(schema).properties).some((property) => valueOf(page, property) === undefined);
}

/** Whether a page has an option that people made since the schema was read: without it nothing can be said of it. */
function hasNewOption({ schema }: SchemaScope, page: NotionPage): boolean {
  const { status, priority, sprint } = notionSchema(schema).properties;
  return [status, priority, sprint].some((property) => {
    const held = valueOf(page, property);
    const option = held?.status ?? held?.select;
    return option !== undefined && option !== null && !property?.options?.some(({ id }) => id === option.id);
  });
}

/** One query for each data source, whatever number of projects share it. Projects' own pages are left to their listings. */
export async function stream(scopes: readonly SchemaScope[], query: StreamQuery): Promise<Streamed> {
  const cursors = cursorsOf(query.cursor);
  const sources = [...Map.groupBy(scopes, ({ schema }) => notionSchema(schema).dataSource)];
  const listings: {
    readonly id: string;
    readonly scope: SchemaScope;
    readonly cursor: Cursor;
    readonly rows: readonly NotionPage[];
  }[] = [];
  for (const [id, [scope]] of sources) {
    const cursor = cursors[id] ?? { since: query.since, seen: [], open: {} };
    if (scope)
      listings.push({ id, scope, cursor, rows: await queryRows(scope, { since: askedFrom(cursor), where: [] }) });
  }
  const ownersOf = await query.owners(
    listings.flatMap(({ cursor, rows }) => [...rows.map((page) => page.id), ...Object.keys(cursor.open)]),
  );
  const told: { scope: SchemaScope; twin: RemoteItem }[] = [];
  const next: Record<string, Cursor> = { ...cursors };
  for (const { id, scope, cursor, rows } of listings) {
    const isOwned = (page: NotionPage): boolean => ownersOf(page.id).length > 0;
    const texts = await readTexts(scope, cursor, rows, isOwned);
    for (const { page, body } of texts.read)
      for (const owner of ownersOf(page.id)) told.push({ scope: owner, twin: twinOf(owner, page, body) });
    next[id] = advanced(cursor, { ...texts, told: rows.filter(isOwned), newest: newestOf(rows), always: [] });
  }
  return { items: byProject(told), cursor: JSON.stringify(next) };
}

interface Texts extends Pick<Listed, "now"> {
  readonly read: readonly (Listed["read"][number] & { readonly body: Body })[];
}

/** Texts are a call each: only those of pages that are news are read, or that may have changed unseen. */
async function readTexts(
  scope: SchemaScope,
  cursor: Cursor,
  rows: readonly NotionPage[],
  isOwned: (page: NotionPage) => boolean,
): Promise<Texts> {
  const now = vendorNow(scope);
  const late = await leftOpen(scope, cursor, rows, now);
  const read: Texts["read"][number][] = [];
  for (const page of [...rows, ...late].filter(isOwned)) {
    const at = vendorNow(scope);
    if (isNews(cursor, page) || isOpen(cursor, page, now)) read.push({ page, body: await bodyOfRow(scope, page), at });
  }
  return { read, now };
}

/** Pages whose text must be read once more, and that the listing no longer shows. */
async function leftOpen(
  scope: SchemaScope,
  cursor: Cursor,
  rows: readonly NotionPage[],
  now: number,
): Promise<NotionPage[]> {
  const shown = new Set(rows.map(({ id }) => id));
  const pages: NotionPage[] = [];
  for (const [id, minute] of Object.entries(cursor.open)) {
    if (shown.has(id) || !isOpen(cursor, { id, last_edited_time: minute }, now)) continue;
    const page = await readPage(scope, id);
    if (page) pages.push(page);
  }
  return pages;
}

function newestOf(rows: readonly NotionPage[]): string | undefined {
  return rows
    .map((row) => row.last_edited_time)
    .reduce<string | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined);
}

/** Where several projects share a data source, a property tells whose a page is. */
function projectFilter({ binding, schema }: SchemaScope): object[] {
  const { project } = notionSchema(schema).properties;
  if (project?.type === "rich_text") return [{ property: project.id, rich_text: { equals: binding.project } }];
  // Notion refuses to filter by an option that it does not have (yet).
  const isKnown = project?.options?.some(({ name }) => name === binding.project) === true;
  return project && isKnown ? [{ property: project.id, select: { equals: binding.project } }] : [];
}

function inProject({ binding, schema }: SchemaScope): (page: NotionPage) => boolean {
  const { project } = notionSchema(schema).properties;
  return (page) => {
    const held = valueOf(page, project);
    const name = held?.select?.name ?? held?.rich_text?.map((part) => part.plain_text).join("");
    return project === undefined || name === binding.project;
  };
}

async function projectPage(scope: SchemaScope, rows: readonly NotionPage[]): Promise<NotionPage[]> {
  const { projectPage: bound } = notionSchema(scope.schema);
  if (!bound || rows.some(({ id }) => id === bound.id)) return [];
  const page = await readPage(scope, bound.id);
  return page ? [page] : [];
}
