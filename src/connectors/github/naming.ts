/** Where a project's GitHub keeps what issues have no place for: labels of ours, or fields of the organization. */
import { isOwnLabel } from "../../core/fields.ts";
import type { FieldName } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import {
  fieldNames,
  readLabel,
  readName,
  rowOf,
  statusMap,
  type ToolMaps,
  type ValueMap,
  type ValueRow,
} from "../../core/maps.ts";
import { noSuchPlace } from "../parked-lens.ts";
import { githubSchemaOf, type IssueField } from "./schema.ts";

export type WorkType = "epic" | "story" | "task";

/** `labels`: one label a value. `field`: a field of the organization. Null: it has no place. */
export type Home = { readonly kind: "labels" } | { readonly kind: "field"; readonly field: IssueField } | null;

export interface Naming {
  /** What GitHub usually calls things. */
  readonly maps: ToolMaps;
  readonly status: Home;
  /** By item type, what an open status is called there; one that is missing is told by "open" alone. */
  readonly statusNames: Readonly<Record<WorkType, ReadonlyMap<string, string>>>;
  readonly priority: Home;
  readonly priorityNames: ReadonlyMap<string, string>;
  readonly estimate: Home;
}

/** Statuses that GitHub itself tells, by closing an issue for a reason: their category is this and the reason. */
const CLOSED = "closed:";

/** The category of a status that closes the issue (`closed:completed`); undefined for one that an open issue is at. */
export function closedBy({ toTool }: ValueMap, status: string): string | undefined {
  return toTool.find(({ value }) => value === status)?.categories.find((category) => category.startsWith(CLOSED));
}

/** What an open issue can be at. */
export function openRows(map: ValueMap): readonly ValueRow[] {
  return map.toTool.filter(({ value }) => closedBy(map, value) === undefined);
}

/** Put away by us: closed, and under this label. */
export const ARCHIVED_LABEL = "status:archived";

/** `mapping.fields.<field>`: this, or the name of an issue field of this kind. */
const LABELS = "labels";
/** `mapping.fields.sprint` and `.due`: this and nothing else. */
const MILESTONE = "milestone";
const KIND_OF = { status: "single_select", priority: "single_select", estimate: "number" } as const;
type Homed = keyof typeof KIND_OF;

interface Described {
  readonly binding: Binding;
  readonly schema: ToolSchema;
}

/** The naming of one project. Pure; a place that the binding names and GitHub lacks is none, see `lacksPlace`. */
export function namingOf({ binding, schema }: Described): Naming {
  const { fields } = githubSchemaOf(schema);
  const { mapping, maps } = binding;
  const homeOf = (field: Homed): Home => namedHome(fields, field, mapping.fields?.[field]);
  const status = homeOf("status");
  const types = ["epic", "story", "task"] as const;
  const statusNames = types.map(
    (type) => [type, openNames(statusMap(maps, type), status, mapping.status?.[type] ?? {})] as const,
  );
  const hasNames = statusNames.some(([, names]) => names.size > 0);
  const usualField = (field: Homed): Home => fieldCalled(fields, fieldNames(maps, field), KIND_OF[field]);
  return {
    maps,
    status: status ?? (hasNames ? { kind: "labels" } : null),
    statusNames: Object.fromEntries(statusNames) as Record<WorkType, ReadonlyMap<string, string>>,
    priority: homeOf("priority") ?? usualField("priority") ?? { kind: "labels" },
    priorityNames: new Map(maps.priority.toTool.flatMap(({ value }) => nameIn(mapping.priority ?? {}, value))),
    estimate: homeOf("estimate") ?? (mapping.fields?.["estimate"] === undefined ? usualField("estimate") : null),
  };
}

function namedHome(fields: readonly IssueField[], field: Homed, named: string | undefined): Home {
  if (named === undefined) return null;
  return named.toLowerCase() === LABELS ? { kind: "labels" } : fieldCalled(fields, [named], KIND_OF[field]);
}

/** What is wrong with the place that the binding names for a field (a field renamed in GitHub, say); undefined where all is well. */
export function lacksPlace({ binding, schema }: Described, field: FieldName): string | undefined {
  const named = binding.mapping.fields?.[field];
  if (named === undefined) return undefined;
  const { fields } = githubSchemaOf(schema);
  const isThere =
    field in KIND_OF ? namedHome(fields, field as Homed, named) !== null : named.toLowerCase() === MILESTONE;
  if (isThere) return undefined;
  const fitting = fields.filter(({ kind }) => kind === KIND_OF[field as Homed]).map(({ name }) => name);
  const candidates = field in KIND_OF ? [LABELS, ...fitting] : [MILESTONE];
  return noSuchPlace({ field, named, problem: "which GitHub does not have here", candidates });
}

function fieldCalled(fields: readonly IssueField[], names: readonly string[], kind: string): Home {
  const field = fields.find(
    (one) => names.some((name) => sameName(one.name, name) || name === String(one.id)) && one.kind === kind,
  );
  return field ? { kind: "field", field } : null;
}

function openNames(map: ValueMap, home: Home, given: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    openRows(map).flatMap(({ value, label, names }) => {
      const [named] = nameIn(given, value);
      if (named) return [named];
      if (home?.kind === "labels") return label === undefined ? [] : [[value, label] as const];
      const option = home?.field.options.find((one) => names.some((name) => folded(one) === folded(name)));
      return option === undefined ? [] : [[value, option] as const];
    }),
  );
}

function nameIn(given: Readonly<Record<string, string>>, value: string): (readonly [string, string])[] {
  const name = given[value]?.trim();
  return name ? [[value, name]] : [];
}

/** `in_progress` is `In Progress`. */
function folded(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
}

export function sameName(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** Labels that stand for something else than a label: they never enter the canonical set. */
export function isOurs(naming: Naming, label: string): boolean {
  if (isOwnLabel(label)) return true;
  const names = [...Object.values(naming.statusNames).flatMap((one) => [...one.values()]), ...priorityLabels(naming)];
  return names.some((name) => sameName(name, label));
}

/** Whether the label tells a status: one of the names, or any `status:...` that is not our mark of the archive. */
export function isStatusLabel(naming: Naming, type: WorkType, label: string): boolean {
  if (sameName(label, ARCHIVED_LABEL)) return false;
  return /^status:./i.test(label) || [...naming.statusNames[type].values()].some((name) => sameName(name, label));
}

export function isPriorityLabel(naming: Naming, label: string): boolean {
  return /^priority:./i.test(label) || priorityLabels(naming).some((name) => sameName(name, label));
}

function priorityLabels(naming: Naming): string[] {
  return naming.priority?.kind === "labels" ? [...naming.priorityNames.values()] : [];
}

/** The label of a priority: the binding's, else the usual one. */
export function priorityLabel({ priorityNames, maps }: Naming, value: string): string | undefined {
  return priorityNames.get(value) ?? rowOf(maps.priority, value)?.label;
}

/** How a new issue says what it is: by an issue type where there is one, else by a label. */
export function typeMark(
  { maps }: Naming,
  types: readonly string[],
  type: WorkType,
): { readonly type?: string; readonly label?: string } {
  const row = rowOf(maps.type, type);
  const own = types.find((one) => row?.names.some((name) => sameName(name, one)));
  if (own !== undefined) return { type: own };
  return row?.label === undefined ? {} : { label: row.label };
}

/** What an issue is. One that does not say is a story, and so is a task where tasks are not bound: people type what they like. */
export function typeTold({ maps, tasks }: Binding, typeName: string | null, labels: readonly string[]): WorkType {
  const told = [readName(maps.type, typeName ?? ""), ...labels.map((label) => typeOfLabel(maps, label))];
  if (told.includes("epic")) return "epic";
  return told.includes("task") && tasks ? "task" : "story";
}

/** The item type that a label tells, blanks behind its colon or not. */
function typeOfLabel({ type }: ToolMaps, label: string): string | undefined {
  return readLabel(type, label.replace(/:\s+/, ":"));
}

/** The label `type:<x>` that says what kind of task it is. */
export function isTaskTypeLabel({ maps }: Naming, label: string): boolean {
  return /^type:./i.test(label) && typeOfLabel(maps, label) === undefined;
}

export function isPointsLabel(label: string): boolean {
  return /^points:./i.test(label);
}

/** Whether two labels tell one thing that an issue has once: its status, its priority, its points, its kind of task. */
export function tellSame(naming: Naming, type: WorkType, a: string, b: string): boolean {
  const kinds = [
    (label: string) => isStatusLabel(naming, type, label),
    (label: string) => isPriorityLabel(naming, label),
    (label: string) => isTaskTypeLabel(naming, label),
    isPointsLabel,
  ];
  return sameName(a, b) || kinds.some((isOne) => isOne(a) && isOne(b));
}

/** Canonical fields whose values GitHub tells by issue fields; only REST shows those. */
export function fieldHomes(naming: Naming): readonly (readonly [FieldName, IssueField])[] {
  const homes = [
    ["status", naming.status],
    ["priority", naming.priority],
    ["estimate", naming.estimate],
  ] as const;
  return homes.flatMap(([name, home]) => (home?.kind === "field" ? [[name, home.field] as const] : []));
}
