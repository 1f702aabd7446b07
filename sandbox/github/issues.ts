/** What can be done to an issue, by the API and by people alike. */
import type { GithubHost } from "./host.ts";
import type { Issue, IssueEvent, Reason, Repository } from "./model.ts";
import { invalid, Refusal, type ValidationEntry } from "./refusal.ts";

/** As in the body of a create or an edit. */
export interface IssueInput {
  readonly title?: string | number | null;
  readonly body?: string | null;
  readonly state?: "open" | "closed";
  readonly state_reason?: Reason | null;
  readonly labels?: readonly (string | { readonly name?: string })[];
  readonly assignees?: readonly string[];
  readonly milestone?: number | string | null;
  readonly type?: string | null;
  readonly issue_field_values?: readonly { readonly field_id: number; readonly value: string | number }[];
}

const TITLE_MAX = 256;
const BODY_MAX = 65_536;
const LABEL_MAX = 50;

export function createIssue(
  host: GithubHost,
  repository: Repository,
  input: IssueInput,
  by: string,
  more: { readonly isPullRequest?: boolean; readonly isPrivileged?: boolean } = {},
): Issue {
  checkOpen(host, repository);
  const now = host.clock.now();
  check(host, repository, { title: "", ...input });
  const issue: Issue = {
    id: host.newId(),
    repositoryId: repository.id,
    number: repository.nextNumber++,
    isPullRequest: more.isPullRequest ?? false,
    title: "",
    body: null,
    state: "open",
    reason: null,
    labelIds: [],
    assignees: [],
    milestone: null,
    type: null,
    parentId: null,
    childIds: [],
    values: {},
    author: by,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    fate: "here",
    events: [],
    edits: [],
  };
  apply(host, repository, issue, input, { by, isPrivileged: more.isPrivileged ?? true });
  // What it was made with is no edit of it.
  issue.events.splice(0, issue.events.length, ...issue.events.filter(({ type }) => type !== "RenamedTitleEvent"));
  issue.edits.length = 0;
  host.add(issue);
  return issue;
}

/** Changes an issue; `updated_at` moves only where something did. */
export function editIssue(host: GithubHost, issue: Issue, input: IssueInput, by: string, isPrivileged = true): void {
  const repository = host.repository(issue.repositoryId);
  checkOpen(host, repository);
  check(host, repository, input);
  const before = shape(issue);
  apply(host, repository, issue, input, { by, isPrivileged });
  if (shape(issue) !== before) issue.updatedAt = host.clock.now();
}

function shape({ events: _, edits: __, updatedAt: ___, ...rest }: Issue): string {
  return JSON.stringify(rest);
}

export function checkOpen(host: GithubHost, repository: Repository): void {
  if (repository.archived && host.quirks.archivedReadOnly)
    throw new Refusal(403, "Repository was archived so is read-only.");
  if (!repository.hasIssues) throw new Refusal(410, "Issues has been disabled in this repository.");
}

function check(host: GithubHost, repository: Repository, input: IssueInput): void {
  const wrong: ValidationEntry[] = [];
  const refuse = (field: string, code: string, more: Partial<ValidationEntry> = {}): void =>
    void wrong.push({ resource: "Issue", field, code, ...more });
  const { title, body, assignees, milestone, type } = input;
  if (title !== undefined && String(title ?? "").trim() === "") refuse("title", "missing_field");
  if (host.quirks.lengths && String(title ?? "").length > TITLE_MAX)
    refuse("title", "custom", { message: `title is too long (maximum is ${TITLE_MAX} characters)` });
  if (host.quirks.lengths && (body ?? "").length > BODY_MAX)
    refuse("body", "custom", { message: `body is too long (maximum is ${BODY_MAX} characters)` });
  for (const login of assignees ?? [])
    if (host.quirks.assignable && !isAssignable(host, repository, login))
      refuse("assignees", "invalid", { value: login });
  if (milestone !== undefined && milestone !== null && !repository.milestones.some((one) => one.number === milestone))
    refuse("milestone", "invalid", { value: milestone });
  if (type !== undefined && type !== null && !repository.types.includes(type))
    refuse("type", "invalid", { value: type });
  const long = labelTexts(input).find((name) => name.length > LABEL_MAX);
  if (long !== undefined && host.quirks.lengths)
    wrong.push({
      resource: "Label",
      field: "name",
      code: "custom",
      message: "name is too long (maximum is 50 characters)",
    });
  if (wrong.length > 0) throw invalid(...wrong);
}

function isAssignable(host: GithubHost, repository: Repository, login: string): boolean {
  const user = host.user(login);
  return user !== undefined && repository.assignable.includes(user.login);
}

function labelTexts({ labels }: IssueInput): string[] {
  return (labels ?? []).map((label) => (typeof label === "string" ? label : (label.name ?? "")));
}

interface Actor {
  readonly by: string;
  readonly isPrivileged: boolean;
}

function apply(host: GithubHost, repository: Repository, issue: Issue, input: IssueInput, actor: Actor): void {
  const log = (type: string, more: Partial<IssueEvent> = {}): void =>
    void issue.events.push({ type, at: host.clock.now(), by: actor.by, ...more });
  const { title, body } = input;
  if (title !== undefined && String(title) !== issue.title) {
    log("RenamedTitleEvent", { previousTitle: issue.title, currentTitle: String(title) });
    issue.title = String(title);
  }
  if (body !== undefined && (body ?? "") !== (issue.body ?? "")) {
    if (issue.edits.length === 0) issue.edits.push({ at: issue.createdAt, by: issue.author });
    issue.edits.push({ at: host.clock.now(), by: actor.by });
    issue.body = body;
  }
  applyState(host, issue, input, log);
  // Who may only read may still write issues of their own; everything below takes the push permission.
  if (host.quirks.silentDrops && !actor.isPrivileged) return;
  applyLabels(host, repository, issue, input, log);
  applyPeople(host, issue, input, log);
  applyRest(repository, issue, input, log);
}

type Log = (type: string, more?: Partial<IssueEvent>) => void;

function applyState(host: GithubHost, issue: Issue, { state, state_reason }: IssueInput, log: Log): void {
  const isSame = state === undefined || state === issue.state;
  if (isSame && (host.quirks.reasonOnlyWithState || state_reason === undefined)) return;
  if (state === "closed" || (isSame && issue.state === "closed")) {
    Object.assign(issue, { state: "closed", reason: state_reason ?? "completed", closedAt: host.clock.now() });
    log("ClosedEvent", { reason: issue.reason });
    return;
  }
  Object.assign(issue, { state: "open", reason: "reopened", closedAt: null });
  log("ReopenedEvent", { reason: "reopened" });
}

function applyLabels(host: GithubHost, repository: Repository, issue: Issue, input: IssueInput, log: Log): void {
  if (input.labels === undefined) return;
  const ids: number[] = [];
  for (const name of labelTexts(input)) {
    const known = host.labelNamed(repository, name);
    if (!known && !host.quirks.labelsMadeOnUse) continue;
    const label = known ?? { id: host.newId(), name };
    if (!known) repository.labels.push(label);
    if (!ids.includes(label.id)) ids.push(label.id);
  }
  const nameOf = (id: number): string => repository.labels.find((label) => label.id === id)?.name ?? "";
  for (const id of issue.labelIds) if (!ids.includes(id)) log("UnlabeledEvent", { label: nameOf(id) });
  for (const id of ids) if (!issue.labelIds.includes(id)) log("LabeledEvent", { label: nameOf(id) });
  issue.labelIds = ids;
}

function applyPeople(host: GithubHost, issue: Issue, { assignees }: IssueInput, log: Log): void {
  if (assignees === undefined) return;
  const logins = [...new Set(assignees.flatMap((login) => host.user(login)?.login ?? []))];
  for (const login of issue.assignees) if (!logins.includes(login)) log("UnassignedEvent", { assignee: login });
  for (const login of logins) if (!issue.assignees.includes(login)) log("AssignedEvent", { assignee: login });
  issue.assignees = logins;
}

function applyRest(repository: Repository, issue: Issue, input: IssueInput, log: Log): void {
  const titleOf = (number: number | null): string =>
    repository.milestones.find((one) => one.number === number)?.title ?? "";
  if (input.milestone !== undefined && input.milestone !== issue.milestone) {
    if (issue.milestone !== null) log("DemilestonedEvent", { milestone: titleOf(issue.milestone) });
    issue.milestone = input.milestone === null ? null : Number(input.milestone);
    if (issue.milestone !== null) log("MilestonedEvent", { milestone: titleOf(issue.milestone) });
  }
  if (input.type !== undefined) issue.type = input.type;
  for (const { field_id, value } of input.issue_field_values ?? []) {
    const field = repository.fields.find(({ id }) => id === field_id);
    if (!field) continue;
    if (field.kind === "single_select" && !field.options.includes(String(value)))
      throw invalid({ resource: "Issue", field: "issue_field_values", code: "invalid", value });
    issue.values = { ...issue.values, [field_id]: value };
  }
}
