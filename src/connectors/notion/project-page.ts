/** The page that stands for the project itself. It may lie anywhere, so what it has is read off it, not off a schema. */
import type { Binding } from "../contract.ts";
import { fieldNames } from "../../core/maps.ts";
import type { NotionPage } from "./answers.ts";
import { plainId } from "./ids.ts";
import type { NotionProperty, Properties, Role } from "./schema.ts";

/** Notion's types that would do. */
const TYPES: { readonly [R in Role]?: readonly string[] } = {
  title: ["title"],
  health: ["select"],
  progress: ["number"],
  phase: ["number", "rich_text"],
  gate: ["rich_text", "select"],
};

export function pageProperties({ properties }: NotionPage, binding: Binding): Properties {
  const found: Partial<Record<Role, NotionProperty>> = {};
  for (const [role, types] of Object.entries(TYPES)) {
    const wanted = binding.mapping.fields?.[role] ?? fieldNames(binding.maps, role)[0];
    const entry = Object.entries(properties).find(
      ([name, { id, type }]) =>
        types.includes(type) &&
        (role === "title" || id === plainId(String(wanted)) || name.toLowerCase() === String(wanted).toLowerCase()),
    );
    if (entry) found[role as Role] = { id: entry[1].id, name: entry[0], type: entry[1].type };
  }
  return found;
}
