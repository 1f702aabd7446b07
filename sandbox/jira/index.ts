/** A stand-in for Jira Cloud's REST API, as hard as the vendor. See `quirks.ts` for how hard. */
import { Clock } from "../kit/clock.ts";
import { Faults, type FaultRule } from "../kit/faults.ts";
import { RequestLog } from "../kit/request-log.ts";
import { startSandbox, type Classified, type Sandbox } from "../kit/sandbox.ts";
import { SpecCheck, type SpecOptions } from "../kit/spec-check.ts";
import type { TokenSettings } from "../kit/token-issuer.ts";
import { jiraApp, rateLimited } from "./app.ts";
import { Gateway } from "./gateway.ts";
import { humanAction } from "./human.ts";
import type { User } from "./model.ts";
import { ALL_QUIRKS, type Quirks } from "./quirks.ts";
import { JiraSite, type ProjectSetup } from "./site.ts";

export interface JiraSandboxOptions {
  readonly projects: readonly ProjectSetup[];
  /** People beside the account that the connector signs in with. */
  readonly users?: readonly User[];
  readonly clock?: Clock;
  readonly port?: number;
  /** Quirks to switch off; all are on where absent. */
  readonly quirks?: Partial<Quirks>;
  /** Published OpenAPI document to hold every exchange against. */
  readonly spec?: URL;
  /** How OAuth tokens come and go, where not as Atlassian's. */
  readonly oauth?: Partial<TokenSettings>;
}

export interface JiraSandbox extends Sandbox {
  readonly site: JiraSite;
  readonly spec: SpecCheck;
  /** Values for the connector's env variables. */
  readonly credentials: {
    readonly JIRA_SERVER: string;
    readonly JIRA_USERNAME: string;
    readonly JIRA_API_TOKEN: string;
  };
  readonly gateway: Gateway;
  /** The same for OAuth, instead of those. */
  readonly oauthCredentials: Readonly<Record<string, string>>;
}

/** What comes before any operation is in no description of one. */
export const SPEC_OPTIONS: SpecOptions = {
  prefix: "/rest/",
  undescribed: (status) => [401, 415, 429].includes(status),
};

const SYNC_ACCOUNT: User = {
  accountId: "5b10a2844c20165700ede21g",
  displayName: "Sync",
  email: "sync@example.com",
  active: true,
  token: "sandbox-token",
};

const PEOPLE: readonly User[] = [
  { accountId: "5b109f2e9729b51b54dc274d", displayName: "Ada Lovelace", email: "ada@example.com", active: true },
  {
    accountId: "5b10ac8d82e05b22cc7d4ef5",
    displayName: "Grace Hopper",
    email: "grace@example.com",
    active: true,
    hidesEmail: true,
  },
  { accountId: "5b10b1a5b5b5b5b5b5b5b5b5", displayName: "Sam Lee", email: "sam.a@example.com", active: true },
  { accountId: "5b10b1a5b5b5b5b5b5b5b5b6", displayName: "Sam Lee", email: "sam.b@example.com", active: true },
  { accountId: "5b10c0ffee00000000000001", displayName: "Alan Gone", email: "alan@example.com", active: false },
  {
    accountId: "5b10c0ffee00000000000002",
    displayName: "Guest Reader",
    email: "guest@example.com",
    active: true,
    assignable: false,
  },
];

/** Starts a site with these projects on loopback. */
export async function startJiraSandbox(options: JiraSandboxOptions): Promise<JiraSandbox> {
  const clock = options.clock ?? new Clock();
  const faults = new Faults();
  const quirks = { ...ALL_QUIRKS, ...options.quirks };
  const site = new JiraSite(clock, quirks, [SYNC_ACCOUNT, ...(options.users ?? PEOPLE)], options.projects);
  const spec = new SpecCheck(options.spec, SPEC_OPTIONS);
  const gateway = new Gateway(clock, options.oauth ?? {});
  let url = "";
  const sandbox = await startSandbox({
    name: "jira",
    app: jiraApp({ site, faults, gateway, baseUrl: () => url }),
    clock,
    faults,
    log: new RequestLog(),
    ...(options.port === undefined ? {} : { port: options.port }),
    classify,
    human: (action) => humanAction(site, action),
    tokens: () => gateway.issuer.counts(),
    refusals: refusalsOf(clock),
    onExchange: (record) => spec.check({ ...record, path: behindGateway(record.path) }),
  });
  ({ url } = sandbox);
  const credentials = { JIRA_SERVER: url, JIRA_USERNAME: SYNC_ACCOUNT.email, JIRA_API_TOKEN: SYNC_ACCOUNT.token ?? "" };
  const { clientId, clientSecret, refreshToken } = gateway.issuer.settings;
  const oauthCredentials = {
    JIRA_BASE_URL: url,
    JIRA_OAUTH_URL: url,
    JIRA_OAUTH_CLIENT_ID: clientId,
    JIRA_OAUTH_CLIENT_SECRET: clientSecret,
    JIRA_OAUTH_REFRESH_TOKEN: refreshToken,
  };
  return Object.assign(sandbox, { site, spec, credentials, gateway, oauthCredentials });
}

function behindGateway(path: string): string {
  return path.replace(/^\/ex\/jira\/[^/]+/, "");
}

const READING_POSTS = new Set(["search/jql", "issue/bulkfetch", "changelog/bulkfetch", "search/approximate-count"]);

/** `POST issue/bulk`, `PUT issue/{ref}`: the path below the API's root with its ids replaced. */
function classify(method: string, path: string): Classified {
  if (path === "/oauth/token") return { operation: "POST oauth/token", write: false };
  const short = behindGateway(path)
    .replace(/^\/rest\/(?:api\/3|agile\/1\.0)\//, "")
    .replace(/^(issue|project|board)\/(?!bulk|archive|createmeta)[^/]+/, "$1/{ref}");
  const isReading = method === "GET" || (method === "POST" && READING_POSTS.has(short));
  return { operation: `${method} ${short}`, write: !isReading };
}

function refusalsOf(clock: Clock): Partial<Record<FaultRule["kind"], (rule: FaultRule) => Response>> {
  const json = (status: number, message: string, rule?: FaultRule): Response => {
    const after = rule?.retryAfterSeconds;
    const headers = after === undefined ? {} : { "retry-after": String(after) };
    return Response.json({ errorMessages: [message], errors: {} }, { status, headers });
  };
  return {
    "rate-limited": (rule) =>
      rateLimited("jira-quota-tenant-based", (rule.retryAfterSeconds ?? 30) * 1000, clock.now()),
    "server-error": () => json(500, "Internal server error"),
    "unavailable-after": (rule) => json(503, "Service unavailable", rule),
  };
}
