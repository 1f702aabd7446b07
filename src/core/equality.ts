import type { FieldValue, ToolValue } from "./model.ts";
import type { MergeKind } from "./fields.ts";

type Json = ToolValue | FieldValue | undefined;

/** Deep equality of plain JSON values; the order of keys does not count, that of lists does. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isList(a) || isList(b)) {
    return isList(a) && isList(b) && a.length === b.length && a.every((element, n) => sameJson(element, b[n]));
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

/** Equality as the field's kind sees it: in a set neither order nor repetition counts, and null is the empty set. */
export function sameValue(kind: MergeKind, a: Json, b: Json): boolean {
  if (a === b) return true;
  if (kind !== "set" || a === undefined || b === undefined) return sameJson(a, b);
  const left = a ?? [];
  const right = b ?? [];
  if (!isList(left) || !isList(right)) return sameJson(a, b);
  return includesAll(left, right) && includesAll(right, left);
}

export function isList<T extends Json>(value: T): value is Extract<T, readonly unknown[]> {
  return Array.isArray(value);
}

/** Whether a list holds a value, compared deeply. */
export function holds(list: readonly Json[], value: Json): boolean {
  return list.some((element) => sameJson(element, value));
}

function includesAll(list: readonly Json[], wanted: readonly Json[]): boolean {
  return wanted.every((value) => holds(list, value));
}
