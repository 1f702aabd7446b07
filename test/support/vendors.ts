/** Stand-ins of all trackers that a world is bound to, with the same people in each. */
import { startGithubSandbox, type GithubSandbox, type GithubSandboxOptions } from "../../sandbox/github/index.ts";
import { startJiraSandbox, type JiraSandbox, type JiraSandboxOptions } from "../../sandbox/jira/index.ts";
import { Clock } from "../../sandbox/kit/clock.ts";
import type { Sandbox } from "../../sandbox/kit/sandbox.ts";
import type { Seed } from "../../sandbox/linear/seed.ts";
import { startLinearSandbox, type LinearSandbox, type LinearSandboxOptions } from "../../sandbox/linear/server.ts";
import { startNotionSandbox, type NotionSandbox, type NotionSandboxOptions } from "../../sandbox/notion/index.ts";
import type { Tool } from "./sides.ts";

export const PEOPLE = [
  { accountId: "5b10ana0000000000000000a", displayName: "Ana Ruiz", email: "ana.ruiz@example.com", active: true },
  { accountId: "5b10tom0000000000000000b", displayName: "Tom Okafor", email: "tom.okafor@example.com", active: true },
  { accountId: "5b10iri0000000000000000c", displayName: "Iris Chen", email: "iris.chen@example.com", active: true },
  { accountId: "5b10luc0000000000000000d", displayName: "Lucia Marin", email: "lucia.marin@example.com", active: true },
];

export interface VendorOptions {
  readonly jira?: Partial<JiraSandboxOptions>;
  readonly linear?: LinearSandboxOptions;
  /** Over the usual team and people. */
  readonly linearSeed?: Partial<Seed>;
  /** Tools beside Jira and Linear that the project may be bound to; their containers are `{NOTION}` and `acme/checkout`. */
  readonly more?: readonly ("notion" | "github")[];
  readonly notion?: NotionSandboxOptions;
  readonly github?: Partial<GithubSandboxOptions>;
  /** Signs in to Jira and Linear by OAuth instead of by token and key; to GitHub as an App, where its options have one. */
  readonly oauth?: boolean;
}

export interface Vendors {
  readonly jira: JiraSandbox;
  readonly linear: LinearSandbox;
  /** Throws where the world has none: see `more`. */
  readonly notion: NotionSandbox;
  readonly github: GithubSandbox;
  /** Those that are there. */
  readonly tools: readonly Tool[];
}

interface RunningVendors {
  readonly running: Vendors;
  readonly credentials: Readonly<Record<string, string>>;
  /** Id of the database; empty without Notion. */
  readonly notionDatabase: string;
  writes(): number;
  requests(): number;
  close(): Promise<void>;
}

const CONTAINERS = { jira: "CHK", linear: "PAY", github: "acme/checkout" };
const NAMED = PEOPLE.map(({ email, displayName: name }) => ({ email, name }));

export async function startVendors(options: VendorOptions): Promise<RunningVendors> {
  const has = (tool: "notion" | "github"): boolean => options.more?.includes(tool) ?? false;
  const jira = await startJira(options);
  const linear = await startLinear(options);
  const notion = has("notion") ? await startNotion(options) : undefined;
  const github = has("github") ? await startGithub(options) : undefined;
  const sandboxes: readonly Sandbox[] = [jira, linear, ...(notion ? [notion] : []), ...(github ? [github] : [])];
  const sum = (count: (one: Sandbox) => number): number => sandboxes.reduce((total, one) => total + count(one), 0);
  return {
    running: {
      jira,
      linear,
      get notion() {
        return there(notion, "notion");
      },
      get github() {
        return there(github, "github");
      },
      tools: sandboxes.map(({ name }) => name as Tool),
    },
    credentials: {
      ...(options.oauth
        ? { ...jira.oauthCredentials, ...linear.oauthCredentials }
        : { ...jira.credentials, LINEAR_API_KEY: linear.apiKey, LINEAR_API_URL: linear.apiUrl }),
      ...notion?.credentials,
      ...(github?.apps ? github.appCredentials : github?.credentials),
    },
    notionDatabase: notion?.databases[0] ?? "",
    writes: () => sum(({ log }) => log.writes()),
    requests: () => sum(({ log }) => log.total()),
    close: async () => void (await Promise.all(sandboxes.map((one) => one.close()))),
  };
}

function there<T>(sandbox: T | undefined, tool: Tool): T {
  if (sandbox) return sandbox;
  throw new Error(`this world has no ${tool}: name it in \`more\``);
}

/** Every exchange of every scenario is held against the published API where it is at hand. */
function spec(file: string): { readonly spec: URL } {
  return { spec: new URL(`../../../shared/specs/${file}`, import.meta.url) };
}

function startJira({ jira }: VendorOptions): Promise<JiraSandbox> {
  const projects = [{ key: CONTAINERS.jira }];
  return startJiraSandbox({ projects, users: PEOPLE, clock: new Clock(), ...spec("jira.openapi.json"), ...jira });
}

function startLinear({ linear, linearSeed }: VendorOptions): Promise<LinearSandbox> {
  const users = [{ email: "sync@example.com" }, ...NAMED];
  const seed = { teams: [{ key: CONTAINERS.linear }], users, ...linearSeed };
  return startLinearSandbox({ seed, clock: new Clock(), ...linear });
}

function startNotion({ notion }: VendorOptions): Promise<NotionSandbox> {
  const users = NAMED.map((one) => ({ ...one, kind: "person" }) as const);
  return startNotionSandbox({ users, clock: new Clock(), ...spec("notion.openapi.json"), ...notion });
}

function startGithub({ github }: VendorOptions): Promise<GithubSandbox> {
  const users = NAMED.map((one) => ({ ...one, login: one.email.replace(/@.*$/, "").replace(".", "-") }));
  const repositories = [{ name: CONTAINERS.github, milestones: [{ title: "Sprint 1" }, { title: "Sprint 2" }] }];
  const checks = { ...spec("github.openapi.json"), checkDocuments: true };
  return startGithubSandbox({ repositories, users, clock: new Clock(), ...checks, ...github });
}
