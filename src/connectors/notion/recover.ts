/** Looking for twins whose create was sent but never answered, by the sync key that each carries. */
import { SyncFailure } from "../../core/errors.ts";
import type { CreateRequest, SchemaScope } from "../contract.ts";
import { marker } from "../sync-key.ts";
import type { NotionPage } from "./answers.ts";
import { notionClient } from "./client.ts";
import { queryTexts } from "./query.ts";
import { notionSchema } from "./schema.ts";
import { valueOf } from "./twin.ts";

/** A request that got no answer may still be under way, and a query show it a little later: by then it can be found. */
export const SETTLE_MS = 3_000;
/** Conditions of one query. */
const TOGETHER = 50;

/** What is known of creates whose answers were lost. */
export interface LookUp {
  /** The page that carries the key; where our own connection made several, the oldest, and the others go to the trash. */
  pageOf(syncKey: string): NotionPage | undefined;
  /**
   * The page of a create that was sent once more because none was known. A query may have kept one back: asked again,
   * once for all that it was asked for, it has to show the page that was `made` just now, in the newest minute and so near its end.
   */
  proven(request: CreateRequest, made: NotionPage): Promise<NotionPage>;
}

export async function lookUp(scope: SchemaScope, lost: readonly CreateRequest[]): Promise<LookUp> {
  const known = new Map<string, NotionPage>();
  const keys = lost.map(({ syncKey }) => syncKey);
  const doubted = new Set(keys);
  const groups = Array.from({ length: Math.ceil(keys.length / TOGETHER) }, (_, n) =>
    keys.slice(n * TOGETHER, (n + 1) * TOGETHER),
  );
  const isMarked = notionSchema(scope.schema).properties.sync_key !== undefined;
  const learn = async (carried: ReadonlyMap<string, readonly NotionPage[]>): Promise<void> => {
    for (const [key, pages] of carried) known.set(key, await singled(scope, pages, known.get(key)));
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
        const details = { tool: "notion", outcomeUnknown: true, retryAfterMs: SETTLE_MS };
        throw new SyncFailure("Unavailable", message, details);
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

/** The one that is told of as the twin already, else the oldest. What a person made stays: a duplicate in Notion carries the key along. */
async function singled(scope: SchemaScope, pages: readonly NotionPage[], told?: NotionPage): Promise<NotionPage> {
  const first = told ?? (pages.toSorted(byAge)[0] as NotionPage);
  const others = pages.filter(({ id, created_by: by }) => id !== first.id && by.id === first.created_by.id);
  for (const { id } of others) await trash(scope, id);
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
