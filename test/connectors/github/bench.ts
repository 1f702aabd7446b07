/** A GitHub stand-in with a connector on it, for the tests of this folder. */
import { expect } from "vitest";
import type {
  Binding,
  CreateRequest,
  SchemaScope,
  UpdateRequest,
  WriteOutcome,
} from "../../../src/connectors/contract.ts";
import { githubModule } from "../../../src/connectors/github/index.ts";
import { createHttp, type BucketUse, type LimitHint } from "../../../src/connectors/http.ts";
import { syncKey } from "../../../src/connectors/sync-key.ts";
import type { Lens } from "../../../src/core/lens.ts";
import type { FieldName, ItemType, RemoteItem, ToolValues } from "../../../src/core/model.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import { startGithubSandbox, type GithubSandbox, type GithubSandboxOptions } from "../../../sandbox/github/index.ts";
import { mapsOf } from "../../support/maps.ts";
import { collect, twinIn } from "../requests.ts";

export const SPEC = new URL("../../../../shared/specs/github.openapi.json", import.meta.url);
export const connector: typeof githubModule.connector = githubModule.connector;
export const REPOSITORY = "acme/checkout";

const START = Date.parse("2026-11-20T10:00:00.000Z");

export interface BenchOptions extends Partial<GithubSandboxOptions> {
  readonly container?: Readonly<Record<string, string | null>>;
  readonly tasks?: boolean;
  readonly mapping?: Binding["mapping"];
  readonly people?: Binding["people"];
}

export interface Bench {
  readonly sandbox: GithubSandbox;
  readonly scope: SchemaScope;
  /** Bucket uses the connector reserved, in order. */
  readonly reserved: BucketUse[];
  /** What the answers said about budgets so far. */
  readonly hints: LimitHint[];
  /** The same connection with another binding, its schema read anew. */
  bound(binding?: Partial<Binding>): Promise<SchemaScope>;
  request(item: string, fields: ToolValues, more?: Partial<CreateRequest>): CreateRequest;
  create(requests: readonly CreateRequest[], scope?: SchemaScope): Promise<WriteOutcome[]>;
  createOne(item: string, fields: ToolValues, type?: ItemType): Promise<RemoteItem>;
  update(requests: readonly UpdateRequest[], scope?: SchemaScope): Promise<WriteOutcome[]>;
  updateOne(twin: RemoteItem, fields: ToolValues, more?: Partial<UpdateRequest>): Promise<WriteOutcome>;
  readOne(ref: string): Promise<RemoteItem>;
  /** Lets a person act; answers the node id. */
  act(action: string, more: object): Promise<string>;
  lens(type: ItemType, field: FieldName): Lens;
  /** Ends the stand-in, after checking every exchange against GitHub's published documents. */
  close(): Promise<void>;
}

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const { container, tasks, mapping, people, ...setup } = options;
  const sandbox = await startGithubSandbox({
    repositories: [{ name: REPOSITORY }],
    clock: new Clock(() => START),
    spec: SPEC,
    checkDocuments: true,
    ...setup,
  });
  const binding: Binding = {
    project: "PROJ-2026-014",
    tool: "github",
    container: container ?? { repository: REPOSITORY },
    tasks: tasks ?? false,
    maps: mapsOf("github"),
    mapping: mapping ?? {},
    people: people ?? {},
  };
  const [reserved, hints]: [BucketUse[], LimitHint[]] = [[], []];
  const endpoint = githubModule.endpoint(sandbox.credentials);
  const http = createHttp({
    tool: "github",
    baseUrl: endpoint.baseUrl,
    headers: endpoint.headers,
    budget: {
      reserve: async (uses) => void reserved.push(...uses),
      observe: async (seen) => void hints.push(...seen),
    },
    limits: (answer) => githubModule.limits(answer),
    now: () => sandbox.clock.trueNow(),
    timeoutMs: 20_000,
  });
  const plain = { http, signal: new AbortController().signal };
  const bound: Bench["bound"] = async (other = {}) => {
    const scope = { ...plain, binding: { ...binding, ...other } };
    return { ...scope, schema: await connector.describe(scope) };
  };
  const scope = await bound();
  const lenses = connector.lenses(binding, scope.schema);
  const act: Bench["act"] = async (action, more) =>
    ((await sandbox.human({ action, ...more })) as { id?: string }).id ?? "";
  return {
    sandbox,
    scope,
    reserved,
    hints,
    bound,
    request,
    act,
    ...writers(scope),
    lens(type, field) {
      const lens = lenses(type, field);
      if (!lens) throw new Error(`no lens for ${type}.${field}`);
      return lens;
    },
    async close() {
      await sandbox.close();
      expect(sandbox.spec.violations()).toEqual([]);
      expect(sandbox.documentViolations().filter((words) => words !== NEWER)).toEqual([]);
    },
  };
}

/** The published schema is older than the field; it is asked for only where there are issue types. */
export const NEWER = 'Cannot query field "issueType" on type "Issue".';

function request(item: string, fields: ToolValues, more: Partial<CreateRequest> = {}): CreateRequest {
  const type = more.type ?? "story";
  const identity = { project: "PROJ-2026-014", type, item, tool: "github", container: REPOSITORY, generation: 0 };
  return { id: `run/1/github/${item}`, item, type, syncKey: syncKey(identity), fields, recover: false, ...more };
}

function writers(scope: SchemaScope): Pick<Bench, "create" | "createOne" | "update" | "updateOne" | "readOne"> {
  const create: Bench["create"] = (requests, on = scope) => collect((report) => connector.create(on, requests, report));
  const update: Bench["update"] = (requests, on = scope) => collect((report) => connector.update(on, requests, report));
  return {
    create,
    update,
    async createOne(item, fields, type = "story") {
      return twinIn((await create([request(item, fields, { type })]))[0]);
    },
    async updateOne({ ref, key, type }, fields, more = {}) {
      const asked = { id: `update ${key}`, item: key, type: type ?? "story", ref, fields, ...more };
      const [outcome] = await update([asked]);
      if (!outcome) throw new Error("no outcome was told");
      return outcome;
    },
    async readOne(ref) {
      const [twin] = (await connector.read(scope, [ref])).items;
      if (!twin) throw new Error(`${ref} is gone`);
      return twin;
    },
  };
}
