import { isAlias, isNode } from "yaml";
import type { Alias, Node } from "yaml";
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

  /** All splices, with those that give the aliases of changed nodes a copy. */
  finish(): readonly Splice[] {
    const copies: Splice[] = [];
    for (const [alias, target] of this.#changed.size > 0 ? this.document.aliases() : []) {
      const [start, end] = alias.range ?? [0, 0];
      const gone =
        this.#replaced.has(alias) || this.#splices.some((splice) => splice.start <= start && end <= splice.end);
      if (!gone && this.#changed.has(target)) copies.push({ start, end, text: this.copyOf(target) });
    }
    return [...this.#splices, ...copies];
  }
}
