import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Scope } from "../../../src/connectors/contract.ts";
import type { Http, HttpRequest } from "../../../src/connectors/http.ts";
import { exchange, execute, linearClient } from "../../../src/connectors/linear/client.ts";
import { isSyncFailure, type ErrorCode, type SyncFailure } from "../../../src/core/errors.ts";
import { z } from "zod";
import { mapsOf } from "../../support/maps.ts";

const QUERY = "query Read { viewer { id } }";
const MUTATION = "mutation UpdateIssue { issueUpdate { success } }";

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/linear/${name}.json`, import.meta.url), "utf8");
}

interface Fake {
  readonly scope: Scope;
  readonly sent: HttpRequest[];
}

/** A connection that answers every request with this. */
function answering(status: number, text: string, headers: Record<string, string> = {}): Fake {
  const sent: HttpRequest[] = [];
  const http: Http = {
    baseUrl: "https://api.linear.app/graphql",
    skewMs: undefined,
    hasAnswered: false,
    vendorNow: undefined,
    async send(request) {
      sent.push(request);
      return { status, text, headers: new Headers(headers) };
    },
  };
  const binding = {
    project: "P",
    tool: "linear",
    container: {},
    tasks: false,
    maps: mapsOf("linear"),
    mapping: {},
    people: {},
  };
  return { scope: { binding, http, signal: new AbortController().signal }, sent };
}

async function failureOf(scope: Scope, document: string): Promise<SyncFailure> {
  const error = await execute(scope, document, {}, z.unknown()).catch((thrown: unknown) => thrown);
  if (!isSyncFailure(error)) throw new Error(`no failure: ${JSON.stringify(error)}`);
  return error;
}

const CASES: readonly (readonly [fixture: string, status: number, code: ErrorCode])[] = [
  ["not-found", 200, "NotFound"],
  ["not-found", 400, "NotFound"],
  ["authentication", 401, "AuthFailed"],
  ["authentication", 400, "AuthFailed"],
  ["rate-limited", 400, "RateLimited"],
  ["rate-limited-code-only", 400, "RateLimited"],
  ["rate-limited", 429, "RateLimited"],
  ["conflict-on-insert", 200, "WriteConflict"],
  ["validation-failed", 400, "Rejected"],
  ["argument-validation", 200, "Rejected"],
  ["unknown-user", 200, "Rejected"],
  ["words-only", 400, "Rejected"],
  ["forbidden", 200, "Forbidden"],
  ["internal", 500, "Unavailable"],
  ["internal", 200, "Unavailable"],
  ["lock-timeout", 200, "Unavailable"],
  ["several", 200, "RateLimited"],
];

describe("errors as Linear tells them", () => {
  it.each(CASES)("%s with HTTP %i is %s", async (name, status, code) => {
    const failure = await failureOf(answering(status, fixture(name)).scope, MUTATION);
    expect(failure.code).toBe(code);
    expect(failure.details).toMatchObject({ tool: "linear", status });
    expect(failure.message).toContain("Linear UpdateIssue:");
  });

  it.each<[number, string, ErrorCode]>([
    [502, "<html><body>502 Bad Gateway</body></html>", "Unavailable"],
    [503, "upstream connect error", "Unavailable"],
    [200, '{"data":{"viewer":{"id":"1', "Unavailable"],
    [200, "{}", "Unavailable"],
    [200, '{"data":null}', "Unavailable"],
    [200, "[1,2]", "Unavailable"],
    // Its limits have this status too, and only the body says so.
    [400, '{"errors":[{"message":"Rate limit exc', "Unavailable"],
    [400, "<html>bad request</html>", "Rejected"],
    [400, "{}", "Rejected"],
    [401, "no", "AuthFailed"],
    [403, "<html>blocked</html>", "Forbidden"],
    [429, "slow down", "RateLimited"],
    [404, "<html>not here</html>", "Rejected"],
  ])("HTTP %i with the body %j is %s", async (status, text, code) => {
    expect((await failureOf(answering(status, text).scope, MUTATION)).code).toBe(code);
  });

  it.each([
    ["internal", 500],
    ["lock-timeout", 200],
  ])("%s leaves the outcome of a mutation unknown, and that of a query not", async (name, status) => {
    const { scope } = answering(status, fixture(name));
    expect((await failureOf(scope, MUTATION)).details.outcomeUnknown).toBe(true);
    expect((await failureOf(scope, QUERY)).details.outcomeUnknown).toBe(false);
  });

  it("takes data of another shape than promised for an answer that was lost", async () => {
    const { scope } = answering(200, '{"data":{"issueUpdate":{"success":1}}}');
    const shape = z.object({ issueUpdate: z.object({ issue: z.object({ id: z.string() }) }) });
    await expect(execute(scope, MUTATION, {}, shape)).rejects.toMatchObject({
      code: "Unavailable",
      details: { outcomeUnknown: true },
    });
  });

  it.each([
    ["argument-validation", { due: "dueDate must be a date.: dueDate must be a date (YYYY-MM-DD)" }],
    ["unknown-user", { assignee: "Could not find referenced User." }],
    ["words-only", { labels: "The label group allows only one of its labels." }],
    ["validation-failed", { "": 'Cannot query field "nickname" on type "User".' }],
  ])("%s names the field in Linear's words", async (name, fields) => {
    expect((await failureOf(answering(200, fixture(name)).scope, MUTATION)).details.fields).toEqual(fields);
  });

  it("keeps the part of the data that came", async () => {
    const answer = await exchange(answering(200, fixture("partial-data")).scope, QUERY, {});
    expect(answer.data).toEqual({ a: { id: "11111111-1111-4111-8111-111111111111" }, b: null });
    expect(answer.failure).toMatchObject({ code: "NotFound" });
  });
});

describe("the transport below the SDK", () => {
  it("marks mutations as unsafe to repeat blindly, and queries as safe", async () => {
    const { scope, sent } = answering(200, '{"data":{"ok":true}}');
    await execute(scope, QUERY, { a: 1 }, z.unknown());
    await execute(scope, MUTATION, {}, z.unknown());
    expect(sent.map((request) => request.safe)).toEqual([true, false]);
    expect(JSON.parse(sent[0]?.body ?? "")).toEqual({ query: QUERY, variables: { a: 1 }, operationName: "Read" });
  });

  it("carries the SDK's own models too", async () => {
    const { scope, sent } = answering(200, JSON.stringify({ data: { viewer: { id: "u1", name: "Ana" } } }));
    const viewer = await linearClient(scope).viewer;
    expect(viewer.name).toBe("Ana");
    expect(sent).toHaveLength(1);
  });
});
