/** Where a listing ended, and what the next one will be shown again. Times are the vendor's own. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { NotionPage, PropertyValue } from "./answers.ts";
import { isSettled } from "./bodies.ts";
import { MINUTE_MS } from "./twin.ts";

/** Against rows that become visible late: a query is usually fresh within seconds. */
const OVERLAP_MS = MINUTE_MS;
/** No row becomes visible later: a listing need not reach further back, however long ago the newest change was. */
const LONGEST_LAG_MS = 3_600_000;

const cursorShape = z.object({
  /** Newest `last_edited_time` ever listed, or a later time up to which nothing can be missing; null before the first listing. */
  since: z.string().nullable(),
  /** Fingerprints of what the overlap shows again. */
  seen: z.array(z.string()),
  /**
   * By page, the minute of its last edit, where the page was read before that was over: one more edit of its text in
   * that minute shows in no listing, nor does one that takes a write of ours back.
   */
  open: z.record(z.string(), z.string()),
});
export type Cursor = z.output<typeof cursorShape>;

export const BEGINNING: Cursor = { since: null, seen: [], open: {} };

/** A cursor that cannot be read (another version wrote it) means reading everything again. */
export function cursorOf(text: string | null): Cursor {
  return cursorIn(cursorShape, text) ?? BEGINNING;
}

/** Cursors of several data sources, by id. */
export function cursorsOf(text: string | null): Readonly<Record<string, Cursor>> {
  return cursorIn(z.record(z.string(), cursorShape), text) ?? {};
}

function cursorIn<S extends z.ZodType>(shape: S, text: string | null): z.output<S> | undefined {
  try {
    return text === null ? undefined : shape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What to ask from; null for everything. */
export function askedFrom({ since }: Cursor): string | null {
  return since === null ? null : new Date(horizon(since)).toISOString();
}

function horizon(since: string): number {
  return Math.floor(Date.parse(since) / MINUTE_MS) * MINUTE_MS - OVERLAP_MS;
}

export function isNews({ seen }: Cursor, page: NotionPage): boolean {
  return !seen.includes(fingerprint(page));
}

/** Whether the page must be told once more, text and all, now that its minute is over. */
export function isOpen({ open }: Cursor, page: Pick<NotionPage, "id" | "last_edited_time">, now: number): boolean {
  return open[page.id] === page.last_edited_time && isSettled(page, now);
}

export interface Listed {
  /** All rows of the listing that were told, now or before. */
  readonly told: readonly NotionPage[];
  /** Those whose text was read now, with when, on the vendor's clock. */
  readonly read: readonly { readonly page: NotionPage; readonly at: number }[];
  /** Newest time of any row, told or not. */
  readonly newest: string | undefined;
  /** The vendor's clock when the rows were there: what was open and settled then has been read once more. */
  readonly now: number;
  /** Pages that the overlap does not show, and that are asked for each time. */
  readonly always: readonly string[];
}

export function advanced(cursor: Cursor, { told, read, newest, now, always }: Listed): Cursor {
  // Else a burst of changes would be listed again and again until somebody changes something more.
  const settled = new Date(now - LONGEST_LAG_MS).toISOString();
  const since = [cursor.since ?? "", newest ?? "", settled].reduce((a, b) => (a > b ? a : b));
  const oldest = horizon(since);
  const isShown = ({ id, last_edited_time: at }: NotionPage): boolean =>
    Date.parse(at) >= oldest || always.includes(id);
  const ids = new Set(read.map(({ page }) => page.id));
  const before = Object.entries(cursor.open).filter(
    ([id, minute]) => !ids.has(id) && !isSettled({ last_edited_time: minute }, now),
  );
  const opened = read
    .filter(({ page, at }) => !isSettled(page, at))
    .map(({ page }) => [page.id, page.last_edited_time] as const);
  return {
    since,
    seen: told.filter(isShown).map(fingerprint).sort(),
    open: Object.fromEntries([...before, ...opened].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/**
 * What of a page people can edit, and who did last: whoever takes a write of ours back in the same minute leaves all
 * else as it was. Formulas, rollups and the signed addresses of files change by themselves.
 */
function fingerprint({ id, last_edited_time, last_edited_by, in_trash, properties }: NotionPage): string {
  const held = Object.values(properties).map(essence);
  return digest([id, last_edited_time, last_edited_by?.id, in_trash, held.sort()]);
}

function essence(value: PropertyValue): string {
  const { id, title, rich_text, number, select, status, multi_select, date, people, relation, url } = value;
  const text = (title ?? rich_text)?.map((part) => part.plain_text);
  const ids = [multi_select, people, relation].map((all) => all?.map((one) => one.id));
  return JSON.stringify([id, text, number, select?.id, status?.id, ids, date && [date.start, date.end], url]);
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}
