import { isScalar } from "yaml";
import type { Node, Pair, YAMLSeq } from "yaml";
import { isOwnLabel } from "../core/fields.ts";
import type { EditContext } from "./edit-context.ts";
import { addBehindKey } from "./edit-scalar.ts";
import { endOf, insertIntoFlow, outerStart, rangeOf } from "./insertion.ts";
import { spellString } from "./spell.ts";
import { eolAt, insertLines, lineStart, nextLine } from "./splices.ts";
import type { Splice } from "./splices.ts";
import { labelText } from "./values.ts";

/** A run of old elements between two that stay, and what stands there instead. */
interface Gap {
  readonly before: Node | undefined;
  readonly removed: readonly Node[];
  readonly after: Node | undefined;
  readonly added: readonly string[];
}

/** Changes a list element by element: what stays keeps its bytes. Elements that are marks of ours stay too. */
export function editList(context: EditContext, pair: Pair, list: YAMLSeq, wanted: readonly string[]): void {
  context.willChange(list);
  const nodes = list.items as Node[];
  const texts = nodes.map((node) => labelText(context.document, node));
  const kept = keptPairs(texts, wanted);
  const isGone = (index: number): boolean => !kept.has(index) && !isOwnLabel(texts[index] ?? "");
  for (const node of nodes.filter((_, index) => isGone(index))) context.willChange(node);
  if (wanted.length === 0 && nodes.every((_, index) => isGone(index))) return emptyList(context, pair, list);
  for (const gap of gapsOf(nodes, isGone, kept, wanted)) {
    if (list.flow === true) editFlowGap(context, list, gap);
    else editBlockGap(context, list, gap);
  }
}

/** Longest common subsequence: index of each old element that stays, and where it is wanted. */
function keptPairs(old: readonly (string | null)[], wanted: readonly string[]): ReadonlyMap<number, number> {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint16Array(wanted.length + 1));
  for (let a = old.length - 1; a >= 0; a -= 1) {
    for (let b = wanted.length - 1; b >= 0; b -= 1) {
      const [row, below] = [lengths[a], lengths[a + 1]];
      if (!row || !below) continue;
      row[b] = old[a] === wanted[b] ? (below[b + 1] ?? 0) + 1 : Math.max(below[b] ?? 0, row[b + 1] ?? 0);
    }
  }
  const kept = new Map<number, number>();
  for (let a = 0, b = 0; a < old.length && b < wanted.length;) {
    if (old[a] === wanted[b]) kept.set(a++, b++);
    else if ((lengths[a + 1]?.[b] ?? 0) >= (lengths[a]?.[b + 1] ?? 0)) a += 1;
    else b += 1;
  }
  return kept;
}

function gapsOf(
  nodes: readonly Node[],
  isGone: (index: number) => boolean,
  kept: ReadonlyMap<number, number>,
  wanted: readonly string[],
): Gap[] {
  const gaps: Gap[] = [];
  let before: Node | undefined;
  let removed: Node[] = [];
  let next = 0;
  const close = (after: Node | undefined, end: number): void => {
    const added = wanted.slice(next, end);
    if (removed.length > 0 || added.length > 0) gaps.push({ before, removed, after, added });
    removed = [];
  };
  for (const [index, node] of nodes.entries()) {
    if (isGone(index)) {
      removed.push(node);
      continue;
    }
    const place = kept.get(index);
    close(node, place ?? next);
    if (place !== undefined) next = place + 1;
    before = node;
  }
  close(undefined, wanted.length);
  return gaps;
}

function editFlowGap(context: EditContext, list: YAMLSeq, { before, removed, after, added }: Gap): void {
  const { text } = context;
  const spelled = added.map((element) => spellString(element, styleOf(list), true));
  const replaced = removed.slice(0, spelled.length);
  replaced.forEach((node, index) => {
    context.add({ start: outerStart(text, node), end: rangeOf(node)[1], text: spelled[index] ?? "" });
  });
  const rest = spelled.slice(replaced.length);
  const left = replaced.at(-1) ?? before;
  if (removed.length > replaced.length) removeFromFlow(context, removed.slice(replaced.length), left, after);
  if (rest.length === 0) return;
  if (left) context.add(...insertIntoFlow(text, left, rest));
  else {
    const at = after ? outerStart(text, after) : rangeOf(list)[0] + 1;
    context.add({ start: at, end: at, text: after ? `${rest.join(", ")}, ` : rest.join(", ") });
  }
}

function removeFromFlow(
  context: EditContext,
  nodes: readonly Node[],
  left: Node | undefined,
  right: Node | undefined,
): void {
  const { text } = context;
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (!first || !last) return;
  const start = right || !left ? outerStart(text, first) : endOf(left);
  const comma = left || right ? 0 : commaLength(text, endOf(last));
  const end = right ? outerStart(text, right) : endOf(last) + comma;
  if (!/#|\n/.test(text.slice(start, end))) return context.add({ start, end, text: "" });
  // Comments and lines between the elements stay: only the elements and their commas go.
  for (const node of nodes) {
    context.add({ start: outerStart(text, node), end: endOf(node) + commaLength(text, endOf(node)), text: "" });
  }
}

function commaLength(text: string, offset: number): number {
  return /^\s*,/.exec(text.slice(offset, offset + 200))?.[0].length ?? 0;
}

function editBlockGap(context: EditContext, list: YAMLSeq, { before, removed, after, added }: Gap): void {
  const { text } = context;
  const spelled = added.map((element) => spellString(element, styleOf(list), false));
  const replaced = removed.slice(0, spelled.length);
  replaced.forEach((node, index) => {
    context.add({ start: outerStart(text, node), end: rangeOf(node)[1], text: spelled[index] ?? "" });
  });
  if (removed.length > replaced.length) context.add(...removeLines(context, removed.slice(replaced.length)));
  const rest = spelled.slice(replaced.length);
  const left = replaced.at(-1) ?? before;
  const neighbour = left ?? after;
  if (rest.length === 0 || !neighbour) return;
  const start = lineStart(text, rangeOf(neighbour)[0]);
  const lead = /^[ \t]*-[ \t]+/.exec(text.slice(start))?.[0] ?? "- ";
  const at = left ? nextLine(text, endOf(left)) : start;
  context.add(
    insertLines(
      text,
      at,
      rest.map((element) => lead + element),
      eolAt(text, start),
    ),
  );
}

/** The lines of the elements go; a comment in one stays, on a line of its own. */
function removeLines({ text }: EditContext, nodes: readonly Node[]): Splice[] {
  const lines = nodes.map((node) => {
    const start = lineStart(text, rangeOf(node)[0]);
    const comment = /^[ \t]*(#[^\r\n]*)/.exec(text.slice(endOf(node), nextLine(text, endOf(node))))?.[1];
    const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? "";
    return { start, end: nextLine(text, endOf(node)), comment: comment === undefined ? "" : indent + comment };
  });
  const eol = eolAt(text, lines[0]?.start ?? 0);
  const last = lines.at(-1);
  // The end of a file that has no last line end: the line ends before the lines go instead.
  const shift = last && last.end === text.length && !text.endsWith("\n") ? eol.length : 0;
  return lines.map(({ start, end, comment }) => {
    const kept = comment === "" ? "" : shift > 0 ? eol + comment : comment + eol;
    return { start: start - shift, end: end === text.length ? end : end - shift, text: kept };
  });
}

function emptyList(context: EditContext, pair: Pair, list: YAMLSeq): void {
  const nodes = list.items as Node[];
  if (list.flow === true) return removeFromFlow(context, nodes, undefined, undefined);
  addBehindKey(context, pair, "[]");
  context.add(...removeLines(context, nodes));
}

/** New elements are quoted as the others are. */
function styleOf(list: YAMLSeq): "QUOTE_DOUBLE" | "QUOTE_SINGLE" | undefined {
  const types = list.items.map((item) => (isScalar(item) ? item.type : undefined));
  const [first] = types;
  const alike = types.length > 0 && types.every((type) => type === first);
  return alike && (first === "QUOTE_DOUBLE" || first === "QUOTE_SINGLE") ? first : undefined;
}
