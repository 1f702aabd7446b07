import type { FieldValue } from "../model.ts";
import { applyTextEdit } from "../text-merge.ts";
import { hasSeen, readingOf } from "./field-case.ts";
import type { FieldCase, ToolSide } from "./field-case.ts";

/**
 * All edits of a text in one, so that what a tool does not keep of the hub's formatting survives.
 * Undefined where two edits touch, or where a side cleared the text or wrote the first one.
 */
export function mergeTexts(c: FieldCase, tools: readonly ToolSide[]): string | undefined {
  const start = c.hubChanged && c.hubMayPropose ? c.hub : c.agreed;
  if (typeof start !== "string" || typeof c.agreed !== "string") return undefined;
  let text: string = start;
  for (const side of editOrder(c, tools)) {
    const before = textOf(side.base?.value === undefined ? undefined : side.lens.read(side.base.value));
    const after = textOf(readingOf(side));
    if (before === undefined || after === undefined) return undefined;
    const merged = applyTextEdit(text, before, after);
    if (merged !== undefined) text = merged;
    // The tool's own formatting got in the way; nobody else's edit is in there yet to be lost.
    else if (text === c.agreed && hasSeen(side, c.kind, c.agreed)) text = after;
    else return undefined;
  }
  return text;
}

/** Edits on top of the agreed text first: the others may have been made on top of those. */
function editOrder(c: FieldCase, tools: readonly ToolSide[]): ToolSide[] {
  const rank = (side: ToolSide): number => (hasSeen(side, c.kind, c.agreed) ? 0 : 1);
  return tools.toSorted((a, b) => rank(a) - rank(b));
}

function textOf(reading: { readonly kind: string; readonly value?: FieldValue } | undefined): string | undefined {
  return reading?.kind === "value" && typeof reading.value === "string" ? reading.value : undefined;
}
