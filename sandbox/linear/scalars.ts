/** The scalar fields of each row's GraphQL object; relations are in `views.ts`. */
import type {
  AttachmentRow,
  CommentRow,
  CycleRow,
  IssueRow,
  LabelRow,
  LinearStore,
  ProjectRow,
  ProjectUpdateRow,
  Row,
  StateRow,
  TeamRow,
  UserRow,
} from "./store.ts";

type Scalars = Readonly<Record<string, unknown>>;

const PRIORITY_LABELS = ["No priority", "Urgent", "High", "Medium", "Low"];

export function rowScalars(row: Row): Scalars {
  return { id: row.id, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt), archivedAt: iso(row.archivedAt) };
}

export function organizationScalars(store: LinearStore): Scalars {
  const { organization, users } = store;
  return { ...organization, createdAt: iso(0), updatedAt: iso(0), archivedAt: null, userCount: users.size };
}

export function userScalars(store: LinearStore, user: UserRow, viewerId: string): Scalars {
  return {
    ...rowScalars(user),
    name: user.name,
    displayName: user.displayName,
    email: user.email,
    active: user.active,
    admin: user.admin,
    app: false,
    guest: false,
    isMe: user.id === viewerId,
    isAssignable: user.active,
    url: urlOf(store, `profiles/${user.displayName}`),
  };
}

export function teamScalars(store: LinearStore, team: TeamRow): Scalars {
  return {
    ...rowScalars(team),
    key: team.key,
    name: team.name,
    displayName: team.name,
    description: null,
    issueEstimationType: team.issueEstimationType,
    issueEstimationAllowZero: team.issueEstimationAllowZero,
    issueEstimationExtended: team.issueEstimationExtended,
    cyclesEnabled: [...store.cycles.values()].some((cycle) => cycle.teamId === team.id),
    timezone: "UTC",
    triageEnabled: false,
    private: false,
  };
}

/** Of a workflow state or a project status. */
export function stateScalars(state: StateRow): Scalars {
  const { name, type, position, color } = state;
  return { ...rowScalars(state), name, type, position, color, description: null, indefinite: type === "backlog" };
}

export function labelScalars(label: LabelRow): Scalars {
  const { name, color, isGroup } = label;
  return { ...rowScalars(label), name, color, isGroup, description: null, retiredAt: null, creator: null };
}

export function cycleScalars(store: LinearStore, cycle: CycleRow): Scalars {
  const now = store.now();
  return {
    ...rowScalars(cycle),
    name: cycle.name,
    number: cycle.number,
    startsAt: iso(cycle.startsAt),
    endsAt: iso(cycle.endsAt),
    completedAt: cycle.endsAt <= now ? iso(cycle.endsAt) : null,
    description: null,
    isActive: cycle.startsAt <= now && now < cycle.endsAt,
    isFuture: now < cycle.startsAt,
    isPast: cycle.endsAt <= now,
    isNext: false,
    isPrevious: false,
  };
}

export function issueScalars(store: LinearStore, issue: IssueRow): Scalars {
  const identifier = store.identifier(issue);
  const { startedAt, completedAt, canceledAt, ...plain } = issue;
  return {
    ...plain,
    ...rowScalars(issue),
    identifier,
    priorityLabel: PRIORITY_LABELS[issue.priority],
    url: urlOf(store, `issue/${identifier}/${slugOf(issue.title)}`),
    branchName: `${identifier.toLowerCase()}-${slugOf(issue.title)}`,
    trashed: issue.trashed || null,
    startedAt: iso(startedAt),
    completedAt: iso(completedAt),
    canceledAt: iso(canceledAt),
    autoArchivedAt: null,
    addedToCycleAt: null,
    addedToProjectAt: null,
    botActor: null,
    customerTicketCount: 0,
    subIssueSortOrder: null,
  };
}

export function projectScalars(store: LinearStore, project: ProjectRow): Scalars {
  const issues = [...store.issues.values()].filter((issue) => issue.projectId === project.id);
  const done = issues.filter((issue) => issue.completedAt !== null).length;
  const slugId = slugIdOf(project);
  return {
    ...project,
    ...rowScalars(project),
    slugId,
    url: urlOf(store, `project/${slugOf(project.name)}-${slugId}`),
    color: "#95a2b3",
    icon: null,
    priorityLabel: PRIORITY_LABELS[project.priority],
    healthUpdatedAt: iso(project.healthUpdatedAt),
    progress: issues.length ? done / issues.length : 0,
    scope: issues.length,
    state: store.projectStatuses.get(project.statusId)?.type ?? "planned",
    trashed: project.trashed || null,
    startedAt: null,
    completedAt: null,
    canceledAt: null,
  };
}

export function projectUpdateScalars(store: LinearStore, update: ProjectUpdateRow): Scalars {
  const { body, health, id } = update;
  const url = urlOf(store, `project-update/${id}`);
  return { ...rowScalars(update), body, health, editedAt: null, slugId: id.slice(0, 12), url };
}

export function attachmentScalars(attachment: AttachmentRow): Scalars {
  const { title, subtitle, url, metadata } = attachment;
  return { ...rowScalars(attachment), title, subtitle, url, metadata, sourceType: "api", groupBySource: false };
}

export function commentScalars(store: LinearStore, comment: CommentRow): Scalars {
  const { body, issueId, projectId, parentId, editedAt, id } = comment;
  const url = urlOf(store, `comment/${id}`);
  return { ...rowScalars(comment), body, issueId, projectId, parentId, editedAt: iso(editedAt), url, botActor: null };
}

/** The short id at the end of a project's URL. */
export function slugIdOf(project: ProjectRow): string {
  return project.id.slice(0, 13).replace("-", "");
}

function urlOf(store: LinearStore, path: string): string {
  return `${store.baseUrl}/${store.organization.urlKey}/${path}`;
}

function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return slug.slice(0, 60) || "untitled";
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
