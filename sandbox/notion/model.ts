/** What a workspace holds, in the stand-in's own words; `render.ts` tells it in Notion's. */
import type { Block } from "./markdown.ts";

export interface Option {
  readonly id: string;
  name: string;
}
export interface Group {
  readonly id: string;
  readonly name: "To-do" | "In progress" | "Complete";
  optionIds: string[];
}
export type PropertyType =
  | "title"
  | "rich_text"
  | "number"
  | "select"
  | "multi_select"
  | "status"
  | "date"
  | "people"
  | "relation"
  | "url"
  | "checkbox"
  | "formula"
  | "unique_id"
  | "created_time"
  | "last_edited_by"
  | "files";
export interface Property {
  /** As the API tells it, percent-encoded. */
  readonly id: string;
  name: string;
  type: PropertyType;
  options: Option[];
  groups: Group[];
  /** Data source of a relation. */
  readonly target?: string;
}
export interface NotionDate {
  readonly start: string;
  readonly end: string | null;
  readonly time_zone: null;
}
/** Texts as one string; options, people and relations by id. */
export type Value = string | number | boolean | null | readonly string[] | NotionDate;

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly kind: "person" | "bot" | "guest";
}
export interface DataSource {
  readonly id: string;
  readonly name: string;
  readonly database: string;
  properties: Property[];
  /** Whether the connection may see it. */
  shared: boolean;
  created: number;
}
export interface Page {
  readonly id: string;
  readonly number: number;
  /** Epoch milliseconds by the vendor's clock. */
  readonly created: number;
  edited: number;
  readonly createdBy: string;
  editedBy: string;
  trashed: boolean;
  /** For good. */
  deleted: boolean;
  /** Undefined for a page that lies in no data source. */
  source: string | undefined;
  /** By property id. */
  values: Record<string, Value>;
  blocks: Block[];
}

/** Properties that Notion computes. */
export const READ_ONLY: readonly PropertyType[] = ["formula", "unique_id", "created_time", "last_edited_by"];

export function emptyValue(type: PropertyType): Value {
  if (type === "title" || type === "rich_text") return "";
  if (type === "multi_select" || type === "people" || type === "relation" || type === "files") return [];
  return type === "checkbox" ? false : null;
}
