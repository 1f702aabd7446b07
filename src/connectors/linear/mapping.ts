/** Every field of every item type as Linear sees it: one row a field. */
import type { Lens, LensTable, Reading, Written } from "../../core/lens.ts";
import { isOwnLabel } from "../../core/fields.ts";
import { canonicalMarkdown } from "../../core/markdown.ts";
import type { FieldName, FieldValue, ItemType, ToolValue } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { personLens, type Account } from "../person-lens.ts";
import { directed, foldedName, readName, statusMap } from "../../core/maps.ts";
import { amongst } from "../parked-lens.ts";
import { shortened } from "../../core/shortened.ts";
import { estimateLens } from "./estimate.ts";
import { epicProject, labelsOf, linearSchemaOf, type LinearCycle, type LinearSchema } from "./schema.ts";
import { statusLens } from "./status.ts";

/** Longest name of a project (`ProjectCreateInput.name`); issues have no such limit worth checking. */
const PROJECT_NAME_MAX = 80;

type FieldLenses = { readonly [F in FieldName]?: Lens | undefined };

/** All lenses of one binding; a field without one has no place in Linear. */
export function lensTable(binding: Binding, toolSchema: ToolSchema): LensTable {
  const schema = linearSchemaOf(toolSchema);
  const rows: { readonly [T in ItemType]: FieldLenses } = {
    project: schema.project ? projectLenses() : {},
    epic: epicProject(binding) === null ? epicProjectLenses(binding, schema) : issueLenses("epic", binding, schema),
    story: issueLenses("story", binding, schema),
    task: binding.tasks ? issueLenses("task", binding, schema) : {},
  };
  return directed(binding.maps, (type, field) => rows[type][field]);
}

function projectLenses(): FieldLenses {
  return { title: titleLens(PROJECT_NAME_MAX), description: descriptionLens, health: healthLens };
}

function epicProjectLenses(binding: Binding, schema: LinearSchema): FieldLenses {
  return {
    title: titleLens(PROJECT_NAME_MAX),
    description: descriptionLens,
    status: statusLens(statusMap(binding.maps, "epic_project"), schema.projectStatuses, binding.mapping.status?.epic),
    priority: priorityLens(binding),
    labels: labelsLens(schema, "project"),
    due: dueLens,
  };
}

function issueLenses(type: "epic" | "story" | "task", binding: Binding, schema: LinearSchema): FieldLenses {
  const common: FieldLenses = {
    title: titleLens(undefined),
    status: statusLens(statusMap(binding.maps, type), schema.team.states, binding.mapping.status?.[type]),
  };
  const assignee = linearPersonLens(schema, binding);
  // A task's estimate is in hours; Linear's scale counts points.
  if (type === "task") return { ...common, assignee, parent: parentLens, task_type: taskTypeLens };
  const work: FieldLenses = {
    ...common,
    description: descriptionLens,
    priority: priorityLens(binding),
    estimate: estimateLens(schema.team.estimation),
    labels: labelsLens(schema, "issue"),
    due: dueLens,
  };
  if (type === "epic") return work;
  return { ...work, assignee, parent: parentLens, sprint: sprintLens(schema.team.cycles), pr: prLens };
}

const value = (of: FieldValue): Reading => ({ kind: "value", value: of });
const wanted = (of: ToolValue): Written => ({ kind: "value", value: of });
const cannot = (code: string, message: string): Written => ({ kind: "cannot", code, message });
const textOf = (of: ToolValue): Reading => value(typeof of === "string" ? of : null);

/** One line; a title over several lines loses its breaks. */
function titleLens(maxLength: number | undefined): Lens {
  const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
  return {
    read: textOf,
    write(title) {
      const text = typeof title === "string" ? oneLine(title) : "";
      if (text === "") return cannot("no-title", "Linear needs a title");
      if (maxLength !== undefined && text.length > maxLength) {
        const message = `the name of a Linear project has at most ${maxLength} characters, this one ${text.length}`;
        return { kind: "cannot", code: "too-long", message, instead: shortened(text, maxLength) };
      }
      return wanted(text);
    },
    represents: (title, canonical) =>
      title === canonical ||
      (typeof title === "string" && typeof canonical === "string" && oneLine(title) === oneLine(canonical)),
  };
}

/** Linear rewrites Markdown on save, so both sides are compared in one canonical form. */
const descriptionLens: Lens = {
  read: textOf,
  write: (text) => wanted(typeof text === "string" ? canonicalMarkdown(text) || null : null),
  represents: (text, canonical) => markdownOf(text) === markdownOf(canonical),
};

function markdownOf(text: ToolValue): string {
  return typeof text === "string" ? canonicalMarkdown(text) : "";
}

/** As the API numbers them. */
const PRIORITY_NAMES: Readonly<Record<string, number>> = { none: 0, urgent: 1, high: 2, medium: 3, low: 4 };

/** By name, or by number; undefined for neither. */
function priorityNumber(named: string): number | undefined {
  const number = PRIORITY_NAMES[foldedName(named)] ?? Number(named);
  return Object.values(PRIORITY_NAMES).includes(number) ? number : undefined;
}

/** Five to three, lossy; 0 ("No priority") is no opinion and clears nothing. */
function priorityLens({ maps, mapping }: Binding): Lens {
  const named = Object.entries(mapping.priority ?? {}).map(([hub, tool]) => [hub, priorityNumber(tool)] as const);
  const overrides = named.flatMap(([hub, number]) => (number === undefined ? [] : [[hub, number] as const]));
  const usual = maps.priority.toTool.flatMap(({ value: hub, names: [name = ""] }) => {
    const number = PRIORITY_NAMES[foldedName(name)];
    return number === undefined ? [] : [[hub, number] as const];
  });
  const write = new Map<string, number | undefined>([...usual, ...named]);
  const nameOf = (priority: ToolValue): string =>
    Object.entries(PRIORITY_NAMES).find(([, number]) => number === priority)?.[0] ?? "";
  const read = (priority: ToolValue): FieldValue | undefined =>
    overrides.find(([, number]) => number === priority)?.[0] ?? readName(maps.priority, nameOf(priority));
  return {
    read(priority) {
      if (priority === 0) return { kind: "none", code: "no-priority", message: "No priority in Linear", vacant: true };
      const found = read(priority);
      return found === undefined
        ? { kind: "none", code: "unknown-priority", message: `Linear shows priority ${JSON.stringify(priority)}` }
        : value(found);
    },
    write(priority) {
      if (priority === null) return wanted(0);
      const number = write.get(String(priority));
      if (number !== undefined) return wanted(number);
      const override = mapping.priority?.[String(priority)];
      const message =
        override === undefined
          ? `"${String(priority)}" is none of P1, P2, P3`
          : `the mapping names priority "${override}", which Linear does not have${amongst(Object.keys(PRIORITY_NAMES))}`;
      return cannot("unknown-priority", message);
    },
    represents: (priority, canonical) =>
      canonical === null ? priority === 0 : read(priority) === canonical || write.get(String(canonical)) === priority,
  };
}

/** Labels by name, whatever their case; ours never show. A label group holds labels and cannot be one. */
function labelsLens(schema: LinearSchema, kind: "issue" | "project"): Lens {
  const known = new Map(labelsOf(schema, kind).map((label) => [label.name.toLowerCase(), label]));
  const fold = (labels: ToolValue): string[] => [...new Set(namesOf(labels).map((name) => name.toLowerCase()))].sort();
  return {
    read: (labels) => value(namesOf(labels)),
    write(labels) {
      const names = uniqueNames(namesOf(labels).map((name) => known.get(name.toLowerCase())?.name ?? name));
      const group = names.find((name) => known.get(name.toLowerCase())?.isGroup === true);
      return group === undefined ? wanted(names) : cannot("label-is-group", `"${group}" is a label group in Linear`);
    },
    represents: (labels, canonical) => fold(labels).join("\n") === fold(canonical).join("\n"),
  };
}

/** Names without ours, trimmed, in a fixed order. */
function namesOf(labels: ToolValue): string[] {
  const names = Array.isArray(labels) ? labels.filter((name) => typeof name === "string") : [];
  return names
    .map((name) => name.trim())
    .filter((name) => name !== "" && !isOwnLabel(name))
    .sort();
}

function uniqueNames(names: readonly string[]): string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].sort();
}

/** A calendar day; of a date with time the day is kept. */
const dueLens: Lens = {
  read: textOf,
  write(due) {
    if (due === null) return wanted(null);
    const day = dayOf(due);
    return day === undefined ? cannot("not-a-date", `"${String(due)}" is no date of the form YYYY-MM-DD`) : wanted(day);
  },
  represents: (due, canonical) => due === canonical || (canonical !== null && due === dayOf(canonical)),
};

function dayOf(due: FieldValue): string | undefined {
  const [, day] = /^(\d{4}-\d{2}-\d{2})(?:[T ].*)?$/.exec(String(due)) ?? [];
  if (day === undefined) return undefined;
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day) ? day : undefined;
}

/** Refs of the parent's twin: the planner knows which item that is. */
const parentLens: Lens = {
  read: textOf,
  write: (parent) =>
    parent === null || typeof parent === "string" ? wanted(parent) : cannot("no-ref", "a parent is one item"),
  represents: (parent, canonical) => parent === canonical,
};

/** Cycles exist or do not: one is never created for a hub's sprint name. */
function sprintLens(cycles: readonly LinearCycle[]): Lens {
  const nameOf = (cycle: LinearCycle): string => cycle.name?.trim() || `Cycle ${cycle.number}`;
  const find = (sprint: string): readonly LinearCycle[] => {
    const text = sprint.trim().toLowerCase();
    const named = cycles.filter((cycle) => nameOf(cycle).toLowerCase() === text);
    return named.length ? named : cycles.filter((cycle) => [`${cycle.number}`, `cycle ${cycle.number}`].includes(text));
  };
  return {
    read(id) {
      if (id === null) return value(null);
      const cycle = cycles.find((one) => one.id === id);
      return cycle
        ? value(nameOf(cycle))
        : { kind: "none", code: "unknown-sprint", message: "the cycle is none of the bound team's" };
    },
    write(sprint) {
      if (sprint === null) return wanted(null);
      const [cycle, ...others] = find(String(sprint));
      if (!cycle)
        return cannot("unknown-sprint", `the team has no cycle "${String(sprint)}"; create it in Linear first`);
      return others.length
        ? cannot("ambiguous-sprint", `several cycles are called "${String(sprint)}"`)
        : wanted(cycle.id);
    },
    represents(id, canonical) {
      if (id === null || canonical === null) return id === canonical;
      const cycle = cycles.find((one) => one.id === id);
      return cycle !== undefined && (nameOf(cycle) === canonical || find(String(canonical)).includes(cycle));
    },
  };
}

/** A pull request among the issue's attachments. Only ever added: other attachments belong to people. */
const prLens: Lens = {
  read: (urls) => value(attachedUrls(urls)[0] ?? null),
  write(pr) {
    if (pr === null) return wanted([]);
    return /^https?:\/\/\S+$/i.test(String(pr))
      ? wanted([String(pr)])
      : cannot("not-a-url", "a pull request is linked by its URL");
  },
  represents: (urls, canonical) => canonical === null || attachedUrls(urls).includes(String(canonical)),
};

function attachedUrls(urls: ToolValue): string[] {
  return Array.isArray(urls) ? urls.filter((url) => typeof url === "string") : [];
}

/** The label `type:<x>` of a task, without its prefix. */
const taskTypeLens: Lens = {
  read: textOf,
  write: (type) =>
    type === null || typeof type === "string" ? wanted(type) : cannot("unknown-task-type", "a task has one type"),
  represents: (type, canonical) =>
    type === canonical ||
    (typeof type === "string" && typeof canonical === "string" && type.toLowerCase() === canonical.toLowerCase()),
};

const HEALTH: Readonly<Record<string, string>> = { green: "onTrack", yellow: "atRisk", red: "offTrack" };

/** Told by a project update, which is how people in Linear tell it too. */
const healthLens: Lens = {
  read(health) {
    if (health === null) return { kind: "none", code: "no-health", message: "No update in Linear", vacant: true };
    const [hub] = Object.entries(HEALTH).find(([, tool]) => tool === health) ?? [];
    return hub
      ? value(hub.charAt(0).toUpperCase() + hub.slice(1))
      : { kind: "none", code: "unknown-health", message: `Linear shows health ${JSON.stringify(health)}` };
  },
  write(health) {
    const tool = HEALTH[String(health).toLowerCase()];
    return tool ? wanted(tool) : cannot("unknown-health", `"${String(health)}" is none of Green, Yellow, Red`);
  },
  represents: (health, canonical) =>
    health === canonical || (canonical !== null && health === (HEALTH[String(canonical).toLowerCase()] ?? null)),
};

export function accountsOf({ users }: LinearSchema): Account[] {
  return users.map(({ displayName, name, ...user }) => ({ ...user, names: [displayName, name], assignable: true }));
}

function linearPersonLens(schema: LinearSchema, { people: map, learned }: Binding): Lens {
  return personLens({ tool: "Linear", accounts: accountsOf(schema), map, learned });
}
