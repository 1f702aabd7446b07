/** What people see of a tool's items, and how a test reads it from the stand-in itself. */
import type { FieldName, ItemType } from "../../../src/core/model.ts";

/** Names, dates, numbers and e-mail addresses as people read them; absent where the tool has no place for the field. */
export type View = { readonly [F in FieldName]?: string | number | null | readonly string[] };

/** The names under which a tool may show a hub value; several where its scale is finer than the hub's. */
export type Scale<T> = Readonly<Record<string, readonly T[]>>;

export interface Side<V> {
  readonly status: Readonly<Record<string, Scale<string>>>;
  readonly priority: Scale<string | number>;
  /** What the tool shows where nobody set a priority. */
  readonly noPriority: string | number | null;
  /** The item's twin as the tool shows it; undefined where no live one answers to the key. */
  view(vendors: V, type: ItemType, key: string): View | undefined;
  /** Keys of everything that is or was in the tool, in whatever container. */
  keys(vendors: V): readonly (readonly [ItemType, string])[];
  /** Of those, second twins that were put away for the first's sake; absent where a tool can have none. */
  seconds?(vendors: V): readonly string[];
  /** Keys of everything live in the bound container. */
  liveKeys(vendors: V): readonly string[];
}
