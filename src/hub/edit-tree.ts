import { isAlias, isMap, isNode, isPair, isScalar, isSeq } from "yaml";
import type { Pair, YAMLMap, YAMLSeq } from "yaml";
import type { BranchChange, Change, ValueChange } from "./changes.ts";
import { FlowCopy } from "./copy.ts";
import { isNullNode } from "./document.ts";
import type { EditContext } from "./edit-context.ts";
import { editList } from "./edit-list.ts";
import { addBehindKey, replaceScalar, spellValue } from "./edit-scalar.ts";
import { endOf, insertIntoFlow, keyColumn, pairBefore, rangeOf } from "./insertion.ts";
import { spellString } from "./spell.ts";
import { eolAt, insertLines, nextLine } from "./splices.ts";

/** Turns the changes below a map into splices. `list`: the nearest list above, whose items show the file's style. */
export function editMap(context: EditContext, map: YAMLMap, change: BranchChange, list?: YAMLSeq): void {
  context.willChange(map);
  const own = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : "", pair]));
  const added = new Map<Pair | undefined, string[]>();
  for (const [key, child] of change.children) {
    const pair = own.get(String(key));
    if (pair) editPair(context, map, pair, child, list);
    else if (child.kind === "branch" || child.value !== null || context.document.entry(map, String(key))) {
      const before = pairBefore(map, String(key));
      added.set(before, [...(added.get(before) ?? []), String(key)]);
    }
  }
  for (const [before, keys] of added) addPairs(context, map, { before, keys, change, list });
}

function editPair(context: EditContext, map: YAMLMap, pair: Pair, change: Change, list: YAMLSeq | undefined): void {
  const { value } = pair;
  if (change.kind === "value") return editValue(context, map, pair, change);
  if (isAlias(value)) return replaceAlias(context, value, change);
  if (isMap(value)) return editMap(context, value, change, list);
  if (isSeq(value)) return editSeq(context, value, change);
  const text = new FlowCopy(context.document).of(null, change);
  context.willChange(value);
  const [start, end] = rangeOf(value);
  if (isNode(value) && end > start) context.add({ start, end, text });
  else addBehindKey(context, pair, text);
}

function editSeq(context: EditContext, seq: YAMLSeq, change: BranchChange): void {
  context.willChange(seq);
  for (const [index, child] of change.children) {
    const item = seq.items[Number(index)];
    if (child.kind !== "branch") continue;
    if (isAlias(item)) replaceAlias(context, item, child);
    else if (isMap(item)) editMap(context, item, child, seq);
  }
}

function editValue(context: EditContext, map: YAMLMap, pair: Pair, change: ValueChange): void {
  const { value } = pair;
  if (change.shape !== "list") return replaceScalar(context, map, pair, change);
  const wanted = Array.isArray(change.value) ? (change.value as readonly string[]) : [];
  if (isSeq(value)) return editList(context, pair, value, wanted);
  context.willChange(value);
  const [start, end] = rangeOf(value);
  const text = new FlowCopy(context.document).of(value, change);
  if (!isNullNode(value) || end > start) context.add({ start, end, text });
  else addBehindKey(context, pair, text);
}

/** What an alias stands for is shared: the place gets a copy of its own, with the change in it. */
function replaceAlias(context: EditContext, alias: unknown, change: Change): void {
  const [start, end] = rangeOf(alias);
  context.willChange(alias);
  context.add({ start, end, text: new FlowCopy(context.document).of(alias, change) });
}

interface Addition {
  readonly before: Pair | undefined;
  readonly keys: readonly string[];
  readonly change: BranchChange;
  readonly list: YAMLSeq | undefined;
}

function addPairs(context: EditContext, map: YAMLMap, { before, keys, change, list }: Addition): void {
  const { text } = context;
  const spelled = keys.flatMap((key) => {
    const child = change.children.get(key);
    return child ? spellPair(context, map, key, child, list) : [];
  });
  if (map.flow === true) {
    const at = rangeOf(map)[0] + 1;
    return context.add(
      ...(before ? insertIntoFlow(text, before, spelled) : [{ start: at, end: at, text: spelled.join(", ") }]),
    );
  }
  const place = nextLine(text, before ? endOf(before) : endOf(map));
  const apart = map === context.document.root ? gapBefore(text, place, map) : [];
  context.add(insertLines(text, place, [...apart, ...spelled], eolAt(text, rangeOf(map)[0])));
}

/** A blank line where the author sets the last two entries apart by one, and none stands there yet. */
export function gapBefore(text: string, place: number, { items }: Pick<YAMLMap | YAMLSeq, "items">): [] | [""] {
  const [one, other] = items.slice(-2);
  if (other === undefined || /\n[ \t]*\r?\n$/.test(text.slice(0, place))) return [];
  const start = isPair(other) ? rangeOf(other.key)[0] : rangeOf(other)[0];
  return /\n[ \t]*\r?\n/.test(text.slice(endOf(one) - 1, start)) ? [""] : [];
}

/** A new key and its value: one entry of a flow map, or the lines of a block map. */
function spellPair(
  context: EditContext,
  map: YAMLMap,
  key: string,
  change: Change,
  list: YAMLSeq | undefined,
): string[] {
  const flow = map.flow === true;
  const column = flow ? 0 : keyColumn(context.text, map);
  const isJson =
    map.items.every((pair) => isScalar(pair.key) && pair.key.type === "QUOTE_DOUBLE") && map.items.length > 0;
  const name = spellString(key, isJson ? "QUOTE_DOUBLE" : undefined, flow);
  const lead = " ".repeat(column) + name;
  const inherited = context.document.entry(map, key)?.pair.value;
  if (flow || inherited !== undefined) {
    return [`${lead}: ${new FlowCopy(context.document, isJson).of(inherited ?? null, change)}`];
  }
  return spellNewPair(context, key, change, { lead, column, list });
}

/** A key that a block map gets, on lines of its own: `lead` and the key's name, then its value in the style of the list's items. */
export function spellNewPair(
  context: EditContext,
  key: string,
  change: Change,
  { lead, column, list }: { readonly lead: string; readonly column: number; readonly list: YAMLSeq | undefined },
): string[] {
  if (change.kind === "value" && change.shape !== "list") {
    const { inline, lines } = spellValue(change, { flow: false, column });
    return [`${lead}: ${inline}`, ...lines];
  }
  const model = list && context.styleModel(list, key);
  const isFlow = model ? model.flow === true : change.kind === "value";
  if (isFlow) return [`${lead}: ${new FlowCopy(context.document).of(null, change)}`];
  return [`${lead}:`, ...blockLines(context, change, column)];
}

/** Nested entries on lines of their own, as deep below their key as the file nests elsewhere. */
function blockLines(context: EditContext, change: Change, column: number): string[] {
  const step = indentStep(context);
  if (change.kind === "value") {
    const elements = Array.isArray(change.value) ? (change.value as readonly string[]) : [];
    const dash = " ".repeat(column + step);
    return elements.map((element) => `${dash}- ${spellString(element, undefined, false)}`);
  }
  const lead = " ".repeat(column + step);
  return [...change.children].map(([key, child]) => {
    const text = new FlowCopy(context.document).of(null, child);
    return `${lead}${spellString(String(key), undefined, false)}: ${text}`;
  });
}

/** How deep the file's first nested block map stands below its key. */
export function indentStep({ document, text }: EditContext): number {
  for (const { value } of document.root.items) {
    if (isMap(value) && value.flow !== true) return Math.max(1, keyColumn(text, value));
  }
  return 2;
}
