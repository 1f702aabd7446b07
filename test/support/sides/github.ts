/** GitHub, as its page of an issue shows it; statuses and points are labels, sprints milestones. */
import type { ItemType } from "../../../src/core/model.ts";
import type { GithubHost } from "../../../sandbox/github/host.ts";
import type { Issue } from "../../../sandbox/github/model.ts";
import type { Vendors } from "../vendors.ts";
import type { Side, View } from "./side.ts";

type Vendor = Pick<Vendors, "github">;

const label = (status: string): readonly string[] => [`status:${status}`];
const WORK = { in_progress: label("in_progress"), blocked: label("blocked"), cancelled: ["not_planned"] };

export const githubSide: Side<Vendor> = {
  status: {
    epic: { ...WORK, planning: label("planning"), completed: ["completed"], on_hold: label("on_hold") },
    story: { ...WORK, ready: label("ready"), in_review: label("in_review"), done: ["completed"] },
    task: { ...WORK, todo: label("todo"), done: ["completed"] },
  },
  priority: { P1: ["priority:p1"], P2: ["priority:p2"], P3: ["priority:p3"] },
  noPriority: null,
  view({ github: { host } }, type, key) {
    const issue = [...host.issues.values()].find((one) => isLive(host, one) && keyOf(host, one) === key);
    return issue && viewOf(host, issue, type);
  },
  keys: ({ github: { host } }) =>
    [...host.issues.values()]
      .filter(({ isPullRequest }) => !isPullRequest)
      .map((issue) => [host.labelNames(issue).includes("type:Epic") ? "epic" : "story", keyOf(host, issue)]),
  seconds: ({ github: { host } }) =>
    [...host.issues.values()].filter((issue) => isSecond(host, issue)).map((issue) => keyOf(host, issue)),
  liveKeys: ({ github: { host } }) =>
    [...host.issues.values()]
      .filter((issue) => isLive(host, issue) && issue.repositoryId === host.repositories[0]?.id)
      .map((issue) => keyOf(host, issue)),
};

function keyOf(host: GithubHost, { repositoryId, number }: Issue): string {
  return `${host.fullName(host.repository(repositoryId))}#${number}`;
}

/** Closed as the duplicate of another that carries the same marker: how a second twin is put away. */
function isSecond(host: GithubHost, issue: Issue): boolean {
  const marker = /sdlc-sync:[0-9a-f]{64}/.exec(issue.body ?? "")?.[0];
  if (!isDuplicate(issue) || marker === undefined) return false;
  return [...host.issues.values()].some((one) => !isDuplicate(one) && one.body?.includes(marker));
}

function isDuplicate({ state, reason }: Issue): boolean {
  return state === "closed" && reason === "duplicate";
}

function isLive(host: GithubHost, issue: Issue): boolean {
  const isAway = host.labelNames(issue).includes("status:archived") || isSecond(host, issue);
  return issue.fate === "here" && !issue.isPullRequest && !isAway;
}

const OWN_LABEL = /^(?:sdlc-sync$|status:|priority:|points:|type:)/;

function viewOf(host: GithubHost, issue: Issue, type: ItemType): View {
  const labels = host.labelNames(issue);
  const told = (prefix: string): string | null => labels.find((name) => name.startsWith(prefix)) ?? null;
  const parent = issue.parentId === null ? undefined : host.issues.get(issue.parentId);
  const milestone = host.repository(issue.repositoryId).milestones.find(({ number }) => number === issue.milestone);
  const below = {
    parent: parent ? keyOf(host, parent) : null,
    assignee: host.user(issue.assignees[0] ?? "")?.email ?? null,
  };
  const common = {
    title: issue.title,
    status: issue.state === "closed" ? issue.reason : (told("status:") ?? "open"),
  };
  if (type === "task") {
    const kind = labels.find((name) => /^type:(?!Epic$|Story$|Task$)/.test(name));
    return { ...common, ...below, task_type: kind?.slice("type:".length) ?? null };
  }
  const points = told("points:");
  return {
    ...common,
    description: (issue.body ?? "").replace(/\s*<!-- sdlc-sync:[0-9a-f]+ -->\s*$/, "").replaceAll("\r\n", "\n"),
    priority: told("priority:"),
    estimate: points === null ? null : Number(points.slice("points:".length)),
    labels: labels.filter((name) => !OWN_LABEL.test(name)).toSorted(),
    ...(type === "story" ? { ...below, sprint: milestone?.title ?? null } : {}),
  };
}
