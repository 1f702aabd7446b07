/** A stand-in for GitHub's issues, REST and GraphQL, as hard as the vendor. See `quirks.ts` for how hard. */
import { Clock } from "../kit/clock.ts";
import { Faults, type FaultRule } from "../kit/faults.ts";
import { startSandbox, type Classified, type Sandbox } from "../kit/sandbox.ts";
import { SpecCheck, type SpecOptions } from "../kit/spec-check.ts";
import { githubApp } from "./app.ts";
import { AppInstallations, type AppSetup } from "./app-installations.ts";
import { documentViolations } from "./graphql.ts";
import { GithubHost, type RepositorySetup, type UserSetup } from "./host.ts";
import { humanAction } from "./human.ts";
import { Limits } from "./limits.ts";
import { ALL_QUIRKS, type Quirks } from "./quirks.ts";

export interface GithubSandboxOptions {
  readonly repositories: readonly RepositorySetup[];
  /** People beside the account that the connector signs in with. */
  readonly users?: readonly UserSetup[];
  readonly clock?: Clock;
  readonly port?: number;
  /** Quirks to switch off; all are on where absent. */
  readonly quirks?: Partial<Quirks>;
  /** Published OpenAPI document to hold every exchange against. */
  readonly spec?: URL;
  /** Whether each GraphQL document is held against GitHub's published schema. */
  readonly checkDocuments?: boolean;
  readonly requestsPerHour?: number;
  /** Serves an App's installations; whoever syncs is its bot then. */
  readonly app?: AppSetup;
}

export interface GithubSandbox extends Sandbox {
  readonly host: GithubHost;
  readonly limits: Limits;
  readonly spec: SpecCheck;
  /** What the documents asked of the published schema and that it does not have. */
  documentViolations(): readonly string[];
  /** Values for the connector's env variables. */
  readonly credentials: { readonly GITHUB_API_URL: string; readonly GH_TOKEN: string };
  /** Where the stand-in has an App. */
  readonly apps: AppInstallations | undefined;
  /** The same for the App, instead of the token; empty without one. */
  readonly appCredentials: Readonly<Record<string, string>>;
}

/** Answers that the document does not list for each operation. */
const UNDESCRIBED = new Set([304, 307, 401, 403, 429]);
export const SPEC_OPTIONS: SpecOptions = {
  prefix: "/",
  undescribed: (status) => UNDESCRIBED.has(status),
};

const TOKEN = "ghp_sandbox0123456789abcdef0123456789ab";
const SYNC_ACCOUNT: UserSetup = { login: "acme-sync", name: "Sync", email: "sync@example.com", token: TOKEN };

/** An App's bot, under the name that REST and `viewer` give it. */
const BOT: UserSetup = { login: "sdlc-sync[bot]", token: "no-token-of-a-person" };

const PEOPLE: readonly UserSetup[] = [
  { login: "ada", name: "Ada Lovelace", email: "ada@example.com" },
  { login: "grace-h", name: "Grace Hopper" },
  { login: "sam-a", name: "Sam Lee", email: "sam.a@example.com" },
  { login: "sam-b", name: "Sam Lee", email: "sam.b@example.com" },
];

/** Starts a host with these repositories on loopback. */
export async function startGithubSandbox(options: GithubSandboxOptions): Promise<GithubSandbox> {
  const clock = options.clock ?? new Clock();
  const faults = new Faults();
  const quirks = { ...ALL_QUIRKS, ...options.quirks };
  const account = options.app ? BOT : SYNC_ACCOUNT;
  const host = new GithubHost(clock, quirks, [account, ...(options.users ?? PEOPLE)], options.repositories);
  const apps = options.app && new AppInstallations(clock, options.app);
  const limits = new Limits(clock, quirks, options.requestsPerHour);
  const spec = new SpecCheck(options.spec, SPEC_OPTIONS);
  const violations = new Set<string>();
  const documentCheck = (document: string): void => {
    if (options.checkDocuments) for (const one of documentViolations(document)) violations.add(one);
  };
  const sandbox = await startSandbox({
    name: "github",
    app: githubApp({ host, faults, limits, documentCheck, apps }),
    clock,
    faults,
    ...(options.port === undefined ? {} : { port: options.port }),
    classify,
    human: (action) => humanAction(host, action),
    tokens: () => ({ issued: apps?.given.length ?? 0 }),
    refusals: refusalsOf(limits),
    onExchange: (record) => {
      if (/^\/(?:repos|repositories|orgs|user)\b/.test(record.path)) spec.check(record);
    },
  });
  host.baseUrl = sandbox.url;
  return Object.assign(sandbox, {
    host,
    limits,
    spec,
    documentViolations: () => [...violations].sort(),
    credentials: { GITHUB_API_URL: sandbox.url, GH_TOKEN: TOKEN },
    apps,
    appCredentials: apps
      ? { GITHUB_API_URL: sandbox.url, GITHUB_APP_ID: apps.appId, GITHUB_APP_PRIVATE_KEY: apps.privateKey }
      : {},
  });
}

/** `PATCH issues/{n}`: the path below the repository with its numbers replaced; a query by the name its client gives it. */
function classify(method: string, path: string, body: string): Classified {
  if (path === "/graphql") {
    const [, kind, name] = /"\s*(query|mutation)\s+(\w+)/.exec(body) ?? [];
    return { operation: name ?? "anonymous", write: kind === "mutation" };
  }
  if (path.endsWith("/access_tokens")) return { operation: "POST access_tokens", write: false };
  const short = path.replace(/^\/(?:repos\/[^/]+\/[^/]+|repositories\/\d+)\//, "").replace(/\/\d+(?=\/|$)/g, "/{n}");
  return { operation: `${method} ${short}`, write: method !== "GET" };
}

function refusalsOf(limits: Limits): Partial<Record<FaultRule["kind"], (rule: FaultRule) => Response>> {
  return {
    "rate-limited": (rule) => limits.secondaryRefusal("core", rule.retryAfterSeconds),
    "server-error": () => Response.json({ message: "Server Error" }, { status: 500 }),
    "error-in-success": () =>
      Response.json({
        data: null,
        errors: [
          {
            message:
              "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug.",
          },
        ],
      }),
    "unavailable-after": () => Response.json({ message: "Service unavailable" }, { status: 503 }),
  };
}
