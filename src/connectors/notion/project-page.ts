/** The page that stands for the project itself. It may lie anywhere, so what it has is read off it, not off a schema. */
import type { FieldName } from "../../core/model.ts";
import type { Binding } from "../contract.ts";
import { fieldNames } from "../../core/maps.ts";
import type { NotionPage } from "./answers.ts";
import { noSuchPlace } from "../parked-lens.ts";
import { plainId } from "./ids.ts";
import type { Misplaced, NotionProperty, Properties, Role } from "./schema.ts";

/** Notion's types that would do. */
const TYPES: { readonly [R in Role]?: readonly string[] } = {
  title: ["title"],
  health: ["select"],
  progress: ["number"],
  phase: ["number", "rich_text"],
  gate: ["rich_text", "select"],
};

export function pageProperties(
  { properties }: NotionPage,
  binding: Binding,
): { readonly properties: Properties; readonly misplaced: Misplaced } {
  const found: Partial<Record<Role, NotionProperty>> = {};
  const misplaced: { [F in FieldName]?: string } = {};
  for (const [role, types] of Object.entries(TYPES)) {
    const wanted = binding.mapping.fields?.[role] ?? fieldNames(binding.maps, role)[0];
    const entry = Object.entries(properties).find(
      ([name, { id, type }]) =>
        types.includes(type) &&
        (role === "title" || id === plainId(String(wanted)) || name.toLowerCase() === String(wanted).toLowerCase()),
    );
    if (entry) found[role as Role] = { id: entry[1].id, name: entry[0], type: entry[1].type };
    const named = binding.mapping.fields?.[role];
    if (entry || named === undefined) continue;
    const field = role as FieldName;
    const problem = `which is no property of type ${types.join(" or ")} of the project's page`;
    const fitting = Object.entries(properties).filter(([, { type }]) => types.includes(type));
    misplaced[field] = noSuchPlace({ field, named, problem, candidates: fitting.map(([name]) => name) });
  }
  return { properties: found, misplaced };
}
