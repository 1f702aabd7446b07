/** What each tool said last, and how far its listing was read. */
import type { RemoteItem, ToolKey } from "../core/model.ts";
import { change, type Handle } from "./handle.ts";
import type { Tx } from "./schema.ts";
import type { Store } from "./store.ts";
import { batches } from "./upsert.ts";

type MirrorMethods = Pick<Store, "saveChanges" | "cursor" | "markGone">;

export function mirrorMethods(handle: Handle): MirrorMethods {
  return {
    saveChanges: (project, tool, items, cursor) =>
      change(handle, project, async (tx) => {
        await upsertMirror(tx, project, tool, items);
        if (cursor !== null) await saveCursor(tx, project, tool, cursor);
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
        const known: RemoteItem[] = [];
        for (const some of batches(refs, (ref) => ref)) {
          const rows = await tx
            .selectFrom("mirror")
            .select("body")
            .where("project", "=", project)
            .where("tool", "=", tool)
            .where("ref", "in", some)
            .execute();
          known.push(...rows.map(({ body }) => JSON.parse(body) as RemoteItem));
        }
        await upsertMirror(
          tx,
          project,
          tool,
          known.map((item) => ({ ...item, state: "gone" })),
        );
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

export async function upsertMirror(
  tx: Tx,
  project: string,
  tool: ToolKey,
  items: readonly RemoteItem[],
): Promise<void> {
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
