/** Puts new entries behind those of a list below `implementation`, in the style of the list. */
import { isAlias, isMap, isSeq } from "yaml";
import type { Node, Pair, YAMLMap, YAMLSeq } from "yaml";
import { SyncFailure } from "../core/errors.ts";
import type { BranchChange } from "./changes.ts";
import { FlowCopy } from "./copy.ts";
import { isNullNode, keyName } from "./document.ts";
import type { EditContext } from "./edit-context.ts";
import { gapBefore, indentStep, spellNewPair } from "./edit-tree.ts";
import { endOf, insertIntoFlow, keyColumn, rangeOf } from "./insertion.ts";
import { columnOf, eolAt, insertLines, nextLine } from "./splices.ts";

const CONTAINER = "implementation";

/** `name`: the list's key. Throws `InvalidHub` where the list is shared by an alias. */
export function addItems(context: EditContext, name: string, entries: readonly BranchChange[]): void {
  const { document } = context;
  const holder = ownPair(context, document.root, CONTAINER);
  if (!holder || isNullNode(holder.value)) return addContainer(context, holder, name, entries);
  const lists = holder.value;
  if (!isMap(lists)) throw shared(CONTAINER);
  context.willChange(lists);
  const pair = ownPair(context, lists, name);
  if (!pair) return addList(context, lists, name, entries);
  const list = pair.value;
  if (isSeq(list) && list.items.length > 0) return append(context, list, entries);
  if (!isSeq(list) && !isNullNode(list)) throw shared(`${CONTAINER}.${name}`);
  context.willChange(list);
  if (lists.flow === true) return fillInline(context, pair, `[${flowEntries(context, entries).join(", ")}]`);
  clearValue(context, pair);
  const column = dashColumn(context, lists);
  context.add(below(context, pair, blockEntries(context, entries, { column, gap: 2 })));
}

function ownPair({ document }: EditContext, map: YAMLMap, key: string): Pair | undefined {
  const pair = map.items.find((one) => keyName(one) === key);
  // A list that comes by `<<` is another's.
  if (!pair && document.entry(map, key)) throw shared(key);
  if (isAlias(pair?.value)) throw shared(key);
  return pair;
}

function shared(place: string): SyncFailure {
  const message = `${place} is shared with other places of the hub file, or no list; please add to it by hand`;
  return new SyncFailure("InvalidHub", message);
}

function append(context: EditContext, list: YAMLSeq, entries: readonly BranchChange[]): void {
  const { text } = context;
  context.willChange(list);
  const last = list.items.at(-1) as Node;
  if (list.flow === true) return context.add(...insertIntoFlow(text, last, flowEntries(context, entries)));
  const column = columnOf(text, rangeOf(list)[0]);
  const model = (list.items as Node[]).findLast((item): item is YAMLMap => isMap(item) && item.flow !== true);
  const gap = model ? keyColumn(text, model) - column : 2;
  const isFlow = isMap(last) && last.flow === true;
  const at = nextLine(text, endOf(last));
  const apart = gapBefore(text, at, list);
  const place = { column, gap: Math.max(gap, 2), list, isFlow, apart };
  context.add(insertLines(text, at, blockEntries(context, entries, place), eolAt(text, rangeOf(last)[0])));
}

interface EntryPlace {
  /** Of the dash. */
  readonly column: number;
  /** From the dash to the keys. */
  readonly gap: number;
  /** Whose items show how values are written. */
  readonly list?: YAMLSeq;
  /** One line an item. */
  readonly isFlow?: boolean;
  /** What stands before each of them: a blank line, or nothing. */
  readonly apart?: readonly string[];
}

function blockEntries(context: EditContext, entries: readonly BranchChange[], place: EntryPlace): string[] {
  const { column, gap, list, isFlow = false, apart = [] } = place;
  const dash = " ".repeat(column) + "-".padEnd(gap);
  return entries.flatMap((entry) => {
    if (isFlow) return [...apart, dash + new FlowCopy(context.document).of(null, entry)];
    const lines = [...entry.children].flatMap(([key, change], index) => {
      const lead = (index === 0 ? dash : " ".repeat(column + gap)) + String(key);
      return spellNewPair(context, String(key), change, { lead, column: column + gap, list });
    });
    return [...apart, ...lines];
  });
}

function flowEntries({ document }: EditContext, entries: readonly BranchChange[]): string[] {
  return entries.map((entry) => new FlowCopy(document).of(null, entry));
}

/** Where a list of the file has its dashes, those of its neighbours if there are any. */
function dashColumn(context: EditContext, lists: YAMLMap): number {
  const { text } = context;
  const other = lists.items.map(({ value }) => value).find((value) => isSeq(value) && value.flow !== true);
  return other ? columnOf(text, rangeOf(other)[0]) : keyColumn(text, lists) + indentStep(context);
}

/** Takes the value of a pair away (`[]`, `null`, `~`), with the blanks before it. */
function clearValue(context: EditContext, { key, value }: Pair): void {
  const [start, end] = rangeOf(value);
  if (end === start) return;
  const [, keyEnd] = rangeOf(key);
  const blanks = /[ \t]*$/.exec(context.text.slice(keyEnd, start))?.[0].length ?? 0;
  context.add({ start: start - blanks, end, text: "" });
}

function fillInline(context: EditContext, { key, value }: Pair, text: string): void {
  const [start, end] = rangeOf(value);
  if (end > start) context.add({ start, end, text });
  else context.add({ start: rangeOf(key)[1] + 1, end: rangeOf(key)[1] + 1, text: ` ${text}` });
}

function below({ text }: EditContext, pair: Pair, lines: readonly string[]): ReturnType<typeof insertLines> {
  const at = nextLine(text, Math.max(rangeOf(pair.key)[1], rangeOf(pair.value)[1]));
  return insertLines(text, at, lines, eolAt(text, rangeOf(pair.key)[0]));
}

/** The list's key comes behind its elders: epics, stories, tasks. */
function addList(context: EditContext, lists: YAMLMap, name: string, entries: readonly BranchChange[]): void {
  const { text } = context;
  const before = lists.items.findLast((pair) => isSeq(pair.value)) ?? lists.items.at(-1);
  if (lists.flow === true) {
    const spelled = `${name}: [${flowEntries(context, entries).join(", ")}]`;
    const at = rangeOf(lists)[0] + 1;
    return context.add(...(before ? insertIntoFlow(text, before, [spelled]) : [{ start: at, end: at, text: spelled }]));
  }
  const column = dashColumn(context, lists);
  const lines = [
    `${" ".repeat(keyColumn(text, lists))}${name}:`,
    ...blockEntries(context, entries, { column, gap: 2 }),
  ];
  const at = nextLine(text, endOf(before));
  context.add(insertLines(text, at, [...gapBefore(text, at, lists), ...lines], eolAt(text, rangeOf(lists)[0])));
}

function addContainer(
  context: EditContext,
  holder: Pair | undefined,
  name: string,
  entries: readonly BranchChange[],
): void {
  const { text, document } = context;
  const { root } = document;
  const step = indentStep(context);
  if (root.flow === true) throw shared(CONTAINER);
  const lines = [`${" ".repeat(step)}${name}:`, ...blockEntries(context, entries, { column: 2 * step, gap: 2 })];
  if (holder) {
    clearValue(context, holder);
    return context.add(below(context, holder, lines));
  }
  const place = nextLine(text, endOf(root.items.at(-1)));
  context.add(insertLines(text, place, [...gapBefore(text, place, root), `${CONTAINER}:`, ...lines], eolAt(text, 0)));
}
