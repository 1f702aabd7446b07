/** Rows as the REST API tells them, complete as its OpenAPI document asks. */
import { isBot, type GithubHost } from "./host.ts";
import { nodeId, type Issue, type Label, type Milestone, type Repository, type User } from "./model.ts";

export function renderUser(host: GithubHost, user: User): object {
  const api = `${host.baseUrl}/users/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId("U", user.id),
    avatar_url: `${host.baseUrl}/avatars/${user.id}`,
    gravatar_id: "",
    url: api,
    html_url: `${host.baseUrl}/${user.login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: isBot(user.login) ? "Bot" : "User",
    site_admin: false,
  };
}

function renderLogin(host: GithubHost, login: string): object | null {
  const user = host.user(login);
  return user ? renderUser(host, user) : null;
}

export function repositoryUrl(host: GithubHost, repository: Repository): string {
  return `${host.baseUrl}/repos/${host.fullName(repository)}`;
}

function renderLabel(host: GithubHost, repository: Repository, { id, name }: Label): object {
  const url = `${repositoryUrl(host, repository)}/labels/${encodeURIComponent(name)}`;
  return { id, node_id: nodeId("LA", id), url, name, description: null, color: "ededed", default: false };
}

function renderMilestone(host: GithubHost, repository: Repository, milestone: Milestone): object {
  const { id, number, title, due } = milestone;
  const url = `${repositoryUrl(host, repository)}/milestones/${number}`;
  return {
    url,
    html_url: `${host.baseUrl}/${host.fullName(repository)}/milestone/${number}`,
    labels_url: `${url}/labels`,
    id,
    node_id: nodeId("MI", id),
    number,
    title,
    description: null,
    creator: renderUser(host, host.viewer),
    open_issues: 0,
    closed_issues: 0,
    state: "open",
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    due_on: due === null ? null : `${due}T08:00:00Z`,
    closed_at: null,
  };
}

export function renderType(name: string, n: number): object {
  return { id: 100 + n, node_id: nodeId("IT", 100 + n), name, description: null, is_enabled: true };
}

export function renderIssue(host: GithubHost, issue: Issue): object {
  const repository = host.repository(issue.repositoryId);
  const url = `${repositoryUrl(host, repository)}/issues/${issue.number}`;
  const assignees = issue.assignees.flatMap((login) => renderLogin(host, login) ?? []);
  const milestone = repository.milestones.find(({ number }) => number === issue.milestone);
  const parent = issue.parentId === null ? undefined : host.issues.get(issue.parentId);
  const kind = issue.isPullRequest ? "pull" : "issues";
  const html = `${host.baseUrl}/${host.fullName(repository)}/${kind}/${issue.number}`;
  return {
    url,
    repository_url: repositoryUrl(host, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: html,
    id: issue.id,
    node_id: nodeId(issue.isPullRequest ? "PR" : "I", issue.id),
    number: issue.number,
    title: issue.title,
    user: renderLogin(host, issue.author),
    labels: repository.labels
      .filter(({ id }) => issue.labelIds.includes(id))
      .map((label) => renderLabel(host, repository, label)),
    state: issue.state,
    state_reason: issue.reason,
    locked: false,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: milestone ? renderMilestone(host, repository, milestone) : null,
    comments: 0,
    created_at: host.time(issue.createdAt),
    updated_at: host.time(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : host.time(issue.closedAt),
    author_association: "MEMBER",
    active_lock_reason: null,
    body: issue.body,
    closed_by: null,
    ...(issue.isPullRequest ? { pull_request: { url, html_url: html, diff_url: null, patch_url: null } } : {}),
    ...(repository.types.length > 0
      ? { type: issue.type === null ? null : renderType(issue.type, repository.types.indexOf(issue.type)) }
      : {}),
    ...(parent ? { parent_issue_url: placeUrl(host, parent) } : {}),
    ...(repository.fields.length > 0 ? { issue_field_values: renderValues(repository, issue) } : {}),
    sub_issues_summary: { total: host.childrenOf(issue).length, completed: 0, percent_completed: 0 },
  };
}

function placeUrl(host: GithubHost, issue: Issue): string {
  return `${repositoryUrl(host, host.repository(issue.repositoryId))}/issues/${issue.number}`;
}

function renderValues(repository: Repository, { values }: Issue): object[] {
  return repository.fields.flatMap(({ id, name, kind, options }) => {
    const value = values[id];
    if (value === undefined) return [];
    const option = { id: id * 10 + options.indexOf(String(value)), name: String(value), color: "gray" };
    return [
      {
        issue_field_id: id,
        issue_field_name: name,
        node_id: nodeId("IT", id),
        data_type: kind,
        value,
        ...(kind === "single_select" ? { single_select_option: option } : {}),
      },
    ];
  });
}
