/**
 * The check of an edit without parsing the whole file again. An item of a block list ends where its
 * lines end: if the new lines of each edited item are, by themselves, one item with the intended
 * values, and no other line changed, the file holds what it should. Of such an item, only the lines
 * that the edit comes near are parsed (`quiet-lines.ts`).
 */
import { isMap, isSeq } from "yaml";
import type { YAMLMap, YAMLSeq } from "yaml";
import type { BranchChange, Change } from "./changes.ts";
import { HubDocument } from "./document.ts";
import { endOf, rangeOf } from "./insertion.ts";
import { canPutBack, quietLines, withoutLines } from "./quiet-lines.ts";
import type { Splice } from "./splices.ts";
import { applySplices, lineStart, nextLine } from "./splices.ts";
import { mapHoldsExactly } from "./verify.ts";

interface EditedItem {
  readonly map: YAMLMap;
  readonly change: Change;
  /** Offset of its dash. */
  readonly dash: number;
  /** Its lines, with the blank and comment lines behind it. */
  readonly start: number;
  readonly end: number;
}

/** Undefined where the edit reaches beyond items in block lists, or where items share something. */
export function itemsHoldExactly(
  document: HubDocument,
  splices: readonly Splice[],
  tree: BranchChange,
): boolean | undefined {
  const items = document.aliases().size > 0 ? undefined : editedItems(document, tree);
  if (!items) return undefined;
  const sorted = splices.toSorted((a, b) => a.start - b.start);
  let next = 0;
  for (const item of items.toSorted((a, b) => a.start - b.start)) {
    const own: Splice[] = [];
    for (let splice = sorted[next]; splice && splice.end <= item.end; splice = sorted[(next += 1)]) {
      if (splice.start <= item.dash) return undefined;
      own.push(splice);
    }
    const verdict = itemHoldsExactly(document, item, own);
    if (verdict !== true) return verdict;
  }
  return next === sorted.length ? true : undefined;
}

function itemHoldsExactly(document: HubDocument, item: EditedItem, own: readonly Splice[]): boolean | undefined {
  const { map, change, start, end } = item;
  const quiet = quietLines(document.text, map, { change, end, splices: own });
  const splices = [...own, ...quiet];
  const lines = applySplices(
    document.text.slice(start, end),
    splices.map((splice) => ({ start: splice.start - start, end: splice.end - start, text: splice.text })),
  );
  const entry = lines === undefined || !areWholeLines(lines, end, document) ? undefined : HubDocument.parseEntry(lines);
  if (!entry || entry.aliases().size > 0 || !canPutBack(entry.root, quiet, { splices, start })) return undefined;
  return mapHoldsExactly(document, withoutLines(map, quiet), entry, change);
}

function editedItems(document: HubDocument, { children }: BranchChange): EditedItem[] | undefined {
  const lists = children.get("implementation");
  if (children.size !== 1 || lists?.kind !== "branch") return undefined;
  const items: EditedItem[] = [];
  for (const [key, change] of lists.children) {
    const list = document.at(["implementation", String(key)]);
    if (change.kind !== "branch" || !isSeq(list) || list.flow === true) return undefined;
    for (const [index, itemChange] of change.children) {
      const item = editedItem(document.text, list, Number(index), itemChange);
      if (!item) return undefined;
      items.push(item);
    }
  }
  return items;
}

function editedItem(text: string, list: YAMLSeq, index: number, change: Change): EditedItem | undefined {
  const map = list.items[index];
  if (!isMap(map)) return undefined;
  const start = lineStart(text, rangeOf(map)[0]);
  const dash = start + (/^ */.exec(text.slice(start, start + 80))?.[0].length ?? 0);
  const following = list.items[index + 1];
  const last = following ? lineStart(text, rangeOf(following)[0]) : endOfBlanks(text, nextLine(text, endOf(map)));
  const isEntry = text[dash] === "-" && /\s/.test(text[dash + 1] ?? "") && last > start;
  return isEntry ? { map, change, dash, start, end: last } : undefined;
}

/** Blank and comment lines belong to what stands before them: a text block may take them in. */
function endOfBlanks(text: string, offset: number): number {
  const blanks = /(?:[ \t]*(?:#[^\n]*|\r)?\n)*/y;
  blanks.lastIndex = offset;
  return offset + (blanks.exec(text)?.[0].length ?? 0);
}

/** Whether the lines end where a line ends, and none of them would end the document. */
function areWholeLines(lines: string, end: number, { text }: HubDocument): boolean {
  return (end === text.length || lines.endsWith("\n")) && !/^(?:---|\.\.\.|%)/m.test(lines);
}
