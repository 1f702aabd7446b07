import { isMap, isScalar, isSeq } from "yaml";
import type { Scalar, YAMLMap } from "yaml";
import type { FieldValue } from "../core/model.ts";
import type { Change, ValueChange } from "./changes.ts";
import type { HubDocument } from "./document.ts";
import { spellNumber, spellString } from "./spell.ts";
import { ownLabels } from "./values.ts";

/** Copies larger than this are no longer a small edit: the anchor is then left to the people. */
const MAX_NODES = 500;

/** Thrown where an edit would need a copy of half the file. */
export class CopyTooLarge extends Error {}

/**
 * A node written out on one line, in flow style, with aliases and merges resolved: what an alias is
 * replaced with before the node it stands for changes. Numbers keep their digits.
 */
export class FlowCopy {
  readonly #document: HubDocument;
  /** JSON is YAML too: strings in double quotes then. */
  readonly #isJson: boolean;
  #nodes = 0;

  constructor(document: HubDocument, isJson = false) {
    this.#document = document;
    this.#isJson = isJson;
  }

  of(source: unknown, change?: Change): string {
    if ((this.#nodes += 1) > MAX_NODES) throw new CopyTooLarge();
    if (change?.kind === "value") return this.#value(source, change);
    const node = this.#document.resolve(source);
    if (isMap(node) || change) return this.#map(isMap(node) ? node : null, change);
    if (isSeq(node)) return `[${node.items.map((item) => this.of(item)).join(", ")}]`;
    return isScalar(node) ? this.#scalar(node) : "null";
  }

  #value(source: unknown, { value, shape }: ValueChange): string {
    const quoted = this.#isJson || shape === "ref";
    if (shape !== "list") return spellFlowValue(value, quoted);
    const wanted = Array.isArray(value) ? (value as readonly string[]) : [];
    return spellFlowValue([...wanted, ...ownLabels(this.#document, source)], quoted);
  }

  #map(map: YAMLMap | null, change: Change | undefined): string {
    const children = change?.kind === "branch" ? change.children : new Map<string | number, Change>();
    const entries = map ? this.#document.entries(map) : new Map<string, never>();
    const pairs = [...entries].map(([key, entry]) => [key, this.of(entry.pair.value, children.get(key))] as const);
    const added = [...children].flatMap(([key, child]) =>
      entries.has(String(key)) ? [] : [[String(key), this.of(null, child)] as const],
    );
    const style = this.#isJson ? "QUOTE_DOUBLE" : undefined;
    return `{${[...pairs, ...added].map(([key, text]) => `${spellString(key, style, true)}: ${text}`).join(", ")}}`;
  }

  #scalar(node: Scalar): string {
    if (typeof node.value !== "string") return node.source || "null";
    const [start, end] = node.range ?? [0, 0];
    const source = this.#document.text.slice(start, end);
    const isQuoted = node.type === "QUOTE_SINGLE" || node.type === "QUOTE_DOUBLE";
    if (isQuoted && !source.includes("\n")) return source;
    return spellString(node.value, undefined, true);
  }
}

/** A canonical value in flow style. */
export function spellFlowValue(value: FieldValue, doubleQuoted: boolean): string {
  if (value === null) return "null";
  if (typeof value === "number") return spellNumber(value);
  const style = doubleQuoted ? "QUOTE_DOUBLE" : undefined;
  if (typeof value === "string") return spellString(value, style, true);
  return `[${value.map((element) => spellString(element, style, true)).join(", ")}]`;
}
