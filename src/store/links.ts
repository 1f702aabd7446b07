/** Links of items to their twins, each with its base: what both sides agreed on last. */
import type { FieldBase, FieldName, ItemId, Link, ToolKey } from "../core/model.ts";
import type { Presence } from "../core/plan.ts";
import { change, type Handle } from "./handle.ts";
import { upsertTwin } from "./mirror.ts";
import type { Tx } from "./schema.ts";
import type { Store } from "./store.ts";
import { batches } from "./upsert.ts";

type LinkMethods = Pick<Store, "links" | "adopt" | "inherit">;
type Bases = { readonly [F in FieldName]?: FieldBase };

export function linkMethods(handle: Handle): LinkMethods {
  return {
    async links(project, tool) {
      const rows = await handle.db
        .selectFrom("link")
        .select("body")
        .where("project", "=", project)
        .where("tool", "=", tool)
        .orderBy("item")
        .execute();
      return rows.map(({ body }) => JSON.parse(body) as Link);
    },
    adopt: (project, link, twin) =>
      change(handle, project, async (tx) => {
        await upsertTwin(tx, project, link.tool, twin);
        // An adoption that comes late, after the twin was linked: what was agreed since stands.
        const [known] = await linksOf(tx, project, link.tool, [link.item]);
        if (known?.ref !== link.ref) await upsertLinks(tx, project, [link]);
      }),
    inherit: (project, tool, from, to) => change(handle, project, (tx) => inherit(tx, { project, tool, from, to })),
  };
}

interface Inheritance {
  readonly project: string;
  readonly tool: ToolKey;
  readonly from: ItemId;
  readonly to: ItemId;
}

async function inherit(tx: Tx, { project, tool, from, to }: Inheritance): Promise<void> {
  const links = await linksOf(tx, project, tool, [from, to]);
  const link = links.find(({ item }) => item === from);
  if (!link || links.length > 1) return;
  await tx
    .deleteFrom("link")
    .where("project", "=", project)
    .where("tool", "=", tool)
    .where("item", "=", from)
    .execute();
  await upsertLinks(tx, project, [{ ...link, item: to }]);
  const agreed = await tx
    .selectFrom("hub_base")
    .selectAll()
    .where("project", "=", project)
    .where("item", "=", from)
    .executeTakeFirst();
  // Another tool's link of the same item may have brought it along already.
  if (agreed)
    await tx
      .insertInto("hub_base")
      .values({ ...agreed, item: to })
      .onConflict((conflict) => conflict.columns(["project", "item"]).doNothing())
      .execute();
}

export async function upsertLinks(tx: Tx, project: string, links: readonly Link[]): Promise<void> {
  const rows = links.map((link) => {
    const { tool, item, ref } = link;
    return { project, tool, item, ref, body: JSON.stringify(link) };
  });
  for (const some of batches(rows, ({ tool, item }) => JSON.stringify([tool, item])))
    await tx
      .insertInto("link")
      .values(some)
      .onConflict((conflict) =>
        conflict
          .columns(["project", "tool", "item"])
          .doUpdateSet((eb) => ({ ref: eb.ref("excluded.ref"), body: eb.ref("excluded.body") })),
      )
      .execute();
}

/** Advances fields of links' bases; a link that is gone meanwhile stays gone. */
export async function advanceBases(
  tx: Tx,
  project: string,
  tool: ToolKey,
  bases: ReadonlyMap<ItemId, Bases>,
): Promise<void> {
  const links = await linksOf(tx, project, tool, [...bases.keys()]);
  await upsertLinks(
    tx,
    project,
    links.map((link) => ({ ...link, base: { ...link.base, ...bases.get(link.item) } })),
  );
}

/** Notes which of the links' twins are known to be deleted. */
export async function setPresence(
  tx: Tx,
  project: string,
  tool: ToolKey,
  presence: ReadonlyMap<ItemId, Pick<Presence, "gone" | "seen">>,
): Promise<void> {
  const links = await linksOf(tx, project, tool, [...presence.keys()]);
  await upsertLinks(
    tx,
    project,
    links.map(({ gone: _, seen: __, ...link }): Link => {
      const { gone, seen } = presence.get(link.item) ?? { gone: false };
      return gone ? { ...link, gone, ...(seen && { seen }) } : link;
    }),
  );
}

async function linksOf(tx: Tx, project: string, tool: ToolKey, items: readonly ItemId[]): Promise<Link[]> {
  const links: Link[] = [];
  for (const some of batches(items, (item) => item)) {
    const rows = await tx
      .selectFrom("link")
      .select("body")
      .where("project", "=", project)
      .where("tool", "=", tool)
      .where("item", "in", some)
      .execute();
    links.push(...rows.map(({ body }) => JSON.parse(body) as Link));
  }
  return links;
}
