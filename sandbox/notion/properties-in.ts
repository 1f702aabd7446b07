/** What a request says about properties, checked as Notion does. */
import type { DataSource, NotionDate, Property, Value } from "./model.ts";
import { READ_ONLY } from "./model.ts";
import { invalid, notFound, tooLong } from "./refusal.ts";
import type { NotionWorkspace } from "./workspace.ts";

const TEXT_MAX = 2000;
const URL_MAX = 2000;
const ARRAY_MAX = 100;
const OPTION_MAX = 100;

type Input = Readonly<Record<string, unknown>>;

/** Values by property id. Options that a select gets to know are made only once all is well. */
export function readProperties(
  workspace: NotionWorkspace,
  source: DataSource | undefined,
  input: Input,
): Record<string, Value> {
  const made: (() => void)[] = [];
  const values: Record<string, Value> = {};
  for (const [key, given] of Object.entries(input)) {
    const property = propertyOf(workspace, source, key);
    if (!property) {
      if (workspace.quirks.knownProperties) throw invalid(`${key} is not a property that exists.`);
      continue;
    }
    const reading: Reading = { workspace, property, path: `properties.${key}`, made };
    const value = readOne(reading, (given ?? {}) as Input);
    if (value !== undefined) values[property.id] = value;
  }
  for (const make of made) make();
  return values;
}

function propertyOf(workspace: NotionWorkspace, source: DataSource | undefined, key: string): Property | undefined {
  if (source) return workspace.property(source, key);
  return key === "title" ? { id: "title", name: "title", type: "title", options: [], groups: [] } : undefined;
}

interface Reading {
  readonly workspace: NotionWorkspace;
  readonly property: Property;
  readonly path: string;
  readonly made: (() => void)[];
}

function readOne(reading: Reading, given: Input): Value | undefined {
  const { workspace, property } = reading;
  const { type, name } = property;
  if (READ_ONLY.includes(type)) {
    if (workspace.quirks.readOnly)
      throw invalid(`${name} is a read-only property of type ${type} and cannot be updated.`);
    return undefined;
  }
  if (!(type in given)) {
    if (workspace.quirks.typedProperties) throw invalid(`${name} is expected to be ${type}.`);
    return undefined;
  }
  const value = given[type];
  switch (type) {
    case "title":
    case "rich_text":
      return readText(reading, value);
    case "select":
      return value === null ? null : readOption(reading, value as Input);
    case "status":
      return value === null ? resetStatus(reading) : readStatus(reading, value as Input);
    case "multi_select":
      return limited(reading, type, value).map((one) => readOption(reading, one as Input));
    case "date":
      return readDate(reading, value as Input | null);
    case "people":
      return limited(reading, type, value).map((one) => readPerson(reading, String((one as Input)["id"])));
    case "relation":
      return limited(reading, type, value).map((one) => readRelation(reading, String((one as Input)["id"])));
    case "url":
      return readUrl(reading, value);
    case "number":
      if (value !== null && typeof value !== "number")
        throw invalid(
          `body failed validation: body.${reading.path}.number should be a number or \`null\`, instead was \`${JSON.stringify(value)}\`.`,
        );
      return value as number | null;
    default:
      return value as Value;
  }
}

function limited({ workspace, path }: Reading, type: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value))
    throw invalid(
      `body failed validation: body.${path}.${type} should be an array, instead was \`${JSON.stringify(value)}\`.`,
    );
  if (workspace.quirks.arrayLength && value.length > ARRAY_MAX)
    throw tooLong(`${path}.${type}`, ARRAY_MAX, value.length);
  return value;
}

function readText(reading: Reading, value: unknown): string {
  const { workspace, path, property } = reading;
  const parts = limited(reading, property.type, value) as readonly { readonly text?: { readonly content?: unknown } }[];
  return parts
    .map(({ text }, n) => {
      const content = text?.content;
      const where = `${path}.${property.type}[${n}].text.content`;
      if (typeof content !== "string")
        throw invalid(`body failed validation: body.${where} should be defined, instead was \`undefined\`.`);
      if (workspace.quirks.textLength && content.length > TEXT_MAX) throw tooLong(where, TEXT_MAX, content.length);
      return content;
    })
    .join("");
}

function readOption({ workspace, property, path, made }: Reading, { id, name }: Input): string {
  const known = property.options.find((option) => (id === undefined ? option.name === name : option.id === id));
  if (known) return known.id;
  if (typeof name !== "string" || !workspace.quirks.selectMakesOptions)
    throw invalid(
      `${property.type} option with ${id === undefined ? "name" : "ID"} "${String(id ?? name)}" does not exist on property "${property.name}".`,
    );
  if (workspace.quirks.optionCommas && name.includes(","))
    throw invalid(
      `body failed validation: body.${path}.name: Invalid ${property.type} option, commas not allowed: ${name}`,
    );
  if (name.length > OPTION_MAX) throw tooLong(`${path}.${property.type}.name`, OPTION_MAX, name.length);
  const option = workspace.newOption(name);
  made.push(() => property.options.push(option));
  return option.id;
}

function readStatus({ workspace, property }: Reading, { id, name }: Input): string {
  const known = property.options.find((option) => (id === undefined ? option.name === name : option.id === id));
  if (known) return known.id;
  if (workspace.quirks.statusOptions)
    throw invalid(`Invalid status option. Status option "${String(name ?? id)}" does not exist".`);
  const option = workspace.newOption(String(name ?? id));
  property.options.push(option);
  return option.id;
}

function resetStatus({ workspace, property }: Reading): string | null {
  return workspace.quirks.statusReset ? (workspace.firstStatus(property) ?? null) : null;
}

function readDate({ path }: Reading, value: Input | null): NotionDate | null {
  if (value === null) return null;
  const { start, end = null } = value;
  const isDay = (text: unknown): boolean =>
    typeof text === "string" && !Number.isNaN(Date.parse(text)) && /^\d{4}-\d{2}-\d{2}/.test(text);
  if (!isDay(start) || (end !== null && !isDay(end)))
    throw invalid(
      `body failed validation: body.${path}.date.start should be a valid ISO 8601 date string, instead was \`${JSON.stringify(start)}\`.`,
    );
  return { start: String(start), end: end as string | null, time_zone: null };
}

function readPerson({ workspace }: Reading, id: string): string {
  const user = workspace.user(id);
  if (workspace.quirks.knownPeople && !user) throw invalid(`Could not find user with ID: ${id}.`);
  if (workspace.quirks.knownPeople && user?.kind === "bot") throw invalid(`Bots cannot be assigned: ${id}`);
  return user?.id ?? id;
}

function readRelation({ workspace }: Reading, id: string): string {
  if (!workspace.quirks.knownRelations) return id;
  const page = workspace.page(id);
  if (page.trashed) throw notFound("page", id);
  return page.id;
}

function readUrl({ workspace, path }: Reading, value: unknown): string | null {
  if (value === null) return null;
  if (typeof value !== "string" || value === "")
    throw invalid(
      `body failed validation: body.${path}.url should be a string or \`null\`, instead was \`${JSON.stringify(value)}\`.`,
    );
  if (workspace.quirks.urlLength && value.length > URL_MAX) throw tooLong(`${path}.url`, URL_MAX, value.length);
  return value;
}
