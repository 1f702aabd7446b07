/** A Notion stand-in with a connector on it, for the tests of this folder. */
import { expect } from "vitest";
import type {
  Binding,
  CreateRequest,
  SchemaScope,
  UpdateRequest,
  WriteOutcome,
} from "../../../src/connectors/contract.ts";
import { createHttp, type LimitHint } from "../../../src/connectors/http.ts";
import { notionModule } from "../../../src/connectors/notion/index.ts";
import type { NotionSchema } from "../../../src/connectors/notion/schema.ts";
import type { Lens } from "../../../src/core/lens.ts";
import type { FieldName, ItemType, RemoteItem, ToolValues } from "../../../src/core/model.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import { startNotionSandbox, type NotionSandbox, type NotionSandboxOptions } from "../../../sandbox/notion/index.ts";
import { mapsOf } from "../../support/maps.ts";
import { collect, createRequest, twinIn } from "../requests.ts";

export const SPEC = new URL("../../../../shared/specs/notion.openapi.json", import.meta.url);
export const connector: typeof notionModule.connector = notionModule.connector;

const START = Date.parse("2026-11-20T10:00:30.000Z");

export interface Harness {
  readonly sandbox: NotionSandbox;
  readonly scope: SchemaScope;
  /** What the answers said about budgets so far. */
  readonly hints: LimitHint[];
  create(requests: readonly CreateRequest[], scope?: SchemaScope): Promise<WriteOutcome[]>;
  createOne(n: number, fields?: ToolValues, over?: Partial<CreateRequest>): Promise<RemoteItem>;
  update(requests: readonly UpdateRequest[], scope?: SchemaScope): Promise<WriteOutcome[]>;
  readOne(ref: string): Promise<RemoteItem>;
  /** The same connection with another binding or signal and the schema read anew. */
  redescribe(binding?: Partial<Binding>): Promise<SchemaScope>;
  lens(type: ItemType, field: FieldName, scope?: SchemaScope): Lens;
}

export function bindingOf(sandbox: NotionSandbox, over: Partial<Binding> = {}): Binding {
  return {
    project: "PROJ-2026-014",
    tool: "notion",
    container: { database_id: sandbox.databases[0] ?? null, page_id: null },
    tasks: true,
    maps: mapsOf("notion"),
    mapping: {},
    people: {},
    ...over,
  };
}

/** A connection that nothing was asked of yet. */
export async function startBare(options: NotionSandboxOptions = {}): Promise<{
  readonly sandbox: NotionSandbox;
  readonly hints: LimitHint[];
  scopeOf(binding: Binding): Omit<SchemaScope, "schema">;
}> {
  const clock = options.clock ?? new Clock(() => START);
  const sandbox = await startNotionSandbox({ spec: SPEC, ...options, clock });
  const { baseUrl, headers } = notionModule.endpoint(sandbox.credentials);
  const hints: LimitHint[] = [];
  const http = createHttp({
    tool: "notion",
    baseUrl,
    headers,
    budget: { reserve: async () => {}, observe: async (seen) => void hints.push(...seen) },
    limits: (answer) => notionModule.limits(answer),
    now: () => sandbox.clock.trueNow(),
    timeoutMs: 10_000,
  });
  return { sandbox, hints, scopeOf: (binding) => ({ binding, http, signal: new AbortController().signal }) };
}

export async function startHarness(
  options: NotionSandboxOptions = {},
  binding: (sandbox: NotionSandbox) => Partial<Binding> = () => ({}),
): Promise<Harness> {
  const { sandbox, hints, scopeOf } = await startBare(options);
  const bound = bindingOf(sandbox, binding(sandbox));
  const redescribe: Harness["redescribe"] = async (over = {}) => {
    const scope = scopeOf({ ...bound, ...over });
    return { ...scope, schema: await connector.describe(scope) };
  };
  const scope = await redescribe();
  const create: Harness["create"] = (requests, on = scope) =>
    collect((report) => connector.create(on, requests, report));
  return {
    sandbox,
    scope,
    hints,
    create,
    createOne: async (n, fields = {}, over = {}) => twinIn((await create([createRequest(n, fields, over)]))[0]),
    update: (requests, on = scope) => collect((report) => connector.update(on, requests, report)),
    async readOne(ref) {
      const [item] = (await connector.read(scope, [ref])).items;
      if (!item) throw new Error(`nothing to read at ${ref}`);
      return item;
    },
    redescribe,
    lens(type, field, on = scope) {
      const lens = connector.lenses(on.binding, on.schema)(type, field);
      if (!lens) throw new Error(`no lens for ${type}.${field}`);
      return lens;
    },
  };
}

/** Every exchange of the test was as Notion's published specification says, as far as it says anything. */
export async function closeHarness({ sandbox }: { readonly sandbox: NotionSandbox }): Promise<void> {
  await sandbox.close();
  expect(sandbox.spec.violations()).toEqual([]);
}

export function updateRequest(twin: RemoteItem, fields: ToolValues, over: Partial<UpdateRequest> = {}): UpdateRequest {
  return { id: `u-${twin.ref}`, item: "US-1", type: twin.type ?? "story", ref: twin.ref, fields, ...over };
}

/** Id of an option by its name. */
export function optionId(
  { schema }: SchemaScope,
  role: "status" | "priority" | "sprint" | "labels",
  name: string,
): string {
  const { properties } = schema as unknown as NotionSchema;
  const option = properties[role]?.options?.find((one) => one.name === name);
  if (!option) throw new Error(`no option ${name}`);
  return option.id;
}
