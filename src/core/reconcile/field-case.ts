import { FIELD_DEFINITIONS } from "../fields.ts";
import type { MergeKind } from "../fields.ts";
import type { Lens, Reading } from "../lens.ts";
import type { FieldBase, FieldName, FieldValue, FieldValues, HubItem, ToolValue } from "../model.ts";
import { sameValue } from "../equality.ts";
import type { Twin } from "./world.ts";

/** One tool's part in one field. */
export interface ToolSide extends Twin {
  readonly lens: Lens;
  readonly value: ToolValue;
  readonly base: FieldBase | undefined;
  /**
   * `unbased`: linked, never agreed. `moved`: differs from its base, other than by coming to stand for the
   * agreed value that its people had before their eyes anyway.
   */
  readonly state: "quiet" | "moved" | "unbased";
  readonly mayPropose: boolean;
  /** In the hub's terms; only looked up where it may matter. */
  readonly reading: Reading | undefined;
}

/** Everything there is to know about one field of one item. */
export interface FieldCase {
  readonly item: HubItem;
  readonly field: FieldName;
  readonly kind: MergeKind;
  /** What the hub says; undefined where it has no opinion. */
  readonly hub: FieldValue | undefined;
  /** The project's agreed value. */
  readonly agreed: FieldValue | undefined;
  readonly hubChanged: boolean;
  readonly hubMayPropose: boolean;
  readonly sides: readonly ToolSide[];
}

/** When a tool's value counts as an edit of its own; `explained` where it still stands for all that was seen there. */
export function hasMoved(kind: MergeKind, value: ToolValue, base: ToolValue, explained: boolean): boolean {
  return !explained && !sameValue(kind, value, base);
}

/** True where nothing differs from what was agreed, so that nothing is to be said about the field. */
export function isQuiet(item: HubItem, field: FieldName, agreedFields: FieldValues, twins: readonly Twin[]): boolean {
  const { merge: kind } = FIELD_DEFINITIONS[field];
  const hub = item.fields[field];
  const agreed = agreedFields[field];
  if (hub !== undefined && !sameValue(kind, hub, agreed)) return false;
  return twins.every(({ tool, link, remote }) => {
    const value = remote.fields[field];
    const lens = tool.lenses[item.type].get(field);
    if (value === undefined || !lens) return true;
    const base = link.base[field];
    if (base?.value === undefined || base.refused || !sameValue(kind, value, base.value)) return false;
    if (agreed === undefined) return value === null || field === "parent" || lens.read(value).kind === "value";
    return base.agreed !== undefined && sameValue(kind, base.agreed, agreed) && lens.represents(value, agreed);
  });
}

export function examineField(
  item: HubItem,
  field: FieldName,
  agreedFields: FieldValues,
  twins: readonly Twin[],
  hubMayPropose: boolean,
  moved: typeof hasMoved,
): FieldCase {
  const { merge: kind } = FIELD_DEFINITIONS[field];
  const hub = item.fields[field];
  const agreed = agreedFields[field];
  const sides: ToolSide[] = [];
  for (const twin of twins) {
    const lens = twin.tool.lenses[item.type].get(field);
    const value = twin.remote.fields[field];
    if (lens && value !== undefined) sides.push(examineSide(twin, field, lens, value, { hub, agreed }, moved));
  }
  const hubChanged = hub !== undefined && !sameValue(kind, hub, agreed);
  return { item, field, kind, hub, agreed, hubChanged, hubMayPropose, sides };
}

function examineSide(
  twin: Twin,
  field: FieldName,
  lens: Lens,
  value: ToolValue,
  { hub, agreed }: { readonly hub: FieldValue | undefined; readonly agreed: FieldValue | undefined },
  moved: typeof hasMoved,
): ToolSide {
  const { merge: kind, direction } = FIELD_DEFINITIONS[field];
  const base = twin.link.base[field];
  const standsFor = (known: FieldValue | undefined): boolean => known !== undefined && lens.represents(value, known);
  // A twin that was never agreed with and says what the hub says has no opinion of its own.
  const stands = standsFor(agreed) || (base?.value === undefined && standsFor(hub));
  const state = stateOf(kind, { value, base, lens, stands, agreed }, moved);
  const unexplained = state !== "quiet" || (agreed === undefined && field !== "parent");
  return {
    ...twin,
    lens,
    value,
    base,
    state,
    mayPropose: direction === "both" && twin.tool.policy.mode !== "push-only",
    reading: unexplained && !stands ? lens.read(value) : undefined,
  };
}

function stateOf(
  kind: MergeKind,
  side: Pick<ToolSide, "value" | "base" | "lens"> & { stands: boolean; agreed: FieldValue | undefined },
  moved: typeof hasMoved,
): ToolSide["state"] {
  const { value, base, stands, agreed } = side;
  if (base?.value === undefined) return stands ? "quiet" : "unbased";
  if (!stands) return moved(kind, value, base.value, false) ? "moved" : "quiet";
  // Someone who saw a newer value and went back to the agreed one did edit (crash before the hub's commit).
  const seen = seenAt(side);
  const explained = seen === "nothing" || sameValue(kind, seen.value, agreed);
  return moved(kind, value, base.value, explained) ? "moved" : "quiet";
}

/** A tool's value in the hub's terms. */
export function readingOf(side: ToolSide): Reading {
  return side.reading ?? side.lens.read(side.value);
}

/** What the people at this tool can have seen as the project's value before they edited it. */
export function seenAt(side: Pick<ToolSide, "base" | "lens">): { readonly value: FieldValue | undefined } | "nothing" {
  const { base, lens } = side;
  if (base?.agreed === undefined) return { value: undefined };
  // A value that the tool refused or could not hold was never shown there.
  if (base.value === undefined || !lens.represents(base.value, base.agreed)) return "nothing";
  return { value: base.agreed };
}

/** Whether the people at this tool edited on top of that value. */
export function hasSeen(side: ToolSide, kind: MergeKind, value: FieldValue | undefined): boolean {
  const seen = seenAt(side);
  return seen !== "nothing" && sameValue(kind, seen.value, value);
}
