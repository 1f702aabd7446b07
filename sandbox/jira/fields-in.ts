/** Checks the body of a create, edit or transition as Jira does, and translates it into data of the stand-in. */
import type { AdfNode } from "../../src/connectors/jira/adf.ts";
import { adfProblem } from "./adf-check.ts";
import { PRIORITIES, SPRINT_FIELD, type IssueData, type Project } from "./model.ts";
import { notOnScreen, Refusal } from "./refusal.ts";
import type { JiraSite } from "./site.ts";

export interface IssueBody {
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly update?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly properties?: readonly { readonly key: string; readonly value: unknown }[];
  readonly transition?: { readonly id?: string };
}
interface Target {
  readonly site: JiraSite;
  readonly project: Project;
  readonly typeId: string;
  /** The issue as it is; absent for a create. */
  readonly present?: IssueData;
  /** Ids of the fields on the screen of this operation: no other can be set. */
  readonly screen: readonly string[];
}

type Data = { -readonly [K in keyof IssueData]?: IssueData[K] };
type Setter = (value: unknown, data: Data, target: Target) => string | null;

const INVALID_ADF = "INVALID_INPUT";
const MISSING_SUMMARY = "You must specify a summary of the issue.";

/** The data to write. Throws a 400 with Jira's words by field. */
export function readFields(target: Target, body: IssueBody): Data {
  const errors: Record<string, string> = {};
  const data: Data = {};
  const { custom = {}, properties = {} } = target.present ?? {};
  data.custom = { ...custom };
  for (const [id, value] of Object.entries(body.fields ?? {})) {
    const problem = setField(target, data, id, value);
    if (problem !== null) errors[id] = problem;
    if (body.update?.[id]) errors[id] = `Field '${id}' cannot appear in both 'fields' and 'update'`;
  }
  for (const [id, operations] of Object.entries(body.update ?? {})) {
    const problem = id === "labels" ? updateLabels(target, data, operations) : notOnScreen(id);
    if (problem !== null && errors[id] === undefined) errors[id] = problem;
  }
  if (!target.present && !data.summary && errors["summary"] === undefined) errors["summary"] = MISSING_SUMMARY;
  if (Object.keys(errors).length) throw new Refusal(400, [], errors);
  data.properties = {
    ...properties,
    ...Object.fromEntries((body.properties ?? []).map(({ key, value }) => [key, value])),
  };
  return data;
}

function setField(target: Target, data: Data, id: string, value: unknown): string | null {
  if (id === "project" || id === "issuetype") return null;
  if (id === "status") return target.site.quirks.workflow ? null : setStatus(data, value);
  if (target.site.quirks.screens && !target.screen.includes(id)) return notOnScreen(id);
  const setter = SETTERS[id];
  if (setter) return setter(value, data, target);
  data.custom = { ...data.custom, [id]: value };
  return null;
}

function setStatus(data: Data, value: unknown): null {
  data.statusId = (value as { id?: string } | null)?.id ?? "";
  return null;
}

const SETTERS: Readonly<Record<string, Setter>> = {
  summary(value, data, { site: { quirks } }) {
    const text = typeof value === "string" ? value : "";
    const kept = quirks.summaryTrimmed ? text.trim() : text;
    if (kept.trim() === "") return MISSING_SUMMARY;
    if (quirks.summaryLimits && /[\r\n]/.test(text))
      return "The summary is invalid because it contains newline characters.";
    if (quirks.summaryLimits && kept.length > 255) return "Summary can't exceed 255 characters.";
    data.summary = kept;
    return null;
  },
  description(value, data, { site }) {
    data.description = value as AdfNode | null;
    const problem = adfProblem(value, site.quirks);
    const words = JSON.stringify(value);
    if ([...site.refusedWords].some((word) => words.includes(word))) throw new Refusal(400, [INVALID_ADF]);
    // A document that is none fails before any field is looked at, and no field is named.
    if (problem === INVALID_ADF) throw new Refusal(400, [problem]);
    return problem;
  },
  priority(value, data) {
    const { id, name } = (value ?? {}) as { id?: string; name?: string };
    const found = PRIORITIES.find((one) => one.id === id || one.name === name);
    if (!found) return value === null ? "Priority is required." : "Priority ID is invalid.";
    data.priorityId = found.id;
    return null;
  },
  labels(value, data, { site }) {
    if (!Array.isArray(value)) return "data was not an array";
    return putLabels(site, data, value.map(String));
  },
  duedate(value, data) {
    if (value !== null && !/^\d{4}-\d{2}-\d{2}$/.test(value as string))
      return "Error parsing date string: please enter the date in format yyyy-MM-dd";
    data.duedate = value as string | null;
    return null;
  },
  parent: setParent,
  assignee(value, data, { site }) {
    if (value === null) {
      data.assignee = null;
      return null;
    }
    const { accountId } = value as { accountId?: string };
    const user = accountId === undefined ? undefined : site.users.find((one) => one.accountId === accountId);
    const refuses = site.quirks.assignable && (!user?.active || user.assignable === false);
    if (!user || refuses) return `User '${accountId ?? ""}' cannot be assigned issues.`;
    data.assignee = user.accountId;
    return null;
  },
  timetracking(value, data) {
    const text = (value as { originalEstimate?: unknown } | null)?.originalEstimate;
    const seconds = durationSeconds(typeof text === "string" ? text : "");
    if (seconds === null) return "Invalid time duration entered.";
    data.estimateSeconds = seconds;
    return null;
  },
  [SPRINT_FIELD](value, data, { project }) {
    const ids = value === null ? [] : [Number(value)];
    if (ids.some((id) => !project.sprints.some((sprint) => sprint.id === id && sprint.state !== "closed")))
      return "Number value expected as the Sprint id.";
    data.custom = { ...data.custom, [SPRINT_FIELD]: ids };
    return null;
  },
};

function setParent(value: unknown, data: Data, { site, typeId }: Target): string | null {
  const { id, key } = (value ?? {}) as { id?: string; key?: string };
  const level = site.type(typeId)?.level ?? 0;
  if (value === null) {
    data.parentId = null;
    return level === -1 ? "data was not an object" : null;
  }
  const parent = site.find(id ?? key ?? "");
  if (!parent) return "Could not find issue by id or key.";
  const above = site.type(parent.data.typeId)?.level ?? 0;
  if (site.quirks.hierarchy && above !== level + 1)
    return "Given parent issue does not belong to appropriate hierarchy.";
  data.parentId = parent.id;
  return null;
}

function putLabels(site: JiraSite, data: Data, labels: readonly string[]): string | null {
  const bad = labels.find((label) => /\s/.test(label));
  if (bad !== undefined && site.quirks.labelBlanks) return `The label '${bad}' contains spaces which is invalid.`;
  if (labels.some((label) => label.length > 255)) return "The label is too long (255 characters maximum).";
  data.labels = [...new Set(labels)].sort();
  return null;
}

function updateLabels(
  target: Target,
  data: Data,
  operations: readonly Readonly<Record<string, unknown>>[],
): string | null {
  if (target.site.quirks.screens && !target.screen.includes("labels")) return notOnScreen("labels");
  const labels = new Set(data.labels ?? target.present?.labels ?? []);
  for (const { add, remove } of operations) {
    if (typeof add === "string") labels.add(add);
    if (typeof remove === "string") labels.delete(remove);
  }
  return putLabels(target.site, data, [...labels]);
}

/** `1w 2d 3h 4m` with weeks of five days of eight hours. */
function durationSeconds(text: string): number | null {
  const units: Record<string, number> = { w: 144_000, d: 28_800, h: 3600, m: 60 };
  const parts = text.trim().split(/\s+/);
  let seconds = 0;
  for (const part of parts) {
    const match = /^(\d+(?:\.\d+)?)([wdhm])$/.exec(part);
    if (!match) return null;
    seconds += Number(match[1]) * (units[match[2] ?? ""] ?? 0);
  }
  return Math.round(seconds);
}
