import { isMap, isScalar, isSeq } from "yaml";
import type { Node, Scalar, YAMLMap } from "yaml";
import type { BranchChange, Change, ValueChange } from "./changes.ts";
import { holdsValue } from "./changes.ts";
import type { HubDocument } from "./document.ts";
import { isNullNode, keyName } from "./document.ts";
import { ownLabels } from "./values.ts";

/** The same for one map of each, however they are part of a file. */
export function mapHoldsExactly(before: HubDocument, old: YAMLMap, after: HubDocument, change: Change): boolean {
  return new Comparison(before, after).changed(old, after.root, change);
}

/**
 * Whether two readings of a file differ in the changed values only, and hold those. Aliases and merges
 * are looked through: it does not matter how a value comes to stand where it stands.
 */
export function holdsExactly(before: HubDocument, after: HubDocument, change: BranchChange): boolean {
  return new Comparison(before, after).changed(before.root, after.root, change);
}

class Comparison {
  readonly #before: HubDocument;
  readonly #after: HubDocument;
  /** Collections already found to be the same: what many aliases stand for is looked at once. */
  readonly #same = new Map<Node, Node>();
  readonly #hasAliases: boolean;

  constructor(before: HubDocument, after: HubDocument) {
    this.#before = before;
    this.#after = after;
    this.#hasAliases = before.aliases().size > 0;
  }

  changed(old: unknown, now: unknown, change: Change): boolean {
    if (change.kind === "value") return holdsValue(this.#after, now, change) && this.#sameMarks(old, now, change);
    const [a, b] = [this.#before.resolve(old), this.#after.resolve(now)];
    if (isSeq(b) && (isSeq(a) || isNullNode(a))) {
      const old = isSeq(a) ? a.items : [];
      const added = [...change.children.keys()].filter((index) => Number(index) >= old.length).length;
      if (b.items.length !== old.length + added) return false;
      return b.items.every((item, index) => this.#sameOrChanged(old[index], item, change.children.get(index)));
    }
    if (!isMap(b) || !(isMap(a) || isNullNode(a))) return false;
    return this.#sameMaps(isMap(a) ? a : null, b, change);
  }

  #sameMarks(old: unknown, now: unknown, { shape }: ValueChange): boolean {
    if (shape !== "list") return true;
    return ownLabels(this.#before, old).join("\n") === ownLabels(this.#after, now).join("\n");
  }

  #sameMaps(a: YAMLMap | null, b: YAMLMap, change?: BranchChange): boolean {
    if (a && haveSameKeys(a, b) && (!change || hasKeys(b, change))) {
      return a.items.every((pair, index) => {
        const child = change?.children.get(keyName(pair));
        return this.#sameOrChanged(pair.value, b.items[index]?.value, child);
      });
    }
    const old = a ? this.#before.entries(a) : new Map<string, never>();
    const now = this.#after.entries(b);
    for (const [key, { pair }] of now) {
      if (!old.has(key) && !change?.children.has(key)) return false;
      if (!this.#sameOrChanged(old.get(key)?.pair.value, pair.value, change?.children.get(key))) return false;
    }
    for (const key of old.keys()) if (!now.has(key)) return false;
    for (const [key, child] of change?.children ?? []) {
      if (!now.has(String(key)) && !this.changed(null, null, child)) return false;
    }
    return true;
  }

  #sameOrChanged(old: unknown, now: unknown, change: Change | undefined): boolean {
    return change ? this.changed(old, now, change) : this.#sameNodes(old, now);
  }

  #sameNodes(old: unknown, now: unknown): boolean {
    if (isScalar(old) && isScalar(now)) return sameScalars(old, now);
    const [a, b] = [this.#before.resolve(old), this.#after.resolve(now)];
    if (isScalar(a) && isScalar(b)) return sameScalars(a, b);
    if (!a || !b || isScalar(a) || isScalar(b)) return isNullNode(a) && isNullNode(b);
    if (this.#hasAliases && this.#same.get(a) === b) return true;
    const same =
      isSeq(a) && isSeq(b)
        ? a.items.length === b.items.length && a.items.every((item, index) => this.#sameNodes(item, b.items[index]))
        : isMap(a) && isMap(b) && this.#sameMaps(a, b);
    if (same && this.#hasAliases) this.#same.set(a, b);
    return same;
  }
}

/** The common case, seen without gathering the keys of either: the same keys in the same order. */
function haveSameKeys(a: YAMLMap, b: YAMLMap): boolean {
  if (a.items.length !== b.items.length) return false;
  return a.items.every((pair, index) => {
    const other = b.items[index];
    if (other === undefined) return false;
    const [key, otherKey] = [pair.key, other.key];
    const areStrings = isScalar(key) && typeof key.value === "string" && isScalar(otherKey) && key.value !== "<<";
    return areStrings ? key.value === otherKey.value : keyName(pair) === keyName(other);
  });
}

function hasKeys(map: YAMLMap, { children }: BranchChange): boolean {
  let found = 0;
  for (const pair of map.items) if (children.has(keyName(pair))) found += 1;
  return found === children.size;
}

/** Of numbers the digits count as well: `12e3` and 12000 are one number and two names. */
function sameScalars(a: Scalar, b: Scalar): boolean {
  if (typeof a.value === "string" || isNullNode(a)) return a.value === b.value;
  return Object.is(a.value, b.value) && a.source === b.source;
}
