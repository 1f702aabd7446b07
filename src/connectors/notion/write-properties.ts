/** One request for a page's properties: what Notion says against a property is told of the field that it holds. */
import { isSyncFailure, SyncFailure } from "../../core/errors.ts";
import type { FieldName, ItemType, ToolValue, ToolValues } from "../../core/model.ts";
import { propertyOf } from "./mapping.ts";
import type { NotionSchema } from "./schema.ts";

/**
 * `sent`, with Notion's words about a property as a refusal of its field. They name the property, by name or by id, or
 * only the value: a person, an option or a page that it does not find, which it may call missing rather than invalid.
 */
export async function blaming<T>(
  schema: NotionSchema,
  type: ItemType,
  fields: ToolValues,
  sent: () => Promise<T>,
): Promise<T> {
  try {
    return await sent();
  } catch (error) {
    if (!isSyncFailure(error, "Rejected") && !isSyncFailure(error, "NotFound")) throw error;
    const words = error.details.fields?.[""] ?? error.message;
    const isBlamed = (field: FieldName): boolean =>
      isNamed(schema, type, field, words) || isQuoted(fields[field], words);
    const blamed = (Object.keys(fields) as FieldName[]).filter(isBlamed);
    if (error.code === "NotFound" && blamed.length === 0) throw error;
    const refused = blamed.length > 0 ? Object.fromEntries(blamed.map((field) => [field, words])) : { "": words };
    throw new SyncFailure("Rejected", error.message, { ...error.details, fields: refused }, error);
  }
}

function isNamed(schema: NotionSchema, type: ItemType, field: FieldName, words: string): boolean {
  if (field === "description") return /\b(?:markdown|new_str|replace_content)\b/.test(words);
  const property = propertyOf(schema, type, field);
  if (!property) return false;
  const names = [property.id, encodeURIComponent(property.id), property.name];
  return names.some(
    (name) =>
      words.includes(`properties.${name}.`) || words.includes(`properties.${name} `) || words.startsWith(`${name} is `),
  );
}

/** Ids are long enough to mean nothing else; a name counts in quotes, or at the end of what is said of it. */
function isQuoted(value: ToolValue | undefined, words: string): boolean {
  if (Array.isArray(value)) return value.some((one) => isQuoted(one, words));
  if (typeof value !== "string" || value.length < 4) return false;
  const isId = /^[0-9a-f-]{32,36}$/.test(value);
  return words.includes(`"${value}"`) || words.endsWith(`: ${value}`) || (isId && words.includes(value));
}
