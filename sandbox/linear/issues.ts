/** What can be done to an issue, by the API and by people alike. */
import {
  checkAssignee,
  checkCycle,
  checkEstimate,
  checkLabels,
  checkState,
  checkText,
  checkTimelessDate,
  claimId,
  mustFind,
} from "./checks.ts";
import { argumentInvalid, inputRefused } from "./errors.ts";
import { textOf, type Input } from "./input.ts";
import { rewriteMarkdown } from "./markdown-rewrite.ts";
import type { IssueRow, LinearStore, TeamRow } from "./store.ts";

const TITLE_MAX = 512;

export function createIssue(store: LinearStore, actorId: string, input: Input): IssueRow {
  const id = claimId(store, "Issue", store.issues, input["id"]);
  const team = mustFind(store.teams.get(textOf(input["teamId"])), "Team");
  const empty = emptyIssue(store, { id, team, actorId });
  const issue = { ...empty, ...changesOf(store, empty, team, { title: null, ...input }) };
  if (input["createdAt"]) Object.assign(issue, { createdAt: Date.parse(textOf(input["createdAt"])) });
  issue.number = team.nextNumber++;
  stampState(store, issue);
  store.issues.set(id, issue);
  store.lastSyncId += 1;
  return issue;
}

function emptyIssue(store: LinearStore, of: { id: string; team: TeamRow; actorId: string }): IssueRow {
  const states = [...store.states.values()].filter((state) => state.teamId === of.team.id);
  const first =
    states.find((state) => state.type === "backlog") ?? states.find((state) => state.type === "unstarted") ?? states[0];
  return {
    ...store.row(of.id),
    teamId: of.team.id,
    number: 0,
    title: "",
    description: null,
    priority: 0,
    estimate: null,
    dueDate: null,
    stateId: first?.id ?? "",
    assigneeId: null,
    creatorId: of.actorId,
    projectId: null,
    parentId: null,
    cycleId: null,
    labelIds: [],
    trashed: false,
    sortOrder: 0,
    startedAt: null,
    completedAt: null,
    canceledAt: null,
    previousIdentifiers: [],
  };
}

/** Changes an issue. Only what people would call a change moves `updatedAt`; each leaves one entry in the history. */
export function updateIssue(store: LinearStore, actorId: string, id: string, input: Input): IssueRow {
  const issue = mustFind(store.findIssue(id), "Issue");
  const team = mustFind(store.teams.get(textOf(input["teamId"] ?? issue.teamId)), "Team");
  const before = { ...issue };
  const changes = changesOf(store, issue, team, input);
  if (team.id !== issue.teamId) moveToTeam(store, issue, team, changes);
  Object.assign(issue, changes);
  const entry = historyOf(before, issue);
  const changed = Object.keys(entry).length > 0;
  if (changed) {
    stampState(store, issue);
    const row = store.row();
    store.history.set(row.id, { ...row, issueId: issue.id, actorId, changes: entry });
  }
  if (changed || (!store.quirks.meaningfulUpdates && "sortOrder" in input)) issue.updatedAt = store.now();
  store.lastSyncId += 1;
  return issue;
}

function moveToTeam(store: LinearStore, issue: IssueRow, team: TeamRow, changes: Partial<IssueRow>): void {
  issue.previousIdentifiers = [...issue.previousIdentifiers, store.identifier(issue)];
  const state = store.states.get(changes.stateId ?? issue.stateId);
  const same = [...store.states.values()].find((one) => one.teamId === team.id && one.type === state?.type);
  if (state?.teamId !== team.id && same) changes.stateId = same.id;
  issue.teamId = team.id;
  issue.number = team.nextNumber++;
}

/** The checked changes an input asks for. */
function changesOf(store: LinearStore, issue: IssueRow, team: TeamRow, input: Input): Partial<IssueRow> {
  const changes: Partial<IssueRow> = {};
  const given = (name: string): boolean => input[name] !== undefined;
  if (given("title")) changes.title = checkText("title", input["title"], TITLE_MAX);
  if (given("description")) changes.description = saveText(store, input["description"]);
  if (given("stateId")) changes.stateId = checkState(store, team, input["stateId"]);
  if (given("priority")) changes.priority = checkPriority(input["priority"]);
  if (given("estimate")) changes.estimate = checkEstimate(store, team, input["estimate"]);
  if (given("dueDate")) changes.dueDate = checkTimelessDate(store, "dueDate", input["dueDate"]);
  if (given("assigneeId")) changes.assigneeId = checkAssignee(store, input["assigneeId"]);
  if (given("cycleId")) changes.cycleId = checkCycle(store, team, input["cycleId"]);
  if (given("projectId")) changes.projectId = checkProject(store, team, input["projectId"]);
  if (given("parentId")) changes.parentId = checkParent(store, issue, input["parentId"]);
  if (given("trashed")) Object.assign(changes, trashing(store, input["trashed"] === true));
  if (given("sortOrder")) changes.sortOrder = Number(input["sortOrder"]);
  const labels = labelsAfter(issue, input);
  if (labels) changes.labelIds = checkLabels(store, team, labels);
  return changes;
}

function labelsAfter(issue: IssueRow, input: Input): readonly string[] | undefined {
  const list = (name: string): readonly string[] => (input[name] as readonly string[] | null | undefined) ?? [];
  if (input["labelIds"]) return list("labelIds");
  if (!input["addedLabelIds"] && !input["removedLabelIds"]) return undefined;
  return [...issue.labelIds.filter((id) => !list("removedLabelIds").includes(id)), ...list("addedLabelIds")];
}

export function saveText(store: LinearStore, value: unknown): string | null {
  if (typeof value !== "string" || value === "") return null;
  return store.quirks.rewriteMarkdown ? rewriteMarkdown(value) || null : value;
}

export function checkPriority(value: unknown): number {
  const priority = Number(value ?? 0);
  if (priority < 0 || priority > 4) throw argumentInvalid("priority", "must not be greater than 4");
  return priority;
}

function checkProject(store: LinearStore, team: TeamRow, value: unknown): string | null {
  if (value === null) return null;
  const project = mustFind(store.projects.get(textOf(value)), "Project");
  if (project.teamIds.includes(team.id)) return project.id;
  throw inputRefused(
    "Discrepancy between issue team and projectId",
    "The project is not shared with the issue's team.",
  );
}

function checkParent(store: LinearStore, issue: IssueRow, value: unknown): string | null {
  if (value === null) return null;
  const parent = mustFind(store.findIssue(textOf(value)), "Issue");
  for (let above: IssueRow | undefined = parent; above; above = store.issues.get(above.parentId ?? "")) {
    if (above.id === issue.id) throw argumentInvalid("parentId", "must not be the issue itself or one below it");
  }
  return parent.id;
}

function trashing(store: LinearStore, trashed: boolean): Partial<IssueRow> {
  return { trashed, archivedAt: trashed ? store.now() : null };
}

function stampState(store: LinearStore, issue: IssueRow): void {
  const type = store.states.get(issue.stateId)?.type;
  const now = store.now();
  if (type === "started") issue.startedAt ??= now;
  issue.completedAt = type === "completed" ? (issue.completedAt ?? now) : null;
  issue.canceledAt = type === "canceled" ? (issue.canceledAt ?? now) : null;
}

const HISTORY_NAMES: Readonly<Record<string, string>> = {
  title: "Title",
  stateId: "StateId",
  priority: "Priority",
  estimate: "Estimate",
  dueDate: "DueDate",
  assigneeId: "AssigneeId",
  projectId: "ProjectId",
  parentId: "ParentId",
  cycleId: "CycleId",
};

function historyOf(before: IssueRow, after: IssueRow): Record<string, unknown> {
  const entry: Record<string, unknown> = {};
  for (const [field, name] of Object.entries(HISTORY_NAMES)) {
    const [from, to] = [before[field as keyof IssueRow], after[field as keyof IssueRow]];
    if (from !== to) Object.assign(entry, { [`from${name}`]: from, [`to${name}`]: to });
  }
  if (before.description !== after.description) entry["updatedDescription"] = true;
  const added = after.labelIds.filter((id) => !before.labelIds.includes(id));
  const removed = before.labelIds.filter((id) => !after.labelIds.includes(id));
  if (added.length) entry["addedLabelIds"] = added;
  if (removed.length) entry["removedLabelIds"] = removed;
  if (before.trashed !== after.trashed) entry["trashed"] = after.trashed;
  if ((before.archivedAt === null) !== (after.archivedAt === null)) entry["archived"] = after.archivedAt !== null;
  if (before.teamId !== after.teamId) Object.assign(entry, { fromTeamId: before.teamId, toTeamId: after.teamId });
  return entry;
}

/** Archives, or trashes for 30 days. */
export function archiveIssue(store: LinearStore, id: string, trash: boolean): IssueRow {
  const issue = mustFind(store.findIssue(id), "Issue");
  Object.assign(issue, {
    archivedAt: issue.archivedAt ?? store.now(),
    trashed: trash || issue.trashed,
    updatedAt: store.now(),
  });
  return issue;
}

export function unarchiveIssue(store: LinearStore, id: string): IssueRow {
  const issue = mustFind(store.findIssue(id), "Issue");
  return Object.assign(issue, { archivedAt: null, trashed: false, updatedAt: store.now() });
}

/** Gone for good: no read finds it, and its id is spent. */
export function eraseIssue(store: LinearStore, id: string): void {
  const issue = mustFind(store.findIssue(id), "Issue");
  store.issues.delete(issue.id);
  store.spent.add(issue.id);
}
