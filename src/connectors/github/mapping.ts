/** Every field of every item type as GitHub sees it: one row a field. */
import { FIELDS_OF_TYPE } from "../../core/fields.ts";
import type { Lens, LensTable, Reading, Written } from "../../core/lens.ts";
import { canonicalMarkdown } from "../../core/markdown.ts";
import type { FieldName, FieldValue, ItemType, ToolValue } from "../../core/model.ts";
import { shortened } from "../../core/shortened.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { personLens, type Account } from "../person-lens.ts";
import { directed } from "../../core/maps.ts";
import { parkedLens } from "../parked-lens.ts";
import { BODY_MAX, MARKER_LENGTH } from "./body.ts";
import { withMentions, withoutMentions } from "./mentions.ts";
import { isOurs, lacksPlace, namingOf, sameName, type Naming, type WorkType } from "./naming.ts";
import { estimateLens, priorityLens } from "./scales.ts";
import { githubSchemaOf, type GithubSchema } from "./schema.ts";
import { statusLens } from "./status.ts";

const TITLE_MAX = 256;
const LABEL_MAX = 50;

type FieldLenses = { readonly [F in FieldName]?: Lens | undefined };

/**
 * All lenses of one binding; a field without one has no place in GitHub. A pull request has none: it names its
 * issue, never the other way round. Milestones stand for sprints, or give due dates, only where the binding says so.
 */
export function lensTable(binding: Binding, toolSchema: ToolSchema): LensTable {
  const schema = githubSchemaOf(toolSchema);
  const naming = namingOf({ binding, schema: toolSchema });
  const assignee = assigneeLens(schema, binding);
  const common = (type: WorkType): FieldLenses => ({ title: titleLens, status: statusLens(naming, type) });
  const work = (type: WorkType): FieldLenses => ({
    ...common(type),
    description: descriptionLens,
    priority: priorityLens(naming, binding),
    estimate: estimateLens(naming.estimate),
    labels: labelsLens(naming),
    due: isMilestone(binding, "due") ? milestoneDueLens : undefined,
  });
  const rows: { readonly [T in ItemType]: FieldLenses } = {
    project: {},
    epic: work("epic"),
    story: {
      ...work("story"),
      parent: parentLens,
      assignee,
      sprint: isMilestone(binding, "sprint") ? milestoneLens(schema.milestones) : undefined,
    },
    // A task's estimate is in hours; points are not.
    task: binding.tasks ? { ...common("task"), parent: parentLens, assignee, task_type: taskTypeLens } : {},
  };
  return directed(binding.maps, (type, field) => {
    const named = FIELDS_OF_TYPE[type].includes(field) ? lacksPlace({ binding, schema: toolSchema }, field) : undefined;
    return named === undefined || type === "project" ? rows[type][field] : parkedLens(named);
  });
}

function isMilestone({ mapping }: Binding, field: FieldName): boolean {
  return mapping.fields?.[field]?.toLowerCase() === "milestone";
}

const value = (of: FieldValue): Reading => ({ kind: "value", value: of });
const wanted = (of: ToolValue): Written => ({ kind: "value", value: of });
const cannot = (code: string, message: string): Written => ({ kind: "cannot", code, message });
const none = (code: string, message: string): Reading => ({ kind: "none", code, message });
const textOf = (of: ToolValue): Reading => value(typeof of === "string" ? of : null);

/** One line; a title over several lines loses its breaks. */
const titleLens: Lens = {
  read: textOf,
  write(title) {
    const text = oneLine(title);
    if (text === "") return cannot("no-title", "GitHub needs a title");
    if (text.length <= TITLE_MAX) return wanted(text);
    const message = `the title of an issue has at most ${TITLE_MAX} characters, this one ${text.length}`;
    return { kind: "cannot", code: "too-long", message, instead: shortened(text, TITLE_MAX) };
  },
  represents: (title, canonical) => title === canonical || (title !== null && oneLine(title) === oneLine(canonical)),
};

function oneLine(text: ToolValue): string {
  return typeof text === "string" ? text.replace(/\s+/g, " ").trim() : "";
}

/** Both sides in canonical Markdown; what is written mentions nobody, and what is read is told as it was written. */
const descriptionLens: Lens = {
  read: (text) => value(typeof text === "string" ? withMentions(text) : null),
  write(canonical) {
    const text = typeof canonical === "string" ? withoutMentions(canonicalMarkdown(canonical)) : "";
    const most = BODY_MAX - MARKER_LENGTH;
    return text.length <= most
      ? wanted(text || null)
      : cannot("too-long", `a description has at most ${most} characters in GitHub, this one ${text.length}`);
  },
  represents: (text, canonical) => plain(text) === plain(canonical),
};

function plain(text: ToolValue): string {
  return typeof text === "string" ? canonicalMarkdown(withMentions(text)) : "";
}

/** Labels by name, whatever their case; ours never show. */
function labelsLens(naming: Naming): Lens {
  const namesIn = (labels: ToolValue): string[] =>
    (Array.isArray(labels) ? labels : [])
      .filter((name) => typeof name === "string")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !isOurs(naming, name))
      .sort();
  const fold = (labels: ToolValue): string =>
    [...new Set(namesIn(labels).map((name) => name.toLowerCase()))].sort().join("\n");
  return {
    read: (labels) => value(namesIn(labels)),
    write(labels) {
      const names = [...new Map(namesIn(labels).map((name) => [name.toLowerCase(), name])).values()].sort();
      const long = names.find((name) => name.length > LABEL_MAX);
      return long === undefined
        ? wanted(names)
        : cannot("too-long", `a label has at most ${LABEL_MAX} characters in GitHub, "${long}" has ${long.length}`);
    },
    represents: (labels, canonical) => fold(labels) === fold(canonical),
  };
}

/** Due where its milestone is; a milestone is everybody's, so no item moves it. */
const milestoneDueLens: Lens = {
  read: textOf,
  write: () => cannot("due-of-milestone", "an issue is due with its milestone in GitHub; set the date there"),
  represents: (due, canonical) => due === canonical,
};

/** Milestones exist or do not: one is never made for a hub's sprint. */
function milestoneLens(milestones: GithubSchema["milestones"]): Lens {
  const find = (sprint: FieldValue): number | undefined =>
    milestones.find(({ title }) => typeof sprint === "string" && sameName(title, sprint))?.number;
  return {
    read(number) {
      if (number === null) return value(null);
      const milestone = milestones.find((one) => one.number === number);
      return milestone
        ? value(milestone.title)
        : none("unknown-sprint", "the milestone is newer than what we know of the repository");
    },
    write(sprint) {
      const number = sprint === null ? null : find(sprint);
      return number === undefined
        ? cannot("unknown-sprint", `the repository has no milestone "${String(sprint)}"; create it in GitHub first`)
        : wanted(number);
    },
    represents: (number, sprint) => (sprint === null ? number === null : find(sprint) === number),
  };
}

/** Refs of the parent's twin: the planner knows which item that is. */
const parentLens: Lens = {
  read: textOf,
  write: (parent) =>
    parent === null || typeof parent === "string" ? wanted(parent) : cannot("no-ref", "a parent is one item"),
  represents: (parent, canonical) => parent === canonical,
};

/** The label `type:<x>` of a task, without its prefix. */
const taskTypeLens: Lens = {
  read: textOf,
  write: (type) =>
    type === null || typeof type === "string" ? wanted(type) : cannot("unknown-task-type", "a task has one type"),
  represents: (type, canonical) =>
    type === canonical || (typeof type === "string" && typeof canonical === "string" && sameName(type, canonical)),
};

/** Accounts go by login. */
export function accountsOf({ people }: GithubSchema): Account[] {
  return people.map(({ login, name, email }) => ({
    id: login,
    email,
    names: [login, ...(name === null ? [] : [name])],
    active: true,
    assignable: true,
  }));
}

/** The hub has one assignee: of several nobody can tell which one is meant. */
function assigneeLens(schema: GithubSchema, { people: map, learned }: Binding): Lens {
  const one = personLens({ tool: "GitHub", accounts: accountsOf(schema), map, learned });
  return {
    read: (held) =>
      Array.isArray(held)
        ? none(
            "several-assignees",
            `the issue has ${held.length} assignees in GitHub and the hub has room for one; leave one of them`,
          )
        : one.read(held),
    write: (person) => one.write(person),
    represents: (held, person) => !Array.isArray(held) && one.represents(held, person),
  };
}
