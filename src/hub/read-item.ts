import { isMap, isScalar } from "yaml";
import type { YAMLMap } from "yaml";
import { allowedValues, shapeOf } from "../core/fields.ts";
import type { Finding } from "../core/findings.ts";
import type { FieldName, FieldValue, FieldValues, HubItem, ItemId, ItemType } from "../core/model.ts";
import type { HubDocument, MapEntry } from "./document.ts";
import { isNullNode, scalarText, startOf } from "./document.ts";
import type { ListedItem } from "./items.ts";
import type { FieldKeys, KeyPath } from "./keys.ts";
import { FIELD_KEYS, PARENT_TYPES, REFS_KEY } from "./keys.ts";
import { readValue } from "./values.ts";
import type { ValueReading } from "./values.ts";

export interface ItemReading {
  /** Absent: the item must wait. */
  readonly item?: HubItem;
  readonly findings: readonly Finding[];
}

export type ItemsById = ReadonlyMap<ItemId, readonly ListedItem[]>;

/** Where a field stands: the key of its value, and which of the field's paths it is. */
export interface FieldPlace {
  readonly path: KeyPath;
  readonly entry: MapEntry;
}

/** The first of the field's places that has a value; else the first that is there at all. */
export function placeOf(document: HubDocument, map: YAMLMap, { paths }: FieldKeys): FieldPlace | undefined {
  const places = paths.flatMap((path) => {
    const entry = entryAt(document, map, path);
    return entry ? [{ path, entry }] : [];
  });
  return places.find(({ entry }) => !isNullNode(document.resolve(entry.pair.value))) ?? places[0];
}

function entryAt(document: HubDocument, map: YAMLMap, path: KeyPath): MapEntry | undefined {
  const parent = document.at(path.slice(0, -1), map);
  return isMap(parent) ? document.entry(parent, path.at(-1) ?? "") : undefined;
}

/** A field's canonical value, or why it cannot be passed on. */
export function readField(
  document: HubDocument,
  item: { readonly id: ItemId; readonly type: ItemType },
  byId: ItemsById,
  field: FieldName,
  { path, entry }: FieldPlace,
): ValueReading {
  const reading = readValue(document, entry.pair.value, shapeOf(field));
  if (reading.kind === "held" || reading.value === null) return reading;
  const { value } = reading;
  const allowed = allowedValues(item.type, field);
  if (allowed && !allowed.includes(String(value))) {
    return { kind: "held", code: `unknown-${field.replace("_", "-")}`, why: `is none of ${allowed.join(", ")}` };
  }
  const parentType = PARENT_TYPES[path[0] ?? ""];
  const isParent = (byId.get(String(value)) ?? []).some(({ type }) => type === parentType);
  if (field !== "parent" || (isParent && value !== item.id)) return reading;
  return { kind: "held", code: "unknown-parent", why: `is no ${path[0]} of this file` };
}

export function readItem(document: HubDocument, listed: ListedItem, byId: ItemsById): ItemReading {
  const { id, type, map, line } = listed;
  const reader = new FieldReader(document, listed, byId);
  const fields = reader.read(map, FIELD_KEYS[type]);
  const { findings } = reader;
  if (typeof fields.title !== "string" || fields.title.trim() === "") {
    if (!reader.faulty.has("title")) findings.push(missingTitle(document, listed, line));
    return { findings };
  }
  if (reader.faulty.has("status")) return { findings };
  return { item: { id, type, fields, refs: readRefs(document, map) }, findings };
}

/** The project itself is an item too; which twins it has, the bindings say. */
export function readProject(document: HubDocument, id: ItemId): { item: HubItem; findings: readonly Finding[] } {
  const reader = new FieldReader(document, { id, type: "project" }, new Map());
  const fields = reader.read(document.root, FIELD_KEYS.project);
  return { item: { id, type: "project", fields, refs: {} }, findings: reader.findings };
}

/** Refs as they are written: `12e3` is an id, not a number. */
export function readRefs(document: HubDocument, map: YAMLMap): HubItem["refs"] {
  const refs = document.at([REFS_KEY], map);
  if (!isMap(refs)) return {};
  const pairs = [...document.entries(refs).values()].flatMap(({ key, pair }) => {
    const node = document.resolve(pair.value);
    const ref = isScalar(node) ? scalarText(node)?.trim() : undefined;
    return ref ? [[key, ref] as const] : [];
  });
  return Object.fromEntries(pairs);
}

class FieldReader {
  readonly findings: Finding[] = [];
  /** Fields that have a value which cannot be passed on. */
  readonly faulty = new Set<FieldName>();
  readonly #document: HubDocument;
  readonly #item: { readonly id: ItemId; readonly type: ItemType };
  readonly #byId: ItemsById;

  constructor(document: HubDocument, item: { readonly id: ItemId; readonly type: ItemType }, byId: ItemsById) {
    this.#document = document;
    this.#item = item;
    this.#byId = byId;
  }

  read(map: YAMLMap, table: readonly FieldKeys[]): FieldValues {
    const fields: { [F in FieldName]?: FieldValue } = {};
    for (const keys of table) {
      const place = placeOf(this.#document, map, keys);
      const value = place && this.#read(keys.field, place);
      if (value !== undefined) fields[keys.field] = value;
    }
    return fields;
  }

  #read(field: FieldName, place: FieldPlace): FieldValue | undefined {
    const reading = readField(this.#document, this.#item, this.#byId, field, place);
    if (reading.kind === "held") return this.#hold(field, place, reading.code, reading.why);
    return field === "status" ? (reading.value ?? undefined) : reading.value;
  }

  #hold(field: FieldName, { path, entry }: FieldPlace, code: string, why: string): undefined {
    const { id, type } = this.#item;
    const node = this.#document.resolve(entry.pair.value);
    const shown = isScalar(node) ? ` ${quoted(scalarText(node) ?? "")}` : "";
    const waits = type !== "project" && (field === "status" || field === "title");
    this.faulty.add(field);
    this.findings.push({
      code,
      severity: "warning",
      ...(waits ? { needsDecision: true } : {}),
      message: `${id}: ${path.join(".")}${shown} ${why}; ${waits ? "the item waits" : "this field is not synced"}`,
      remedy: "Correct the value.",
      field,
      items: [id],
      ...this.#document.positions.at(startOf(entry.pair.key)),
    });
    return undefined;
  }
}

function missingTitle(document: HubDocument, { id, map }: ListedItem, line: number): Finding {
  const entry = document.entry(map, "title");
  const where = entry ? document.positions.at(startOf(entry.pair.key)) : { line, column: 1 };
  return {
    code: "missing-title",
    severity: "warning",
    needsDecision: true,
    message: `${id} has no title; the item waits`,
    remedy: "Give it a title.",
    field: "title",
    items: [id],
    ...where,
  };
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 39)}…` : line);
}
