/** Tells the stand-in's state in the shapes of Jira's REST API. */
import {
  FIELDS,
  type Field,
  PRIORITIES,
  SPRINT_FIELD,
  type Issue,
  type IssueData,
  type Project,
  type Status,
  type Transition,
  type User,
} from "./model.ts";
import type { JiraSite } from "./site.ts";

export interface View {
  readonly site: JiraSite;
  /** The stand-in's own address, for `self` links. */
  readonly baseUrl: string;
}

/** `2026-11-20T11:00:00.123+0100`: the zone of the user, the offset without a colon. */
export function jiraTime(view: View, ms: number): string {
  const hours = view.site.quirks.userZone ? 1 : 0;
  const local = new Date(ms + hours * 3_600_000).toISOString().slice(0, -1);
  return `${local}+0${hours}00`;
}

const self = (view: View, path: string): string => `${view.baseUrl}/rest/api/3${path}`;

export function renderUser(view: View, user: User): object {
  const hides = user.hidesEmail === true && view.site.quirks.hiddenEmails;
  return {
    self: self(view, `/user?accountId=${user.accountId}`),
    accountId: user.accountId,
    accountType: "atlassian",
    displayName: user.displayName,
    ...(hides ? {} : { emailAddress: user.email }),
    active: user.active,
    timeZone: view.site.quirks.userZone ? "Europe/Madrid" : "Etc/UTC",
  };
}

export const CATEGORIES = {
  new: { id: 2, name: "To Do" },
  indeterminate: { id: 4, name: "In Progress" },
  done: { id: 3, name: "Done" },
};

export function renderStatus(view: View, { id, name, category }: Status): object {
  const { id: categoryId, name: categoryName } = CATEGORIES[category];
  return {
    self: self(view, `/status/${id}`),
    iconUrl: `${view.baseUrl}/`,
    id,
    name,
    statusCategory: {
      self: self(view, `/statuscategory/${categoryId}`),
      id: categoryId,
      key: category,
      colorName: "default",
      name: categoryName,
    },
  };
}

export function renderTransition(view: View, data: IssueData, transition: Transition, withFields: boolean): object {
  const to = view.site.workflow(data).statuses.find(({ id }) => id === transition.to);
  const requires = view.site.quirks.transitionScreens ? (transition.requires ?? []) : [];
  const fields = Object.fromEntries(requires.map((id) => [id, fieldMeta(id, true)]));
  return {
    id: transition.id,
    name: transition.name,
    ...(to ? { to: renderStatus(view, to) } : {}),
    hasScreen: requires.length > 0,
    isGlobal: transition.from === undefined,
    isInitial: false,
    isAvailable: true,
    isConditional: false,
    ...(withFields ? { fields } : {}),
    looped: false,
  };
}

function fieldMeta(id: string, required: boolean): object {
  const name = FIELDS.find((field) => field.id === id)?.name ?? id;
  return {
    required,
    schema: { type: "string", system: id },
    name,
    key: id,
    hasDefaultValue: false,
    operations: ["set"],
  };
}

export function renderCreateMeta(project: Project, typeId: string): object {
  const ids = project.screens[typeId]?.create ?? [];
  const results = ["project", "issuetype", ...ids].map((id) => ({
    ...fieldMeta(id, id === "summary" || id === "project" || id === "issuetype"),
    fieldId: id,
  }));
  return { startAt: 0, maxResults: 200, total: results.length, fields: results };
}

export function renderEditMeta({ site }: View, { data }: Issue): object {
  const ids = site.project(data.projectKey)?.screens[data.typeId]?.edit ?? [];
  return { fields: Object.fromEntries(ids.map((id) => [id, fieldMeta(id, id === "summary")])) };
}

export function renderField(field: Field): object {
  const custom = field.custom === undefined ? { system: field.id } : { custom: field.custom };
  return {
    id: field.id,
    key: field.id,
    name: field.name,
    custom: field.custom !== undefined,
    orderable: true,
    navigable: true,
    searchable: true,
    clauseNames: [field.id],
    schema: { type: field.type, ...custom },
  };
}

/** @param names field ids asked for; `*all` and `*navigable` mean every one */
export function renderIssue(
  view: View,
  issue: Issue,
  data: IssueData,
  names: readonly string[],
  properties: readonly string[] = [],
): object {
  const all = { ...fieldsOf(view, data), creator: { accountId: issue.creator } };
  const wantsAll = names.some((name) => name === "*all" || name === "*navigable");
  const shown = Object.entries(all).filter(([id]) => wantsAll || names.includes(id));
  const asked = properties.filter((key) => key in data.properties).map((key) => [key, data.properties[key]]);
  return {
    id: issue.id,
    key: data.key,
    self: self(view, `/issue/${issue.id}`),
    ...(names.length ? { fields: Object.fromEntries(shown) } : {}),
    ...(properties.length ? { properties: Object.fromEntries(asked) } : {}),
  };
}

/** The changelog's entries, oldest first, of these fields (of all where none is named). */
export function renderChanges(view: View, issue: Issue, fieldIds: readonly string[] = []): object[] {
  return issue.changes
    .map((change) => ({
      ...change,
      items: change.items.filter(({ fieldId }) => fieldIds.length === 0 || fieldIds.includes(fieldId)),
    }))
    .filter(({ items }) => items.length > 0)
    .map(({ id, at, author, items }) => ({
      id,
      author: { accountId: author, displayName: view.site.user(author)?.displayName ?? author },
      created: jiraTime(view, at),
      items: items.map(({ field, fieldId, from, to }) => ({
        field,
        fieldId,
        fieldtype: "jira",
        fromString: from ?? "",
        toString: to ?? "",
        ...(from === null ? {} : { from }),
        ...(to === null ? {} : { to }),
      })),
    }));
}

/** `expand=changelog`: the newest hundred, newest first. */
export function renderChangelog(view: View, issue: Issue): object {
  const histories = renderChanges(view, issue).toReversed().slice(0, 100);
  return { startAt: 0, maxResults: histories.length, total: issue.changes.length, histories };
}

function fieldsOf(view: View, data: IssueData): Record<string, unknown> {
  const { site } = view;
  const project = site.project(data.projectKey);
  const type = site.type(data.typeId);
  const assignee = data.assignee === null ? undefined : site.user(data.assignee);
  const parent = data.parentId === null ? undefined : site.issues.get(data.parentId);
  const sprintIds = (data.custom[SPRINT_FIELD] as readonly number[] | undefined) ?? [];
  const sprints = project?.sprints.filter(({ id }) => sprintIds.includes(id)) ?? [];
  const priority = PRIORITIES.find(({ id }) => id === data.priorityId);
  return {
    ...Object.fromEntries(site.fields.filter(({ custom }) => custom !== undefined).map(({ id }) => [id, null])),
    ...data.custom,
    summary: data.summary,
    description: data.description,
    status: renderStatus(view, site.status(data)),
    priority: { self: self(view, `/priority/${data.priorityId}`), ...priority },
    labels: data.labels,
    duedate: data.duedate,
    ...(parent ? { parent: { id: parent.id, key: parent.data.key, self: self(view, `/issue/${parent.id}`) } } : {}),
    assignee: assignee ? renderUser(view, assignee) : null,
    issuetype: {
      self: self(view, `/issuetype/${data.typeId}`),
      id: data.typeId,
      name: type?.name,
      subtask: type?.level === -1,
      hierarchyLevel: type?.level,
    },
    project: { self: self(view, `/project/${project?.id}`), id: project?.id, key: project?.key, name: project?.name },
    [SPRINT_FIELD]: sprints.length ? sprints.map((sprint) => ({ ...sprint, boardId: 1 })) : null,
    timeoriginalestimate: data.estimateSeconds,
    archiveddate: data.archived,
    created: jiraTime(view, data.created),
    updated: jiraTime(view, data.updated),
  };
}
