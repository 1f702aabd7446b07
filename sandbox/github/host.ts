/** Everything that stands in the stand-in, and how it is found. */
import type { Clock } from "../kit/clock.ts";
import { nodeNamed, type Issue, type IssueField, type Label, type Repository, type User } from "./model.ts";
import type { Quirks } from "./quirks.ts";

export interface RepositorySetup {
  /** `owner/name`. */
  readonly name: string;
  readonly ownerType?: Repository["ownerType"];
  readonly permission?: Repository["permission"];
  readonly types?: readonly string[];
  readonly fields?: readonly Omit<IssueField, "id">[];
  readonly labels?: readonly string[];
  readonly milestones?: readonly { readonly title: string; readonly due?: string }[];
  /** Logins; everybody where absent. */
  readonly assignable?: readonly string[];
  readonly firstNumber?: number;
}

export interface UserSetup {
  readonly login: string;
  readonly name?: string;
  /** Absent: not shown in the profile. */
  readonly email?: string;
  readonly token?: string;
}

/** Of an App. */
export function isBot(login: string): boolean {
  return login.endsWith("[bot]");
}

export class GithubHost {
  readonly clock: Clock;
  readonly quirks: Quirks;
  readonly users: User[];
  readonly repositories: Repository[] = [];
  readonly issues = new Map<number, Issue>();
  /** Scopes of the connector's classic token. */
  scopes: readonly string[] = ["repo", "read:user"];
  /** Where the stand-in listens. */
  baseUrl = "";
  readonly #places = new Map<number, Map<number, Issue>>();
  #nextId = 3_900_000_001;

  constructor(clock: Clock, quirks: Quirks, users: readonly UserSetup[], setups: readonly RepositorySetup[]) {
    this.clock = clock;
    this.quirks = quirks;
    this.users = users.map(({ login, name = null, email = null, token }, n) => ({
      id: 583_000 + n,
      login,
      name,
      email,
      ...(token === undefined ? {} : { token }),
    }));
    for (const setup of setups) this.repositories.push(this.#repositoryOf(setup));
  }

  /** Ids beyond 2^31, as they are since 2025: they fit no GraphQL Int. */
  newId(): number {
    return this.#nextId++;
  }

  /** Of a full name, whatever its case; names of before lead to it as well, and say so. */
  named(fullName: string): { readonly repository: Repository; readonly isOld: boolean } | undefined {
    const wanted = fullName.toLowerCase();
    const visible = this.repositories.filter(({ permission }) => permission !== "none");
    const now = visible.find((one) => `${one.owner}/${one.name}`.toLowerCase() === wanted);
    if (now) return { repository: now, isOld: false };
    const before = visible.find(({ oldNames }) => oldNames.includes(wanted));
    return before && { repository: before, isOld: true };
  }

  repository(id: number): Repository {
    const found = this.repositories.find((one) => one.id === id);
    if (!found) throw new Error(`no repository ${id}`);
    return found;
  }

  add(issue: Issue): void {
    this.issues.set(issue.id, issue);
    const places = this.#places.get(issue.repositoryId) ?? new Map<number, Issue>();
    this.#places.set(issue.repositoryId, places.set(issue.number, issue));
  }

  /** Puts an issue below another, or below none. */
  place(issue: Issue, parent: Issue | undefined): void {
    const before = issue.parentId === null ? undefined : this.issues.get(issue.parentId);
    if (before) before.childIds = before.childIds.filter((id) => id !== issue.id);
    if (parent) parent.childIds = [...parent.childIds, issue.id];
    issue.parentId = parent?.id ?? null;
  }

  issueAt(repository: Repository, number: number): Issue | undefined {
    return this.#places.get(repository.id)?.get(number);
  }

  /** Issues and pull requests that stand in the repository now. */
  issuesOf(repository: Repository): Issue[] {
    return [...(this.#places.get(repository.id)?.values() ?? [])].filter(({ fate }) => fate === "here");
  }

  childrenOf(issue: Issue): Issue[] {
    const children = issue.childIds.flatMap((id) => this.issues.get(id) ?? []);
    return children.filter(({ fate }) => fate === "here");
  }

  user(login: string): User | undefined {
    const wanted = login.toLowerCase();
    return this.users.find((one) => one.login.toLowerCase() === wanted || one.email?.toLowerCase() === wanted);
  }

  get viewer(): User {
    const found = this.users.find(({ token }) => token !== undefined);
    if (!found) throw new Error("nobody has a token");
    return found;
  }

  fullName({ owner, name }: Repository): string {
    return `${owner}/${name}`;
  }

  labelNames(issue: Issue): string[] {
    const { labels } = this.repository(issue.repositoryId);
    return issue.labelIds.flatMap((id) => labels.find((label) => label.id === id)?.name ?? []);
  }

  labelNamed(repository: Repository, name: string): Label | undefined {
    const fold = (text: string): string => (this.quirks.labelCase ? text.toLowerCase() : text);
    return repository.labels.find((label) => fold(label.name) === fold(name));
  }

  /** By the node id of an issue, pull request or repository that can be seen. */
  node(text: string): Issue | Repository | undefined {
    const named = nodeNamed(text);
    if (named?.kind === "R") {
      const found = this.repositories.find(({ id }) => id === named.id);
      return found?.permission === "none" ? undefined : found;
    }
    const issue = this.issues.get(named?.id ?? Number.NaN);
    const isNamed = issue?.fate === "here" && named?.kind === (issue.isPullRequest ? "PR" : "I");
    return isNamed && this.repository(issue.repositoryId).permission !== "none" ? issue : undefined;
  }

  /** As the API tells a time. */
  time(ms: number): string {
    const shown = this.quirks.wholeSeconds ? Math.floor(ms / 1000) * 1000 : ms;
    const iso = new Date(shown).toISOString();
    return this.quirks.wholeSeconds ? iso.replace(".000Z", "Z") : iso;
  }

  #repositoryOf(setup: RepositorySetup): Repository {
    const [owner = "", name = ""] = setup.name.split("/");
    return {
      id: this.newId(),
      owner,
      name,
      ownerType: setup.ownerType ?? "Organization",
      permission: setup.permission ?? "write",
      archived: false,
      hasIssues: true,
      types: setup.types ?? [],
      fields: (setup.fields ?? []).map((field) => ({ ...field, id: this.newId() })),
      labels: (setup.labels ?? []).map((label) => ({ id: this.newId(), name: label })),
      milestones: (setup.milestones ?? []).map(({ title, due = null }, n) => ({
        id: this.newId(),
        number: n + 1,
        title,
        due,
      })),
      assignable: setup.assignable ?? this.users.map(({ login }) => login).filter((login) => !isBot(login)),
      oldNames: [],
      nextNumber: setup.firstNumber ?? 1,
    };
  }
}
