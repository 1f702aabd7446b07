/** A hub file as a tree of nodes that know their place in the text. */
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument, Schema, visit } from "yaml";
import type { Alias, Document, Node, Pair, Scalar, YAMLError, YAMLMap } from "yaml";
import { LinePositions } from "./line-positions.ts";

/** Why a file must not be acted on at all. */
export interface HubProblem {
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** A key of a map: its own, or one it gets by `<<`. */
export interface MapEntry {
  readonly key: string;
  readonly pair: Pair;
  /** The map the pair stands in. */
  readonly owner: YAMLMap;
}

/**
 * YAML 1.2 core with merge keys, whatever version a directive claims: what people wrote must not
 * change its meaning with the parser of the day.
 */
const PARSE_OPTIONS = {
  schema: new Schema({ schema: "core", merge: true, resolveKnownTags: true }),
  prettyErrors: false,
  logLevel: "error",
} as const;

export class HubDocument {
  readonly text: string;
  readonly root: YAMLMap;
  readonly positions: LinePositions;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #entries = new Map<YAMLMap, ReadonlyMap<string, MapEntry>>();

  private constructor(text: string, root: YAMLMap, positions: LinePositions, targets: ReadonlyMap<Alias, Node>) {
    this.text = text;
    this.root = root;
    this.positions = positions;
    this.#targets = targets;
  }

  /** The document, or what keeps the file from being one. */
  static parse(text: string): HubDocument | HubProblem {
    const positions = new LinePositions(text);
    const early = malformedText(text, positions) ?? mergeMarkers(text);
    if (early) return early;
    const document = parseDocument(text, PARSE_OPTIONS);
    const error = document.errors[0];
    if (error) {
      const quote = openQuote(error, document);
      return { ...syntaxProblem(error, text), ...positions.at(quote ?? error.pos[0]) };
    }
    const root: unknown = document.contents;
    if (!isMap(root)) return { code: "no-hub", message: "the file holds no map of keys", line: 1, column: 1 };
    const links = new AliasLinks();
    // Most files have no anchors, and a walk through all nodes costs a fifth of a parse.
    if (/[*&]|<</.test(text)) links.visit(root);
    if (links.fault) return { ...links.fault.problem, ...positions.at(startOf(links.fault.node)) };
    return new HubDocument(text, root, positions, links.targets);
  }

  /**
   * A single entry of a block list, parsed by itself from its lines. Undefined where it is not one map, or
   * refers to anything outside of it.
   */
  static parseEntry(text: string): HubDocument | undefined {
    const document = parseDocument(text, PARSE_OPTIONS);
    const list: unknown = document.contents;
    if (document.errors.length > 0 || !isSeq(list) || list.items.length !== 1) return undefined;
    const [root] = list.items;
    const links = new AliasLinks();
    if (/[*&]|<</.test(text)) links.visit(list);
    if (!isMap(root) || links.fault) return undefined;
    return new HubDocument(text, root, new LinePositions(text), links.targets);
  }

  /** The node itself, or the one its alias stands for; null for a key without a value. */
  resolve(node: unknown): Exclude<Node, Alias> | null {
    const target = isAlias(node) ? this.#targets.get(node) : node;
    return isNode(target) && !isAlias(target) ? target : null;
  }

  /** Every alias with the anchored node it stands for, in the order of the text. */
  aliases(): ReadonlyMap<Alias, Node> {
    return this.#targets;
  }

  /** One key of a map, its own before those it gets by `<<`. */
  entry(map: YAMLMap, key: string): MapEntry | undefined {
    if (this.#entries.has(map)) return this.entries(map).get(key);
    let merges = false;
    for (const pair of map.items) {
      if (isMergeKey(pair.key)) merges = true;
      else if (keyName(pair) === key) return { key, pair, owner: map };
    }
    return merges ? this.entries(map).get(key) : undefined;
  }

  /** All keys of a map, those it gets by `<<` included; its own come first and win. */
  entries(map: YAMLMap): ReadonlyMap<string, MapEntry> {
    const known = this.#entries.get(map);
    if (known) return known;
    const entries = new Map<string, MapEntry>();
    const merges: Pair[] = [];
    for (const pair of map.items) {
      if (isMergeKey(pair.key)) merges.push(pair);
      else entries.set(keyName(pair), { key: keyName(pair), pair, owner: map });
    }
    for (const merge of merges) {
      for (const source of this.#mergeSources(merge)) {
        for (const [key, entry] of this.entries(source)) if (!entries.has(key)) entries.set(key, entry);
      }
    }
    this.#entries.set(map, entries);
    return entries;
  }

  /** The value at a path of keys, aliases and merges resolved; null where it is missing or null. */
  at(path: readonly string[], from: YAMLMap = this.root): Exclude<Node, Alias> | null {
    let node: Exclude<Node, Alias> | null = from;
    for (const key of path) {
      if (!isMap(node)) return null;
      node = this.resolve(this.entry(node, key)?.pair.value);
    }
    return node;
  }

  /** The text of a scalar as the people wrote it; null where there is none. */
  textAt(path: readonly string[], from: YAMLMap = this.root): string | null {
    const node = this.at(path, from);
    return isScalar(node) ? scalarText(node) : null;
  }

  #mergeSources({ value }: Pair): YAMLMap[] {
    const source = this.resolve(value);
    const sources = isSeq(source) ? source.items.map((item) => this.resolve(item)) : [source];
    return sources.filter((node) => isMap(node));
  }
}

/** Numbers and the like by their source, because `12e3` and `007` may be names. Null for a null. */
export function scalarText(node: Scalar): string | null {
  if (node.value === null || node.value === undefined) return null;
  return typeof node.value === "string" ? node.value : (node.source ?? JSON.stringify(node.value));
}

export function isNullNode(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && scalarText(node) === null);
}

export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (typeof key.value === "symbol" || (key.value === "<<" && key.type === "PLAIN"));
}

export function keyName({ key }: Pair): string {
  if (isMergeKey(key)) return "<<";
  return (isScalar(key) ? scalarText(key) : null) ?? "";
}

/** Offset of a node's first character, its anchor and tag not counted. */
export function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Finds the target of each alias: the anchor of that name that stands last before it. */
class AliasLinks {
  readonly targets = new Map<Alias, Node>();
  fault: { readonly node: unknown; readonly problem: Pick<HubProblem, "code" | "message"> } | undefined;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();

  visit(node: unknown): void {
    if (this.fault) return;
    if (isAlias(node)) return this.#link(node);
    if (!isNode(node)) return;
    const { anchor } = node;
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    if (isScalar(node)) return;
    if (anchor !== undefined) this.#open.add(node);
    if (isMap(node) || isSeq(node)) for (const item of node.items) this.#visitItem(item);
    this.#open.delete(node);
  }

  #visitItem(item: unknown): void {
    if (!isPair(item)) return this.visit(item);
    this.visit(item.key);
    this.visit(item.value);
    if (!this.fault && isMergeKey(item.key) && !this.#isMergeSource(item.value)) {
      this.fault = {
        node: item.key,
        problem: { code: "invalid-merge", message: "`<<` takes a map, or a list of maps" },
      };
    }
  }

  #link(alias: Alias): void {
    const target = this.#anchors.get(alias.source);
    const message = target
      ? `*${alias.source} stands inside its own anchor`
      : `no anchor &${alias.source} before *${alias.source}`;
    if (!target || this.#open.has(target)) this.fault = { node: alias, problem: { code: "unresolved-alias", message } };
    else this.targets.set(alias, target);
  }

  #isMergeSource(value: unknown): boolean {
    const source = isAlias(value) ? this.targets.get(value) : value;
    if (!isSeq(source)) return isMap(source);
    return source.items.every((item) => isMap(isAlias(item) ? this.targets.get(item) : item));
  }
}

/** Bytes that were no UTF-8 arrive as lone surrogates (`folder.ts`). */
function malformedText(text: string, positions: LinePositions): HubProblem | undefined {
  if (text.isWellFormed()) return undefined;
  const offset = /\p{Surrogate}/u.exec(text)?.index ?? 0;
  return { code: "not-utf8", message: "the file is not UTF-8 text", ...positions.at(offset) };
}

/** Such a line can be nothing else: at the start of a line they are no YAML inside a map. */
function mergeMarkers(text: string): HubProblem | undefined {
  if (!/^(?:<{7}|={7}|>{7})/m.test(text)) return undefined;
  const spans: { first: number; last: number }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (!/^(?:<{7}|\|{7}|={7}|>{7})(?:\s|$)/.test(line)) continue;
    const open = spans.at(-1);
    if (open && !line.startsWith("<")) open.last = index + 1;
    else spans.push({ first: index + 1, last: index + 1 });
  }
  const [first] = spans;
  if (!first) return undefined;
  const where = spans
    .map(({ first, last }) => (first === last ? `line ${first}` : `lines ${first} to ${last}`))
    .join(", ");
  return { code: "unresolved-merge", message: `unresolved merge, ${where}`, line: first.first, column: 1 };
}

/** A quote that is never closed is noticed at the end of the file; what helps is where it opens. */
function openQuote({ message, pos }: YAMLError, document: Document.Parsed): number | undefined {
  let opened: number | undefined;
  if (!message.startsWith("Missing closing")) return undefined;
  visit(document, {
    Scalar: (_, { range }) => {
      if (range && range[1] >= pos[0]) opened ??= range[0];
    },
  });
  return opened;
}

function syntaxProblem({ code, message, pos }: YAMLError, text: string): Pick<HubProblem, "code" | "message"> {
  if (code === "MULTIPLE_DOCS") return { code: "several-documents", message: "a second document starts here" };
  if (message.startsWith("Missing closing")) return { code: "syntax-error", message: "this quote is never closed" };
  if (code !== "DUPLICATE_KEY") return { code: "syntax-error", message: message.split("\n", 1)[0] ?? message };
  const key = /^[^\s:]+/.exec(text.slice(pos[0], pos[0] + 80))?.[0] ?? "a key";
  return { code: "duplicate-key", message: `${key} is given twice in one map` };
}
