import { existsSync } from "node:fs";
import { expect } from "vitest";
import type {
  Binding,
  CreateRequest,
  SchemaScope,
  ToolSchema,
  UpdateRequest,
  WriteOutcome,
} from "../../../src/connectors/contract.ts";
import { createHttp, type Budget, type BucketUse } from "../../../src/connectors/http.ts";
import { jiraModule } from "../../../src/connectors/jira/index.ts";
import type { ToolValues } from "../../../src/core/model.ts";
import { startJiraSandbox, type JiraSandbox, type JiraSandboxOptions } from "../../../sandbox/jira/index.ts";
import { mapsOf } from "../../support/maps.ts";
import { collect } from "../requests.ts";

export const SPEC = new URL("../../../../shared/specs/jira.openapi.json", import.meta.url);
export const hasSpec = existsSync(SPEC);

export interface Harness {
  readonly sandbox: JiraSandbox;
  readonly scope: SchemaScope;
  /** Bucket uses the connector reserved, in order. */
  readonly reserved: BucketUse[];
  create(requests: readonly CreateRequest[]): Promise<WriteOutcome[]>;
  update(requests: readonly UpdateRequest[]): Promise<WriteOutcome[]>;
  /** The connector's schema read again. */
  redescribe(binding?: Partial<Binding>): Promise<SchemaScope>;
}

export const PROJECT = "CHK";
export const connector = jiraModule.connector;

export async function startHarness(
  options: Partial<JiraSandboxOptions> = {},
  binding: Partial<Binding> = {},
): Promise<Harness> {
  const sandbox = await startJiraSandbox({ projects: [{ key: PROJECT }], spec: SPEC, ...options });
  const endpoint = jiraModule.endpoint(sandbox.credentials);
  const reserved: BucketUse[] = [];
  const budget: Budget = {
    reserve: async (uses) => void reserved.push(...uses),
    observe: async () => {},
  };
  const http = createHttp({
    tool: "jira",
    baseUrl: endpoint.baseUrl,
    headers: endpoint.headers,
    budget,
    limits: (answer) => jiraModule.limits(answer),
    now: () => Date.now(),
    timeoutMs: 10_000,
  });
  const base = { http, signal: new AbortController().signal };
  const bound = bindingOf(binding);
  const schema: ToolSchema = await connector.describe({ ...base, binding: bound });
  const scope: SchemaScope = { ...base, binding: bound, schema };
  return {
    sandbox,
    scope,
    reserved,
    create: (requests) => collect((report) => connector.create(scope, requests, report)),
    update: (requests) => collect((report) => connector.update(scope, requests, report)),
    async redescribe(other = {}) {
      const changed = { ...base, binding: { ...bound, ...other } };
      return { ...changed, schema: await connector.describe(changed) };
    },
  };
}

/** Every exchange of the test was as Jira's published specification says, requests and answers alike. */
export async function closeHarness({ sandbox }: Harness): Promise<void> {
  await sandbox.close();
  expect(sandbox.spec.violations()).toEqual([]);
}

export function bindingOf(over: Partial<Binding> = {}): Binding {
  return {
    project: "PROJ-2026-001",
    tool: "jira",
    container: { project_key: PROJECT, epic_id: null },
    tasks: true,
    maps: mapsOf("jira"),
    mapping: {},
    people: {},
    ...over,
  };
}

export function updateRequest(ref: string, fields: ToolValues, over: Partial<UpdateRequest> = {}): UpdateRequest {
  return { id: `u-${ref}`, item: "US-1", type: "story", ref, fields, ...over };
}

export function statusId(scope: SchemaScope, name: string, type: "epic" | "story" | "task" = "story"): string {
  const schema = scope.schema as unknown as {
    types: Record<string, { id: string }>;
    statuses: Record<string, { id: string; name: string }[]>;
  };
  const found = schema.statuses[schema.types[type]?.id ?? ""]?.find((status) => status.name === name);
  if (!found) throw new Error(`no status ${name}`);
  return found.id;
}
