import { ATTACHMENTS } from "./answers.ts";

/**
 * Every document we send. One request carries what it can, because an API key has 2,500 requests an hour:
 * the SDK's own models would fetch state, assignee and labels of each issue one by one.
 */

/**
 * Points count by the page sizes asked for, not by the rows found: a key has 3,000,000 an hour and one query
 * at most 10,000. So label names come from the cached schema (`labelIds` is one scalar), and every page is
 * asked for at the size it is expected to have.
 */
const ISSUE = `fragment IssueFields on Issue {
  id identifier previousIdentifiers title description priority estimate dueDate url updatedAt archivedAt trashed labelIds
  state { id } project { id } parent { id parent { id } } assignee { id } cycle { id }
  children(first: 1) { nodes { id } }
  attachments(first: ${ATTACHMENTS}) { nodes { url } }
}`;
const PROJECT = `fragment ProjectFields on Project {
  id name content priority targetDate health url updatedAt archivedAt trashed labelIds status { id }
}`;
const PAGE = `pageInfo { hasNextPage endCursor }`;

const PROJECT_PAGE = `nodes { id name url } ${PAGE}`;
export const DESCRIBE = `query Describe($team: TeamFilter!, $labels: IssueLabelFilter!, $projects: ProjectFilter!) {
  viewer { id name email }
  organization { id name urlKey projectStatuses { id name type position } }
  teams(filter: $team, first: 1) { nodes {
    id key name issueEstimationType issueEstimationAllowZero issueEstimationExtended
    states(first: 100) { nodes { id name type position } }
    cycles(first: 100) { nodes { id name number } }
  } }
  users(first: 250, includeDisabled: true) { nodes { id name displayName email active } ${PAGE} }
  issueLabels(first: 250, filter: $labels) { nodes { id name isGroup } ${PAGE} }
  projectLabels(first: 250) { nodes { id name isGroup } ${PAGE} }
  projects(first: 250, filter: $projects, includeArchived: true) { ${PROJECT_PAGE} }
}`;

export const MORE_USERS = `query MoreUsers($after: String) {
  users(first: 250, after: $after, includeDisabled: true) { nodes { id name displayName email active } ${PAGE} }
}`;
export const MORE_LABELS = `query MoreLabels($after: String, $labels: IssueLabelFilter!) {
  issueLabels(first: 250, after: $after, filter: $labels) { nodes { id name isGroup } ${PAGE} }
}`;
export const MORE_PROJECT_LABELS = `query MoreProjectLabels($after: String) {
  projectLabels(first: 250, after: $after) { nodes { id name isGroup } ${PAGE} }
}`;

export const MORE_PROJECTS = `query MoreProjects($after: String, $projects: ProjectFilter!) {
  projects(first: 250, after: $after, filter: $projects, includeArchived: true) { ${PROJECT_PAGE} }
}`;

/** Issues and projects in one request, so that a quiet container costs one call. */
export const CHANGES = `query Changes(
  $issues: IssueFilter!, $projects: ProjectFilter!, $issuesAfter: String, $projectsAfter: String,
  $withIssues: Boolean!, $withProjects: Boolean!, $first: Int!
) {
  issues(first: $first, after: $issuesAfter, orderBy: updatedAt, includeArchived: true, filter: $issues) @include(if: $withIssues) {
    nodes { ...IssueFields } ${PAGE}
  }
  projects(first: $first, after: $projectsAfter, orderBy: updatedAt, includeArchived: true, filter: $projects) @include(if: $withProjects) {
    nodes { ...ProjectFields } ${PAGE}
  }
}
${ISSUE}
${PROJECT}`;

export const READ = `query Read($issues: IssueFilter!, $projects: ProjectFilter!, $first: Int!) {
  issues(first: $first, includeArchived: true, filter: $issues) { nodes { ...IssueFields } }
  projects(first: $first, includeArchived: true, filter: $projects) { nodes { ...ProjectFields } }
}
${ISSUE}
${PROJECT}`;

/** Labels by id or by name, whatever team they belong to: ids of labels made after the schema was cached. */
export const FIND_LABELS = `query FindLabels($issueLabels: IssueLabelFilter!, $projectLabels: ProjectLabelFilter!, $first: Int!) {
  issueLabels(first: $first, filter: $issueLabels, includeArchived: true) { nodes { id name isGroup } }
  projectLabels(first: $first, filter: $projectLabels, includeArchived: true) { nodes { id name isGroup } }
}`;

const HISTORY_ENTRY = `fragment HistoryFields on IssueHistory {
  updatedAt fromTitle toTitle updatedDescription fromStateId toStateId toPriority fromPriority fromEstimate toEstimate
  fromDueDate toDueDate fromAssigneeId toAssigneeId fromProjectId toProjectId fromParentId toParentId
  fromCycleId toCycleId addedLabelIds removedLabelIds
}`;
export const HISTORY = `query History($issues: IssueFilter!, $first: Int!) {
  issues(first: $first, includeArchived: true, filter: $issues) {
    nodes { id history(first: 50) { nodes { ...HistoryFields actor { name } } } }
  }
}
${HISTORY_ENTRY}`;

export const CREATE_ISSUES = `mutation CreateIssues($input: IssueBatchCreateInput!) {
  issueBatchCreate(input: $input) { success issues { ...IssueFields } }
}
${ISSUE}`;
export const CREATE_ISSUE = `mutation CreateIssue($input: IssueCreateInput!) {
  issueCreate(input: $input) { success issue { ...IssueFields } }
}
${ISSUE}`;
/** The newest history comes along: it shows an edit that ours replaced. */
export const UPDATE_ISSUE = `mutation UpdateIssue($id: String!, $input: IssueUpdateInput!) {
  issueUpdate(id: $id, input: $input) {
    success
    issue { ...IssueFields history(first: 10) { nodes { ...HistoryFields } } }
  }
}
${ISSUE}
${HISTORY_ENTRY}`;
export const ARCHIVE_ISSUE = `mutation ArchiveIssue($id: String!) {
  issueArchive(id: $id) { success }
}`;

export const CREATE_PROJECT = `mutation CreateProject($input: ProjectCreateInput!) {
  projectCreate(input: $input) { success project { ...ProjectFields } }
}
${PROJECT}`;
export const UPDATE_PROJECT = `mutation UpdateProject($id: String!, $input: ProjectUpdateInput!) {
  projectUpdate(id: $id, input: $input) { success project { ...ProjectFields } }
}
${PROJECT}`;
/** Deprecated in favour of `projectDelete`, which puts into a trash that is emptied after 30 days: an archive must not end there. */
export const ARCHIVE_PROJECT = `mutation ArchiveProject($id: String!) {
  projectArchive(id: $id) { success }
}`;
export const POST_HEALTH = `mutation PostHealth($input: ProjectUpdateCreateInput!) {
  projectUpdateCreate(input: $input) { success projectUpdate { id project { ...ProjectFields } } }
}
${PROJECT}`;

export const CREATE_LABEL = `mutation CreateLabel($input: IssueLabelCreateInput!) {
  issueLabelCreate(input: $input) { success issueLabel { id name isGroup } }
}`;
export const CREATE_PROJECT_LABEL = `mutation CreateProjectLabel($input: ProjectLabelCreateInput!) {
  projectLabelCreate(input: $input) { success projectLabel { id name isGroup } }
}`;
/** An upsert by issue and URL, so it may be repeated. */
export const ATTACH = `mutation Attach($input: AttachmentCreateInput!) {
  attachmentCreate(input: $input) { success attachment { id url issue { ...IssueFields } } }
}
${ISSUE}`;
