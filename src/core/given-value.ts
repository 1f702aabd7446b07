/** A value that a person gives as an answer, checked before anybody relies on it. */
import { allowedValues, shapeOf } from "./fields.ts";
import type { FieldName, FieldValue, ItemType } from "./model.ts";

export type GivenValue =
  | { readonly kind: "value"; readonly value: FieldValue }
  /** `why` completes "...: <why>". */
  | { readonly kind: "refused"; readonly why: string };

/** Fields that no item can be without. */
const REQUIRED: readonly FieldName[] = ["title", "status"];

/**
 * What somebody typed or sent as JSON, in the hub's terms: numbers and dates as text too, lists with commas,
 * `null` (or nothing at all) to clear the field.
 */
export function givenValue(type: ItemType, field: FieldName, given: unknown): GivenValue {
  if (given === null || (typeof given === "string" && given.trim() === ""))
    return REQUIRED.includes(field) ? refused(`${field} cannot be empty`) : { kind: "value", value: null };
  const shape = shapeOf(field);
  if (shape === "list") return listOf(given);
  if (typeof given !== "string" && typeof given !== "number") return refused("it is neither text nor a number");
  const text = String(given).trim();
  if (shape === "number")
    return Number.isFinite(Number(text)) ? taken(Number(text)) : refused(`"${text}" is no number`);
  if (shape === "date") return isDay(text) ? taken(text) : refused(`"${text}" is no day (YYYY-MM-DD)`);
  const allowed = allowedValues(type, field);
  if (!allowed) return taken(field === "description" ? String(given) : text.replaceAll(/\s+/g, " "));
  const known = allowed.find((value) => value.toLowerCase() === text.toLowerCase());
  return known === undefined ? refused(`"${text}" is none of ${allowed.join(", ")}`) : taken(known);
}

function listOf(given: unknown): GivenValue {
  const parts = typeof given === "string" ? given.split(",") : given;
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string"))
    return refused("it is no list of texts");
  return taken(parts.map((part) => part.trim()).filter(Boolean));
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function taken(value: FieldValue): GivenValue {
  return { kind: "value", value };
}

function refused(why: string): GivenValue {
  return { kind: "refused", why };
}
