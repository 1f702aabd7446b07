/** Rows as GraphQL shows them. */
import { GraphQLError } from "graphql";
import { page, type PageArguments, type View } from "./connection.ts";
import { isBot, type GithubHost } from "./host.ts";
import { nodeId, type Issue, type IssueEvent, type Milestone, type Repository, type User } from "./model.ts";
import { SAML } from "./refusal.ts";

interface IssueArguments extends PageArguments {
  readonly filterBy?: { readonly since?: string | null } | null;
  readonly orderBy?: { readonly direction: string; readonly field: string } | null;
}
interface TimelineArguments extends PageArguments {
  readonly itemTypes?: readonly string[] | null;
  readonly skip?: number | null;
}

const INT_MAX = 2 ** 31 - 1;

export function unresolved(what: string): GraphQLError {
  return new GraphQLError(`Could not resolve to ${what}`, { extensions: { type: "NOT_FOUND" } });
}

function protectedBySaml(): GraphQLError {
  return new GraphQLError(SAML, { extensions: { type: "FORBIDDEN" } });
}

export function orThrow<T>(value: T | GraphQLError | undefined, error: GraphQLError): T {
  if (value === undefined) throw error;
  if (value instanceof GraphQLError) throw value;
  return value;
}

export class Views {
  readonly #host: GithubHost;

  constructor(host: GithubHost) {
    this.#host = host;
  }

  /** Undefined for what is not there; an error for what is protected. */
  node(id: string): View | GraphQLError | undefined {
    const row = this.#host.node(id);
    if (!row) return undefined;
    const repository = "owner" in row ? row : this.#host.repository(row.repositoryId);
    if (repository.permission === "sso") return protectedBySaml();
    if ("owner" in row) return this.repository(row);
    if (!row.isPullRequest) return this.issue(row);
    return { __typename: "PullRequest", id, number: row.number, title: row.title };
  }

  user({ id, login, name, email }: User): View {
    return { __typename: "User", id: nodeId("U", id), databaseId: id, login, name, email: email ?? "" };
  }

  repository(row: Repository): View {
    if (row.permission === "sso") throw protectedBySaml();
    const host = this.#host;
    const people = row.assignable.flatMap((login) => host.user(login) ?? []);
    return {
      __typename: "Repository",
      id: nodeId("R", row.id),
      nameWithOwner: host.fullName(row),
      isArchived: row.archived,
      hasIssuesEnabled: row.hasIssues,
      owner: { __typename: row.ownerType, id: `O_${row.owner}`, login: row.owner },
      assignableUsers: (args: PageArguments) =>
        page(
          people.map((one) => [one.login, this.user(one)]),
          args,
        ),
      milestones: (args: PageArguments) =>
        page(
          row.milestones.map((one) => [String(one.number), milestoneView(one)]),
          args,
        ),
      label: ({ name }: { name: string }) => {
        const found = host.labelNamed(row, name);
        return found ? { id: nodeId("LA", found.id), name: found.name } : null;
      },
      issue: ({ number }: { number: number }) => {
        const found = host.issueAt(row, number);
        const shown = found?.fate === "here" && !found.isPullRequest ? this.issue(found) : undefined;
        return orThrow(shown, unresolved(`an Issue with the number of ${number}.`));
      },
      issues: (args: IssueArguments) => this.#issues(row, args),
    };
  }

  #issues(row: Repository, args: IssueArguments): View {
    const host = this.#host;
    const tick = (ms: number): number => Date.parse(host.time(ms));
    const since = Date.parse(args.filterBy?.since ?? "");
    const column = args.orderBy?.field === "UPDATED_AT" ? "updatedAt" : "createdAt";
    const sign = args.orderBy?.direction === "DESC" ? -1 : 1;
    const rows = host
      .issuesOf(row)
      .filter((one) => !one.isPullRequest && (Number.isNaN(since) || tick(one.updatedAt) >= tick(since)))
      .sort((a, b) => sign * (tick(a[column]) - tick(b[column]) || a.id - b.id));
    return page(
      rows.map((one) => [`${tick(one[column])}:${one.id}`, this.issue(one)]),
      args,
    );
  }

  issue(row: Issue): View {
    const host = this.#host;
    const repository = host.repository(row.repositoryId);
    return {
      __typename: "Issue",
      id: nodeId("I", row.id),
      // Beyond what an Int holds there is none.
      databaseId: row.id > INT_MAX ? null : row.id,
      fullDatabaseId: String(row.id),
      number: row.number,
      url: `${host.baseUrl}/${host.fullName(repository)}/issues/${row.number}`,
      title: row.title,
      body: row.body ?? "",
      state: row.state.toUpperCase(),
      stateReason: ({ enableDuplicate }: { enableDuplicate?: boolean }) => {
        const isHidden = host.quirks.duplicateAsked && row.reason === "duplicate" && enableDuplicate !== true;
        return isHidden ? "NOT_PLANNED" : (row.reason?.toUpperCase() ?? null);
      },
      createdAt: host.time(row.createdAt),
      updatedAt: host.time(row.updatedAt),
      lastEditedAt: row.edits.length > 0 ? host.time(row.edits.at(-1)?.at ?? 0) : null,
      author: this.#actor(row.author),
      repository: () => this.repository(repository),
      milestone: () => {
        const found = repository.milestones.find(({ number }) => number === row.milestone);
        return found ? milestoneView(found) : null;
      },
      issueType: row.type === null ? null : { id: `IT_${row.type}`, name: row.type },
      parent: () => {
        const parent = row.parentId === null ? undefined : host.issues.get(row.parentId);
        return parent ? this.issue(parent) : null;
      },
      ...this.#connections(row),
    };
  }

  #connections(row: Issue): View {
    const host = this.#host;
    return {
      labels: (args: PageArguments) =>
        page(
          host.labelNames(row).map((name) => [name, { id: name, name }]),
          args,
        ),
      assignees: (args: PageArguments) =>
        page(
          row.assignees.map((login) => [login, this.#actor(login)]),
          args,
        ),
      userContentEdits: (args: PageArguments) => {
        const edits = row.edits.map(({ at, by }, n) => {
          const time = host.time(at);
          return [String(n), { id: `UCE_${n}`, createdAt: time, editedAt: time, editor: this.#actor(by) }] as const;
        });
        // Newest first.
        return page(edits.toReversed(), args);
      },
      timelineItems: (args: TimelineArguments) => {
        const events = row.events.filter(({ type }) => args.itemTypes?.includes(constantOf(type)) ?? true);
        const rows = events.map((event, n) => [String(n), this.#event(event, n)] as const);
        const shown = page(rows.slice(args.skip ?? 0), args);
        return { ...shown, filteredCount: events.length, totalCount: row.events.length };
      },
    };
  }

  #event(event: IssueEvent, n: number): View {
    return {
      __typename: event.type,
      id: `EV_${n}`,
      createdAt: this.#host.time(event.at),
      actor: this.#actor(event.by),
      label: { id: event.label, name: event.label },
      previousTitle: event.previousTitle,
      currentTitle: event.currentTitle,
      milestoneTitle: event.milestone,
      stateReason: event.reason?.toUpperCase() ?? null,
    };
  }

  #actor(login: string): View | null {
    const found = this.#host.user(login);
    if (!found) return null;
    // As an actor a bot goes without the ending that REST and `viewer` give it.
    const bot = { __typename: "Bot", login: login.replace(/\[bot\]$/, "") };
    return { ...this.user(found), ...(isBot(login) ? bot : {}) };
  }
}

function milestoneView({ id, number, title, due }: Milestone): View {
  return { id: nodeId("MI", id), number, title, dueOn: due === null ? null : `${due}T08:00:00Z` };
}

/** `RenamedTitleEvent` is `RENAMED_TITLE_EVENT`. */
function constantOf(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}
