/** Notion's table of lenses, one per canonical field; pure over the binding and the live schema. */
import type { Lens, LensTable } from "../../core/lens.ts";
import { FIELDS_OF_TYPE } from "../../core/fields.ts";
import type { FieldName, ItemType } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { personLens, type Account } from "../person-lens.ts";
import { directed, statusMap } from "../../core/maps.ts";
import { parkedLens } from "../parked-lens.ts";
import { bodyLens } from "./body.ts";
import { notionId } from "./ids.ts";
import {
  dateLens,
  healthLens,
  labelsLens,
  numberLens,
  priorityLens,
  sprintLens,
  textLens,
  titleLens,
  urlLens,
} from "./scales.ts";
import { notionSchema, type NotionProperty, type NotionSchema } from "./schema.ts";
import { statusLens } from "./status.ts";

interface Place {
  readonly property: NotionProperty;
  readonly type: ItemType;
  readonly schema: NotionSchema;
  readonly binding: Binding;
}
type Row = (place: Place) => Lens | undefined;

const byType: Row = ({ property: { type } }) => (type === "number" ? numberLens : type === "url" ? urlLens : textLens);

/** Of the fields that are properties. */
const ROWS: { readonly [F in FieldName]?: Row } = {
  title: () => titleLens,
  status: ({ property, type, binding }) =>
    type === "project"
      ? undefined
      : statusLens(statusMap(binding.maps, type), property, binding.mapping.status?.[type]),
  priority: ({ property, binding }) => priorityLens(property, binding.maps.priority, binding.mapping.priority),
  estimate: () => numberLens,
  labels: () => labelsLens,
  due: () => dateLens,
  parent: () => relationLens,
  assignee: (place) => peopleLens(place),
  qa_assignee: (place) => peopleLens(place),
  sprint: ({ property }) => sprintLens(property),
  branch: byType,
  pr: byType,
  task_type: () => textLens,
  health: () => healthLens,
  progress: () => numberLens,
  phase: byType,
  gate: byType,
};

export function lenses(binding: Binding, schema: ToolSchema): LensTable {
  const notion = notionSchema(schema);
  const built = new Map<string, Lens | undefined>();
  return directed(binding.maps, (type, field) => {
    const key = `${type}.${field}`;
    if (!built.has(key)) built.set(key, lensOf(notion, binding, type, field));
    return built.get(key);
  });
}

function lensOf(schema: NotionSchema, binding: Binding, type: ItemType, field: FieldName): Lens | undefined {
  if (!FIELDS_OF_TYPE[type].includes(field)) return undefined;
  if (field === "description") return bodyLens;
  const misplaced = (type === "project" ? schema.projectPage : schema)?.misplaced[field];
  if (misplaced !== undefined) return parkedLens(misplaced);
  const property = propertyOf(schema, type, field);
  return property && ROWS[field]?.({ property, type, schema, binding });
}

/** The property that holds a field of an item; undefined where there is none, or the field is no property. */
export function propertyOf(schema: NotionSchema, type: ItemType | null, field: FieldName): NotionProperty | undefined {
  if (type === "project") return schema.projectPage?.properties[field];
  return schema.properties[field === "task_type" ? "labels" : field];
}

/** Several of what can only be one: people's own doing, and no opinion. */
function single(lens: Lens, code: string, message: string): Lens {
  return {
    ...lens,
    read: (held) => (Array.isArray(held) ? { kind: "none", code, message } : lens.read(held)),
    represents: (held, canonical) => !Array.isArray(held) && lens.represents(held, canonical),
  };
}

const relationLens = single(textLens, "several-parents", "the page has several parents in Notion; leave it one");

/** Guests are in nobody's list: whom the client file maps to a user id can be assigned all the same. */
export function accountsOf({ users }: NotionSchema): Account[] {
  return users.map(({ id, name, email, isBot }) => ({ id, email, names: [name], active: true, assignable: !isBot }));
}

function peopleLens({ schema, binding }: Place): Lens {
  const spelled = (named: string): string => (named.includes("@") ? named : (notionId(named) ?? named));
  const map = Object.fromEntries(Object.entries(binding.people).map(([person, named]) => [person, spelled(named)]));
  const accounts = accountsOf(schema);
  const listed = new Set(accounts.map(({ id }) => id));
  const guests = [...new Set(Object.values(map))]
    .filter((named) => named === notionId(named) && !listed.has(named))
    .map((id) => ({ id, email: null, names: [], active: true, assignable: true }));
  const lens = personLens({ tool: "Notion", accounts: [...accounts, ...guests], map, learned: binding.learned });
  return single(lens, "several-people", "the page has several assignees in Notion; leave it one");
}
