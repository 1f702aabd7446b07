/** Where a project's GitHub keeps what issues have no place for: labels of ours, or fields of the organization. */
import { isOwnLabel, PRIORITY_VALUES, STATUS_VALUES } from "../../core/fields.ts";
import type { FieldName } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { githubSchemaOf, type IssueField } from "./schema.ts";

export type WorkType = "epic" | "story" | "task";

/** `labels`: one label a value. `field`: a field of the organization. Null: it has no place. */
export type Home = { readonly kind: "labels" } | { readonly kind: "field"; readonly field: IssueField } | null;

export interface Naming {
  readonly status: Home;
  /** By item type, what an open status is called there; one that is missing is told by "open" alone. */
  readonly statusNames: Readonly<Record<WorkType, ReadonlyMap<string, string>>>;
  readonly priority: Home;
  readonly priorityNames: ReadonlyMap<string, string>;
  readonly estimate: Home;
}

/** Statuses that GitHub itself tells, by closing an issue for a reason. */
export const CLOSED: Readonly<Record<string, "completed" | "not_planned">> = {
  completed: "completed",
  done: "completed",
  cancelled: "not_planned",
};

/** Put away by us: closed, and under this label. */
export const ARCHIVED_LABEL = "status:archived";

/** `mapping.fields.<field>`: this, or the name of an issue field of this kind. */
const LABELS = "labels";
const KIND_OF = { status: "single_select", priority: "single_select", estimate: "number" } as const;
type Homed = keyof typeof KIND_OF;

interface Described {
  readonly binding: Binding;
  readonly schema: ToolSchema;
}

/** The naming of one project. Pure; a place that the binding names and GitHub lacks is none, see `lacksPlace`. */
export function namingOf({ binding, schema }: Described): Naming {
  const { fields } = githubSchemaOf(schema);
  const { mapping } = binding;
  const homeOf = (field: Homed): Home => namedHome(fields, field, mapping.fields?.[field]);
  const status = homeOf("status");
  const types = ["epic", "story", "task"] as const;
  const statusNames = types.map((type) => [type, openNames(type, status, mapping.status?.[type] ?? {})] as const);
  const hasNames = statusNames.some(([, names]) => names.size > 0);
  return {
    status: status ?? (hasNames ? { kind: "labels" } : null),
    statusNames: Object.fromEntries(statusNames) as Record<WorkType, ReadonlyMap<string, string>>,
    priority: homeOf("priority") ?? fieldCalled(fields, ["priority"], KIND_OF.priority) ?? { kind: "labels" },
    priorityNames: new Map(PRIORITY_VALUES.flatMap((value) => nameIn(mapping.priority ?? {}, value))),
    estimate:
      homeOf("estimate") ??
      (mapping.fields?.["estimate"] === undefined
        ? fieldCalled(fields, ["story points", "points", "estimate"], KIND_OF.estimate)
        : null),
  };
}

function namedHome(fields: readonly IssueField[], field: Homed, named: string | undefined): Home {
  if (named === undefined) return null;
  return named.toLowerCase() === LABELS
    ? { kind: "labels" }
    : fieldCalled(fields, [named.toLowerCase()], KIND_OF[field]);
}

/** The place that the binding names for a field and that GitHub does not have (a field renamed there, say); undefined where all is well. */
export function lacksPlace({ binding, schema }: Described, field: FieldName): string | undefined {
  const named = binding.mapping.fields?.[field];
  if (named === undefined) return undefined;
  if (field in KIND_OF) return namedHome(githubSchemaOf(schema).fields, field as Homed, named) ? undefined : named;
  return (field === "sprint" || field === "due") && named.toLowerCase() === "milestone" ? undefined : named;
}

function fieldCalled(fields: readonly IssueField[], names: readonly string[], kind: string): Home {
  const field = fields.find(
    (one) => (names.includes(one.name.toLowerCase()) || names.includes(String(one.id))) && one.kind === kind,
  );
  return field ? { kind: "field", field } : null;
}

function openNames(type: WorkType, home: Home, given: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const open = STATUS_VALUES[type].filter((value) => !(value in CLOSED));
  return new Map(
    open.flatMap((value) => {
      const [named] = nameIn(given, value);
      if (named) return [named];
      if (home?.kind === "labels") return [[value, `status:${value}`] as const];
      const option = home?.field.options.find((one) => folded(one) === folded(value));
      return option === undefined ? [] : [[value, option] as const];
    }),
  );
}

function nameIn(given: Readonly<Record<string, string>>, value: string): (readonly [string, string])[] {
  const name = given[value]?.trim();
  return name ? [[value, name]] : [];
}

/** `In Progress` is `in_progress`. */
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

/** The label of a priority: the binding's, else `priority:p1`. */
export function priorityLabel({ priorityNames }: Naming, value: string): string {
  return priorityNames.get(value) ?? `priority:${value.toLowerCase()}`;
}

const TYPE_LABELS: Readonly<Record<WorkType, string>> = { epic: "type:Epic", story: "type:Story", task: "type:Task" };
const TYPE_NAMES: Readonly<Record<WorkType, readonly string[]>> = {
  epic: ["epic"],
  story: ["story", "user story"],
  task: ["task"],
};

/** How a new issue says what it is: by an issue type where there is one, else by a label. */
export function typeMark(
  types: readonly string[],
  type: WorkType,
): { readonly type?: string; readonly label?: string } {
  const own = types.find((name) => TYPE_NAMES[type].includes(name.toLowerCase()));
  return own === undefined ? { label: TYPE_LABELS[type] } : { type: own };
}

/** What an issue is. One that does not say is a story, and so is a task where tasks are not bound: people type what they like. */
export function typeTold(binding: Binding, typeName: string | null, labels: readonly string[]): WorkType {
  const told = [typeName ?? "", ...labels.flatMap((label) => /^type:(.+)$/i.exec(label)?.[1] ?? [])];
  const is = (type: WorkType): boolean => told.some((name) => TYPE_NAMES[type].includes(name.trim().toLowerCase()));
  if (is("epic")) return "epic";
  return is("task") && binding.tasks ? "task" : "story";
}

/** The label `type:<x>` that says what kind of task it is. */
export function isTaskTypeLabel(label: string): boolean {
  const [, name] = /^type:(.+)$/i.exec(label) ?? [];
  return name !== undefined && !Object.values(TYPE_NAMES).some((names) => names.includes(name.trim().toLowerCase()));
}

export function isPointsLabel(label: string): boolean {
  return /^points:./i.test(label);
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
