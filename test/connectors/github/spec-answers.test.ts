import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { Binding, SchemaScope, ToolSchema } from "../../../src/connectors/contract.ts";
import { githubModule } from "../../../src/connectors/github/index.ts";
import { createHttp } from "../../../src/connectors/http.ts";
import type { RemoteItem } from "../../../src/core/model.ts";
import { twinIn } from "../requests.ts";
import { ownersBy } from "../stream-owners.ts";
import { SPEC } from "./bench.ts";
import { openApiSamples, startSpecServer, type Amount, type SpecServer } from "./spec-answers.ts";
import { mapsOf } from "../../support/maps.ts";

const { connector } = githubModule;
const BINDING: Binding = {
  project: "P",
  tool: "github",
  container: { repository: "acme/checkout" },
  tasks: true,
  maps: mapsOf("github"),
  mapping: { fields: { status: "labels", estimate: "labels", sprint: "milestone", due: "milestone" } },
  people: {},
};
const SCHEMA: ToolSchema = {
  viewer: { login: "octocat" },
  repository: { id: "R_1", fullName: "acme/checkout" },
  people: [],
  milestones: [],
  types: [],
  fields: [],
};

let server: SpecServer;
afterEach(() => server.close());

async function scopeOn(
  amount: Amount,
  rest: (method: string, path: string) => string = () => "{}",
): Promise<SchemaScope> {
  server = await startSpecServer(amount, rest);
  const endpoint = githubModule.endpoint({ GH_TOKEN: "ghp_x", GITHUB_API_URL: server.url });
  const http = createHttp({
    tool: "github",
    baseUrl: endpoint.baseUrl,
    headers: endpoint.headers,
    budget: { reserve: async () => undefined, observe: async () => undefined },
    limits: (answer) => githubModule.limits(answer),
    now: () => Date.parse("2026-11-20T10:00:00Z"),
    timeoutMs: 10_000,
  });
  return { binding: BINDING, http, signal: new AbortController().signal, schema: SCHEMA };
}

/** Every field that a tool may tell of is something a lens can read. */
function expectReadable(scope: SchemaScope, twin: RemoteItem): void {
  const lenses = connector.lenses(scope.binding, scope.schema);
  expect(JSON.parse(JSON.stringify(twin))).toEqual(twin);
  expect([twin.key, twin.ref, twin.url].every((text) => text !== "")).toBe(true);
  expect(Number.isNaN(Date.parse(twin.updated.at))).toBe(false);
  for (const [field, held] of Object.entries(twin.fields)) {
    const reading = lenses(twin.type ?? "story", field as "title")?.read(held);
    if (reading) expect(["value", "none"], field).toContain(reading.kind);
  }
}

describe.skipIf(!existsSync(SPEC))(
  "answers made of the OpenAPI document alone (skipped where it is not at hand)",
  () => {
    const sample = existsSync(SPEC) ? openApiSamples(SPEC) : (): Record<string, unknown> => ({});
    const issue = (amount: Amount, more: object = {}) => {
      const { pull_request: _, ...rest } = sample("issue", amount);
      return { ...rest, ...more };
    };

    it.each<Amount>(["full", "bare"])("are listed (%s)", async (amount) => {
      const rows = [
        issue(amount, { node_id: "I_1" }),
        issue(amount, {
          node_id: "I_2",
          labels: ["plain", { name: "named" }, {}],
          state: "closed",
          state_reason: null,
        }),
        issue(amount, { node_id: "PR_1", pull_request: sample("issue", "full")["pull_request"] }),
      ];
      const scope = await scopeOn(amount, () => JSON.stringify(rows));
      const { items } = await connector.changes(scope, { cursor: null, recheck: [] });
      expect(items.map(({ ref }) => ref)).toEqual(["I_1", "I_2"]);
      for (const twin of items) expectReadable(scope, twin);
      expect(items[1]?.fields).toMatchObject({ status: "closed:completed", labels: ["named", "plain"] });
      expect(items[0]?.key).toBe("octocat/Hello-World#1");
    });

    it.each<Amount>(["full", "bare"])("to a create and an edit are twins (%s)", async (amount) => {
      const scope = await scopeOn(amount, () => JSON.stringify(issue(amount, { parent_issue_url: undefined })));
      const told: RemoteItem[] = [];
      const request = { item: "US-1", type: "story", fields: { title: "x" } } as const;
      const create = { ...request, id: "1", syncKey: "0".repeat(64), recover: false };
      await connector.create(scope, [create], async (outcome) => void told.push(twinIn(outcome)));
      await connector.update(
        scope,
        [{ ...request, id: "2", ref: "I_1" }],
        async (outcome) => void told.push(twinIn(outcome)),
      );
      expect(told).toHaveLength(2);
      for (const twin of told) expectReadable(scope, twin);
    });

    it("with numbers that no number holds leave nothing of them in our data", async () => {
      const text = JSON.stringify([
        issue("full", { node_id: "I_1", id: "LARGE", reactions: { total_count: "LARGE" } }),
      ]);
      const scope = await scopeOn("full", () => text.replaceAll('"LARGE"', "9007199254740993"));
      const { items, cursor } = await connector.changes(scope, { cursor: null, recheck: [] });
      expect(items).toHaveLength(1);
      expect(() => JSON.stringify([items, cursor])).not.toThrow();
    });
  },
);

describe.each<Amount>(["full", "bare"])("answers made of the GraphQL schema alone (%s)", (amount) => {
  it("are read by id and by key", async () => {
    const scope = await scopeOn(amount);
    const { items, gone } = await connector.read(scope, ["I_1", "acme/checkout#12"]);
    expect([items.length, gone]).toEqual([2, []]);
    for (const twin of items) expectReadable(scope, twin);
  });

  it("are described", async () => {
    const scope = await scopeOn(amount, () => "[]");
    const schema = await connector.describe(scope);
    expect(schema).toMatchObject({ repository: { fullName: "acme/checkout" } });
    expect(() => connector.lenses(scope.binding, schema)("story", "assignee")?.read("text")).not.toThrow();
  });

  it("are streamed", async () => {
    const scope = await scopeOn(amount);
    const owners = ownersBy(() => [scope]);
    const { items } = await connector.stream([scope], { cursor: null, since: "2026-01-01T00:00:00.000Z", owners });
    const twins = items.get("P") ?? [];
    expect(twins).toHaveLength(amount === "full" ? 3 : 0);
    for (const twin of twins) expectReadable(scope, twin);
  });

  it("tell a history", async () => {
    const scope = await scopeOn(amount);
    const times = await connector.history(scope, ["I_1"], ["title", "description", "status", "labels", "parent"]);
    // Made and edited at the one time that these answers know: what was there from the start is no edit.
    const told = amount === "full" ? ["title", "status", "labels"] : [];
    expect(times.map(({ field, ref }) => [field, ref])).toEqual(told.map((field) => [field, "I_1"]));
  });
});
