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

/** What is known of creates whose answers were lost. */
export interface LookUp {
  /** The page that carries the key; where our own connection made several, the oldest, and the others go to the trash. */
  pageOf(syncKey: string): NotionPage | undefined;
  /**
   * The page of a create that was sent once more because none was known. A query may have kept one back: asked again,
   * once for all that it was asked for, it has to show the page that was `made` just now, edited last and so at its end.
   */
  proven(request: CreateRequest, made: NotionPage): Promise<NotionPage>;
}

export async function lookUp(scope: SchemaScope, lost: readonly CreateRequest[]): Promise<LookUp> {
  const known = new Map<string, NotionPage>();
  const [keys, doubted] = [lost.map(({ syncKey }) => syncKey), new Set(lost.map(({ syncKey }) => syncKey))];
  const groups = Array.from({ length: Math.ceil(keys.length / TOGETHER) }, (_, n) =>
    keys.slice(n * TOGETHER, (n + 1) * TOGETHER),
  );
  const isMarked = notionSchema(scope.schema).properties.sync_key !== undefined;
  const learn = async (carried: ReadonlyMap<string, readonly NotionPage[]>): Promise<void> => {
    for (const [key, pages] of carried) known.set(key, await oldestOf(scope, pages));
  };
  if (isMarked) for (const group of groups) await learn(await carriers(scope, group));
  return {
    pageOf: (syncKey) => known.get(syncKey),
    async proven({ syncKey }, made) {
      if (!isMarked || !doubted.has(syncKey)) return made;
      const group = groups.find((one) => one.includes(syncKey)) ?? [];
      const carried = await carriers(scope, group);
      if (!carried.get(syncKey)?.some(({ id }) => id === made.id)) {
        const message = `notion: page ${made.id} was created and a query does not show it yet; it is looked up.`;
        throw new SyncFailure("Unavailable", message, { tool: "notion", outcomeUnknown: true });
      }
      await learn(carried);
      for (const key of group) doubted.delete(key);
      const first = known.get(syncKey) ?? made;
      return first.created_by.id === made.created_by.id ? first : made;
    },
  };
}

/** Pages by the sync key that they carry, in one query. */
async function carriers(
  scope: SchemaScope,
  syncKeys: readonly string[],
): Promise<ReadonlyMap<string, readonly NotionPage[]>> {
  const { sync_key: property } = notionSchema(scope.schema).properties;
  const found = new Map<string, NotionPage[]>();
  if (!property) return found;
  const keys = new Map(syncKeys.map((syncKey) => [marker(syncKey), syncKey]));
  for (const page of await queryTexts(scope, property.id, [...keys.keys()])) {
    const text = valueOf(page, property)
      ?.rich_text?.map((part) => part.plain_text)
      .join("");
    const key = keys.get(text ?? "");
    if (key !== undefined) found.set(key, [...(found.get(key) ?? []), page]);
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
