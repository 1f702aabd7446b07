/** What a set of edits changes, as a tree of keys below the root of the file. */
import { isMap, isScalar } from "yaml";
import type { YAMLMap } from "yaml";
import { shapeOf, type ValueShape } from "../core/fields.ts";
import type { FieldValue, ItemId } from "../core/model.ts";
import type { HubEdit, HubFieldEdit } from "../core/plan.ts";
import type { HubDocument } from "./document.ts";
import { isNullNode, scalarText } from "./document.ts";
import { listItems } from "./items.ts";
import type { ListedItem } from "./items.ts";
import type { KeyPath } from "./keys.ts";
import { FIELD_KEYS, LIST_KEYS, PARENT_TYPES, REFS_KEY } from "./keys.ts";
import { placeOf, readField } from "./read-item.ts";
import type { FieldPlace } from "./read-item.ts";
import { readValue } from "./values.ts";

export interface ValueChange {
  readonly kind: "value";
  readonly value: FieldValue;
  /** `ref`: a name by its source text, always written in double quotes. */
  readonly shape: ValueShape | "ref";
}
export interface BranchChange {
  readonly kind: "branch";
  readonly children: Map<string | number, Change>;
}
export type Change = ValueChange | BranchChange;

export interface PlannedChanges {
  readonly tree: BranchChange;
  readonly skipped: readonly { readonly edit: HubEdit; readonly reason: string }[];
}

type Step = { readonly path: readonly (string | number)[]; readonly change: ValueChange };

/** The changes that are really ones: what the file says already is left out. */
export class ChangePlanner {
  readonly #document: HubDocument;
  readonly #byId: ReadonlyMap<ItemId, readonly ListedItem[]>;

  constructor(document: HubDocument) {
    this.#document = document;
    this.#byId = Map.groupBy(listItems(document).items, ({ id }) => id);
  }

  plan(edits: readonly HubEdit[]): PlannedChanges {
    const tree: BranchChange = { kind: "branch", children: new Map() };
    const skipped: { edit: HubEdit; reason: string }[] = [];
    for (const edit of edits) {
      const steps = edit.type === "project" ? this.#projectSteps(edit) : this.#itemSteps(edit);
      if (typeof steps === "string") skipped.push({ edit, reason: steps });
      else for (const { path, change } of steps) put(tree, path, change);
    }
    return { tree, skipped };
  }

  #projectSteps(edit: HubEdit): Step[] | string {
    if (edit.kind === "ref") return "the refs of a project are in external_sync, which is the people's";
    return this.#fieldSteps(edit, this.#document.root, []);
  }

  #itemSteps(edit: HubEdit): Step[] | string {
    const [item, ...twins] = this.#byId.get(edit.item) ?? [];
    if (!item || item.type !== edit.type) return `the file has no ${edit.type} ${edit.item}`;
    if (twins.length > 0) return `${edit.item} is the id of several items`;
    const base = ["implementation", LIST_KEYS[item.type], item.index];
    if (edit.kind === "field") return this.#fieldSteps(edit, item.map, base);
    if (this.#document.textAt([REFS_KEY, edit.tool], item.map) === edit.ref) return [];
    const refs = this.#document.at([REFS_KEY], item.map);
    if (!isMap(refs) && !isNullNode(refs)) return `${REFS_KEY} of ${edit.item} is no map`;
    return [{ path: [...base, REFS_KEY, edit.tool], change: { kind: "value", value: edit.ref, shape: "ref" } }];
  }

  #fieldSteps(edit: HubFieldEdit, map: YAMLMap, base: readonly (string | number)[]): Step[] | string {
    const keys = FIELD_KEYS[edit.type].find(({ field }) => field === edit.field);
    if (!keys) return `a ${edit.type} has no ${edit.field} in the hub file`;
    const { value } = edit;
    if (typeof value === "number" && !Number.isFinite(value)) return `${value} is no number to write down`;
    const shape = shapeOf(edit.field);
    const place = placeOf(this.#document, map, keys);
    const unread = place && this.#unreadValue(edit, place);
    if (unread !== undefined) return `${place?.path.join(".")} holds ${unread}, which only a person can correct`;
    const path = edit.field === "parent" ? this.#parentPath(keys.paths, value, place?.path) : place?.path;
    const target = path ?? keys.paths[0] ?? [];
    const wanted: Step[] = [{ path: target, change: { kind: "value", value, shape } }];
    // A parent of another type moves to that type's key.
    if (place && place.path !== target)
      wanted.push({ path: place.path, change: { kind: "value", value: null, shape } });
    return wanted.flatMap((step) => this.#unlessSo(step, map, base));
  }

  #parentPath(paths: readonly KeyPath[], value: FieldValue, place: KeyPath | undefined): KeyPath {
    const type = typeof value === "string" ? this.#byId.get(value)?.[0]?.type : undefined;
    const fitting = paths.find(([key = ""]) => PARENT_TYPES[key] === type);
    return (type && fitting) ?? place ?? paths[0] ?? [];
  }

  /** What somebody wrote there that was never read, so that nobody may overwrite it. A bad status made the item wait anyway. */
  #unreadValue(edit: HubFieldEdit, place: FieldPlace): string | undefined {
    const reading = readField(this.#document, { id: edit.item, type: edit.type }, this.#byId, edit.field, place);
    if (reading.kind === "value" || edit.field === "status") return undefined;
    const node = this.#document.resolve(place.entry.pair.value);
    return isScalar(node) ? JSON.stringify(scalarText(node)) : "a list or a map";
  }

  #unlessSo({ path, change }: Step, map: YAMLMap, base: readonly (string | number)[]): Step[] {
    const current = this.#document.at(path as readonly string[], map);
    if (change.shape !== "ref" && holdsValue(this.#document, current, change)) return [];
    return [{ path: [...base, ...path], change }];
  }
}

/** Whether a node reads as the wanted value; a missing one reads as null. */
export function holdsValue(document: HubDocument, node: unknown, { value, shape }: ValueChange): boolean {
  const resolved = document.resolve(node);
  if (shape === "ref") return isScalar(resolved) && scalarText(resolved) === value;
  const reading = readValue(document, resolved, shape);
  if (reading.kind !== "value") return false;
  if (shape !== "list") return reading.value === value;
  return JSON.stringify(reading.value ?? []) === JSON.stringify(value ?? []);
}

/** Adds a change below the path, making the branches on the way. */
export function put(tree: BranchChange, path: readonly (string | number)[], change: ValueChange): void {
  let branch = tree;
  for (const step of path.slice(0, -1)) {
    const known = branch.children.get(step);
    const next: BranchChange = known?.kind === "branch" ? known : { kind: "branch", children: new Map() };
    branch.children.set(step, next);
    branch = next;
  }
  branch.children.set(path.at(-1) ?? "", change);
}
