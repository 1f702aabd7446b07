/** Where twins are to be seen: counted a tool, and linked where somebody should look. */
import type { ItemId, Link, ToolKey } from "../core/model.ts";
import { printTable } from "./table.ts";

const SHOWN_PER_TOOL = 10;

type Twin = Pick<Link, "item" | "tool" | "key" | "url">;

interface ToolLinks {
  readonly tool: ToolKey;
  readonly count: number;
  readonly shown: readonly Twin[];
  /** Of those that somebody should look at, the ones left out. */
  readonly left: number;
}

/** @param concerned items with findings or conflicts; null for the links of all items */
export function linksToShow(links: readonly Twin[], concerned: ReadonlySet<ItemId> | null): ToolLinks[] {
  const sorted = links.toSorted((a, b) => (a.item < b.item ? -1 : 1));
  return [...Map.groupBy(sorted, ({ tool }) => tool)].map(([tool, own]) => {
    const wanted = concerned ? own.filter(({ item }) => concerned.has(item)) : own;
    const shown = concerned ? wanted.slice(0, SHOWN_PER_TOOL) : wanted;
    return { tool, count: own.length, shown, left: wanted.length - shown.length };
  });
}

export function printLinks(tools: readonly ToolLinks[]): string[] {
  const rows = tools.flatMap(({ shown }) => shown).map(({ item, tool, key, url }) => [item, tool, key, url]);
  const left = tools.reduce((sum, one) => sum + one.left, 0);
  const counts = tools.map(({ tool, count }) => `${tool} ${count}`).join(", ");
  const isAll = tools.every(({ shown, count }) => shown.length === count);
  return [
    ...(tools.length > 0 ? [`twins: ${counts}${isAll ? "" : " (--links shows all)"}`] : []),
    ...(rows.length > 0 ? [printTable(["item", "tool", "key", "url"], rows)] : []),
    ...(left > 0 ? [`... and ${left} more that have findings or conflicts`] : []),
  ];
}
