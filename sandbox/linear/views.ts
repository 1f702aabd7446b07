/** Rows as GraphQL objects: scalars as values, relations as functions that graphql-js calls when they are asked for. */
import { GraphQLError } from "graphql";
import { page, type Page, type PageArguments } from "./connection.ts";
import * as facets from "./facets.ts";
import * as scalars from "./scalars.ts";
import type {
  AttachmentRow,
  CommentRow,
  CycleRow,
  HistoryRow,
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

export type View = Readonly<Record<string, unknown>>;

export interface UserArguments extends PageArguments {
  readonly includeDisabled?: boolean | null;
}
type Belongs<R> = (row: R) => boolean;

/** All views of one workspace for one viewer. */
export class Views {
  readonly store: LinearStore;
  readonly viewerId: string;

  constructor(store: LinearStore, viewerId: string) {
    this.store = store;
    this.viewerId = viewerId;
  }

  organization = (): View => ({
    ...scalars.organizationScalars(this.store),
    projectStatuses: () => [...this.store.projectStatuses.values()].map(scalars.stateScalars),
    teams: (args: PageArguments) => this.teams(args),
    users: (args: UserArguments) => this.users(args),
    labels: (args: PageArguments) => this.labels(args, (label) => label.teamId === null),
    projectLabels: (args: PageArguments) => this.projectLabels(args),
  });

  user = (user: UserRow): View => ({
    ...scalars.userScalars(this.store, user, this.viewerId),
    organization: this.organization,
  });

  team = (team: TeamRow): View => ({
    ...scalars.teamScalars(this.store, team),
    defaultIssueState: () => this.optional(this.store.states, this.firstState(team), this.state),
    states: (args: PageArguments) => this.states(args, (state) => state.teamId === team.id),
    members: (args: UserArguments) => this.users(args),
    labels: (args: PageArguments) => this.labels(args, (label) => label.teamId === team.id),
    cycles: (args: PageArguments) => this.cycles(args, (cycle) => cycle.teamId === team.id),
    projects: (args: PageArguments) => this.projects(args, (project) => project.teamIds.includes(team.id)),
    issues: (args: PageArguments) => this.issues(args, (issue) => issue.teamId === team.id),
    organization: this.organization,
  });

  state = (state: StateRow): View => ({
    ...scalars.stateScalars(state),
    team: () => this.required(this.store.teams, state.teamId, this.team),
  });

  label = (label: LabelRow): View => ({
    ...scalars.labelScalars(label),
    parent: () => this.optional(this.store.labels, label.parentId, this.label),
    team: () => this.optional(this.store.teams, label.teamId, this.team),
  });

  projectLabel = (label: LabelRow): View => ({
    ...scalars.labelScalars(label),
    parent: () => this.optional(this.store.projectLabels, label.parentId, this.projectLabel),
  });

  cycle = (cycle: CycleRow): View => ({
    ...scalars.cycleScalars(this.store, cycle),
    team: () => this.required(this.store.teams, cycle.teamId, this.team),
  });

  issue = (issue: IssueRow): View => {
    const { store } = this;
    return {
      ...scalars.issueScalars(store, issue),
      state: () => this.required(store.states, issue.stateId, this.state),
      team: () => this.required(store.teams, issue.teamId, this.team),
      project: () => this.optional(store.projects, issue.projectId, this.project),
      parent: () => this.optional(store.issues, issue.parentId, this.issue),
      assignee: () => this.optional(store.users, issue.assigneeId, this.user),
      creator: () => this.optional(store.users, issue.creatorId, this.user),
      cycle: () => this.optional(store.cycles, issue.cycleId, this.cycle),
      labels: (args: PageArguments) => this.labels(args, (label) => issue.labelIds.includes(label.id)),
      children: (args: PageArguments) =>
        this.issues(args, store.grouped("children", store.issues, (one) => one.parentId).get(issue.id) ?? []),
      comments: (args: PageArguments) => this.comments(args, (one) => one.issueId === issue.id),
      attachments: (args: PageArguments) =>
        this.attachments(
          args,
          store.grouped("attachments", store.attachments, (one) => one.issueId).get(issue.id) ?? [],
        ),
      history: (args: PageArguments) =>
        page(
          store,
          { rows: filtered(store.history, (one) => one.issueId === issue.id), view: this.historyEntry },
          args,
        ),
    };
  };

  historyEntry = (entry: HistoryRow): View => {
    const { store } = this;
    const related = <R>(rows: ReadonlyMap<string, R>, name: string, view: (row: R) => View): View => ({
      [`from${name}`]: () => this.optional(rows, idIn(entry, `from${name}Id`), view),
      [`to${name}`]: () => this.optional(rows, idIn(entry, `to${name}Id`), view),
    });
    return {
      ...entry.changes,
      ...scalars.rowScalars(entry),
      actorId: entry.actorId,
      actor: () => this.optional(store.users, entry.actorId, this.user),
      issue: () => this.required(store.issues, entry.issueId, this.issue),
      ...related(store.states, "State", this.state),
      ...related(store.users, "Assignee", this.user),
      ...related(store.projects, "Project", this.project),
      ...related(store.issues, "Parent", this.issue),
      ...related(store.cycles, "Cycle", this.cycle),
    };
  };

  project = (project: ProjectRow): View => {
    const { store } = this;
    const updates = (): ProjectUpdateRow[] => filtered(store.projectUpdates, (one) => one.projectId === project.id);
    return {
      ...scalars.projectScalars(store, project),
      status: () => this.required(store.projectStatuses, project.statusId, scalars.stateScalars),
      creator: () => this.optional(store.users, project.creatorId, this.user),
      lead: () => this.optional(store.users, project.leadId, this.user),
      teams: (args: PageArguments) => this.teams(args, (team) => project.teamIds.includes(team.id)),
      labels: (args: PageArguments) => this.projectLabels(args, (label) => project.labelIds.includes(label.id)),
      issues: (args: PageArguments) => this.issues(args, (issue) => issue.projectId === project.id),
      members: (args: UserArguments) => this.users(args, () => false),
      comments: (args: PageArguments) => this.comments(args, (one) => one.projectId === project.id),
      projectUpdates: (args: PageArguments) => page(store, { rows: updates(), view: this.projectUpdate }, args),
      lastUpdate: () => updates().map(this.projectUpdate).at(-1) ?? null,
    };
  };

  projectUpdate = (update: ProjectUpdateRow): View => ({
    ...scalars.projectUpdateScalars(this.store, update),
    project: () => this.required(this.store.projects, update.projectId, this.project),
    user: () => this.required(this.store.users, update.userId, this.user),
  });

  attachment = (attachment: AttachmentRow): View => ({
    ...scalars.attachmentScalars(attachment),
    issue: () => this.required(this.store.issues, attachment.issueId, this.issue),
    creator: () => this.optional(this.store.users, attachment.creatorId, this.user),
  });

  comment = (comment: CommentRow): View => ({
    ...scalars.commentScalars(this.store, comment),
    issue: () => this.optional(this.store.issues, comment.issueId, this.issue),
    project: () => this.optional(this.store.projects, comment.projectId, this.project),
    parent: () => this.optional(this.store.comments, comment.parentId, this.comment),
    user: () => this.optional(this.store.users, comment.userId, this.user),
  });

  issues(args: PageArguments, belongs?: Belongs<IssueRow> | readonly IssueRow[]): Page {
    const { store } = this;
    const rows = filtered(store.issues, belongs);
    return page(store, { rows, view: this.issue, facets: (row) => facets.issueFacets(store, row) }, args);
  }
  projects(args: PageArguments, belongs?: Belongs<ProjectRow>): Page {
    const { store } = this;
    const rows = filtered(store.projects, belongs);
    return page(store, { rows, view: this.project, facets: (row) => facets.projectFacets(store, row) }, args);
  }
  teams(args: PageArguments, belongs?: Belongs<TeamRow>): Page {
    const rows = filtered(this.store.teams, belongs);
    return page(this.store, { rows, view: this.team, facets: facets.teamFacets }, args);
  }
  users(args: UserArguments, belongs?: Belongs<UserRow>): Page {
    const rows = filtered(this.store.users, belongs).filter((user) => user.active || args.includeDisabled === true);
    return page(this.store, { rows, view: this.user, facets: facets.userFacets }, args);
  }
  states(args: PageArguments, belongs?: Belongs<StateRow>): Page {
    const { store } = this;
    const rows = filtered(store.states, belongs);
    return page(store, { rows, view: this.state, facets: (row) => facets.stateFacets(store, row) }, args);
  }
  projectStatuses(args: PageArguments): Page {
    return page(this.store, { rows: this.store.projectStatuses.values(), view: scalars.stateScalars }, args);
  }
  labels(args: PageArguments, belongs?: Belongs<LabelRow>): Page {
    const { store } = this;
    const rows = filtered(store.labels, belongs);
    return page(store, { rows, view: this.label, facets: (row) => facets.labelFacets(store, row) }, args);
  }
  projectLabels(args: PageArguments, belongs?: Belongs<LabelRow>): Page {
    const { store } = this;
    const rows = filtered(store.projectLabels, belongs);
    return page(store, { rows, view: this.projectLabel, facets: (row) => facets.labelFacets(store, row) }, args);
  }
  cycles(args: PageArguments, belongs?: Belongs<CycleRow>): Page {
    const { store } = this;
    const rows = filtered(store.cycles, belongs);
    return page(store, { rows, view: this.cycle, facets: (row) => facets.cycleFacets(store, row) }, args);
  }
  comments(args: PageArguments, belongs?: Belongs<CommentRow>): Page {
    const { store } = this;
    const rows = filtered(store.comments, belongs);
    return page(store, { rows, view: this.comment, facets: (row) => facets.commentFacets(store, row) }, args);
  }
  attachments(args: PageArguments, belongs?: Belongs<AttachmentRow> | readonly AttachmentRow[]): Page {
    const rows = filtered(this.store.attachments, belongs);
    return page(this.store, { rows, view: this.attachment, facets: facets.attachmentFacets }, args);
  }

  private firstState(team: TeamRow): string | null {
    const states = filtered(this.store.states, (state) => state.teamId === team.id && state.type === "unstarted");
    return states[0]?.id ?? null;
  }
  private optional<R>(rows: ReadonlyMap<string, R>, id: string | null, view: (row: R) => View): View | null {
    const row = rows.get(id ?? "");
    return row === undefined ? null : view(row);
  }
  private required<R>(rows: ReadonlyMap<string, R>, id: string | null, view: (row: R) => View): View {
    const found = this.optional(rows, id, view);
    if (!found) throw new GraphQLError(`the stand-in has no row ${id}`);
    return found;
  }
}

/** All rows, those that belong, or those that were picked already. */
function filtered<R extends Row>(rows: ReadonlyMap<string, R>, belongs?: Belongs<R> | readonly R[]): R[] {
  if (typeof belongs === "function") return [...rows.values()].filter(belongs);
  return [...(belongs ?? rows.values())];
}

function idIn(entry: HistoryRow, name: string): string | null {
  const id = entry.changes[name];
  return typeof id === "string" ? id : null;
}
