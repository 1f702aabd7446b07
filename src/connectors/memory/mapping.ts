/** Every field of every item type as the tracker sees it. */
import { canonicalMarkdown } from "../../core/markdown.ts";
import { FIELDS_OF_TYPE, isOwnLabel, STATUS_VALUES } from "../../core/fields.ts";
import type { Lens, LensTable, Reading, Written } from "../../core/lens.ts";
import type { FieldName, FieldValue, ToolValue } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { personLens, type Account } from "../person-lens.ts";
import type { MemorySchema } from "./answers.ts";
import { memorySchemaOf } from "./schema.ts";
import type { Kind } from "./world.ts";

export function lenses(binding: Binding, toolSchema: ToolSchema): LensTable {
  const schema = memorySchemaOf(toolSchema);
  const person = memoryPersonLens(schema, binding);
  const table: { readonly [F in FieldName]?: (kind: Kind) => Lens } = {
    title: () => titleLens,
    description: () => textLens,
    status: (kind) => statusLens(kind, schema, binding),
    priority: () => priorityLens,
    estimate: () => estimateLens,
    labels: () => labelsLens,
    due: () => plainLens,
    parent: () => plainLens,
    assignee: () => person,
    qa_assignee: () => person,
    sprint: () => cycleLens(schema),
    branch: () => plainLens,
    pr: () => linksLens,
    task_type: () => plainLens,
  };
  return (type, field) => {
    if (type === "project" || (type === "task" && !binding.tasks)) return undefined;
    return FIELDS_OF_TYPE[type].includes(field) ? table[field]?.(type) : undefined;
  };
}

const value = (of: FieldValue): Reading => ({ kind: "value", value: of });
const wanted = (of: ToolValue): Written => ({ kind: "value", value: of });
const cannot = (code: string, message: string): Written => ({ kind: "cannot", code, message });
const none = (code: string, message: string): Reading => ({ kind: "none", code, message });

const plainLens: Lens = {
  read: (text) => value(typeof text === "string" ? text : null),
  write: (text) => wanted(typeof text === "string" ? text : null),
  represents: (text, canonical) => text === canonical,
};

const MAX_TITLE = 200;

const titleLens: Lens = {
  read: (title) => value(typeof title === "string" ? title : null),
  write(title) {
    const line = oneLine(title);
    if (line === "") return cannot("no-title", "an item needs a title");
    return line.length > MAX_TITLE ? cannot("too-long", `a title has at most ${MAX_TITLE} characters`) : wanted(line);
  },
  represents: (title, canonical) => oneLine(title) === oneLine(canonical),
};

function oneLine(text: ToolValue): string {
  return typeof text === "string" ? text.replace(/\s+/g, " ").trim() : "";
}

const textLens: Lens = {
  read: (text) => value(typeof text === "string" && text !== "" ? text : null),
  write: (text) => wanted(typeof text === "string" ? text : ""),
  represents: (text, canonical) => markdown(text) === markdown(canonical),
};

function markdown(text: ToolValue): string {
  return typeof text === "string" ? canonicalMarkdown(text) : "";
}

const STATE_NAMES: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  epic: {
    planning: "Planned",
    in_progress: "Started",
    on_hold: "Paused",
    blocked: "Paused",
    completed: "Done",
    cancelled: "Dropped",
  },
  story: {
    ready: "Ready",
    in_progress: "Doing",
    in_review: "Review",
    done: "Done",
    blocked: "Blocked",
    cancelled: "Dropped",
  },
  task: { todo: "Open", in_progress: "Doing", done: "Done", blocked: "Blocked" },
};

function statusLens(kind: Kind, schema: MemorySchema, binding: Binding): Lens {
  const names: Readonly<Record<string, string>> = { ...STATE_NAMES[kind], ...binding.mapping.status?.[kind] };
  const idOf = (status: FieldValue): string | undefined => {
    const name = typeof status === "string" ? names[status]?.toLowerCase() : undefined;
    return schema.states[kind].find((state) => state.name.toLowerCase() === name)?.id;
  };
  return {
    read(state) {
      const status = STATUS_VALUES[kind].find((candidate) => idOf(candidate) === state);
      return status === undefined
        ? none("unmapped-status", `no status of ours stands for ${JSON.stringify(state)}`)
        : value(status);
    },
    write(status) {
      const id = idOf(status);
      return id === undefined ? cannot("unmapped-status", `there is no state for ${String(status)}`) : wanted(id);
    },
    represents: (state, status) => idOf(status) === state,
  };
}

const READ_RANK: Readonly<Record<string, string>> = { urgent: "P1", high: "P1", medium: "P2", low: "P3" };
const WRITE_RANK: Readonly<Record<string, string>> = { P1: "high", P2: "medium", P3: "low" };

/** Four to three, lossy: urgent and high are both P1. */
const priorityLens: Lens = {
  read(rank) {
    const priority = priorityOf(rank);
    return priority === undefined
      ? none("unknown-priority", `no priority stands for ${JSON.stringify(rank)}`)
      : value(priority);
  },
  write(priority) {
    const rank = priority === null ? null : WRITE_RANK[String(priority)];
    return rank === undefined
      ? cannot("unknown-priority", `"${String(priority)}" is none of P1, P2, P3`)
      : wanted(rank);
  },
  represents: (rank, priority) => priorityOf(rank) === priority,
};

function priorityOf(rank: ToolValue): string | null | undefined {
  return typeof rank === "string" ? READ_RANK[rank] : null;
}

/** Whole points only, lossy: half a point more rounds up. */
const estimateLens: Lens = {
  read: (points) => value(typeof points === "number" ? points : null),
  write(estimate) {
    if (estimate === null) return wanted(null);
    const points = typeof estimate === "number" ? Math.round(estimate) : Number.NaN;
    return points >= 0 && points <= 1000 ? wanted(points) : cannot("out-of-scale", "points go from 0 to 1000");
  },
  represents: (points, estimate) => points === (typeof estimate === "number" ? Math.round(estimate) : null),
};

/** Blanks become hyphens, lossy; letter case does not tell two labels apart; ours never show. */
const labelsLens: Lens = {
  read: (tags) => value(people(tags)),
  write: (labels) => wanted(uniqueTags(people(labels))),
  represents: (tags, labels) => fold(tags) === fold(labels),
};

function people(labels: ToolValue): string[] {
  const texts = Array.isArray(labels) ? labels.filter((label) => typeof label === "string") : [];
  return texts
    .map((label) => label.trim())
    .filter((label) => label !== "" && !isOwnLabel(label))
    .sort();
}

function uniqueTags(labels: readonly string[]): string[] {
  const tags = labels.map((label) => label.replace(/\s+/g, "-"));
  return [...new Map(tags.map((tag) => [tag.toLowerCase(), tag])).values()].sort();
}

function fold(labels: ToolValue): string {
  return JSON.stringify([...new Set(people(labels).map((label) => label.replace(/\s+/g, "-").toLowerCase()))].sort());
}

export function accountsOf({ people }: MemorySchema): Account[] {
  return people.map(({ id, email, name, active }) => ({ id, email, names: [name], active, assignable: true }));
}

function memoryPersonLens(schema: MemorySchema, { people: map, learned }: Binding): Lens {
  return personLens({ tool: "the tracker", accounts: accountsOf(schema), map, learned });
}

/** Cycles exist or do not: one is never made for a hub's sprint. */
function cycleLens({ cycles }: MemorySchema): Lens {
  const idOf = (sprint: FieldValue): string | undefined => cycles.find(({ name }) => name === sprint)?.id;
  return {
    read(id) {
      const cycle = cycles.find((candidate) => candidate.id === id);
      if (id === null) return value(null);
      return cycle ? value(cycle.name) : none("unknown-sprint", "no cycle of this space");
    },
    write(sprint) {
      const id = sprint === null ? null : idOf(sprint);
      return id === undefined ? cannot("unknown-sprint", `there is no cycle "${String(sprint)}"`) : wanted(id);
    },
    represents: (id, sprint) => (sprint === null ? id === null : idOf(sprint) === id),
  };
}

/** A pull request among the links. Only ever added: other links belong to people. */
const linksLens: Lens = {
  read: (links) => value(Array.isArray(links) && typeof links[0] === "string" ? links[0] : null),
  write: (url) => wanted(typeof url === "string" ? [url] : []),
  represents: (links, url) => url === null || (Array.isArray(links) && links.includes(url)),
};
