/**
 * A stand-in of Linear's GraphQL API on loopback: a real executor over the published schema's types, with the
 * vendor's manners (see `quirks.ts`). `POST /graphql`; issue and project URLs answer a small page.
 *
 * Listings are strongly consistent, as Linear's are: the kit's `staleSearchMs` has no effect here.
 */
import { execute, GraphQLError, parse, validate, type DocumentNode, type OperationDefinitionNode } from "graphql";
import { Hono } from "hono";
import { Clock } from "../kit/clock.ts";
import { Faults, type FaultRule } from "../kit/faults.ts";
import { startSandbox, type Classified, type Sandbox } from "../kit/sandbox.ts";
import type { TokenIssuer, TokenSettings } from "../kit/token-issuer.ts";
import { complexityOf } from "./complexity.ts";
import { argumentInvalid, AUTHENTICATION_BODY, INTERNAL_BODY, rateLimitBody, validationBody } from "./errors.ts";
import { actAsPerson } from "./human.ts";
import { answerGrant, linearIssuer } from "./oauth.ts";
import { pageOf } from "./pages.ts";
import { ALL_QUIRKS, type LinearQuirks } from "./quirks.ts";
import { LeakyBucket, rateHeaders, type Budgets } from "./rate-limit.ts";
import { rootOf } from "./root.ts";
import { seedStore, type Seed } from "./seed.ts";
import { documentViolations, ownSchema } from "./spec.ts";
import { LinearStore } from "./store.ts";

export interface LinearSandboxOptions {
  readonly port?: number;
  readonly clock?: Clock;
  readonly seed?: Seed;
  readonly quirks?: Partial<LinearQuirks>;
  /** Keys that are let in; all belong to the first user and share his budget. */
  readonly apiKeys?: readonly string[];
  readonly requestsPerHour?: number;
  readonly complexityPerHour?: number;
  /** How OAuth tokens come and go, where not as Linear's. */
  readonly oauth?: Partial<TokenSettings>;
}

export interface LinearSandbox extends Sandbox {
  /** What `LINEAR_API_URL` should be. */
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly store: LinearStore;
  readonly budgets: Budgets;
  /** Of the OAuth app. */
  readonly appBudgets: Budgets;
  readonly issuer: TokenIssuer;
  /** Values for the connector's env variables: of OAuth, instead of the key. */
  readonly oauthCredentials: Readonly<Record<string, string>>;
  /** Documents that the published schema does not allow; always empty where it is not at hand. */
  specViolations(): readonly string[];
}

const MAX_COMPLEXITY = 10_000;

interface Serving {
  readonly store: LinearStore;
  readonly faults: Faults;
  readonly budgets: Budgets;
  readonly appBudgets: Budgets;
  readonly issuer: TokenIssuer;
  readonly keys: readonly string[];
  readonly violations: Set<string>;
}

/** Starts the stand-in with a workspace of the seed. */
export async function startLinearSandbox(options: LinearSandboxOptions = {}): Promise<LinearSandbox> {
  const clock = options.clock ?? new Clock();
  const faults = new Faults();
  const store = new LinearStore(clock, { ...ALL_QUIRKS, ...options.quirks });
  seedStore(store, options.seed ?? {});
  const keys = options.apiKeys ?? ["lin_api_sandbox"];
  const budgets: Budgets = {
    requests: new LeakyBucket(options.requestsPerHour ?? 2500, clock),
    complexity: new LeakyBucket(options.complexityPerHour ?? 3_000_000, clock),
  };
  const appBudgets: Budgets = {
    requests: new LeakyBucket(options.requestsPerHour ?? 5000, clock),
    complexity: new LeakyBucket(options.complexityPerHour ?? 2_000_000, clock),
  };
  const issuer = linearIssuer(clock, options.oauth ?? {});
  const serving: Serving = { store, faults, budgets, appBudgets, issuer, keys, violations: new Set() };
  const sandbox = await startSandbox({
    name: "linear",
    app: appOf(serving),
    clock,
    faults,
    ...(options.port === undefined ? {} : { port: options.port }),
    classify,
    human: (action) => actAsPerson(store, action),
    tokens: () => issuer.counts(),
    refusals: refusalsOf(serving),
  });
  store.baseUrl = sandbox.url;
  const apiUrl = `${sandbox.url}/graphql`;
  const { clientId, clientSecret, refreshToken } = issuer.settings;
  return Object.assign(sandbox, {
    apiUrl,
    apiKey: keys[0] ?? "",
    store,
    budgets,
    appBudgets,
    issuer,
    oauthCredentials: {
      LINEAR_API_URL: apiUrl,
      LINEAR_OAUTH_URL: sandbox.url,
      LINEAR_OAUTH_CLIENT_ID: clientId,
      LINEAR_OAUTH_CLIENT_SECRET: clientSecret,
      LINEAR_OAUTH_REFRESH_TOKEN: refreshToken,
    },
    specViolations: () => [...serving.violations],
  });
}

function appOf(serving: Serving): Hono {
  const app = new Hono();
  app.post("/graphql", async (context) => answer(serving, context.req.raw.headers, await context.req.text()));
  app.post("/oauth/token", async (context) =>
    answerGrant(serving.issuer, context.req.raw.headers, await context.req.text()),
  );
  app.get("/*", (context) => pageOf(serving.store, new URL(context.req.url).pathname));
  return app;
}

interface Body {
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

async function answer(serving: Serving, headers: Headers, text: string): Promise<Response> {
  const { store, faults } = serving;
  const budgets = faults.conditions.authRevoked ? undefined : budgetsOf(serving, headers.get("authorization") ?? "");
  if (!budgets) return json(401, AUTHENTICATION_BODY);
  const limited = (complexity: number): Response => {
    const status = store.quirks.rateLimitIs400 ? 400 : 429;
    return json(status, rateLimitBody(budgets.requests.limit), rateHeaders(budgets, complexity, store.clock));
  };
  if (!budgets.requests.take(1)) return limited(1);

  const prepared = prepare(serving, text);
  if ("refusal" in prepared) return json(400, prepared.refusal, rateHeaders(budgets, 1, store.clock));
  const { document, operation, variables } = prepared;
  const complexity = complexityOf(ownSchema(), document, operation, variables);
  if (complexity > MAX_COMPLEXITY && store.quirks.complexityMaximum) {
    const tooComplex = argumentInvalid("query", `is too complex (${complexity} of ${MAX_COMPLEXITY} points)`);
    return json(400, JSON.stringify({ errors: [tooComplex.toJSON()] }), rateHeaders(budgets, complexity, store.clock));
  }
  if (!budgets.complexity.take(complexity)) return limited(complexity);
  const viewerId = [...store.users.keys()][0] ?? "";
  const result = await execute({
    schema: ownSchema(),
    document,
    operationName: operation.name?.value,
    variableValues: variables,
    rootValue: rootOf(store, viewerId, budgets),
  });
  const status = result.data === undefined ? 400 : 200;
  return json(status, JSON.stringify(result), rateHeaders(budgets, complexity, store.clock));
}

/** Those of the key's user, or of the app; undefined where the credential is none. Only tokens of OAuth need to be called `Bearer`. */
function budgetsOf({ keys, issuer, budgets, appBudgets }: Serving, authorization: string): Budgets | undefined {
  const [, bearer] = /^Bearer (.+)$/.exec(authorization) ?? [];
  if (keys.includes(bearer ?? authorization)) return budgets;
  return bearer !== undefined && issuer.isValid(bearer) ? appBudgets : undefined;
}

type Prepared =
  | { readonly refusal: string }
  | {
      readonly document: DocumentNode;
      readonly operation: OperationDefinitionNode;
      readonly variables: Readonly<Record<string, unknown>>;
    };

function prepare(serving: Serving, text: string): Prepared {
  try {
    const body = JSON.parse(text) as Body;
    const document = parse(body.query ?? "");
    for (const violation of documentViolations(body.query ?? "")) {
      serving.violations.add(`${body.operationName ?? "document"}: ${violation}`);
    }
    const errors = validate(ownSchema(), document);
    const operation = operationOf(document, body.operationName);
    if (errors.length || !operation) return { refusal: validationBody(errors) };
    return { document, operation, variables: body.variables ?? {} };
  } catch (error) {
    return { refusal: validationBody([error instanceof GraphQLError ? error : new GraphQLError(String(error))]) };
  }
}

function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((definition) => definition.kind === "OperationDefinition");
  return operations.find((operation) => name === undefined || operation.name?.value === name);
}

/** Requests are counted by the name their client gives the operation. */
function classify(method: string, path: string, body: string): Classified {
  if (path === "/oauth/token") return { operation: "POST oauth/token", write: false };
  if (method !== "POST") return { operation: `${method} ${path}`, write: false };
  const [, kind, name] = /(?:^|[^\w$])(query|mutation)\s+(\w+)/.exec(queryOf(body)) ?? [];
  return { operation: name ?? "anonymous", write: kind === "mutation" || /^\s*mutation\b/.test(queryOf(body)) };
}

function queryOf(body: string): string {
  try {
    return String((JSON.parse(body) as Body).query ?? "");
  } catch {
    return "";
  }
}

function refusalsOf({ store, budgets }: Serving): Record<string, (rule: FaultRule) => Response> {
  return {
    "rate-limited": (rule) => {
      const empty = { "x-ratelimit-requests-remaining": "0" };
      const retry = rule.retryAfterSeconds === undefined ? {} : { "retry-after": String(rule.retryAfterSeconds) };
      const headers = { ...rateHeaders(budgets, 1, store.clock), ...empty, ...retry };
      return json(store.quirks.rateLimitIs400 ? 400 : 429, rateLimitBody(budgets.requests.limit), headers);
    },
    "server-error": () => json(500, INTERNAL_BODY),
    "error-in-success": () => json(200, INTERNAL_BODY),
    "unavailable-after": () =>
      new Response("upstream connect error or disconnect/reset before headers", { status: 503 }),
  };
}

function json(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(text, { status, headers: { "content-type": "application/json; charset=utf-8", ...headers } });
}
