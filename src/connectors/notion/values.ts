/** Fields in the tool's terms as the `properties` of a request, by property id. */
import { isOwnLabel } from "../../core/fields.ts";
import type { FieldName, ItemType, ToolValue, ToolValues } from "../../core/model.ts";
import type { NotionPage } from "./answers.ts";
import { propertyOf } from "./mapping.ts";
import type { NotionProperty, NotionSchema } from "./schema.ts";
import { labelNames, TASK_TYPE_PREFIX, valueOf } from "./twin.ts";

const CONTENT_MAX = 2000;

export type PropertyInputs = Readonly<Record<string, object>>;

/** @param present the page as it stands, whose labels of ours are kept; undefined for a new one */
export function propertyInputs(
  schema: NotionSchema,
  type: ItemType,
  fields: ToolValues,
  present?: NotionPage,
): PropertyInputs {
  const inputs: Record<string, object> = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = name as FieldName;
    const property = propertyOf(schema, type, field);
    if (!property || field === "labels" || field === "task_type") continue;
    inputs[property.id] = inputOf(property, value);
  }
  const labels = schema.properties.labels;
  if (labels && type !== "project" && (fields.labels !== undefined || fields.task_type !== undefined))
    inputs[labels.id] = { multi_select: labelInputs(labels, labelsAfter(labels, fields, present)) };
  return inputs;
}

/** The id is what renames leave alone; a name that is no option yet makes one. */
export function optionInput(
  { options = [] }: NotionProperty,
  name: string,
): { readonly id: string } | { readonly name: string } {
  const known = options.find((option) => option.name === name);
  return known ? { id: known.id } : { name };
}

function labelInputs(property: NotionProperty, names: readonly string[]): object[] {
  return names.map((name) => optionInput(property, name));
}

/** Options are set as a whole: what the request does not name stays, ours as well as people's. */
function labelsAfter(property: NotionProperty, fields: ToolValues, present: NotionPage | undefined): string[] {
  const held = present ? valueOf(present, property) : undefined;
  const standing = held ? labelNames(held) : [];
  const isType = (name: string): boolean => name.toLowerCase().startsWith(TASK_TYPE_PREFIX);
  const people = Array.isArray(fields.labels)
    ? fields.labels.map(String)
    : standing.filter((name) => !isOwnLabel(name));
  const types =
    fields.task_type === undefined
      ? standing.filter(isType)
      : typeof fields.task_type === "string"
        ? [`${TASK_TYPE_PREFIX}${fields.task_type}`]
        : [];
  const others = standing.filter((name) => isOwnLabel(name) && !isType(name));
  return [...new Set([...people, ...types, ...others])];
}

function inputOf(property: NotionProperty, value: ToolValue): object {
  const { type } = property;
  switch (type) {
    case "title":
    case "rich_text":
      return { [type]: textInput(value === null ? "" : String(value as string)) };
    case "status":
      return { status: value === null ? null : { id: value } };
    case "select":
      return { select: value === null ? null : selectInput(property, String(value as string)) };
    case "date":
      return { date: value === null ? null : typeof value === "object" ? value : { start: value } };
    case "people":
      return { people: idsOf(value).map((id) => ({ object: "user", id })) };
    case "relation":
      return { relation: idsOf(value).map((id) => ({ id })) };
    default:
      return { [type]: value };
  }
}

/** Values of a field with options are ids; a project's health is told by its name. */
function selectInput({ options }: NotionProperty, value: string): object {
  return options === undefined ? { name: value } : { id: value };
}

function idsOf(value: ToolValue): string[] {
  const all = Array.isArray(value) ? value : [value];
  return all.filter((one) => typeof one === "string");
}

/** A text in parts of at most 2,000 characters, never in the middle of one. */
export function textInput(text: string): object[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    const last = text.charCodeAt(at + CONTENT_MAX - 1);
    const end = at + CONTENT_MAX - (last >= 0xd800 && last <= 0xdbff ? 1 : 0);
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts.map((content) => ({ text: { content } }));
}
