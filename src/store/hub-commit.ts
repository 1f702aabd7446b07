/** What a swapped hub file settles. */
import type { FieldBase, FieldName, FieldValue, ItemId, ItemType, Link, Stamp } from "../core/model.ts";
import { appendAudit } from "./audit.ts";
import { change, durably, type Handle } from "./handle.ts";
import { advanceBases, setPresence } from "./links.ts";
import type { Tx } from "./schema.ts";
import type { HubCommit, Store } from "./store.ts";
import { batches } from "./upsert.ts";

export function hubCommitMethods(handle: Handle): Pick<Store, "commitHub"> {
  return {
    commitHub: (commit) => durably(handle, (durable) => change(durable, commit.project, (tx) => commitHub(tx, commit))),
  };
}

async function commitHub(tx: Tx, { project, hubBase, baseUpdates, presence, forget, audit }: HubCommit): Promise<void> {
  await advanceHubBase(tx, project, hubBase);
  for (const [tool, updates] of Map.groupBy(baseUpdates, (update) => update.tool)) {
    const bases = new Map<ItemId, { [F in FieldName]?: FieldBase }>();
    for (const { item, field, base } of updates) bases.set(item, { ...bases.get(item), [field]: base });
    await advanceBases(tx, project, tool, bases);
  }
  for (const [tool, changes] of Map.groupBy(presence, (change) => change.tool))
    await setPresence(tx, project, tool, new Map(changes.map((one) => [one.item, one])));
  for (const some of batches(forget, (item) => item)) {
    await forgetTwins(tx, project, some);
    await tx.deleteFrom("hub_base").where("project", "=", project).where("item", "in", some).execute();
    await tx.deleteFrom("link").where("project", "=", project).where("item", "in", some).execute();
  }
  await appendAudit(tx, audit, "commit");
}

async function forgetTwins(tx: Tx, project: string, items: readonly ItemId[]): Promise<void> {
  const rows = await tx
    .selectFrom("link")
    .select("body")
    .where("project", "=", project)
    .where("item", "in", items)
    .execute();
  const links = rows.map(({ body }) => JSON.parse(body) as Link);
  if (links.length === 0) return;
  await tx
    .insertInto("freed")
    .values(links.map(({ tool, item, generation }) => ({ project, tool, item, generation: generation + 1 })))
    .onConflict((conflict) =>
      conflict
        .columns(["project", "tool", "item"])
        .doUpdateSet((eb) => ({ generation: eb.ref("excluded.generation") })),
    )
    .execute();
  for (const [tool, own] of Map.groupBy(links, (link) => link.tool))
    await tx
      .deleteFrom("mirror")
      .where("project", "=", project)
      .where("tool", "=", tool)
      .where(
        "ref",
        "in",
        own.map(({ ref }) => ref),
      )
      .execute();
}

async function advanceHubBase(tx: Tx, project: string, changes: HubCommit["hubBase"]): Promise<void> {
  const byItem = Map.groupBy(changes, ({ item }) => item);
  for (const items of batches([...byItem.keys()], (item) => item)) {
    const known = await tx
      .selectFrom("hub_base")
      .select(["item", "body", "stamps"])
      .where("project", "=", project)
      .where("item", "in", items)
      .execute();
    const before = new Map(known.map((row) => [row.item, row]));
    const rows = items.map((item) => ({ project, item, ...advanced(before.get(item), byItem.get(item)!) }));
    await tx
      .insertInto("hub_base")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["project", "item"]).doUpdateSet((eb) => ({
          type: eb.ref("excluded.type"),
          body: eb.ref("excluded.body"),
          stamps: eb.ref("excluded.stamps"),
        })),
      )
      .execute();
  }
}

function advanced(
  known: { readonly body: string; readonly stamps: string | null } | undefined,
  changes: HubCommit["hubBase"],
): { type: ItemType; body: string; stamps: string | null } {
  const fields = JSON.parse(known?.body ?? "{}") as { [F in FieldName]?: FieldValue };
  const stamps = JSON.parse(known?.stamps ?? "{}") as { [F in FieldName]?: Stamp };
  for (const { field, value, stamp } of changes) {
    fields[field] = value;
    if (stamp) stamps[field] = stamp;
    else delete stamps[field];
  }
  const isTimed = Object.keys(stamps).length > 0;
  return { type: changes[0]!.type, body: JSON.stringify(fields), stamps: isTimed ? JSON.stringify(stamps) : null };
}
