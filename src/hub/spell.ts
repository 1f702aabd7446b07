/** How a value is written down so that every YAML reader takes it for what it is. */
import { Document, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import type { ToStringOptions } from "yaml";

/** How a string may be written; `undefined` leaves it to the value. */
export type StringStyle = Scalar.Type | undefined;

const OPTIONS: ToStringOptions = {
  lineWidth: 0,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  flowCollectionPadding: false,
};

/** Read as YAML 1.2 here, but by 1.1 readers too, where `No`, `012` and `12:30` are no strings. */
const SCHEMA = { schema: "core", compat: "yaml-1.1" } as const;

const sample = new Scalar<string>("");
const blockDocument = new Document<YAMLMap, false>(null as never, SCHEMA);
blockDocument.contents = new YAMLMap();
blockDocument.contents.items.push(new Pair(new Scalar("k"), sample));
const flowDocument = new Document<YAMLSeq, false>(null as never, SCHEMA);
flowDocument.contents = new YAMLSeq();
flowDocument.contents.flow = true;
flowDocument.contents.items.push(sample);

/** Characters that other readers drop, refuse or take for line ends. */
const UNSAFE = /(?![\t\n])\p{Cc}|[\u2028\u2029\uFEFF]|\p{Cs}/u;

/** A string on one line, in that style where the value allows it, else in the lightest that does. */
export function spellString(value: string, style: StringStyle, inFlow: boolean): string {
  const oneLine = !/[\n\r]/.test(value) && !UNSAFE.test(value);
  if (!oneLine) return escaped(print(value, "QUOTE_DOUBLE", inFlow));
  return print(value, style === "BLOCK_LITERAL" || style === "BLOCK_FOLDED" ? "PLAIN" : (style ?? "PLAIN"), inFlow);
}

export function spellNumber(value: number): string {
  return String(value);
}

/** Lines of a block scalar without line ends or indent, and its header without an indentation digit. */
export interface BlockText {
  readonly mode: "|" | ">";
  readonly chomp: "" | "-" | "+";
  /** The first line starts with a blank, so the header must say how deep the text is. */
  readonly needsDigit: boolean;
  readonly lines: readonly string[];
}

/** A text as a block scalar; undefined where only quotes can hold it. `width`: where folded lines end. */
export function spellBlock(value: string, folded: boolean, width: number): BlockText | undefined {
  if (value.trim() === "" || value.includes("\r") || UNSAFE.test(value)) return undefined;
  sample.value = value;
  sample.type = folded ? "BLOCK_FOLDED" : "BLOCK_LITERAL";
  const lineWidth = folded ? Math.max(width, 20) + 2 : 0;
  const printed = blockDocument.toString({ ...OPTIONS, lineWidth, minContentWidth: 0 });
  const [, mode, digit, chomp, body] = /^k: ([|>])(\d?)([-+]?)\n([\s\S]*)$/.exec(printed) ?? [];
  if (mode === undefined || body === undefined) return undefined;
  const lines = body.replace(/\n$/, "").split("\n");
  return {
    mode: mode as BlockText["mode"],
    chomp: chomp as BlockText["chomp"],
    needsDigit: digit !== "",
    lines: lines.map((line) => line.slice(2)),
  };
}

function print(value: string, type: Scalar.Type, inFlow: boolean): string {
  sample.value = value;
  sample.type = type;
  return inFlow ? flowDocument.toString(OPTIONS).slice(1, -2) : blockDocument.toString(OPTIONS).slice(3, -1);
}

function escaped(quoted: string): string {
  return quoted.replace(
    /[\x7f-\x9f\u2028\u2029\uFEFF]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
