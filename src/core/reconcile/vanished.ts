import type { FieldName, ItemId } from "../model.ts";
import type { Draft } from "./draft.ts";
import type { ToolWorld, World } from "./world.ts";

/**
 * Fields that a tool held and has no place for any more: somebody deleted, renamed or retyped a property or a custom field
 * there. They rest as they are on all sides, which must not go unnoticed: one finding a tool and field.
 */
export function reportVanished(world: World, draft: Draft): void {
  for (const tool of world.tools.filter(({ policy }) => policy.available)) {
    for (const [field, items] of vanished(world, tool)) {
      draft.findings.push({
        code: "place-vanished",
        severity: "warning",
        tool: tool.key,
        field,
        items,
        message: `${tool.key} has no place for ${field} any more; what stands there is neither read nor written.`,
        remedy: `Bring the field back there, or name the one that holds it now: mapping.fields.${field}.`,
      });
    }
  }
}

function vanished({ items, policy }: World, { twins, links, lenses }: ToolWorld): Map<FieldName, ItemId[]> {
  const found = new Map<FieldName, ItemId[]>();
  for (const { id, type } of items) {
    // A type without any place is not bound here, by somebody's choice.
    if (!twins.has(id) || lenses[type].size === 0) continue;
    for (const [name, base] of Object.entries(links.get(id)?.base ?? {})) {
      const field = name as FieldName;
      const isAsked = policy.fields?.includes(field) ?? true;
      if (
        base === undefined ||
        base.agreed === undefined ||
        base.agreed === null ||
        !isAsked ||
        lenses[type].has(field)
      )
        continue;
      found.set(field, [...(found.get(field) ?? []), id]);
    }
  }
  return found;
}
