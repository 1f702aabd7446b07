import { isAlias, isMap, isNode, isSeq } from "yaml";
import type { Alias, Node, YAMLMap, YAMLSeq } from "yaml";
import { FlowCopy } from "./copy.ts";
import type { HubDocument } from "./document.ts";
import type { Splice } from "./splices.ts";

/** What the parts of an edit share: the document, the splices so far, and the nodes that will change. */
export class EditContext {
  readonly document: HubDocument;
  readonly text: string;
  readonly #splices: Splice[] = [];
  readonly #changed = new Set<Node>();
  readonly #replaced = new Set<Alias>();
  readonly #models = new Map<YAMLSeq, Map<string, YAMLMap | YAMLSeq | undefined>>();

  constructor(document: HubDocument) {
    this.document = document;
    this.text = document.text;
  }

  add(...splices: readonly Splice[]): void {
    this.#splices.push(...splices);
  }

  /** Says that a node will not mean what it meant: what else refers to it gets its own copy. */
  willChange(node: unknown): void {
    if (isAlias(node)) this.#replaced.add(node);
    else if (isNode(node) && node.anchor) this.#changed.add(node);
  }

  /** A node's text on one line, as it is before the edit. */
  copyOf(node: unknown): string {
    return new FlowCopy(this.document).of(node);
  }

  /**
   * How the items of a list write that key, by the first that has something there: the file's own style.
   * Looked for once a list and key, because all of a large file's items may lack what is added to each.
   */
  styleModel(list: YAMLSeq, key: string): YAMLMap | YAMLSeq | undefined {
    const models = this.#models.get(list) ?? new Map<string, YAMLMap | YAMLSeq | undefined>();
    this.#models.set(list, models);
    if (!models.has(key)) models.set(key, firstModel(list, key));
    return models.get(key);
  }

  /** All splices, with those that give the aliases of changed nodes a copy. */
  finish(): readonly Splice[] {
    const copies: Splice[] = [];
    for (const [alias, target] of this.#changed.size > 0 ? this.document.aliases() : []) {
      if (!this.#changed.has(target) || this.#replaced.has(alias)) continue;
      const [start, end] = alias.range ?? [0, 0];
      const isGone = this.#splices.some((splice) => splice.start <= start && end <= splice.end);
      if (!isGone) copies.push({ start, end, text: this.copyOf(target) });
    }
    return [...this.#splices, ...copies];
  }
}

function firstModel(list: YAMLSeq, key: string): YAMLMap | YAMLSeq | undefined {
  for (const item of list.items) {
    if (!isMap(item) || item.flow === true) continue;
    const value: unknown = item.get(key, true);
    if ((isMap(value) || isSeq(value)) && value.items.length > 0) return value;
  }
  return undefined;
}
