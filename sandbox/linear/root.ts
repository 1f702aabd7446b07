/** The fields of `Query` and `Mutation` over the store. */
import {
  attach,
  archiveProject,
  comment,
  createCycle,
  createIssueLabel,
  createProject,
  createProjectLabel,
  editComment,
  postProjectUpdate,
  unarchiveProject,
  updateProject,
} from "./projects.ts";
import { mustFind } from "./checks.ts";
import { argumentInvalid, forbidden } from "./errors.ts";
import { archiveIssue, createIssue, eraseIssue, unarchiveIssue, updateIssue } from "./issues.ts";
import type { Input } from "./input.ts";
import type { PageArguments } from "./connection.ts";
import type { Budgets } from "./rate-limit.ts";
import type { IssueRow, LinearStore } from "./store.ts";
import { Views, type UserArguments, type View } from "./views.ts";

/** graphql-js checked the arguments against the schema before it calls. */
type Mutations = Readonly<Record<string, (args: never) => View>>;

interface ById {
  readonly id: string;
}
interface WithInput {
  readonly input: Input;
}

/** Root value of one request: `graphql-js` calls these with the arguments of each field. */
export function rootOf(store: LinearStore, viewerId: string, budgets: Budgets): Readonly<Record<string, unknown>> {
  const views = new Views(store, viewerId);
  return {
    ...queryRoot(store, views, budgets),
    ...touching(store, {
      ...issueMutations(store, viewerId, views),
      ...projectMutations(store, views, viewerId),
      ...noteMutations(store, views, viewerId),
    }),
  };
}

function touching(store: LinearStore, mutations: Mutations): Mutations {
  const touched = Object.entries(mutations).map(([name, mutate]) => {
    const wrapped: Mutations[string] = (args) => {
      if (!store.keyMayWrite) throw forbidden("Invalid scope: `write` required");
      store.touch();
      return mutate(args);
    };
    return [name, wrapped] as const;
  });
  return Object.fromEntries(touched);
}

function queryRoot(store: LinearStore, views: Views, budgets: Budgets): Readonly<Record<string, unknown>> {
  return {
    viewer: () => views.user(mustFind(store.users.get(views.viewerId), "User")),
    organization: views.organization,
    issue: ({ id }: ById) => views.issue(mustFind(store.findIssue(id), "Issue")),
    issues: (args: PageArguments) => views.issues(args),
    project: ({ id }: ById) => views.project(mustFind(store.projects.get(id), "Project")),
    projects: (args: PageArguments) => views.projects(args),
    team: ({ id }: ById) =>
      views.team(
        mustFind(
          [...store.teams.values()].find((team) => team.id === id || team.key === id),
          "Team",
        ),
      ),
    teams: (args: PageArguments) => views.teams(args),
    user: ({ id }: ById) => views.user(mustFind(store.users.get(id), "User")),
    users: (args: UserArguments) => views.users(args),
    workflowStates: (args: PageArguments) => views.states(args),
    issueLabels: (args: PageArguments) => views.labels(args),
    projectLabels: (args: PageArguments) => views.projectLabels(args),
    projectStatuses: (args: PageArguments) => views.projectStatuses(args),
    cycles: (args: PageArguments) => views.cycles(args),
    comment: ({ id }: ById) => views.comment(mustFind(store.comments.get(id), "Comment")),
    comments: (args: PageArguments) => views.comments(args),
    attachment: ({ id }: ById) => views.attachment(mustFind(store.attachments.get(id), "Attachment")),
    attachments: (args: PageArguments) => views.attachments(args),
    attachmentsForURL: ({ url, ...args }: PageArguments & { readonly url: string }) =>
      views.attachments(args, (one) => one.url === url),
    rateLimitStatus: () => rateLimitStatus(store, views.viewerId, budgets),
  };
}

function issueMutations(store: LinearStore, viewerId: string, views: Views): Mutations {
  const payload = (issue: IssueRow): View => ({
    success: true,
    lastSyncId: store.lastSyncId,
    issue: views.issue(issue),
  });
  const archived = (issue: IssueRow): View => ({
    success: true,
    lastSyncId: store.lastSyncId,
    entity: views.issue(issue),
  });
  const many = (issues: readonly IssueRow[]): View => ({
    success: true,
    lastSyncId: store.lastSyncId,
    issues: issues.map(views.issue),
  });
  return {
    issueCreate: ({ input }: WithInput) => payload(createIssue(store, viewerId, input)),
    issueBatchCreate: ({ input }: WithInput) => many(createBatch(store, viewerId, input["issues"] as readonly Input[])),
    issueUpdate: ({ id, input }: ById & WithInput) => payload(updateIssue(store, viewerId, id, input)),
    issueBatchUpdate: ({ ids, input }: WithInput & { readonly ids: readonly string[] }) => {
      if (ids.length > 50) throw argumentInvalid("ids", "must contain no more than 50 elements");
      return many(transaction(store, () => ids.map((id) => updateIssue(store, viewerId, id, input))));
    },
    issueArchive: ({ id, trash }: ById & { readonly trash?: boolean | null }) =>
      archived(archiveIssue(store, id, trash === true)),
    issueUnarchive: ({ id }: ById) => archived(unarchiveIssue(store, id)),
    issueDelete: ({ id, permanentlyDelete }: ById & { readonly permanentlyDelete?: boolean | null }) => {
      const issue = archiveIssue(store, id, true);
      if (permanentlyDelete !== true) return archived(issue);
      if (!store.users.get(viewerId)?.admin) throw forbidden("Only admins can permanently delete issues");
      eraseIssue(store, id);
      return { success: true, lastSyncId: store.lastSyncId, entity: null };
    },
  };
}

/** "In one transaction": one refused issue leaves none. */
function createBatch(store: LinearStore, viewerId: string, inputs: readonly Input[]): readonly IssueRow[] {
  const make = (): readonly IssueRow[] => inputs.map((input) => createIssue(store, viewerId, input));
  return store.quirks.batchIsTransaction ? transaction(store, make) : make();
}

function transaction<T>(store: LinearStore, work: () => T): T {
  const restore = store.snapshot();
  try {
    return work();
  } catch (error) {
    restore();
    throw error;
  }
}

function projectMutations(store: LinearStore, views: Views, viewerId: string): Mutations {
  const done = (entity: object): View => ({ success: true, lastSyncId: store.lastSyncId, ...entity });
  return {
    projectCreate: ({ input }: WithInput) => done({ project: views.project(createProject(store, viewerId, input)) }),
    projectUpdate: ({ id, input }: ById & WithInput) =>
      done({ project: views.project(updateProject(store, id, input)) }),
    projectArchive: ({ id, trash }: ById & { readonly trash?: boolean | null }) =>
      done({ entity: views.project(archiveProject(store, id, trash === true)) }),
    projectUnarchive: ({ id }: ById) => done({ entity: views.project(unarchiveProject(store, id)) }),
    projectDelete: ({ id }: ById) => done({ entity: views.project(archiveProject(store, id, true)) }),
    projectUpdateCreate: ({ input }: WithInput) =>
      done({ projectUpdate: views.projectUpdate(postProjectUpdate(store, viewerId, input)) }),
    projectLabelCreate: ({ input }: WithInput) => {
      const label = createProjectLabel(store, input);
      return done({ projectLabel: views.projectLabels({ filter: { id: { eq: label.id } } }).nodes[0] });
    },
    issueLabelCreate: ({ input }: WithInput) => done({ issueLabel: views.label(createIssueLabel(store, input)) }),
    cycleCreate: ({ input }: WithInput) => done({ cycle: views.cycle(createCycle(store, input)) }),
  };
}

function noteMutations(store: LinearStore, views: Views, viewerId: string): Mutations {
  const done = (entity: object): View => ({ success: true, lastSyncId: (store.lastSyncId += 1), ...entity });
  const link = (input: Input): View => done({ attachment: views.attachment(attach(store, viewerId, input)) });
  return {
    attachmentCreate: ({ input }: WithInput) => link(input),
    attachmentLinkURL: (input: Input) => link(input),
    attachmentLinkGitHubPR: (input: Input) => link(input),
    commentCreate: ({ input }: WithInput) => done({ comment: views.comment(comment(store, viewerId, input)) }),
    commentUpdate: ({ id, input }: ById & WithInput) =>
      done({ comment: views.comment(editComment(store, id, input["body"])) }),
    commentDelete: ({ id }: ById) => {
      mustFind(store.comments.get(id), "Comment");
      store.comments.delete(id);
      store.spent.add(id);
      return done({ entityId: id });
    },
  };
}

function rateLimitStatus(store: LinearStore, viewerId: string, budgets: Budgets): View {
  const limits = Object.entries(budgets).map(([type, bucket]: [string, Budgets["requests"]]) => ({
    type,
    requestedAmount: 1,
    allowedAmount: bucket.limit,
    period: 3_600_000,
    remainingAmount: bucket.remaining,
    reset: store.now() + 3_600_000,
  }));
  return { identifier: viewerId, kind: "user", limits };
}
