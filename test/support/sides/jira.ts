/** Jira, as its issue view shows items. */
import { adfToMarkdown } from "../../../src/connectors/jira/adf.ts";
import type { ItemType } from "../../../src/core/model.ts";
import { PRIORITIES, POINTS_FIELD, SPRINT_FIELD, type IssueData } from "../../../sandbox/jira/model.ts";
import type { Vendors } from "../vendors.ts";
import type { Side, View } from "./side.ts";

type Vendor = Pick<Vendors, "jira">;

export const jiraSide: Side<Vendor> = {
  status: {
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
  priority: { P1: ["Highest", "High"], P2: ["Medium"], P3: ["Low", "Lowest"] },
  noPriority: null,
  view: jiraView,
  keys: ({ jira: { site } }) =>
    [...site.issues.values()].map(({ data }) => [site.type(data.typeId)?.name === "Epic" ? "epic" : "story", data.key]),
  liveKeys: ({ jira: { site } }) =>
    [...site.issues.values()]
      .filter(({ deleted, data }) => !deleted && data.archived === null && data.projectKey === "CHK")
      .map(({ data }) => data.key),
};

function jiraView({ jira: { site } }: Vendor, type: ItemType, key: string): View | undefined {
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
