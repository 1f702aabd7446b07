/** What rows can be filtered by, as Linear's filter inputs name it. */
import type { Facets } from "./filters.ts";
import type {
  AttachmentRow,
  CommentRow,
  CycleRow,
  IssueRow,
  LabelRow,
  LinearStore,
  ProjectRow,
  Row,
  StateRow,
  TeamRow,
  UserRow,
} from "./store.ts";

export function issueFacets(store: LinearStore, issue: IssueRow): Facets {
  return {
    ...times(issue),
    id: idSet(issue.id, store.identifier(issue)),
    number: issue.number,
    title: issue.title,
    description: issue.description,
    priority: issue.priority,
    archivedAt: issue.archivedAt === null ? null : new Date(issue.archivedAt),
    team: () => teamOf(store, issue.teamId),
    state: () => facetsOf(store.states.get(issue.stateId), (state) => stateFacets(store, state)),
    project: () => facetsOf(store.projects.get(issue.projectId ?? ""), (project) => projectFacets(store, project)),
    parent: () => issueOf(store, issue.parentId),
    assignee: () => facetsOf(store.users.get(issue.assigneeId ?? ""), userFacets),
    labels: () =>
      issue.labelIds.flatMap((id) => present(facetsOf(store.labels.get(id), (label) => labelFacets(store, label)))),
  };
}

export function projectFacets(store: LinearStore, project: ProjectRow): Facets {
  const status = store.projectStatuses.get(project.statusId);
  return {
    ...times(project),
    id: idSet(project.id),
    name: project.name,
    accessibleTeams: () => project.teamIds.flatMap((id) => present(teamOf(store, id))),
    status: () => facetsOf(status, (one) => stateFacets(store, one)),
  };
}

export function teamFacets(team: TeamRow): Facets {
  return { id: idSet(team.id), key: team.key, name: team.name };
}

export function userFacets(user: UserRow): Facets {
  return { id: idSet(user.id), name: user.name, displayName: user.displayName, email: user.email, active: user.active };
}

export function stateFacets(store: LinearStore, state: StateRow): Facets {
  return { id: idSet(state.id), name: state.name, type: state.type, team: () => teamOf(store, state.teamId) };
}

export function labelFacets(store: LinearStore, label: LabelRow): Facets {
  return { id: idSet(label.id), name: label.name, isGroup: label.isGroup, team: () => teamOf(store, label.teamId) };
}

export function cycleFacets(store: LinearStore, cycle: CycleRow): Facets {
  return { id: idSet(cycle.id), name: cycle.name, number: cycle.number, team: () => teamOf(store, cycle.teamId) };
}

export function commentFacets(store: LinearStore, comment: CommentRow): Facets {
  return { ...times(comment), id: idSet(comment.id), body: comment.body, issue: () => issueOf(store, comment.issueId) };
}

export function attachmentFacets(attachment: AttachmentRow): Facets {
  return { ...times(attachment), id: idSet(attachment.id), url: attachment.url, title: attachment.title };
}

function teamOf(store: LinearStore, id: string | null): Facets | null {
  return facetsOf(store.teams.get(id ?? ""), teamFacets);
}

function issueOf(store: LinearStore, id: string | null): Facets | null {
  return facetsOf(store.issues.get(id ?? ""), (issue) => issueFacets(store, issue));
}

function facetsOf<R>(row: R | undefined, facets: (row: R) => Facets): Facets | null {
  return row === undefined ? null : facets(row);
}

function present(facets: Facets | null): readonly Facets[] {
  return facets ? [facets] : [];
}

function times(row: Row): Facets {
  return { createdAt: new Date(row.createdAt), updatedAt: new Date(row.updatedAt) };
}

function idSet(...ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids.map((id) => id.toLowerCase()));
}
