/** Twins by id: strongly consistent, a page and its text at a time. */
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { RemoteItem } from "../../core/model.ts";
import type { ReadResult, SchemaScope } from "../contract.ts";
import { PageAnswer, type NotionPage } from "./answers.ts";
import { bodyNow } from "./bodies.ts";
import { notionClient, parsed } from "./client.ts";
import { notionId } from "./ids.ts";
import { notionSchema } from "./schema.ts";
import { twinOf } from "./twin.ts";

/**
 * Reads pages by id or address. What Notion does not find was deleted for good or is no longer shared, and cannot be
 * told apart; a page that was moved out of the data source is gone from the project in the same way. Trash is archived.
 */
export async function read(scope: SchemaScope, refs: readonly string[]): Promise<ReadResult> {
  const items = new Map<string, RemoteItem>();
  const gone: string[] = [];
  for (const ref of new Set(refs)) {
    const id = notionId(ref);
    const page = id === undefined ? null : await readPage(scope, id);
    if (!page) gone.push(ref);
    else items.set(page.id, named(items.get(page.id) ?? (await readTwin(scope, page)), ref));
  }
  return { items: [...items.values()], gone };
}

function named(twin: RemoteItem, ref: string): RemoteItem {
  return ref === twin.ref ? twin : { ...twin, aliases: [...new Set([...(twin.aliases ?? []), ref])].sort() };
}

export async function readTwin(scope: SchemaScope, page: NotionPage): Promise<RemoteItem> {
  return twinOf(scope, page, await bodyNow(scope, page));
}

/** The page as it stands; null where there is none in the bound data source. */
export async function readPage(scope: SchemaScope, id: string): Promise<NotionPage | null> {
  const { dataSource, projectPage } = notionSchema(scope.schema);
  let answer: unknown;
  try {
    answer = await notionClient(scope).pages.retrieve({ page_id: id });
  } catch (error) {
    if (isSyncFailure(error, "NotFound")) return null;
    throw error;
  }
  const page = pageIn(answer);
  const isOurs = page.id === projectPage?.id || page.parent.data_source_id === dataSource;
  return isOurs ? page : null;
}

/** A whole page; a connection that may not read content is told the id and nothing more. */
export function pageIn(answer: unknown): NotionPage {
  if (typeof answer === "object" && answer !== null && "properties" in answer)
    return parsed(PageAnswer, answer, "a page");
  const message = "notion: pages come without their properties; give the connection the capability to read content.";
  throw new SyncFailure("Forbidden", message, { tool: "notion" });
}
