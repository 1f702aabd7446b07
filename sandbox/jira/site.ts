/** The state of a Jira site and what can be done to it, by API or by a person. */
import type { Clock } from "../kit/clock.ts";
import {
  FIELDS,
  type Field,
  ISSUE_TYPES,
  OTHER_POINTS_FIELD,
  ROOT_CAUSE_FIELD,
  deliveryWorkflow,
  openWorkflow,
  type Change,
  type Issue,
  type IssueData,
  type IssueType,
  type Project,
  type Sprint,
  type Status,
  type Transition,
  type User,
  type Workflow,
} from "./model.ts";
import type { Quirks } from "./quirks.ts";
import { noIssue, Refusal } from "./refusal.ts";

export interface ProjectSetup {
  readonly key: string;
  readonly name?: string;
  /** By issue type name; the default is a review workflow for stories and bugs, an open one for the rest. */
  readonly workflows?: Readonly<Record<string, Workflow>>;
  /** Field ids that are on no screen of this project. */
  readonly hiddenFields?: readonly string[];
  /** Field ids that one of the two screens lacks, by issue type name. */
  readonly offCreateScreen?: Readonly<Record<string, readonly string[]>>;
  readonly offEditScreen?: Readonly<Record<string, readonly string[]>>;
  readonly sprints?: readonly Sprint[];
  /** Number of the first issue; 1 where absent. */
  readonly firstNumber?: number;
}

type EditableData = Partial<Omit<IssueData, "key" | "projectKey" | "created" | "updated">>;

const LOGGED: Readonly<Record<string, string>> = {
  summary: "summary",
  description: "description",
  statusId: "status",
  priorityId: "priority",
  labels: "labels",
  duedate: "duedate",
  parentId: "parent",
  assignee: "assignee",
  estimateSeconds: "timeoriginalestimate",
};

export class JiraSite {
  readonly clock: Clock;
  readonly quirks: Quirks;
  readonly users: User[];
  readonly projects: Project[];
  readonly fields: Field[] = [...FIELDS];
  /** What a validator that the site's administrators wrote refuses in a description; it names no field. */
  readonly refusedWords = new Set<string>();
  /** Ids of issues that another write holds at this moment: editing them answers 409. */
  readonly busy = new Set<string>();
  /** Ids of issues that a bulk answer cannot show at this moment, and says so. */
  readonly unreadable = new Set<string>();
  /** By project key, the permissions that the connector's account was not granted. */
  readonly withheld = new Map<string, ReadonlySet<string>>();
  readonly issues = new Map<string, Issue>();
  #nextId = 10_001;

  constructor(clock: Clock, quirks: Quirks, users: readonly User[], setups: readonly ProjectSetup[]) {
    this.clock = clock;
    this.quirks = quirks;
    this.users = users.map((user) => ({ ...user }));
    this.projects = setups.map(projectOf);
  }

  project(idOrKey: string): Project | undefined {
    return this.projects.find(({ id, key }) => id === idOrKey || key.toUpperCase() === idOrKey.toUpperCase());
  }

  type(id: string): IssueType | undefined {
    return ISSUE_TYPES.find((type) => type.id === id);
  }

  workflow(data: Pick<IssueData, "projectKey" | "typeId">): Workflow {
    const workflow = this.project(data.projectKey)?.workflows[data.typeId];
    if (!workflow) throw new Error(`no workflow for type ${data.typeId} in ${data.projectKey}`);
    return workflow;
  }

  status(data: IssueData): Status {
    const status = this.workflow(data).statuses.find(({ id }) => id === data.statusId);
    if (!status) throw new Error(`no status ${data.statusId} in ${data.projectKey}`);
    return status;
  }

  /** An issue by id or key, keys it had before it moved included; undefined where deleted or never there. */
  find(idOrKey: string): Issue | undefined {
    const key = idOrKey.toUpperCase();
    const issue = this.issues.get(idOrKey) ?? this.#named(key);
    return issue?.deleted ? undefined : issue;
  }

  #named(key: string): Issue | undefined {
    const all = [...this.issues.values()];
    const moved = () => all.find(({ oldKeys }) => oldKeys.includes(key));
    return all.find(({ data }) => data.key === key) ?? (this.quirks.movedKeys ? moved() : undefined);
  }

  get(idOrKey: string): Issue {
    const issue = this.find(idOrKey);
    if (!issue) throw noIssue();
    return issue;
  }

  create(project: Project, typeId: string, data: EditableData, creator: string): Issue {
    const now = this.clock.now();
    const workflow = project.workflows[typeId];
    const issue: Issue = {
      id: String(this.#nextId++),
      creator,
      changes: [],
      links: [],
      comments: [],
      versions: [],
      oldKeys: [],
      deleted: false,
      data: {
        summary: "",
        description: null,
        statusId: workflow?.statuses[0]?.id ?? "",
        priorityId: "3",
        labels: [],
        duedate: null,
        parentId: null,
        assignee: null,
        estimateSeconds: null,
        custom: {},
        resolution: null,
        archived: null,
        properties: {},
        ...structuredClone(data),
        key: `${project.key}-${project.nextNumber++}`,
        projectKey: project.key,
        typeId,
        created: now,
        updated: now,
      },
    };
    this.issues.set(issue.id, issue);
    this.#index(issue);
    return issue;
  }

  /** Changes an issue, logs what changed, and bumps `updated`; entity properties alone bump nothing. */
  edit(issue: Issue, data: EditableData, author: string): void {
    const before = issue.data;
    const after = { ...before, ...structuredClone(data) };
    const items = changedItems(before, after);
    const onlyProperties = items.length === 0 && JSON.stringify(before.properties) !== JSON.stringify(after.properties);
    if (!onlyProperties) after.updated = this.#nextTime(before);
    issue.data = after;
    if (items.length) issue.changes.push({ id: String(issue.changes.length + 1), at: after.updated, author, items });
    this.#index(issue);
  }

  /** Something about the issue that is no field of it: a comment, a link. */
  touch(issue: Issue): void {
    issue.data = { ...issue.data, updated: this.#nextTime(issue.data) };
    this.#index(issue);
  }

  /** The transitions that this issue may take now. */
  /** A custom field goes with its values, from every screen. */
  deleteField(id: string): void {
    const at = this.fields.findIndex((field) => field.id === id && field.custom !== undefined);
    if (at < 0) throw new Error(`no custom field "${id}"`);
    this.fields.splice(at, 1);
    for (const { screens } of this.projects)
      for (const type of Object.keys(screens)) {
        const { create = [], edit = [] } = screens[type] ?? {};
        const left = (ids: readonly string[]): string[] => ids.filter((one) => one !== id);
        screens[type] = { create: left(create), edit: left(edit) };
      }
    for (const { data } of this.issues.values()) delete data.custom[id];
  }

  /** Whether the caller has a permission in a project; people have them all. */
  may(caller: string, projectKey: string, permission: string): boolean {
    const isSync = this.users.find(({ accountId }) => accountId === caller)?.token !== undefined;
    return !isSync || this.withheld.get(projectKey)?.has(permission) !== true;
  }

  transitions(issue: Issue): readonly Transition[] {
    const { statusId } = issue.data;
    return this.workflow(issue.data).transitions.filter(
      ({ from, to }) => !this.quirks.workflow || ((from?.includes(statusId) ?? true) && to !== statusId),
    );
  }

  delete(issue: Issue): void {
    issue.deleted = true;
    (issue.versions as { at: number; data: IssueData | null }[]).push({ at: this.clock.trueNow(), data: null });
  }

  /** Moves an issue to another project: a new key, and the old one still leads to it. */
  move(issue: Issue, project: Project): void {
    issue.oldKeys = [...issue.oldKeys, issue.data.key];
    issue.data = { ...issue.data, key: `${project.key}-${project.nextNumber++}`, projectKey: project.key };
    this.touch(issue);
  }

  user(accountIdOrEmail: string): User | undefined {
    const wanted = accountIdOrEmail.toLowerCase();
    return this.users.find(({ accountId, email }) => accountId === accountIdOrEmail || email.toLowerCase() === wanted);
  }

  requireProject(idOrKey: string): Project {
    const project = this.project(idOrKey);
    if (!project) throw new Refusal(404, [`No project could be found with key '${idOrKey}'.`]);
    return project;
  }

  /** Two changes of one issue never share a time, so that order can be told. */
  #nextTime(before: IssueData): number {
    return Math.max(this.clock.now(), before.updated + 1);
  }

  #index(issue: Issue): void {
    (issue.versions as { at: number; data: IssueData }[]).push({
      at: this.clock.trueNow(),
      data: structuredClone(issue.data),
    });
  }
}

function projectOf(setup: ProjectSetup, n: number): Project {
  const hidden = new Set([OTHER_POINTS_FIELD, ROOT_CAUSE_FIELD, "status", ...(setup.hiddenFields ?? [])]);
  const shown = FIELDS.map(({ id }) => id).filter((id) => !hidden.has(id));
  const without = (ids: readonly string[] = []): string[] => shown.filter((id) => !ids.includes(id));
  return {
    id: String(10_000 + n),
    key: setup.key,
    name: setup.name ?? setup.key,
    types: ISSUE_TYPES,
    workflows: Object.fromEntries(
      ISSUE_TYPES.map((type) => [type.id, setup.workflows?.[type.name] ?? defaultWorkflow(type)]),
    ),
    screens: Object.fromEntries(
      ISSUE_TYPES.map(({ id, name }) => [
        id,
        { create: without(setup.offCreateScreen?.[name]), edit: without(setup.offEditScreen?.[name]) },
      ]),
    ),
    sprints: setup.sprints ?? [],
    nextNumber: setup.firstNumber ?? 1,
  };
}

function defaultWorkflow(type: IssueType): Workflow {
  if (type.name === "Story" || type.name === "Bug") return deliveryWorkflow();
  if (type.name === "Epic") return openWorkflow("toDo", "inProgress", "done", "cancelled");
  return openWorkflow("toDo", "inProgress", "done", "blocked");
}

function changedItems(before: IssueData, after: IssueData): Change["items"] {
  const own = Object.entries(LOGGED).map(
    ([key, fieldId]) => [fieldId, before[key as "summary"], after[key as "summary"]] as const,
  );
  const ids = [...new Set([...Object.keys(before.custom), ...Object.keys(after.custom)])];
  const custom = ids.map((id) => [id, before.custom[id], after.custom[id]] as const);
  return [...own, ...custom]
    .filter(([, from, to]) => JSON.stringify(from ?? null) !== JSON.stringify(to ?? null))
    .map(([fieldId, from, to]) => ({ field: nameOf(fieldId), fieldId, from: logged(from), to: logged(to) }));
}

function nameOf(fieldId: string): string {
  return FIELDS.find(({ id }) => id === fieldId)?.name ?? fieldId;
}

function logged(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
