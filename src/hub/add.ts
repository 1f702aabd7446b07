import { isMap } from "yaml";
import { SyncFailure } from "../core/errors.ts";
import { shapeOf } from "../core/fields.ts";
import type { FieldName, FieldValue, HubItem, ToolKey } from "../core/model.ts";
import { addItems } from "./add-items.ts";
import { put, type BranchChange, type ValueChange } from "./changes.ts";
import { CopyTooLarge } from "./copy.ts";
import { HubDocument } from "./document.ts";
import { EditContext } from "./edit-context.ts";
import { editMap } from "./edit-tree.ts";
import { listItems } from "./items.ts";
import { FIELD_KEYS, ITEM_TYPES, KEY_ORDER, LIST_KEYS, PARENT_TYPES, REFS_KEY, type ListedType } from "./keys.ts";
import { applySplices, type Splice } from "./splices.ts";
import { holdsExactly } from "./verify.ts";

/** An epic, story or task that a hub file does not have yet. Fields without a value are not written. */
export type NewItem = HubItem & { readonly type: ListedType };

/** What a hub file gets that it does not have yet. */
export interface HubAdditions {
  /** Put behind those of their list, in this order. */
  readonly items?: readonly NewItem[];
  /** Keys and values for `external_sync.<tool>`. */
  readonly bindings?: Readonly<Record<ToolKey, Readonly<Record<string, string>>>>;
  /** For `project.client`. */
  readonly client?: string;
  /** For `implementation.handoffs`, over what stands there. */
  readonly handoffs?: Readonly<Record<string, string>>;
}

/**
 * Adds to the source text, in its own style, and leaves every other byte as it is. What stands there already must
 * not be asked for. The result is parsed again and must hold what was there, and what was added, and nothing else.
 * Throws `InvalidHub` where the file must not be acted on, or has no place that could take it.
 */
export function addToHub(text: string, { items = [], bindings = {}, client, handoffs = {} }: HubAdditions): string {
  const settings: BranchChange = { kind: "branch", children: new Map() };
  if (client !== undefined) put(settings, ["project", "client"], textChange(client));
  for (const [kind, path] of Object.entries(handoffs))
    put(settings, ["implementation", "handoffs", kind], textChange(path));
  for (const [tool, container] of Object.entries(bindings))
    for (const [key, value] of Object.entries(container))
      put(settings, ["external_sync", tool, key], textChange(value));
  const bound =
    settings.children.size === 0
      ? text
      : changed(text, settings, (context) => editMap(context, context.document.root, settings));
  return ITEM_TYPES.reduce(
    (grown, type) =>
      withItems(
        grown,
        type,
        items.filter((item) => item.type === type),
      ),
    bound,
  );
}

function withItems(text: string, type: ListedType, items: readonly NewItem[]): string {
  if (items.length === 0) return text;
  const document = parsed(text);
  const list = document.at(["implementation", LIST_KEYS[type]]);
  const first = list && "items" in list ? list.items.length : 0;
  const types = typesOf(document, items);
  const entries = items.map((item) => entryOf(item, types));
  const tree: BranchChange = { kind: "branch", children: new Map() };
  const branch: BranchChange = { kind: "branch", children: new Map() };
  for (const [index, entry] of entries.entries()) branch.children.set(first + index, entry);
  const lists: BranchChange = { kind: "branch", children: new Map([[LIST_KEYS[type], branch]]) };
  tree.children.set("implementation", lists);
  return changed(text, tree, (context) => addItems(context, LIST_KEYS[type], entries));
}

/** What each id in the file, and each new one, is. */
function typesOf(document: HubDocument, items: readonly NewItem[]): ReadonlyMap<string, ListedType> {
  return new Map([...listItems(document).items, ...items].map(({ id, type }) => [id, type]));
}

/** The item's keys in the order in which people write them. */
function entryOf({ id, type, fields, refs }: NewItem, types: ReadonlyMap<string, ListedType>): BranchChange {
  const values = FIELD_KEYS[type].flatMap(({ field, paths }) => {
    const value = fields[field] ?? null;
    if (value === null) return [];
    const parent =
      field === "parent" ? paths.find(([key = ""]) => PARENT_TYPES[key] === types.get(String(value))) : null;
    const [key = ""] = parent ?? paths[0] ?? [];
    return [[key, valueChange(field, value)] as const];
  });
  const ordered = [["id", textChange(id)] as const, ...values].toSorted(
    ([a], [b]) => KEY_ORDER.indexOf(a) - KEY_ORDER.indexOf(b),
  );
  const entry: BranchChange = { kind: "branch", children: new Map(ordered) };
  for (const [tool, ref] of Object.entries(refs))
    put(entry, [REFS_KEY, tool], { kind: "value", value: ref, shape: "ref" });
  return entry;
}

function valueChange(field: FieldName, value: FieldValue): ValueChange {
  return { kind: "value", value, shape: shapeOf(field) };
}

function textChange(value: string): ValueChange {
  return { kind: "value", value, shape: "text" };
}

function changed(text: string, tree: BranchChange, edit: (context: EditContext) => readonly Splice[] | void): string {
  const document = parsed(text);
  const context = new EditContext(document);
  try {
    edit(context);
    const after = applySplices(text, context.finish());
    const reading = after === undefined ? undefined : HubDocument.parse(after);
    if (after !== undefined && reading instanceof HubDocument && holdsExactly(document, reading, tree)) return after;
  } catch (error) {
    if (!(error instanceof CopyTooLarge)) throw error;
  }
  const [[place = ""] = []] = tree.children;
  const message = `the hub file cannot take what is to be added below ${String(place)} without changing something else; please add it by hand`;
  throw new SyncFailure("InvalidHub", message);
}

function parsed(text: string): HubDocument {
  const document = HubDocument.parse(text);
  if (!(document instanceof HubDocument)) {
    const { message, line, column } = document;
    throw new SyncFailure("InvalidHub", `the hub file cannot be added to: ${message} (line ${line})`, { line, column });
  }
  const lists = document.at(["implementation"]);
  if (lists !== null && !isMap(lists) && "items" in lists)
    throw new SyncFailure("InvalidHub", "the hub file cannot be added to: implementation is not a map");
  return document;
}
