/** Which property of a data source holds what: by the binding's word, else by its usual name, with a type that fits. */
import { SyncFailure } from "../../core/errors.ts";
import type { FieldName } from "../../core/model.ts";
import type { Binding } from "../contract.ts";
import { fieldNames, statusMap, type ToolMaps, type ValueMap } from "../../core/maps.ts";
import type { DataSource } from "./answers.ts";
import { amongst, noSuchPlace } from "../parked-lens.ts";
import { plainId } from "./ids.ts";
import type { Misplaced, NotionOption, NotionProperty, Properties, Role } from "./schema.ts";

interface Wanted {
  readonly types: readonly string[];
  /** Without it nothing can be synced. */
  readonly required?: true;
  /** How it is made where it is missing; absent where that is people's choice. */
  readonly definition?: (dataSource: string, maps: ToolMaps) => object;
}

const NO_OPTIONS = { options: [] };

/** The first name of each value. */
function optionsOf({ toTool }: ValueMap): object {
  return { options: toTool.flatMap(({ names: [name] }) => (name === undefined ? [] : [{ name }])) };
}

/** What they are usually called, the maps say. */
const WANTED: { readonly [R in Role]?: Wanted } = {
  title: { types: ["title"], required: true },
  type: { types: ["select"], required: true, definition: (_, { type }) => ({ select: optionsOf(type) }) },
  sync_key: { types: ["rich_text"], required: true, definition: () => ({ rich_text: {} }) },
  status: {
    types: ["status", "select"],
    definition: (_, maps) => ({ status: optionsOf(statusMap(maps, "story")) }),
  },
  priority: { types: ["select"], definition: (_, { priority }) => ({ select: optionsOf(priority) }) },
  estimate: { types: ["number"], definition: () => ({ number: { format: "number" } }) },
  labels: { types: ["multi_select"], definition: () => ({ multi_select: NO_OPTIONS }) },
  due: { types: ["date"], definition: () => ({ date: {} }) },
  parent: {
    types: ["relation"],
    definition: (dataSource) => ({ relation: { data_source_id: dataSource, single_property: {} } }),
  },
  assignee: { types: ["people"], definition: () => ({ people: {} }) },
  sprint: { types: ["select"], definition: () => ({ select: NO_OPTIONS }) },
  branch: { types: ["rich_text", "url"], definition: () => ({ rich_text: {} }) },
  pr: { types: ["url", "rich_text"], definition: () => ({ url: {} }) },
  qa_assignee: { types: ["people"] },
  project: { types: ["select", "rich_text"] },
};
const ROLES = Object.keys(WANTED) as Role[];

/** A property that the data source lacks, and how it is made. */
export interface MissingProperty {
  readonly role: Role;
  readonly name: string;
  /** Notion's types that would do, the one it is made as first. */
  readonly types: readonly string[];
  readonly required: boolean;
  /** For `PATCH /data_sources/{id}`; undefined where people must make room first: a property of another type has the name. */
  readonly definition: object | undefined;
}

/**
 * The properties by what they are for, and of fields that the binding keeps where they cannot be, why. `InvalidConfig` where
 * that is so of what tells twins apart.
 */
export function findProperties(
  source: DataSource,
  binding: Binding,
): { readonly properties: Properties; readonly misplaced: Misplaced } {
  const found = ROLES.map((role) => [role, propertyFor(source, binding, role)] as const);
  const properties = found.flatMap(([role, one]) => (one && "id" in one ? [[role, one] as const] : []));
  const misplaced = found.flatMap(([role, one]) => (one && "problem" in one ? [[role, one.problem] as const] : []));
  return { properties: Object.fromEntries(properties), misplaced: Object.fromEntries(misplaced) };
}

/** What the data source lacks of all that the hub's fields could use. */
export function missingProperties(source: DataSource, binding: Binding): MissingProperty[] {
  const { properties: found, misplaced } = findProperties(source, binding);
  return ROLES.flatMap((role): MissingProperty[] => {
    const wanted = WANTED[role];
    const [name] = fieldNames(binding.maps, role);
    if (!wanted?.definition || name === undefined || found[role] || role in misplaced) return [];
    const isTaken = Object.values(source.properties).some((one) => one.name.toLowerCase() === name.toLowerCase());
    const definition = isTaken ? undefined : wanted.definition(source.id, binding.maps);
    return [{ role, name, types: wanted.types, required: wanted.required === true, definition }];
  });
}

/** Refuses a data source that cannot tell epics from stories, or our twins from other pages. */
export function checkRequired(source: DataSource, binding: Binding): void {
  const missing = missingProperties(source, binding).filter(({ required }) => required);
  if (missing.length === 0) return;
  const list = missing.map(({ name, types }) => `"${name}" (${types.join(" or ")})`).join(" and ");
  const taken = missing.filter(({ definition }) => definition === undefined);
  const remedy =
    taken.length === 0
      ? "run `track-sdlc doctor --fix`, which creates it, or `track-sdlc init`"
      : `a property of another type is called ${taken.map(({ name }) => `"${name}"`).join(", ")}: rename it, or name another one in mapping.fields`;
  const message = `${binding.project}: the Notion data source ${source.id} lacks the property ${list}; ${remedy}.`;
  throw new SyncFailure("InvalidConfig", message, { tool: "notion" });
}

/** What tells twins from other pages, and whose they are: without it nothing is synced. */
const IDENTITY: readonly Role[] = ["title", "type", "sync_key", "project"];

function propertyFor(
  source: DataSource,
  binding: Binding,
  role: Role,
): NotionProperty | { readonly problem: string } | undefined {
  const wanted = WANTED[role];
  if (!wanted) return undefined;
  const named = binding.mapping.fields?.[role];
  const all = Object.values(source.properties);
  const fits = (one: DataSource["properties"][string]): boolean =>
    wanted.types.includes(one.type) && (role !== "parent" || one.relation?.data_source_id === source.id);
  if (named !== undefined) {
    const property = all.find(({ id }) => id === plainId(named)) ?? called(all, named);
    if (property && fits(property)) return told(property);
    const types = `${wanted.types.join(" or ")}${role === "parent" ? " to the same data source" : ""}`;
    const problem = property
      ? `which is a property of type ${property.type}, and must be ${types}`
      : "which is no property of the data source";
    const candidates = all.filter(fits).map(({ name }) => name);
    if (isField(role)) return { problem: noSuchPlace({ field: role, named, problem, candidates }) };
    const message = `${binding.project}: mapping.fields.${role} is "${named}", ${problem}; correct it${amongst(candidates)}.`;
    throw new SyncFailure("InvalidConfig", message, { tool: "notion" });
  }
  if (role === "title") return all.filter(fits).map(told)[0];
  for (const name of fieldNames(binding.maps, role)) {
    const property = called(all, name);
    if (property && fits(property)) return told(property);
  }
  return undefined;
}

function isField(role: Role): role is FieldName {
  return !IDENTITY.includes(role);
}

/** By its very name before any spelling of it: names are unique, spellings need not be. */
function called<P extends { readonly name: string }>(all: readonly P[], name: string): P | undefined {
  return (
    all.find((one) => one.name === name) ??
    all.find((one) => one.name.trim().toLowerCase() === name.trim().toLowerCase())
  );
}

function told(property: DataSource["properties"][string]): NotionProperty {
  const { id, name, type } = property;
  const listed = property.status?.options ?? property.select?.options ?? property.multi_select?.options;
  const groupOf = (option: string): Pick<NotionOption, "group"> => {
    const group = property.status?.groups.find(({ option_ids }) => option_ids.includes(option));
    return group ? { group: group.name } : {};
  };
  const known = listed?.map((option) => ({ id: option.id, name: option.name, ...groupOf(option.id) }));
  return { id, name, type, ...(known ? { options: known } : {}) };
}
