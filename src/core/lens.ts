import type { FieldName, FieldValue, ItemType, ToolValue } from "./model.ts";

/** Outcome of translating a hub value for a tool. */
export type Written =
  | { readonly kind: "value"; readonly value: ToolValue }
  /** The tool cannot hold this value: one finding, the field is left as it is there. */
  | {
      readonly kind: "cannot";
      readonly code: string;
      readonly message: string;
      /** What a new twin gets in its place where the tool makes none without: a title cut short. */
      readonly instead?: ToolValue;
    };

/** Outcome of reading a tool's value in the hub's terms. */
export type Reading =
  | { readonly kind: "value"; readonly value: FieldValue }
  /** No hub value stands for it (a state nobody mapped, an account without e-mail): one finding, never coerced. */
  | {
      readonly kind: "none";
      readonly code: string;
      readonly message: string;
      /** The place is empty rather than foreign ("No priority"): nothing to report, and free to be filled by newer news. */
      readonly vacant?: true;
    };

/**
 * How one field of one item type is seen through one tool. Pure: built by a connector from the
 * binding and the tool's live schema. Laws (tested for every lens of every tool):
 * - `represents(t, read(t))`: writing what was read changes nothing;
 * - `represents(write(c), c)`: what was written reads back as something that stands for it.
 */
export interface Lens {
  read(value: ToolValue): Reading;
  write(value: FieldValue): Written;
  /** True where the tool's value already stands for the hub's, so that no write is due. */
  represents(value: ToolValue, canonical: FieldValue): boolean;
  /** Absent or true: the tool may be written. False: the vendor computes it or forbids it. */
  readonly writable?: boolean;
}

/** All lenses of one tool for one project; undefined where the tool has no place for the field. */
export type LensTable = (type: ItemType, field: FieldName) => Lens | undefined;
