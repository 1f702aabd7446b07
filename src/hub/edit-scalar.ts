import { isAlias, isNode, isScalar } from "yaml";
import type { Pair, Scalar, YAMLMap } from "yaml";
import type { FieldValue } from "../core/model.ts";
import type { ValueChange } from "./changes.ts";
import { isNullNode } from "./document.ts";
import type { EditContext } from "./edit-context.ts";
import { endOf, keyColumn, rangeOf } from "./insertion.ts";
import { spellBlock, spellNumber, spellString } from "./spell.ts";
import type { BlockText } from "./spell.ts";
import { eolAt, insertLines, nextLine } from "./splices.ts";

const STEP = 2;
const FOLD_WIDTH = 80;

/** A value as it will stand: behind its key, and for a text block the lines below. */
export interface SpelledValue {
  readonly inline: string;
  readonly lines: readonly string[];
}

/** Writes a new scalar where the pair has its old one, in the style of the old one. */
export function replaceScalar(context: EditContext, map: YAMLMap, pair: Pair, change: ValueChange): void {
  const { text } = context;
  const node = pair.value;
  context.willChange(node);
  const spelled = respell(context, map, node, change);
  if (isScalar(node) && isBlock(node)) return replaceBlock(context, node, spelled);
  const [start, end] = rangeOf(node);
  const isThere = isAlias(node) || (isNode(node) && end > start);
  if (isThere) context.add({ start, end, text: spelled.inline });
  else addBehindKey(context, pair, spelled.inline);
  if (spelled.lines.length === 0) return;
  context.add(insertLines(text, nextLine(text, isThere ? end : endOf(pair)), spelled.lines, eolAt(text, start)));
}

/** How a value is written that has no predecessor. `column`: that of its key. */
export function spellValue(
  change: ValueChange,
  place: { readonly flow: boolean; readonly column: number },
): SpelledValue {
  const { value, shape } = change;
  if (typeof value === "string" && /\n/.test(value) && !place.flow) {
    const block = spellBlock(value, false, FOLD_WIDTH);
    // `+` would take the blank lines that follow for text.
    if (block && block.chomp !== "+") return blockLines(block, place.column + STEP, STEP);
  }
  return inline(scalarText(value, shape === "ref" ? "QUOTE_DOUBLE" : undefined, place.flow));
}

function respell(context: EditContext, map: YAMLMap, node: unknown, change: ValueChange): SpelledValue {
  const flow = map.flow === true;
  const { value, shape } = change;
  const old = isScalar(node) ? node : undefined;
  if (value === null) return inline(nullSpelling(map));
  if (shape === "ref" || !old || isNullNode(old))
    return spellValue(change, { flow, column: keyColumn(context.text, map) });
  if (typeof value === "string" && isBlock(old)) return reblock(context, map, old, value);
  if (typeof value === "string" && value.includes("\n") && old.type !== "QUOTE_DOUBLE") {
    return spellValue(change, { flow, column: keyColumn(context.text, map) });
  }
  // A bare date stays bare: it is a date to its author, whatever YAML takes it for.
  if (shape === "date" && old.type === "PLAIN" && typeof value === "string") return inline(value);
  return inline(scalarText(value, old.type as Scalar.Type | undefined, flow));
}

/** A number stays in quotes where it stood in quotes. */
function scalarText(value: FieldValue, style: Scalar.Type | undefined, flow: boolean): string {
  if (value === null) return "null";
  if (typeof value === "number" && style !== "QUOTE_SINGLE" && style !== "QUOTE_DOUBLE") return spellNumber(value);
  return spellString(String(value), style, flow);
}

/** `~` where the item's author writes it so. */
function nullSpelling(map: YAMLMap): string {
  return map.items.some(({ value }) => isScalar(value) && value.source === "~") ? "~" : "null";
}

/** A text block again, as deep as it was, folded as wide as it was. */
function reblock(context: EditContext, map: YAMLMap, old: Scalar, value: string): SpelledValue {
  const { text } = context;
  const [start, end] = rangeOf(old);
  const header = text.slice(start, start + 3);
  const digit = Number(/^[|>][-+]?(\d)/.exec(header)?.[1] ?? 0);
  const column = keyColumn(text, map);
  const body = text
    .slice(nextLine(text, start), end)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const first = body[0]?.search(/[^ ]/) ?? column + STEP;
  const indent = digit > 0 ? column + digit : first;
  const width = Math.max(...body.map((line) => line.trimEnd().length - indent), 0);
  const block = spellBlock(value, old.type === "BLOCK_FOLDED", width || FOLD_WIDTH);
  const fits = block && (block.chomp !== "+" || /^[|>]\d?\+/.test(header));
  return fits ? blockLines(block, indent, indent - column, digit > 0) : inline(spellString(value, undefined, false));
}

function blockLines(
  { mode, chomp, needsDigit, lines }: BlockText,
  indent: number,
  depth: number,
  digit = needsDigit,
): SpelledValue {
  const header = `${mode}${digit || needsDigit ? depth : ""}${chomp}`;
  return { inline: header, lines: lines.map((line) => (line === "" ? "" : " ".repeat(indent) + line)) };
}

/** Header and lines apart, so that a comment behind the header stays. */
function replaceBlock(context: EditContext, node: Scalar, spelled: SpelledValue): void {
  const { text } = context;
  const [start, end] = rangeOf(node);
  const header = /^[|>][-+\d]*/.exec(text.slice(start, start + 4))?.[0] ?? "|";
  if (header !== spelled.inline) context.add({ start, end: start + header.length, text: spelled.inline });
  const body = nextLine(text, start);
  const eol = eolAt(text, start);
  const lines = spelled.lines.join(eol);
  const closes = end > body ? text[end - 1] === "\n" : body < text.length || text.endsWith("\n");
  context.add({
    start: body,
    end: Math.max(body, end),
    text: spelled.lines.length > 0 && closes ? lines + eol : lines,
  });
}

/** For a key without a value: behind its colon and anchor, and with a colon where a flow map has none. */
export function addBehindKey(context: EditContext, pair: Pair, text: string): void {
  const [, end] = rangeOf(pair.key);
  const colon = /^\s*:(?:[ \t]+[&!][^\s,[\]{}]*)*/.exec(context.text.slice(end, end + 200))?.[0].length;
  const at = end + (colon ?? 0);
  context.add({ start: at, end: at, text: colon === undefined ? `: ${text}` : ` ${text}` });
}

function inline(text: string): SpelledValue {
  return { inline: text, lines: [] };
}

function isBlock(node: Scalar): boolean {
  return node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
}
