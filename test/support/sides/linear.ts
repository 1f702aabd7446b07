/** Linear, as its issue and project views show items. */
import type { ItemType } from "../../../src/core/model.ts";
import type { Vendors } from "../vendors.ts";
import type { Side, View } from "./side.ts";

type Vendor = Pick<Vendors, "linear">;

export const linearSide: Side<Vendor> = {
  status: {
    epic: {
      planning: ["Planned", "Backlog"],
      in_progress: ["In Progress"],
      completed: ["Completed"],
      blocked: ["Paused"],
      on_hold: ["Paused"],
      cancelled: ["Canceled"],
    },
    story: {
      ready: ["Todo", "Backlog", "Triage"],
      in_progress: ["In Progress"],
      in_review: ["In Review"],
      done: ["Done"],
      blocked: ["In Progress"],
      cancelled: ["Canceled"],
    },
    task: {
      todo: ["Todo", "Backlog", "Triage"],
      in_progress: ["In Progress"],
      done: ["Done"],
      blocked: ["In Progress"],
    },
  },
  priority: { P1: [1, 2], P2: [3], P3: [4] },
  noPriority: 0,
  view: linearView,
  keys: ({ linear: { store } }) => [
    ...[...store.projects.keys()].map((id) => ["epic", id] as const),
    ...[...store.issues.values()].map((issue) => ["story", store.identifier(issue)] as const),
  ],
  liveKeys({ linear: { store } }) {
    const live = (row: { readonly trashed: boolean; readonly archivedAt: number | null }): boolean =>
      !row.trashed && row.archivedAt === null;
    return [
      ...[...store.projects.values()].filter(live).map(({ id }) => id),
      ...[...store.issues.values()].filter(live).map((issue) => store.identifier(issue)),
    ];
  },
};

function linearView({ linear: { store } }: Vendor, type: ItemType, key: string): View | undefined {
  const named = (ids: readonly string[], table: ReadonlyMap<string, { readonly name: string }>): string[] =>
    ids.flatMap((id) => table.get(id)?.name ?? []).toSorted();
  if (type === "epic") {
    const project = store.projects.get(key);
    if (!project || project.trashed || project.archivedAt !== null) return undefined;
    return {
      title: project.name,
      description: project.content,
      status: store.projectStatuses.get(project.statusId)?.name ?? null,
      priority: project.priority,
      labels: named(project.labelIds, store.projectLabels),
      due: project.targetDate,
    };
  }
  const issue = store.findIssue(key);
  if (!issue || issue.trashed || issue.archivedAt !== null) return undefined;
  const parent = issue.parentId === null ? undefined : store.issues.get(issue.parentId);
  const labels = named(issue.labelIds, store.labels);
  const common = {
    title: issue.title,
    status: store.states.get(issue.stateId)?.name ?? null,
    parent: parent ? store.identifier(parent) : issue.projectId,
    assignee: issue.assigneeId === null ? null : (store.users.get(issue.assigneeId)?.email ?? null),
  };
  if (type === "task") {
    return { ...common, task_type: labels.find((name) => name.startsWith("type:"))?.slice("type:".length) ?? null };
  }
  return {
    ...common,
    description: issue.description,
    priority: issue.priority,
    estimate: issue.estimate,
    labels: labels.filter((name) => !name.startsWith("type:")),
    due: issue.dueDate,
    sprint: issue.cycleId === null ? null : (store.cycles.get(issue.cycleId)?.name ?? null),
  };
}
