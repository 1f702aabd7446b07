/** What a Jira site holds, in the stand-in's own words; `render.ts` tells it in Jira's. */
import type { AdfNode } from "../../src/connectors/jira/adf.ts";

export interface Status {
  readonly id: string;
  name: string;
  readonly category: "new" | "indeterminate" | "done";
}
export interface Transition {
  readonly id: string;
  readonly name: string;
  /** Status ids it starts from; absent: from anywhere. */
  readonly from?: readonly string[];
  readonly to: string;
  /** Field ids its screen requires. */
  readonly requires?: readonly string[];
}
export interface IssueType {
  readonly id: string;
  readonly name: string;
  /** 1 epic, 0 standard, -1 subtask. */
  readonly level: 1 | 0 | -1;
}
export interface Workflow {
  statuses: Status[];
  transitions: Transition[];
}
export interface User {
  readonly accountId: string;
  readonly displayName: string;
  readonly email: string;
  active: boolean;
  readonly hidesEmail?: boolean;
  readonly assignable?: boolean;
  /** What the person signs in with. */
  readonly token?: string;
}
export interface Sprint {
  readonly id: number;
  readonly name: string;
  readonly state: "active" | "future" | "closed";
}
/** Ids of the fields that can be set. */
export interface Screens {
  readonly create: readonly string[];
  readonly edit: readonly string[];
}
export interface Project {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly types: readonly IssueType[];
  /** By issue type id. */
  readonly workflows: Record<string, Workflow>;
  /** By issue type id. */
  readonly screens: Record<string, Screens>;
  readonly sprints: readonly Sprint[];
  nextNumber: number;
}

/** The part of an issue that the search index copies. */
export interface IssueData {
  key: string;
  projectKey: string;
  typeId: string;
  summary: string;
  description: AdfNode | null;
  statusId: string;
  priorityId: string;
  labels: string[];
  duedate: string | null;
  parentId: string | null;
  assignee: string | null;
  estimateSeconds: number | null;
  /** Custom fields by id. */
  custom: Record<string, unknown>;
  resolution: string | null;
  archived: string | null;
  created: number;
  updated: number;
  properties: Record<string, unknown>;
}
export interface Change {
  readonly id: string;
  readonly at: number;
  readonly author: string;
  readonly items: readonly {
    readonly field: string;
    readonly fieldId: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
}
interface RemoteLink {
  readonly id: number;
  readonly globalId?: string;
  readonly url: string;
  readonly title: string;
}
export interface Issue {
  readonly id: string;
  data: IssueData;
  readonly creator: string;
  readonly changes: Change[];
  readonly links: RemoteLink[];
  readonly comments: { readonly id: string; readonly author: string; readonly body: unknown; readonly at: number }[];
  oldKeys: string[];
  deleted: boolean;
  /** What the search index may show, oldest first; null once deleted. */
  readonly versions: { readonly at: number; readonly data: IssueData | null }[];
}

export const POINTS_FIELD = "customfield_10016";
/** A second field called Story Points, on no screen: the trap of every hard-wired field id. */
export const OTHER_POINTS_FIELD = "customfield_10026";
export const SPRINT_FIELD = "customfield_10020";
export const ROOT_CAUSE_FIELD = "customfield_10050";

export const PRIORITIES = ["Highest", "High", "Medium", "Low", "Lowest"].map((name, n) => ({
  id: String(n + 1),
  name,
}));

export interface Field {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Key of the custom type; absent for a field of Jira's own. */
  readonly custom?: string;
}

export const FIELDS: readonly Field[] = [
  { id: "summary", name: "Summary", type: "string" },
  { id: "description", name: "Description", type: "string" },
  { id: "status", name: "Status", type: "status" },
  { id: "priority", name: "Priority", type: "priority" },
  { id: "labels", name: "Labels", type: "array" },
  { id: "duedate", name: "Due date", type: "date" },
  { id: "parent", name: "Parent", type: "issuelink" },
  { id: "assignee", name: "Assignee", type: "user" },
  { id: "timetracking", name: "Time tracking", type: "timetracking" },
  {
    id: OTHER_POINTS_FIELD,
    name: "Story Points",
    type: "number",
    custom: "com.atlassian.jira.plugin.system.customfieldtypes:float",
  },
  {
    id: POINTS_FIELD,
    name: "Story point estimate",
    type: "number",
    custom: "com.pyxis.greenhopper.jira:jsw-story-points",
  },
  { id: SPRINT_FIELD, name: "Sprint", type: "array", custom: "com.pyxis.greenhopper.jira:gh-sprint" },
  {
    id: ROOT_CAUSE_FIELD,
    name: "Root cause",
    type: "string",
    custom: "com.atlassian.jira.plugin.system.customfieldtypes:textfield",
  },
];

export const ISSUE_TYPES: readonly IssueType[] = [
  { id: "10000", name: "Epic", level: 1 },
  { id: "10001", name: "Story", level: 0 },
  { id: "10002", name: "Task", level: 0 },
  { id: "10003", name: "Sub-task", level: -1 },
  { id: "10004", name: "Bug", level: 0 },
];

const STATUS = {
  toDo: { id: "10100", name: "To Do", category: "new" },
  inProgress: { id: "3", name: "In Progress", category: "indeterminate" },
  inReview: { id: "10101", name: "In Review", category: "indeterminate" },
  done: { id: "10102", name: "Done", category: "done" },
  blocked: { id: "10103", name: "Blocked", category: "indeterminate" },
  cancelled: { id: "10104", name: "Cancelled", category: "done" },
  wontDo: { id: "10105", name: "Won't Do", category: "done" },
} as const satisfies Record<string, Status>;

/** To Do, In Progress, In Review, Done one after the other; Blocked aside of In Progress; closing from where work is open. */
export function deliveryWorkflow(): Workflow {
  const { toDo, inProgress, inReview, done, blocked, cancelled, wontDo } = STATUS;
  return {
    statuses: Object.values(STATUS).map((status) => ({ ...status })),
    transitions: [
      { id: "11", name: "Start work", from: [toDo.id, blocked.id, inReview.id, done.id], to: inProgress.id },
      { id: "21", name: "Block", from: [inProgress.id], to: blocked.id },
      { id: "31", name: "Ask for review", from: [inProgress.id], to: inReview.id },
      { id: "41", name: "Accept", from: [inReview.id], to: done.id },
      { id: "51", name: "Back to the list", from: [inProgress.id, done.id, cancelled.id, wontDo.id], to: toDo.id },
      { id: "61", name: "Cancel", from: [toDo.id, inProgress.id], to: cancelled.id },
      { id: "71", name: "Won't do", from: [toDo.id, inProgress.id], to: wontDo.id },
    ],
  };
}

/** Every status from every other, as team-managed projects have it. */
export function openWorkflow(...names: (keyof typeof STATUS)[]): Workflow {
  const statuses = names.map((name) => ({ ...STATUS[name] }));
  return { statuses, transitions: statuses.map(({ id, name }, n) => ({ id: String((n + 1) * 10 + 1), name, to: id })) };
}
