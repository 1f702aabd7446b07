/** A repository as `GET /repos/{owner}/{repo}` tells it, complete as the OpenAPI document asks. */
import type { GithubHost } from "./host.ts";
import { nodeId, type Repository } from "./model.ts";
import { renderUser, repositoryUrl } from "./render.ts";

/** Addresses below the repository's own, by the name of the field. */
const BELOW: Readonly<Record<string, string>> = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
};

export function renderRepository(host: GithubHost, repository: Repository): object {
  const url = repositoryUrl(host, repository);
  const fullName = host.fullName(repository);
  const page = `${host.baseUrl}/${fullName}`;
  const at = "2026-01-01T00:00:00Z";
  const push = repository.permission === "write";
  const owner = { id: 1, login: repository.owner, name: null, email: null };
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: fullName,
    owner: { ...renderUser(host, owner), type: repository.ownerType },
    private: true,
    html_url: page,
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(BELOW).map(([name, path]) => [name, `${url}${path}`])),
    clone_url: `${page}.git`,
    git_url: `${page}.git`,
    ssh_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: "main",
    archived: repository.archived,
    disabled: false,
    has_issues: repository.hasIssues,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks: 0,
    forks_count: 0,
    network_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    size: 0,
    stargazers_count: 0,
    subscribers_count: 0,
    watchers: 0,
    watchers_count: 0,
    pushed_at: at,
    created_at: at,
    updated_at: at,
    permissions: {
      admin: false,
      maintain: false,
      push,
      triage: push || repository.permission === "triage",
      pull: true,
    },
  };
}
