/**
 * What need not be parsed again of an edited item: the lines of keys that no splice comes near. A key of
 * a block map ends where the next key's line starts, so an item says the same of its other keys with
 * such lines and without them.
 */
import { isScalar, YAMLMap } from "yaml";
import type { Pair } from "yaml";
import type { Change } from "./changes.ts";
import { isMergeKey, keyName } from "./document.ts";
import { rangeOf } from "./insertion.ts";
import { isFirstInLine, lineStart } from "./splices.ts";
import type { Splice } from "./splices.ts";

/** Lines of whole keys that follow one another, and the splice that takes them out. */
export interface QuietLines extends Splice {
  readonly pairs: readonly Pair[];
  /** Offset of the key behind them; undefined where they are the item's last. */
  readonly next: number | undefined;
}

/** None where the keys of the map cannot be told apart by their lines. `end`: that of the item's lines. */
export function quietLines(
  text: string,
  map: YAMLMap,
  { change, end, splices }: { readonly change: Change; readonly end: number; readonly splices: readonly Splice[] },
): readonly QuietLines[] {
  if (map.flow === true || change.kind !== "branch" || !hasPlainKeys(map)) return [];
  const found: QuietLines[] = [];
  for (const [index, pair] of map.items.entries()) {
    const following = map.items[index + 1];
    const start = ownLine(text, pair.key);
    const stop = following ? ownLine(text, following.key) : end;
    if (start === undefined || stop === undefined || change.children.has(keyName(pair))) continue;
    if (splices.some((splice) => splice.end >= start && splice.start <= stop)) continue;
    const before = found.at(-1)?.end === start ? found.pop() : undefined;
    found.push({
      start: before?.start ?? start,
      end: stop,
      text: "",
      pairs: [...(before?.pairs ?? []), pair],
      next: following && rangeOf(following.key)[0],
    });
  }
  return found;
}

/** The map as it is without those lines. */
export function withoutLines(map: YAMLMap, quiet: readonly QuietLines[]): YAMLMap {
  if (quiet.length === 0) return map;
  const left = new Set(quiet.flatMap(({ pairs }) => pairs));
  const rest = new YAMLMap();
  rest.items = map.items.filter((pair) => !left.has(pair));
  return rest;
}

/**
 * Whether the lines can be put back into what was parsed without them: the key behind them is a key of
 * that map and follows them as closely as before. So nothing before them was left open that would take
 * them in, and nothing new follows them that they would take in.
 * `splices`: all of the item, these included; `start`: that of its lines.
 */
export function canPutBack(
  parsed: YAMLMap,
  quiet: readonly QuietLines[],
  { splices, start }: { readonly splices: readonly Splice[]; readonly start: number },
): boolean {
  if (quiet.length === 0) return true;
  const keys = new Set(parsed.items.map(({ key }) => rangeOf(key)[0]));
  return quiet.every(({ end, next }) => {
    if (next === undefined) return true;
    const before = splices.filter((splice) => splice.start < end);
    const shift = before.reduce((sum, splice) => sum + splice.text.length - (splice.end - splice.start), 0);
    return keys.has(next + shift - start);
  });
}

/** Start of the line that the key is the first in; undefined where something else is. */
function ownLine(text: string, key: unknown): number | undefined {
  const [offset] = rangeOf(key);
  return isFirstInLine(text, offset) ? lineStart(text, offset) : undefined;
}

function hasPlainKeys(map: YAMLMap): boolean {
  return map.items.every(({ key }) => isScalar(key) && typeof key.value === "string" && !isMergeKey(key));
}
