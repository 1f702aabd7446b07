/** The page that stands for the project itself. It may lie anywhere, so what it has is read off it, not off a schema. */
import type { Binding } from "../contract.ts";
import type { NotionPage } from "./answers.ts";
import { plainId } from "./ids.ts";
import type { NotionProperty, Properties, Role } from "./schema.ts";

const WANTED: { readonly [R in Role]?: { readonly names: readonly string[]; readonly types: readonly string[] } } = {
  title: { names: [], types: ["title"] },
  health: { names: ["Health"], types: ["select"] },
  progress: { names: ["Progress"], types: ["number"] },
  phase: { names: ["Phase"], types: ["number", "rich_text"] },
  gate: { names: ["Gate"], types: ["rich_text", "select"] },
};

export function pageProperties({ properties }: NotionPage, binding: Binding): Properties {
  const found: Partial<Record<Role, NotionProperty>> = {};
  for (const [role, { names, types }] of Object.entries(WANTED)) {
    const wanted = binding.mapping.fields?.[role] ?? names[0];
    const entry = Object.entries(properties).find(
      ([name, { id, type }]) =>
        types.includes(type) &&
        (role === "title" || id === plainId(String(wanted)) || name.toLowerCase() === String(wanted).toLowerCase()),
    );
    if (entry) found[role as Role] = { id: entry[1].id, name: entry[0], type: entry[1].type };
  }
  return found;
}
