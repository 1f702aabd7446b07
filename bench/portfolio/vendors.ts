/** Stand-ins of the trackers that a portfolio is bound to: a container for each project, one credential a tool. */
import { startGithubSandbox, type GithubSandbox } from "../../sandbox/github/index.ts";
import { startJiraSandbox, type JiraSandbox } from "../../sandbox/jira/index.ts";
import { Clock } from "../../sandbox/kit/clock.ts";
import type { Sandbox } from "../../sandbox/kit/sandbox.ts";
import { idOf } from "../../sandbox/linear/seed.ts";
import { startLinearSandbox, type LinearSandbox } from "../../sandbox/linear/server.ts";
import { startNotionSandbox, USUAL_PROPERTIES, type NotionSandbox } from "../../sandbox/notion/index.ts";
import type { LargeHubOptions } from "../../test/support/large-hub.ts";
import type { Tool } from "../../test/support/sides.ts";
import { PEOPLE, type Vendors } from "../../test/support/vendors.ts";

/** Projects of one Linear team, and those that share one Notion database. */
const TOGETHER = 50;
/** People beside those who are assigned something: every site has many more. */
const OTHERS = 200;
/** Listings reach up to an hour back. */
const EARLIER_MS = 80 * 60_000;

interface Started {
  readonly jira?: JiraSandbox;
  readonly linear?: LinearSandbox;
  readonly notion?: NotionSandbox;
  readonly github?: GithubSandbox;
}

/** As the scenarios' vendors; asking for one that was not started throws. */
export class PortfolioVendors implements Vendors {
  readonly tools: readonly Tool[];
  readonly #started: Started;

  private constructor(tools: readonly Tool[], started: Started) {
    [this.tools, this.#started] = [tools, started];
  }

  /** @param most projects that the tools have containers for */
  static async start(tools: readonly Tool[], most: number): Promise<PortfolioVendors> {
    const has = (tool: Tool): boolean => tools.includes(tool);
    return new PortfolioVendors(tools, {
      ...(has("jira") ? { jira: await startJira(most) } : {}),
      ...(has("linear") ? { linear: await startLinear(most) } : {}),
      ...(has("notion") ? { notion: await startNotion(most) } : {}),
      ...(has("github") ? { github: await startGithub(most) } : {}),
    });
  }

  get jira(): JiraSandbox {
    return there(this.#started.jira, "jira");
  }
  get linear(): LinearSandbox {
    return there(this.#started.linear, "linear");
  }
  get notion(): NotionSandbox {
    return there(this.#started.notion, "notion");
  }
  get github(): GithubSandbox {
    return there(this.#started.github, "github");
  }

  get sandboxes(): readonly Sandbox[] {
    return this.tools.map((tool) => this[tool]);
  }

  get credentials(): Readonly<Record<string, string>> {
    const { jira, linear, notion, github } = this.#started;
    return {
      ...jira?.credentials,
      ...(linear ? { LINEAR_API_KEY: linear.apiKey, LINEAR_API_URL: linear.apiUrl } : {}),
      ...notion?.credentials,
      ...github?.credentials,
    };
  }

  /** What the hub of the n-th project says it is bound to. */
  binding(n: number): Pick<LargeHubOptions, "usual" | "jira" | "linear" | "more"> {
    const database = this.#started.notion?.databases[together(n) - 1];
    return {
      usual: this.tools.filter((tool) => tool === "jira" || tool === "linear"),
      jira: { project_key: keyOf(n) },
      linear: { team_id: teamOf(n), project_id: idOf.project(keyOf(n)) },
      more: {
        ...(database === undefined ? {} : { notion: { database_id: database } }),
        ...(this.#started.github ? { github: { repository: repositoryOf(n) } } : {}),
      },
    };
  }

  /** Twins of all items, in all tools together. */
  get twins(): number {
    const { jira, linear, notion, github } = this.#started;
    return (
      (jira?.site.issues.size ?? 0) +
      (linear?.store.issues.size ?? 0) +
      (notion?.workspace.pages.size ?? 0) +
      (github?.host.issues.size ?? 0)
    );
  }

  /** What was written so far leaves the window of listings. Once, for until then it is earlier. */
  later(): void {
    for (const { clock } of this.sandboxes) clock.advance(EARLIER_MS);
  }

  async close(): Promise<void> {
    await Promise.all(this.sandboxes.map((one) => one.close()));
  }
}

/** Requests that tell of all projects: one a credential, and as many as there are data sources and fifties of repositories. */
export function fewestRequests(tool: Tool, projects: number): number {
  return tool === "notion" || tool === "github" ? Math.ceil(projects / TOGETHER) : 1;
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Key of its Jira project and name of its Linear project. */
export function keyOf(n: number): string {
  return `PF${n}`;
}

const everybody = [
  ...PEOPLE,
  ...numbers(OTHERS).map((n) => ({
    accountId: `5b10other${String(n).padStart(8, "0")}`,
    displayName: `Person ${n}`,
    email: `person${n}@example.com`,
    active: n % 20 !== 0,
  })),
];
export const NAMED = everybody.map(({ email, displayName: name, active }) => ({ email, name, active }));

function there<T>(sandbox: T | undefined, tool: Tool): T {
  if (sandbox) return sandbox;
  throw new Error(`this portfolio has no ${tool}`);
}

function earlier(): { readonly clock: Clock } {
  const clock = new Clock();
  clock.advance(-EARLIER_MS);
  return { clock };
}

// Of none of them its own limits: what is measured are the registry's, scaled.
function startJira(most: number): Promise<JiraSandbox> {
  const projects = numbers(most).map((n) => ({ key: keyOf(n) }));
  return startJiraSandbox({ ...earlier(), projects, users: everybody, quirks: { burstLimit: false } });
}

function startLinear(most: number): Promise<LinearSandbox> {
  const seed = {
    teams: numbers(together(most)).map((n) => ({ key: `T${n}` })),
    users: [{ email: "sync@example.com" }, ...NAMED],
    projects: numbers(most).map((n) => ({ name: keyOf(n), teams: [teamOf(n)] })),
  };
  return startLinearSandbox({
    ...earlier(),
    seed,
    requestsPerHour: 100_000_000,
    complexityPerHour: 1_000_000_000_000,
  });
}

function startNotion(most: number): Promise<NotionSandbox> {
  const properties = [...USUAL_PROPERTIES, { name: "Project", type: "rich_text" } as const];
  const databases = numbers(together(most)).map((n) => ({
    name: `Delivery ${n}`,
    dataSources: [{ name: `Delivery ${n}`, properties }],
  }));
  const users = NAMED.map(({ email, name }) => ({ email, name, kind: "person" }) as const);
  return startNotionSandbox({ ...earlier(), databases, users, quirks: { rateLimit: false } });
}

function startGithub(most: number): Promise<GithubSandbox> {
  const repositories = numbers(most).map((n) => ({ name: repositoryOf(n) }));
  const users = NAMED.map(({ email, name }) => ({ email, name, login: email.replace(/@.*$/, "").replace(".", "-") }));
  const quirks = { contentLimit: false, pointsLimit: false, primaryLimit: false };
  return startGithubSandbox({ ...earlier(), repositories, users, quirks, requestsPerHour: 100_000_000 });
}

/** Which team or database the n-th project is among. */
function together(n: number): number {
  return Math.ceil(n / TOGETHER);
}

function teamOf(n: number): string {
  return `T${together(n)}`;
}

function repositoryOf(n: number): string {
  return `acme/pf${n}`;
}
