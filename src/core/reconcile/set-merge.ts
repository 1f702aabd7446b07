import { holds, isList, sameJson } from "../equality.ts";
import type { FieldValue, ToolValue } from "../model.ts";
import type { FieldCase, ToolSide } from "./field-case.ts";

/**
 * Merges what each side added and removed, against its own base, into the agreed set. Sets never
 * conflict. Elements keep the order of the hub, new ones follow.
 */
export function mergeSets(c: FieldCase, tools: readonly ToolSide[], hubProposes: boolean): readonly string[] {
  const agreed = asSet(c.agreed);
  const hub = hubProposes ? asSet(c.hub) : agreed;
  const deltas = tools.map(toolDelta);
  const isRemoved = (element: string): boolean => deltas.some((delta) => delta.removed(element, agreed));
  const kept = hub.filter((element) =>
    agreed.includes(element) ? !isRemoved(element) : !wasTakenBack(deltas, element),
  );
  const merged = [...new Set(kept)];
  for (const [n, delta] of deltas.entries()) {
    const others = deltas.filter((_, other) => other !== n);
    for (const { element, stored } of delta.added) {
      const known = merged.some((present) => sameJson(writeElement(delta.side, present), stored));
      if (!known && !wasTakenBack(others, element)) merged.push(element);
    }
  }
  return merged;
}

export function asSet(value: FieldValue | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [String(value)];
}

interface Delta {
  readonly side: ToolSide;
  readonly added: readonly { readonly element: string; readonly stored: ToolValue }[];
  /** Whether this side removed what stands there for the element. */
  removed(element: string, seen: readonly string[]): boolean;
}

function toolDelta(side: ToolSide): Delta {
  const before = asToolList(side.base?.value);
  const after = asToolList(side.value);
  const removed = before.filter((stored) => !holds(after, stored));
  const added = after
    .filter((stored) => !holds(before, stored))
    .flatMap((stored) => readElement(side, stored).map((element) => ({ element, stored })));
  return {
    side,
    added,
    removed: (element, seen) => seen.includes(element) && holds(removed, writeElement(side, element)),
  };
}

/** An element that somebody saw at a tool and removed there stays out, although the hub never had it (crash before its commit). */
function wasTakenBack(deltas: readonly Delta[], element: string): boolean {
  return deltas.some((delta) => delta.removed(element, asSet(delta.side.base?.agreed)));
}

function asToolList(value: ToolValue | undefined): readonly ToolValue[] {
  if (value === undefined || value === null) return [];
  return isList(value) ? value : [value];
}

function readElement(side: ToolSide, stored: ToolValue): readonly string[] {
  const reading = side.lens.read([stored]);
  return reading.kind === "value" ? asSet(reading.value) : [];
}

function writeElement(side: ToolSide, element: string): ToolValue | undefined {
  const written = side.lens.write([element]);
  if (written.kind === "cannot") return undefined;
  const list = asToolList(written.value);
  return list.length === 1 ? list[0] : undefined;
}
