import { isScalar, isSeq } from "yaml";
import { isOwnLabel, type ValueShape } from "../core/fields.ts";
import type { FieldValue } from "../core/model.ts";
import type { HubDocument } from "./document.ts";
import { isNullNode, scalarText } from "./document.ts";

/** A value in canonical terms, or why there is none that could be passed on. */
export type ValueReading =
  | { readonly kind: "value"; readonly value: FieldValue }
  | { readonly kind: "held"; readonly code: string; readonly why: string };

export function readValue(document: HubDocument, source: unknown, shape: ValueShape): ValueReading {
  const node = document.resolve(source);
  if (isNullNode(node)) return { kind: "value", value: null };
  if (shape === "list") return readList(document, node);
  const text = isScalar(node) ? scalarText(node) : null;
  if (text === null) return held("not-a-scalar", "is a list or a map where one value is expected");
  if (shape === "number") return readNumber(text, isScalar(node) ? node.value : undefined);
  return shape === "date" ? readDate(text) : { kind: "value", value: shape === "item-id" ? text.trim() : text };
}

/** Elements by their source text: a label `2026` is no number. */
function readList(document: HubDocument, node: unknown): ValueReading {
  if (!isSeq(node)) return held("not-a-list", "is not a list");
  const labels: string[] = [];
  for (const element of node.items) {
    const label = labelText(document, element);
    if (label === null) return held("not-a-list", "has an element that is no text");
    if (!isOwnLabel(label)) labels.push(label);
  }
  return { kind: "value", value: labels };
}

/** Marks of ours in a list of labels: no label to the planner, and yet not to be lost. */
export function ownLabels(document: HubDocument, source: unknown): readonly string[] {
  const node = document.resolve(source);
  const labels = isSeq(node) ? node.items.map((element) => labelText(document, element) ?? "") : [];
  return labels.filter(isOwnLabel);
}

export function labelText(document: HubDocument, element: unknown): string | null {
  const node = document.resolve(element);
  return isScalar(node) ? scalarText(node) : null;
}

/** A number in quotes is that number; words are not. */
function readNumber(text: string, value: unknown): ValueReading {
  const number = typeof value === "number" ? value : /^\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*$/.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? { kind: "value", value: number } : held("not-a-number", "is not a number");
}

function readDate(text: string): ValueReading {
  const date = /^\s*(\d{4}-\d{2}-\d{2})(?:[Tt ].*)?\s*$/.exec(text)?.[1];
  return date !== undefined && isCalendarDate(date)
    ? { kind: "value", value: date }
    : held("not-a-date", "is not a date (YYYY-MM-DD)");
}

function isCalendarDate(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

function held(code: string, why: string): ValueReading {
  return { kind: "held", code, why };
}
