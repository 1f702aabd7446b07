/** Ids that may come to mean something new: nobody has them in the hub any more, and their twins are over. */
import type { ItemId, Link } from "../src/core/model.ts";
import type { HubReading } from "../src/hub/hub.ts";
import type { ProjectState } from "../src/store/store.ts";

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
