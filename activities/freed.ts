/** Ids that may come to mean something new: nobody has them in the hub any more, and their twins are over. */
import type { ItemId, Link, ToolKey } from "../src/core/model.ts";
import type { HubReading } from "../src/hub/hub.ts";
import type { ProjectState } from "../src/store/store.ts";
import type { Engine } from "./engine.ts";

/**
 * By tool and item, the generation that the next twin gets. The dead one keeps the identity it was made
 * with: a create that asked for that again would be answered with the dead.
 */
type Freed = Readonly<Record<ToolKey, Readonly<Record<ItemId, number>>>>;

/** Items that people took out of the hub and whose twins are gone or put away. */
export function freedItems({ links, hubBase, mirror }: ProjectState, tree: HubReading["tree"]): ItemId[] {
  if (!tree) return [];
  const isKept = (item: ItemId): boolean => item in tree.items || tree.quarantined.includes(item);
  // One that was never read may be alive as well.
  const isOver = ({ tool, ref }: Link): boolean => ["gone", "archived"].includes(mirror[tool]?.[ref]?.state ?? "");
  const alive = new Set(links.filter((link) => !isOver(link)).map(({ item }) => item));
  const known = new Set([...Object.keys(hubBase), ...links.map(({ item }) => item)]);
  return [...known].filter((item) => !isKept(item) && !alive.has(item));
}

/** Before the links are forgotten, what their successors must not be taken for. */
export async function noteFreed(
  engine: Engine,
  project: string,
  links: readonly Link[],
  items: readonly ItemId[],
): Promise<void> {
  const over = links.filter(({ item }) => items.includes(item));
  if (over.length === 0) return;
  const freed: Record<ToolKey, Record<ItemId, number>> = structuredClone(await readFreed(engine, project));
  for (const { tool, item, generation } of over) (freed[tool] ??= {})[item] = generation + 1;
  await engine.store.cache(keyOf(project), freed, Number.MAX_SAFE_INTEGER);
}

export async function readFreed(engine: Engine, project: string): Promise<Freed> {
  return ((await engine.store.cached(keyOf(project), engine.now())) as Freed | null) ?? {};
}

function keyOf(project: string): string {
  return `freed/${project}`;
}
