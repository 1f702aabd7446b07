/** What people do on GitHub's own pages. */
import type { HumanAction } from "../kit/sandbox.ts";
import type { GithubHost } from "./host.ts";
import { createIssue, editIssue, type IssueInput } from "./issues.ts";
import { nodeId, type Issue, type Repository } from "./model.ts";
import { addSubIssue, removeSubIssue } from "./sub-issues.ts";
import { transfer } from "./transfer.ts";

/** As people see them: `assignee` is a login or an e-mail address, `milestone` a title, `values` go by the field's name. */
export interface HumanFields {
  readonly title?: string;
  readonly body?: string | null;
  readonly labels?: readonly string[];
  readonly assignees?: readonly string[];
  readonly milestone?: string | null;
  readonly type?: string | null;
  readonly values?: Readonly<Record<string, string | number>>;
}

type Handler = (host: GithubHost, action: HumanAction) => unknown;

/** `issue` is a node id or `owner/name#12`; `by` a login or an e-mail address. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  /** `{repository, fields}` */
  create: (host, action) => {
    const repository = repositoryOf(host, action);
    const issue = createIssue(host, repository, inputOf(host, repository, action), personOf(host, action));
    return shown(host, issue);
  },
  /** `{repository, fields}`: one number more, and no issue. */
  openPullRequest: (host, action) => {
    const repository = repositoryOf(host, action);
    const input = inputOf(host, repository, action);
    return shown(host, createIssue(host, repository, input, personOf(host, action), { isPullRequest: true }));
  },
  /** `{issue, fields}` */
  edit: (host, action) => edited(host, action, inputOf(host, repositoryOf(host, action), action)),
  /** `{issue, reason?: completed | not_planned | duplicate}` */
  close: (host, action) =>
    edited(host, action, {
      state: "closed",
      state_reason: (action["reason"] as "completed" | undefined) ?? "completed",
    }),
  /** `{issue}` */
  reopen: (host, action) => edited(host, action, { state: "open" }),
  /** `{issue, label}` */
  label: (host, action) =>
    edited(host, action, { labels: [...host.labelNames(issueOf(host, action)), String(action["label"])] }),
  /** `{issue, label}` */
  unlabel: (host, action) =>
    edited(host, action, { labels: host.labelNames(issueOf(host, action)).filter((one) => one !== action["label"]) }),
  /** `{issue}`: comments change nothing but the time. */
  comment: (host, action) => {
    const issue = issueOf(host, action);
    issue.updatedAt = host.clock.now();
    return shown(host, issue);
  },
  /** `{issue}`: for good. */
  delete: (host, action) => {
    const issue = issueOf(host, action);
    issue.fate = "deleted";
    return shown(host, issue);
  },
  /** `{repository, field: name}`: an owner of the organization deletes an issue field. */
  deleteField: (host, action) => {
    const repository = repositoryOf(host, action);
    repository.fields = repository.fields.filter(({ name }) => name !== action["field"]);
    return {};
  },
  /** `{issue, repository}` */
  transfer: (host, action) =>
    shown(
      host,
      transfer(
        host,
        issueOf(host, action),
        repositoryNamed(host, String(action["repository"])),
        personOf(host, action),
      ),
    ),
  /** `{issue, parent}`: below another issue, or below none. */
  move: (host, action) => {
    const issue = issueOf(host, action);
    const by = personOf(host, action);
    const present = issue.parentId === null ? undefined : host.issues.get(issue.parentId);
    if (typeof action["parent"] === "string") addSubIssue(host, find(host, action["parent"]), issue.id, true, by);
    else if (present) removeSubIssue(host, present, issue.id, by);
    return shown(host, issue);
  },
  /** `{issue}`: somebody cleans up the comment at the end. */
  removeMarker: (host, action) => {
    const { body } = issueOf(host, action);
    return edited(host, action, { body: (body ?? "").replace(/\s*<!-- sdlc-sync:[0-9a-f]+ -->/g, "") });
  },
  /** `{repository, label, name}` */
  renameLabel: (host, action) => {
    const label = host.labelNamed(repositoryOf(host, action), String(action["label"]));
    if (!label) throw new Error(`no label "${String(action["label"])}"`);
    label.name = String(action["name"]);
    return {};
  },
  /** `{repository, name}`: the new name without its owner, or with another one. */
  renameRepository: (host, action) => {
    const repository = repositoryOf(host, action);
    repository.oldNames = [...repository.oldNames, host.fullName(repository).toLowerCase()];
    const [name = "", owner] = String(action["name"]).split("/").toReversed();
    Object.assign(repository, { name, owner: owner ?? repository.owner });
    return {};
  },
  /** `{repository, archived?}` */
  archiveRepository: (host, action) =>
    Object.assign(repositoryOf(host, action), { archived: action["archived"] ?? true }),
  /** `{repository, enabled}` */
  switchIssues: (host, action) => Object.assign(repositoryOf(host, action), { hasIssues: action["enabled"] === true }),
  /** `{repository, permission}`: what the connector's account may do. */
  permit: (host, action) => Object.assign(repositoryOf(host, action), { permission: action["permission"] }),
};

export function humanAction(host: GithubHost, action: HumanAction): unknown {
  const handler = HANDLERS[action.action];
  if (!handler) throw new Error(`nobody can "${action.action}" in GitHub; known: ${Object.keys(HANDLERS).join(", ")}`);
  return handler(host, action);
}

function edited(host: GithubHost, action: HumanAction, input: IssueInput): unknown {
  const issue = issueOf(host, action);
  editIssue(host, issue, input, personOf(host, action));
  return shown(host, issue);
}

function shown(host: GithubHost, issue: Issue): { id: string; key: string } {
  const key = `${host.fullName(host.repository(issue.repositoryId))}#${issue.number}`;
  return { id: nodeId(issue.isPullRequest ? "PR" : "I", issue.id), key };
}

function issueOf(host: GithubHost, action: HumanAction): Issue {
  return find(host, String(action["issue"]));
}

function find(host: GithubHost, name: string): Issue {
  const node = host.node(name);
  if (node && !("owner" in node)) return node;
  const [fullName = "", number] = name.split("#");
  const repository = host.named(fullName)?.repository;
  const issue = repository && host.issueAt(repository, Number(number));
  if (!issue || issue.fate !== "here") throw new Error(`no issue "${name}"`);
  return issue;
}

/** The named one, that of the named issue, or the first. */
function repositoryOf(host: GithubHost, action: HumanAction): Repository {
  if (typeof action["issue"] === "string" && action.action !== "transfer")
    return host.repository(issueOf(host, action).repositoryId);
  if (typeof action["repository"] === "string") return repositoryNamed(host, action["repository"]);
  const [first] = host.repositories;
  if (!first) throw new Error("there is no repository");
  return first;
}

function repositoryNamed(host: GithubHost, name: string): Repository {
  const found = host.repositories.find((one) => host.fullName(one).toLowerCase() === name.toLowerCase());
  if (!found) throw new Error(`no repository "${name}"`);
  return found;
}

/** Somebody else than the connector's account, unless named. */
function personOf(host: GithubHost, action: HumanAction): string {
  const named = typeof action["by"] === "string" ? host.user(action["by"]) : undefined;
  return (named ?? host.users.find(({ token }) => token === undefined) ?? host.viewer).login;
}

function inputOf(host: GithubHost, repository: Repository, action: HumanAction): IssueInput {
  const { title, body, labels, assignees, milestone, type, values } = (action["fields"] ?? {}) as HumanFields;
  const numberOf = (name: string | null): number | null =>
    repository.milestones.find((one) => one.title === name)?.number ?? null;
  const lines = (text: string | null): string | null =>
    host.quirks.webLineEnds ? (text?.replace(/\r?\n/g, "\r\n") ?? null) : text;
  const rows = Object.entries(values ?? {}).flatMap(([name, value]) => {
    const field = repository.fields.find((one) => one.name === name);
    return field ? [{ field_id: field.id, value }] : [];
  });
  return {
    ...(title === undefined ? {} : { title }),
    ...(body === undefined ? {} : { body: lines(body) }),
    ...(labels === undefined ? {} : { labels }),
    ...(assignees === undefined ? {} : { assignees: assignees.map((one) => host.user(one)?.login ?? one) }),
    ...(milestone === undefined ? {} : { milestone: numberOf(milestone) }),
    ...(type === undefined ? {} : { type }),
    ...(rows.length > 0 ? { issue_field_values: rows } : {}),
  };
}
