/** Rows of a data source, however many there are. */
import type { QueryDataSourceParameters } from "@notionhq/client";
import { SyncFailure } from "../../core/errors.ts";
import type { SchemaScope } from "../contract.ts";
import { PageAnswer, QueryAnswer, type NotionPage } from "./answers.ts";
import { allPages, notionClient, parsed } from "./client.ts";
import { notionSchema } from "./schema.ts";

const PAGE = 100;

type Filter = NonNullable<QueryDataSourceParameters["filter"]>;

export interface Query {
  /** ISO time, in whole minutes; null for all rows. */
  readonly since: string | null;
  /** Conditions beside the time. */
  readonly where: readonly object[];
}

/**
 * All rows, those edited last at the end, each in its newest shape. A query tells 10,000 rows and then says only in
 * `request_status` that there are more: those are asked for from the last one's time on.
 */
export async function queryRows(scope: SchemaScope, { since, where }: Query): Promise<NotionPage[]> {
  const found = new Map<string, NotionPage>();
  let from = since;
  for (;;) {
    const { rows, isCut } = await readWindow(scope, from, where);
    for (const row of rows) {
      // A row that was edited while the pages were read comes again at the end, and is newer there.
      found.delete(row.id);
      found.set(row.id, row);
    }
    const last = rows.at(-1)?.last_edited_time;
    if (!isCut || last === undefined) return [...found.values()];
    if (last === from) {
      const message = `notion: more than 10,000 pages of data source ${notionSchema(scope.schema).dataSource} were edited in one minute (${last}), which no query can tell apart; split the data source.`;
      throw new SyncFailure("Rejected", message, { tool: "notion" });
    }
    from = last;
  }
}

/** Rows that carry one of these texts in a property. */
export async function queryTexts(
  scope: SchemaScope,
  property: string,
  texts: readonly string[],
): Promise<NotionPage[]> {
  const or = texts.map((equals) => ({ property, rich_text: { equals } }));
  return (await readWindow(scope, null, [or.length === 1 ? (or[0] ?? {}) : { or }])).rows;
}

async function readWindow(
  scope: SchemaScope,
  from: string | null,
  where: readonly object[],
): Promise<{ readonly rows: NotionPage[]; readonly isCut: boolean }> {
  const client = notionClient(scope);
  const recent = from === null ? [] : [{ timestamp: "last_edited_time", last_edited_time: { on_or_after: from } }];
  const all = [...recent, ...where];
  const filter = all.length > 1 ? { and: all } : all[0];
  let isCut = false;
  const rows = await allPages("pages", async (cursor) => {
    const answer = await client.dataSources.query({
      data_source_id: notionSchema(scope.schema).dataSource,
      ...(filter ? { filter: filter as Filter } : {}),
      sorts: [{ timestamp: "last_edited_time", direction: "ascending" }],
      page_size: PAGE,
      ...(cursor === undefined ? {} : { start_cursor: cursor }),
    });
    const page = parsed(QueryAnswer, answer, "the pages of a data source");
    isCut = page.request_status?.type === "incomplete";
    return page;
  });
  // What the connection may know of and not read tells nothing.
  const shown = rows.filter((row) => row.object === "page" && "properties" in row);
  return { rows: shown.map((row) => parsed(PageAnswer, row, `page ${row.id}`)), isCut };
}
