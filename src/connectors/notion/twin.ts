/** A page as the item it stands for. */
import { FIELDS_OF_TYPE, isOwnLabel } from "../../core/fields.ts";
import type { FieldName, ItemType, RemoteItem, ToolValue, ToolValues } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { readName } from "../../core/maps.ts";
import { marker } from "../sync-key.ts";
import type { NotionPage, PropertyValue } from "./answers.ts";
import type { Body } from "./body.ts";
import { propertyOf } from "./mapping.ts";
import { notionSchema, type NotionProperty, type NotionSchema } from "./schema.ts";

/** Notion tells times in whole minutes. */
export const MINUTE_MS = 60_000;
export const TASK_TYPE_PREFIX = "type:";

interface TwinScope {
  readonly binding: Binding;
  readonly schema: ToolSchema;
}

export function twinOf(scope: TwinScope, page: NotionPage, body: Body): RemoteItem {
  const schema = notionSchema(scope.schema);
  const type = itemType(scope, page);
  return {
    ref: page.id,
    key: page.id,
    url: page.url,
    type,
    syncKey: syncKeyOf(schema, page),
    fields: { ...propertyFields(schema, type, page), ...(hasText(type) ? { description: body } : {}) },
    updated: { at: new Date(page.last_edited_time).toISOString(), resolutionMs: MINUTE_MS },
    state: page.in_trash || page.is_archived === true ? "archived" : "live",
  };
}

/** Whether the text of such an item is anybody's concern: a task has none in the hub. */
function hasText(type: ItemType | null): boolean {
  return FIELDS_OF_TYPE[type ?? "story"].includes("description");
}

/** Whether the page's text must be read, which is a call, to tell of it. */
export function isTextTold(scope: TwinScope, page: NotionPage): boolean {
  return hasText(itemType(scope, page));
}

function itemType({ binding, schema: tool }: TwinScope, page: NotionPage): ItemType | null {
  const schema = notionSchema(tool);
  if (page.id === schema.projectPage?.id) return "project";
  const { type } = schema.properties;
  const held = valueOf(page, type)?.select;
  const name = (type?.options?.find(({ id }) => id === held?.id) ?? held)?.name;
  return (readName(binding.maps.type, name ?? "") as ItemType | undefined) ?? null;
}

/**
 * Our identity of the page. Who duplicates a page in Notion copies it along: what another person created is no
 * twin of ours, whatever it carries.
 */
function syncKeyOf(schema: NotionSchema, page: NotionPage): string | null {
  const text = plainText(valueOf(page, schema.properties.sync_key)?.rich_text);
  const prefix = marker("");
  if (!text.startsWith(prefix)) return null;
  const author = schema.users.find(({ id }) => id === page.created_by.id);
  const isCopy = author !== undefined && !author.isBot && author.id !== schema.me;
  return isCopy ? null : text.slice(prefix.length);
}

/** A page of a type nobody bound is told like a story: a person may have linked it by hand. */
function propertyFields(schema: NotionSchema, type: ItemType | null, page: NotionPage): ToolValues {
  const values: { [F in FieldName]?: ToolValue } = {};
  for (const field of FIELDS_OF_TYPE[type ?? "story"]) {
    const property = propertyOf(schema, type ?? "story", field);
    const held = valueOf(page, property);
    const value = property && held && READERS[field]?.(held);
    if (value !== undefined) values[field] = value;
  }
  return values;
}

/** Found by id: names are people's, and change. A property of another type by now, or of another shape, tells nothing. */
export function valueOf(page: NotionPage, property: NotionProperty | undefined): PropertyValue | undefined {
  return Object.values(page.properties).find(
    (value) => value.id === property?.id && value.type === property.type && value[property.type] !== undefined,
  );
}

type Reader = (held: PropertyValue) => ToolValue | undefined;

const READERS: { readonly [F in FieldName]?: Reader } = {
  title: ({ title }) => plainText(title),
  status: (held) => optionOf(held)?.id ?? null,
  priority: (held) => optionOf(held)?.id ?? null,
  sprint: (held) => optionOf(held)?.id ?? null,
  estimate: ({ number }) => number ?? null,
  progress: ({ number }) => number ?? null,
  phase: scalarOf,
  gate: scalarOf,
  health: (held) => optionOf(held)?.name ?? null,
  labels: (held) => labelNames(held).filter((name) => !isOwnLabel(name)),
  task_type: (held) =>
    labelNames(held)
      .find((name) => name.toLowerCase().startsWith(TASK_TYPE_PREFIX))
      ?.slice(TASK_TYPE_PREFIX.length) ?? null,
  due: ({ date }) => dateOf(date),
  parent: ({ relation = [] }) => oneOf(relation),
  assignee: ({ people = [] }) => oneOf(people),
  qa_assignee: ({ people = [] }) => oneOf(people),
  branch: scalarOf,
  pr: scalarOf,
};

function scalarOf(held: PropertyValue): ToolValue {
  if (held.type === "number") return held.number ?? null;
  if (held.type === "select") return held.select?.name ?? null;
  if (held.type === "url") return held.url ?? null;
  return plainText(held.rich_text) || null;
}

function optionOf({ status, select }: PropertyValue): PropertyValue["select"] {
  return status ?? select;
}

/** All labels of a page, ours included. */
export function labelNames({ multi_select: options = [] }: PropertyValue): string[] {
  return options.map(({ name }) => name).sort();
}

function dateOf(date: PropertyValue["date"]): ToolValue {
  if (!date) return null;
  return date.end ? { start: date.start, end: date.end } : date.start;
}

function oneOf(all: readonly { readonly id: string }[]): ToolValue {
  const [only, ...others] = all;
  return others.length > 0 ? all.map(({ id }) => id).sort() : (only?.id ?? null);
}

function plainText(parts: PropertyValue["title"]): string {
  return (parts ?? []).map(({ plain_text: text }) => text).join("");
}
