import type { Lens } from "../lens.ts";
import type { FieldValue, ItemId, ToolValue } from "../model.ts";
import type { ReconcileInput, ToolWorld } from "./world.ts";

type Refs = Pick<ToolWorld, "key" | "links" | "itemOf" | "mirror">;

/**
 * The parent as the planner sees it: tools hold the parent's ref, the hub its item id, and the links
 * translate. The connector's own lens says only whether the tool can hold a parent and be written.
 */
export function parentLens(native: Lens, tool: Refs, input: ReconcileInput): Lens {
  const refOf = (id: FieldValue): string | undefined => (typeof id === "string" ? tool.links.get(id)?.ref : undefined);
  return {
    ...(native.writable !== undefined && { writable: native.writable }),
    read(value) {
      if (value === null) return { kind: "value", value: null };
      const item = typeof value === "string" ? tool.itemOf(value) : undefined;
      if (item !== undefined && input.hub.items[item]) return { kind: "value", value: item };
      const message = `The parent in ${tool.key} is no item of this project.`;
      return { kind: "none", code: "unknown-parent", message };
    },
    write(value) {
      const ref = value === null ? null : refOf(value);
      if (ref !== undefined) return { kind: "value", value: ref };
      return { kind: "cannot", code: "parent-not-linked", message: `The parent has no twin in ${tool.key} yet.` };
    },
    represents(value, canonical) {
      if (value === null || canonical === null) return value === canonical;
      return value === refOf(canonical) || (typeof value === "string" && tool.itemOf(value) === canonical);
    },
  };
}

export type WantedParent =
  | { readonly kind: "value"; readonly value: ToolValue | { readonly awaits: ItemId } }
  | { readonly kind: "held"; readonly silent: boolean };

/** What a tool is asked for so that the item hangs below that parent; held while the parent cannot be there. */
export function wantedParent(tool: ToolWorld, parent: FieldValue, input: ReconcileInput): WantedParent {
  if (parent === null) return { kind: "value", value: null };
  if (typeof parent !== "string") return { kind: "held", silent: false };
  if (tool.creating.has(parent)) return { kind: "value", value: { awaits: parent } };
  const link = tool.links.get(parent);
  if (link && tool.mirror[link.ref]?.state === "live") return { kind: "value", value: link.ref };
  const item = input.hub.items[parent];
  return { kind: "held", silent: item !== undefined && !tool.policy.types.includes(item.type) };
}
