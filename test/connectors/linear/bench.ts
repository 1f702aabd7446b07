/** A Linear stand-in with a connector on it, for the tests of this folder. */
import { expect } from "vitest";
import type {
  Binding,
  CreateRequest,
  SchemaScope,
  UpdateRequest,
  WriteOutcome,
} from "../../../src/connectors/contract.ts";
import { createHttp, type LimitHint } from "../../../src/connectors/http.ts";
import { linearModule } from "../../../src/connectors/linear/index.ts";
import { syncKey } from "../../../src/connectors/sync-key.ts";
import type { Lens } from "../../../src/core/lens.ts";
import type { FieldName, ItemType, RemoteItem, ToolValues } from "../../../src/core/model.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import { startLinearSandbox, type LinearSandbox, type LinearSandboxOptions } from "../../../sandbox/linear/server.ts";
import { mapsOf } from "../../support/maps.ts";
import { collect, twinIn } from "../requests.ts";

const START = Date.parse("2026-11-20T10:00:00.000Z");

export interface BenchOptions extends LinearSandboxOptions {
  readonly container?: Readonly<Record<string, string | null>>;
  readonly tasks?: boolean;
  readonly mapping?: Binding["mapping"];
  readonly people?: Binding["people"];
  readonly timeoutMs?: number;
}

export interface Bench {
  readonly sandbox: LinearSandbox;
  readonly scope: SchemaScope;
  /** What the answers said about budgets so far. */
  readonly hints: LimitHint[];
  /** The same connection with the schema read anew. */
  refreshed(): Promise<SchemaScope>;
  request(item: string, fields: ToolValues, type?: ItemType): CreateRequest;
  create(requests: readonly CreateRequest[], scope?: SchemaScope): Promise<WriteOutcome[]>;
  createOne(item: string, fields: ToolValues, type?: ItemType): Promise<RemoteItem>;
  update(requests: readonly UpdateRequest[], scope?: SchemaScope): Promise<WriteOutcome[]>;
  updateOne(twin: RemoteItem, fields: ToolValues, type?: ItemType): Promise<WriteOutcome>;
  lens(type: ItemType, field: FieldName): Lens;
  /** Ends the stand-in, after checking that Linear itself would have accepted every document. */
  close(): Promise<void>;
}

export const connector: typeof linearModule.connector = linearModule.connector;

export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const clock = options.clock ?? new Clock(() => START);
  const sandbox = await startLinearSandbox({ ...options, clock });
  const binding: Binding = {
    project: "PROJ-2026-014",
    tool: "linear",
    container: options.container ?? { team_id: "PAY", project_id: null },
    tasks: options.tasks ?? false,
    maps: mapsOf("linear"),
    mapping: options.mapping ?? {},
    people: options.people ?? {},
  };
  const hints: LimitHint[] = [];
  const endpoint = linearModule.endpoint({ LINEAR_API_KEY: sandbox.apiKey, LINEAR_API_URL: sandbox.url });
  const http = createHttp({
    tool: "linear",
    baseUrl: endpoint.baseUrl,
    headers: endpoint.headers,
    budget: {
      reserve: async () => {},
      observe: async (seen) => {
        hints.push(...seen);
      },
    },
    limits: (answer) => linearModule.limits(answer),
    now: () => START,
    timeoutMs: options.timeoutMs ?? 20_000,
  });
  const plain = { binding, http, signal: new AbortController().signal };
  const refreshed = async (): Promise<SchemaScope> => ({ ...plain, schema: await connector.describe(plain) });
  const scope = await refreshed();
  const lenses = connector.lenses(binding, scope.schema);
  return {
    sandbox,
    scope,
    hints,
    refreshed,
    request,
    ...writers(scope),
    lens(type, field) {
      const lens = lenses(type, field);
      if (!lens) throw new Error(`no lens for ${type}.${field}`);
      return lens;
    },
    async close() {
      await sandbox.close();
      expect(sandbox.specViolations()).toEqual([]);
    },
  };
}

function request(item: string, fields: ToolValues, type: ItemType = "story"): CreateRequest {
  const identity = { project: "PROJ-2026-014", type, item, tool: "linear", container: "PAY", generation: 0 };
  return { id: `run/1/linear/${item}`, item, type, syncKey: syncKey(identity), fields, recover: false };
}

function writers(scope: SchemaScope): Pick<Bench, "create" | "createOne" | "update" | "updateOne"> {
  const create: Bench["create"] = (requests, on = scope) => collect((report) => connector.create(on, requests, report));
  const update: Bench["update"] = (requests, on = scope) => collect((report) => connector.update(on, requests, report));
  return {
    create,
    update,
    async createOne(item, fields, type = "story") {
      return twinIn((await create([request(item, fields, type)]))[0]);
    },
    async updateOne(twin, fields, type = twin.type ?? "story") {
      const [outcome] = await update([{ id: `update ${twin.key}`, item: twin.key, type, ref: twin.ref, fields }]);
      if (!outcome) throw new Error("no outcome was told");
      return outcome;
    },
  };
}
