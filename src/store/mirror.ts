/** What each tool said last, and how far its listing was read. */
import { sameJson } from "../core/equality.ts";
import type { RemoteItem, ToolKey } from "../core/model.ts";
import { change, type Handle } from "./handle.ts";
import type { Tx } from "./schema.ts";
import { markNews } from "./standings.ts";
import type { Store } from "./store.ts";
import { batches } from "./upsert.ts";

type MirrorMethods = Pick<Store, "saveTwins" | "saveChanges" | "cursor" | "markGone">;

export function mirrorMethods(handle: Handle): MirrorMethods {
  return {
    saveTwins: (project, tool, items, before = {}) =>
      change(handle, project, async (tx) => {
        const known = await rowsOf(tx, project, tool, items);
        const isAsBefore = (ref: string): boolean => known.get(ref)?.updated.at === before[ref]?.updated.at;
        const fresh = items.filter((item) => isAsBefore(item.ref) || !isOvertaken(item, known));
        await upsertNews(tx, project, tool, fresh, known);
      }),
    saveChanges: (project, tool, items, cursor) =>
      change(handle, project, async (tx) => {
        const known = await rowsOf(tx, project, tool, items);
        const fresh = items.filter((item) => !isOvertaken(item, known));
        if (cursor !== null) await saveCursor(tx, project, tool, cursor);
        return upsertNews(tx, project, tool, fresh, known);
      }),
    async cursor(project, tool) {
      const row = await handle.db
        .selectFrom("listing")
        .select("cursor")
        .where("project", "=", project)
        .where("tool", "=", tool)
        .executeTakeFirst();
      return row?.cursor ?? null;
    },
    markGone: (project, tool, refs) =>
      change(handle, project, async (tx) => {
        const known = await rowsOf(
          tx,
          project,
          tool,
          refs.map((ref) => ({ ref })),
        );
        const gone = [...known.values()].map((item) => ({ ...item, state: "gone" as const }));
        await upsertNews(tx, project, tool, gone, known);
      }),
  };
}

async function saveCursor(tx: Tx, project: string, tool: ToolKey, cursor: string): Promise<void> {
  await tx
    .insertInto("listing")
    .values({ project, tool, cursor })
    .onConflict((conflict) => conflict.columns(["project", "tool"]).doUpdateSet({ cursor }))
    .execute();
}

/** Whether any of it differs from before, which is then counted as news. */
async function upsertNews(
  tx: Tx,
  project: string,
  tool: ToolKey,
  items: readonly RemoteItem[],
  known: ReadonlyMap<string, RemoteItem>,
): Promise<boolean> {
  const isNews = items.some(({ ref, state, fields }) => {
    const before = known.get(ref);
    return !before || before.state !== state || !sameJson(before.fields, fields);
  });
  await upsertMirror(tx, project, tool, items);
  if (isNews) await markNews(tx, [project]);
  return isNews;
}

/** A listing that was read meanwhile, or an answer, may have told more. */
function isOvertaken({ ref, updated }: RemoteItem, known: ReadonlyMap<string, RemoteItem>): boolean {
  return updated.at < (known.get(ref)?.updated.at ?? "");
}

/** Takes in one twin as a vendor answered, unless a listing has told of a newer edit since: nothing would tell of it again. */
export async function upsertTwin(tx: Tx, project: string, tool: ToolKey, twin: RemoteItem): Promise<void> {
  if (!isOvertaken(twin, await rowsOf(tx, project, tool, [twin]))) await upsertMirror(tx, project, tool, [twin]);
}

async function rowsOf(
  tx: Tx,
  project: string,
  tool: ToolKey,
  items: readonly Pick<RemoteItem, "ref">[],
): Promise<ReadonlyMap<string, RemoteItem>> {
  const known = new Map<string, RemoteItem>();
  for (const some of batches(items, ({ ref }) => ref)) {
    const refs = some.map(({ ref }) => ref);
    const rows = await tx
      .selectFrom("mirror")
      .select(["ref", "body"])
      .where("project", "=", project)
      .where("tool", "=", tool)
      .where("ref", "in", refs)
      .execute();
    for (const { ref, body } of rows) known.set(ref, JSON.parse(body) as RemoteItem);
  }
  return known;
}

async function upsertMirror(tx: Tx, project: string, tool: ToolKey, items: readonly RemoteItem[]): Promise<void> {
  const rows = items.map((item) => ({ project, tool, ref: item.ref, body: JSON.stringify(item) }));
  for (const some of batches(rows, ({ ref }) => ref))
    await tx
      .insertInto("mirror")
      .values(some)
      .onConflict((conflict) =>
        conflict.columns(["project", "tool", "ref"]).doUpdateSet((eb) => ({ body: eb.ref("excluded.body") })),
      )
      .execute();
}
