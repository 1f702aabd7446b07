/** What Linear checks of an input before it changes anything. */
import { argumentInvalid, conflictOnInsert, entityNotFound, inputRefused } from "./errors.ts";
import { textOf } from "./input.ts";
import type { LabelRow, LinearStore, Row, TeamRow } from "./store.ts";

const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const TIMELESS = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

/** The id of a new row: the client's, if its shape is right and it was never used, else a new one. */
export function claimId(store: LinearStore, entity: string, table: ReadonlyMap<string, Row>, wanted: unknown): string {
  if (wanted === undefined || wanted === null) return store.newId();
  const id = textOf(wanted);
  if (store.quirks.clientIdMustBeV4 && !V4.test(id)) throw argumentInvalid("id", "must be a UUID of version 4");
  if (table.has(id) && store.quirks.conflictOnInsert) throw conflictOnInsert(entity, id);
  if (store.spent.has(id) && store.quirks.spentIds) throw conflictOnInsert(entity, id);
  return id;
}

export function mustFind<T>(row: T | undefined, entity: string): T {
  if (row === undefined) throw entityNotFound(entity);
  return row;
}

export function checkTimelessDate(store: LinearStore, property: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const text = textOf(value);
  if (store.quirks.timelessDates && !TIMELESS.test(text))
    throw argumentInvalid(property, "must be a date (YYYY-MM-DD)");
  return text;
}

const SCALES: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  exponential: [
    [1, 2, 4, 8, 16],
    [32, 64],
  ],
  fibonacci: [
    [1, 2, 3, 5, 8],
    [13, 21],
  ],
  linear: [
    [1, 2, 3, 4, 5],
    [6, 7],
  ],
  tShirt: [
    [1, 2, 3, 5, 8],
    [13, 21],
  ],
};

export function checkEstimate(store: LinearStore, team: TeamRow, value: unknown): number | null {
  if (value === null || value === undefined) return null;
  const [basic, extended] = SCALES[team.issueEstimationType] ?? [[], []];
  const allowed = [
    ...(team.issueEstimationAllowZero ? [0] : []),
    ...basic,
    ...(team.issueEstimationExtended ? extended : []),
  ];
  if (!store.quirks.estimateScale || allowed.includes(Number(value))) return Number(value);
  const message = `estimate must be one of the following values: ${allowed.join(", ")}`;
  throw inputRefused(message, message);
}

export function checkAssignee(store: LinearStore, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const user = mustFind(store.users.get(textOf(value)), "User");
  if (!user.active && store.quirks.inactiveUsersAreRefused) {
    throw argumentInvalid("assigneeId", "must be the id of an active user");
  }
  return user.id;
}

export function checkState(store: LinearStore, team: TeamRow, value: unknown): string {
  const state = mustFind(store.states.get(textOf(value)), "WorkflowState");
  if (state.teamId !== team.id && store.quirks.statesBelongToTeams) {
    throw inputRefused(
      "The stateId is not valid for the issue's team",
      "The state does not belong to the issue's team.",
    );
  }
  return state.id;
}

export function checkCycle(store: LinearStore, team: TeamRow, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  const cycle = mustFind(store.cycles.get(textOf(value)), "Cycle");
  if (cycle.teamId !== team.id) throw argumentInvalid("cycleId", "must be a cycle of the issue's team");
  return cycle.id;
}

/** Labels of an issue: they exist, belong to the team or the workspace, are no groups and exclude each other in a group. */
export function checkLabels(store: LinearStore, team: TeamRow, ids: readonly string[]): readonly string[] {
  const unique = [...new Set(ids)];
  const labels = unique.map((id) => mustFind(store.labels.get(id), "IssueLabel"));
  if (labels.some((label) => label.teamId !== null && label.teamId !== team.id)) {
    throw argumentInvalid("labelIds", "must be labels of the issue's team or the workspace");
  }
  if (store.quirks.labelGroupsExclude) checkGroups(labels);
  return unique;
}

export function checkProjectLabels(store: LinearStore, ids: readonly string[]): readonly string[] {
  const labels = ids.map((id) => mustFind(store.projectLabels.get(id), "ProjectLabel"));
  if (store.quirks.labelGroupsExclude) checkGroups(labels);
  return [...new Set(ids)];
}

function checkGroups(labels: readonly LabelRow[]): void {
  if (labels.some((label) => label.isGroup)) throw argumentInvalid("labelIds", "must not hold label groups");
  const groups = labels.flatMap((label) => label.parentId ?? []);
  if (new Set(groups).size === groups.length) return;
  throw inputRefused("labelIds not exclusive child labels", "The label group allows only one of its labels.");
}

export function checkText(property: string, value: unknown, maxLength: number): string {
  const text = textOf(value ?? "").trim();
  if (text === "") throw argumentInvalid(property, "should not be empty");
  if (text.length > maxLength)
    throw argumentInvalid(property, `must be shorter than or equal to ${maxLength} characters`);
  return text;
}
