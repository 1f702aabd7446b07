/** How a tool tells the hub's values and fields, in both directions: the data of `registry/maps`, as connectors look things up in it. */
import type { Lens, LensTable } from "./lens.ts";

/** What one hub value is written as. */
export interface ValueRow {
  readonly value: string;
  /** Names that mean it, best first; letter case does not matter. */
  readonly names: readonly string[];
  /** The label that tells it, where labels do. */
  readonly label?: string;
  /** The tool's own categories that mean it where no name does, best first. */
  readonly categories: readonly string[];
  /** The value whose state also holds this one where it has none of its own; it reads as that one then. */
  readonly heldBy?: string;
}

/** Keys are folded (`foldedName`), values are the hub's. */
export interface Readings {
  readonly names: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly categories: Readonly<Record<string, string>>;
}

export interface ValueMap {
  readonly toTool: readonly ValueRow[];
  readonly toHub: Readings;
}

/** `push`: the hub's word only, `pull`: the tool's only. */
export type Direction = "both" | "push" | "pull";

/** What a field of the hub is in the tool. */
export interface FieldRow {
  /** The tool's fixed name or id of it; null where it differs from place to place, or is no field there. */
  readonly field: string | null;
  /** What it is usually called where that differs, best first. */
  readonly names: readonly string[];
  /** Further names that people use for it. */
  readonly aliases: readonly string[];
  readonly direction: Direction;
  /** Whether a client or a project may name another place for it (`mapping.fields`). */
  readonly mappable: boolean;
}

/** The kinds of items that have statuses; `epic_project` is an epic where that is not an issue like the others. */
export type StatusKind = "epic" | "epic_project" | "story" | "task";

/** The maps of one tool. */
export interface ToolMaps {
  readonly status: { readonly [K in StatusKind]?: ValueMap };
  readonly priority: ValueMap;
  readonly type: ValueMap;
  readonly fields: Readonly<Record<string, FieldRow>>;
}

const NO_VALUES: ValueMap = { toTool: [], toHub: { names: {}, labels: {}, categories: {} } };

/** Of a tool that the registry has no maps for. */
export const NO_MAPS: ToolMaps = { status: {}, priority: NO_VALUES, type: NO_VALUES, fields: {} };

export function statusMap({ status }: ToolMaps, kind: StatusKind): ValueMap {
  return status[kind] ?? NO_VALUES;
}

/** Two spellings of one name are equal then. */
export function foldedName(name: string): string {
  return name.trim().toLowerCase();
}

export function readName({ toHub }: ValueMap, name: string): string | undefined {
  return toHub.names[foldedName(name)];
}

export function readLabel({ toHub }: ValueMap, label: string): string | undefined {
  return toHub.labels[foldedName(label)];
}

export function readCategory({ toHub }: ValueMap, category: string): string | undefined {
  return toHub.categories[foldedName(category)];
}

export function rowOf({ toTool }: ValueMap, value: string): ValueRow | undefined {
  return toTool.find((row) => row.value === value);
}

/** The usual names of a field, best first. */
export function fieldNames({ fields }: ToolMaps, field: string): readonly string[] {
  return fields[field]?.names ?? [];
}

/** The lenses with those that the maps only pull kept from being written. */
export function directed({ fields }: ToolMaps, table: LensTable): LensTable {
  const pulled = new Map<Lens, Lens>();
  return (type, field) => {
    const lens = table(type, field);
    if (lens === undefined || fields[field]?.direction !== "pull") return lens;
    if (!pulled.has(lens)) pulled.set(lens, { ...lens, writable: false });
    return pulled.get(lens);
  };
}
