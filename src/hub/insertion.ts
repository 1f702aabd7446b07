/** Where a new entry goes in a collection, and how it is set off from its neighbours. */
import { isCollection, isNode, isPair, isScalar } from "yaml";
import type { Node, Pair, YAMLMap } from "yaml";
import { keyName } from "./document.ts";
import { KEY_ORDER } from "./keys.ts";
import type { Splice } from "./splices.ts";
import { columnOf, eolAt, isFirstInLine, lineStart } from "./splices.ts";

/** The pair a new key goes behind: the last of those that people write before it, else the last of all. */
export function pairBefore(map: YAMLMap, key: string): Pair | undefined {
  const rank = KEY_ORDER.indexOf(key);
  let best: Pair | undefined;
  let bestRank = -1;
  for (const pair of map.items) {
    const own = KEY_ORDER.indexOf(keyName(pair));
    if (own > bestRank && own < rank) [best, bestRank] = [pair, own];
  }
  return best ?? map.items.at(-1);
}

/** Offset behind the last character of a node; of a text block, behind its last line end. */
export function endOf(node: unknown): number {
  if (isPair(node)) {
    const { key, value } = node;
    const isEmpty = !isNode(value) || (isScalar(value) && value.source === "" && value.type === "PLAIN");
    return isEmpty && !(isNode(value) && value.anchor) ? rangeOf(key)[1] : endOf(value);
  }
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return rangeOf(node)[1];
}

/** Start of a node with its anchor and tag. */
export function outerStart(text: string, node: Node): number {
  const [start] = rangeOf(node);
  if (!("anchor" in node && node.anchor) && !node.tag) return start;
  const before = text.slice(Math.max(0, start - 200), start);
  return start - (/(?:(?<=^|[\s,[{])[&!][^\s,[\]{}]*\s+)+$/.exec(before)?.[0].length ?? 0);
}

/** Column in which the keys of a block map stand. */
export function keyColumn(text: string, map: YAMLMap): number {
  const own = map.items.find(({ key }) => isFirstInLine(text, rangeOf(key)[0])) ?? map.items[0];
  return columnOf(text, rangeOf(own?.key)[0]);
}

/** New entries behind one of a flow collection: on lines of their own where that one has its own. */
export function insertIntoFlow(text: string, before: unknown, entries: readonly string[]): Splice[] {
  const node = isPair(before) ? before.key : before;
  const start = isNode(node) ? outerStart(text, node) : 0;
  const at = endOf(before);
  const inline: Splice = { start: at, end: at, text: entries.map((entry) => `, ${entry}`).join("") };
  if (!isFirstInLine(text, start)) return [inline];
  const [rest = "", comma] = /^[ \t]*(,)?[ \t]*(?:#[^\r\n]*)?(?=\r?\n)/.exec(text.slice(at)) ?? [];
  if (rest === "" && !/^\r?\n/.test(text.slice(at, at + 2))) return [inline];
  const lead = eolAt(text, at) + text.slice(lineStart(text, start), start);
  const behind = at + rest.length;
  if (comma) return [{ start: behind, end: behind, text: entries.map((entry) => `${lead}${entry},`).join("") }];
  const lines = entries.map((entry) => lead + entry).join(",");
  return [
    { start: at, end: at, text: "," },
    { start: behind, end: behind, text: lines },
  ];
}

export function rangeOf(node: unknown): readonly [number, number] {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : [0, 0];
}
