/** Looking for twins whose create was sent but never answered, by the sync key that each carries. */
import type { CreateRequest, SchemaScope } from "../contract.ts";
import { marker } from "../sync-key.ts";
import type { NotionPage } from "./answers.ts";
import { notionClient } from "./client.ts";
import { queryTexts } from "./query.ts";
import { notionSchema } from "./schema.ts";
import { valueOf } from "./twin.ts";

/** Conditions of one query. */
const TOGETHER = 50;

/**
 * Pages by sync key. Where two carry one, the first is ours and the other goes to the trash: unless a person made it,
 * for a duplicate in Notion carries the key along and is that person's page.
 */
export async function findBySyncKey(
  scope: SchemaScope,
  lost: readonly CreateRequest[],
): Promise<Map<string, NotionPage>> {
  const { sync_key: property } = notionSchema(scope.schema).properties;
  const found = new Map<string, NotionPage>();
  if (!property) return found;
  for (let at = 0; at < lost.length; at += TOGETHER) {
    const keys = new Map(lost.slice(at, at + TOGETHER).map(({ syncKey }) => [marker(syncKey), syncKey]));
    const pages = await queryTexts(scope, property.id, [...keys.keys()]);
    for (const page of pages.toSorted(byAge)) {
      const text = valueOf(page, property)
        ?.rich_text?.map((part) => part.plain_text)
        .join("");
      const key = keys.get(text ?? "");
      const first = key === undefined ? undefined : found.get(key);
      if (key === undefined) continue;
      if (!first) found.set(key, page);
      else if (page.created_by.id === first.created_by.id) await trash(scope, page.id);
    }
  }
  return found;
}

function byAge(a: NotionPage, b: NotionPage): number {
  const [one, other] = [`${a.created_time} ${a.id}`, `${b.created_time} ${b.id}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Restorable for thirty days; Notion deletes nothing for good by API. */
export async function trash(scope: SchemaScope, id: string): Promise<void> {
  await notionClient(scope).pages.update({ page_id: id, in_trash: true });
}
