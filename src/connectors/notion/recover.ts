/** Looking for twins whose create was sent but never answered, by the sync key that each carries. */
import { SyncFailure } from "../../core/errors.ts";
import type { CreateRequest, SchemaScope } from "../contract.ts";
import { marker } from "../sync-key.ts";
import type { NotionPage } from "./answers.ts";
import { notionClient } from "./client.ts";
import { queryTexts } from "./query.ts";
import { notionSchema } from "./schema.ts";
import { valueOf } from "./twin.ts";

/** Conditions of one query. */
const TOGETHER = 50;

/** Pages by sync key; where our own connection made several with one key, the oldest, and the others go to the trash. */
export async function findBySyncKey(
  scope: SchemaScope,
  lost: readonly CreateRequest[],
): Promise<Map<string, NotionPage>> {
  const found = new Map<string, NotionPage>();
  for (const [key, pages] of await carriers(scope, lost)) found.set(key, await oldestOf(scope, pages));
  return found;
}

/**
 * The page of a create that was sent once more. A look-up that came back empty may have kept back what was made
 * before: asked again it has to show the page that was `made` just now, edited last and so at its end.
 */
export async function proven(scope: SchemaScope, request: CreateRequest, made: NotionPage): Promise<NotionPage> {
  if (!notionSchema(scope.schema).properties.sync_key) return made;
  const pages = (await carriers(scope, [request])).get(request.syncKey) ?? [];
  const own = pages.filter(({ created_by: by }) => by.id === made.created_by.id);
  if (own.some(({ id }) => id === made.id)) return oldestOf(scope, own);
  const message = `notion: page ${made.id} was created and a query does not show it yet; it is looked up.`;
  throw new SyncFailure("Unavailable", message, { tool: "notion", outcomeUnknown: true });
}

async function carriers(
  scope: SchemaScope,
  lost: readonly CreateRequest[],
): Promise<ReadonlyMap<string, readonly NotionPage[]>> {
  const { sync_key: property } = notionSchema(scope.schema).properties;
  const found = new Map<string, NotionPage[]>();
  if (!property) return found;
  for (let at = 0; at < lost.length; at += TOGETHER) {
    const keys = new Map(lost.slice(at, at + TOGETHER).map(({ syncKey }) => [marker(syncKey), syncKey]));
    for (const page of await queryTexts(scope, property.id, [...keys.keys()])) {
      const text = valueOf(page, property)
        ?.rich_text?.map((part) => part.plain_text)
        .join("");
      const key = keys.get(text ?? "");
      if (key !== undefined) found.set(key, [...(found.get(key) ?? []), page]);
    }
  }
  return found;
}

/** What a person made stays: a duplicate in Notion carries the key along. */
async function oldestOf(scope: SchemaScope, pages: readonly NotionPage[]): Promise<NotionPage> {
  const [first, ...newer] = pages.toSorted(byAge) as [NotionPage, ...NotionPage[]];
  for (const page of newer) if (page.created_by.id === first.created_by.id) await trash(scope, page.id);
  return first;
}

function byAge(a: NotionPage, b: NotionPage): number {
  const [one, other] = [`${a.created_time} ${a.id}`, `${b.created_time} ${b.id}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Restorable for thirty days; Notion deletes nothing for good by API. */
export async function trash(scope: SchemaScope, id: string): Promise<void> {
  await notionClient(scope).pages.update({ page_id: id, in_trash: true });
}
