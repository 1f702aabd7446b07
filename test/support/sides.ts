/** What people see when they look at an item in each tool, read from the stand-ins and not through the product's lenses. */
import { adfToMarkdown } from "../../src/connectors/jira/adf.ts";
import type { FieldName, FieldValue, HubItem, ItemType } from "../../src/core/model.ts";
import { PRIORITIES, POINTS_FIELD, SPRINT_FIELD, type IssueData } from "../../sandbox/jira/model.ts";
import type { World } from "./world.ts";

export type Tool = "jira" | "linear";

/** Names, dates, numbers and e-mail addresses as people read them; absent where the tool has no place for the field. */
export type View = { readonly [F in FieldName]?: string | number | null | readonly string[] };

/** The names under which a tool may show a hub value; several where its scale is finer than the hub's. */
const STATUS: Readonly<Record<Tool, Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>>> = {
  jira: {
    epic: {
      planning: ["To Do"],
      in_progress: ["In Progress"],
      completed: ["Done"],
      blocked: ["In Progress"],
      on_hold: ["In Progress"],
      cancelled: ["Cancelled"],
    },
    story: {
      ready: ["To Do"],
      in_progress: ["In Progress"],
      in_review: ["In Review"],
      done: ["Done"],
      blocked: ["Blocked"],
      cancelled: ["Cancelled"],
    },
    task: { todo: ["To Do"], in_progress: ["In Progress"], done: ["Done"], blocked: ["Blocked"] },
  },
  linear: {
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
};
const PRIORITY: Readonly<Record<Tool, Readonly<Record<string, readonly (string | number)[]>>>> = {
  jira: { P1: ["Highest", "High"], P2: ["Medium"], P3: ["Low", "Lowest"] },
  linear: { P1: [1, 2], P2: [3], P3: [4] },
};

/** The item's twin as the tool shows it; undefined where no live one answers to the key. */
export function viewOf(world: World, tool: Tool, type: ItemType, key: string): View | undefined {
  return tool === "jira" ? jiraView(world, type, key) : linearView(world, type, key);
}

function jiraView({ jira: { site } }: World, type: ItemType, key: string): View | undefined {
  const issue = site.find(key);
  if (!issue || issue.data.archived !== null) return undefined;
  const { data } = issue;
  const people = site.users.find(({ accountId }) => accountId === data.assignee);
  const taskType = data.labels.find((label) => label.startsWith("type:"));
  return {
    title: data.summary,
    status: site.status(data).name,
    parent: data.parentId === null ? null : (site.issues.get(data.parentId)?.data.key ?? null),
    assignee: data.assignee === null ? null : (people?.email ?? null),
    ...(type === "task"
      ? {
          estimate: data.estimateSeconds === null ? null : data.estimateSeconds / 3600,
          task_type: taskType?.slice("type:".length) ?? null,
        }
      : {
          description: adfToMarkdown(data.description),
          priority: PRIORITIES.find(({ id }) => id === data.priorityId)?.name ?? null,
          estimate: (data.custom[POINTS_FIELD] as number | null | undefined) ?? null,
          labels: data.labels.filter((label) => label !== "sdlc-sync" && !label.startsWith("type:")).toSorted(),
          due: data.duedate,
          ...(type === "story" ? { sprint: sprintOf(data) } : {}),
        }),
  };
}

/** Jira's sprint field holds ids. */
function sprintOf({ custom }: Pick<IssueData, "custom">): string | null {
  const id = ((custom[SPRINT_FIELD] ?? []) as readonly number[]).at(-1);
  return id === undefined ? null : `Sprint ${id}`;
}

function linearView({ linear: { store } }: World, type: ItemType, key: string): View | undefined {
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

/** Whether what a tool shows stands for the hub's value. `parentKey` is the key of the parent's twin there. */
export function standsFor(
  tool: Tool,
  type: ItemType,
  field: FieldName,
  hub: FieldValue,
  shown: View[FieldName],
  parentKey: string | null,
): boolean {
  if (field === "status") return STATUS[tool][type]?.[String(hub)]?.includes(String(shown)) ?? false;
  if (field === "priority" && hub !== null) return PRIORITY[tool][String(hub)]?.includes(shown as string) ?? false;
  if (field === "priority") return shown === 0;
  if (field === "parent") return shown === parentKey;
  if (field === "labels") return JSON.stringify([...((hub ?? []) as string[])].toSorted()) === JSON.stringify(shown);
  if (field === "description") return String(hub ?? "").trim() === String(shown ?? "").trim();
  return (hub ?? null) === (shown ?? null);
}

/** `US-001/title: hub "a", linear "b"` for every field of the item that a tool shows differently. */
export function disagreements(
  world: World,
  items: Readonly<Record<string, HubItem>>,
  tools: readonly Tool[],
): string[] {
  const found: string[] = [];
  for (const item of Object.values(items)) {
    for (const tool of tools) {
      const key = item.refs[tool];
      if (item.type === "project" || key === undefined) continue;
      const view = viewOf(world, tool, item.type, key);
      if (!view) {
        found.push(`${item.id}: ${tool} has no ${key}`);
        continue;
      }
      for (const [field, shown] of Object.entries(view) as [FieldName, View[FieldName]][]) {
        const hub = item.fields[field];
        if (hub === undefined) continue;
        const parentKey = field === "parent" && hub !== null ? (items[String(hub)]?.refs[tool] ?? null) : null;
        if (!standsFor(tool, item.type, field, hub, shown, parentKey))
          found.push(`${item.id}/${field}: hub ${JSON.stringify(hub)}, ${tool} ${JSON.stringify(shown)}`);
      }
    }
  }
  return found;
}

/** Keys of everything live in the bound container. */
export function liveKeys({ jira, linear }: World, tool: Tool): string[] {
  if (tool === "jira")
    return [...jira.site.issues.values()]
      .filter(({ deleted, data }) => !deleted && data.archived === null && data.projectKey === "CHK")
      .map(({ data }) => data.key);
  const { store } = linear;
  const live = (row: { readonly trashed: boolean; readonly archivedAt: number | null }): boolean =>
    !row.trashed && row.archivedAt === null;
  return [
    ...[...store.projects.values()].filter(live).map(({ id }) => id),
    ...[...store.issues.values()].filter(live).map((issue) => store.identifier(issue)),
  ];
}
