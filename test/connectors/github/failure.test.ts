import { afterEach, describe, expect, it } from "vitest";
import { failureOf, graphqlFailure } from "../../../src/connectors/github/failure.ts";
import { githubModule } from "../../../src/connectors/github/index.ts";
import { waitMs } from "../../../src/connectors/github/limits.ts";
import type { HttpAnswer } from "../../../src/connectors/http.ts";
import { connector, REPOSITORY, startBench, type Bench } from "./bench.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const CORE = {
  date: new Date(NOW).toUTCString(),
  "x-ratelimit-limit": "5000",
  "x-ratelimit-remaining": "4321",
  "x-ratelimit-reset": String(NOW / 1000 + 1800),
  "x-ratelimit-resource": "core",
};
const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const answer = (headers: Record<string, string>, status = 200, text = "{}"): HttpAnswer => ({
  status,
  text,
  headers: new Headers(headers),
});

describe("a refusal of REST", () => {
  const failure = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    failureOf({ status, headers: new Headers({ ...CORE, ...headers }), body }, { what: "PATCH /x", safe: false });

  it.each<[string, number, string, Record<string, string>, string, RegExp]>([
    ["a bad token", 401, "Bad credentials", {}, "AuthFailed", /GH_TOKEN/],
    [
      "a permission that lacks",
      403,
      "Resource not accessible by personal access token",
      {},
      "Forbidden",
      /Issues \(read/,
    ],
    [
      "single sign-on",
      403,
      "Resource protected by organization SAML",
      { "x-github-sso": "required; url=https://x" },
      "Forbidden",
      /Configure SSO/,
    ],
    ["an archived repository", 403, "Repository was archived so is read-only.", {}, "Forbidden", /unarchive/],
    [
      "the primary limit",
      403,
      "API rate limit exceeded for user ID 1.",
      { "x-ratelimit-remaining": "0" },
      "RateLimited",
      /exceeded/,
    ],
    [
      "the primary limit by its other status",
      429,
      "API rate limit exceeded",
      { "x-ratelimit-remaining": "0" },
      "RateLimited",
      /429/,
    ],
    ["a secondary limit", 403, SECONDARY, {}, "RateLimited", /secondary/],
    ["content made too quickly", 422, "was submitted too quickly", {}, "RateLimited", /quickly/],
    ["what is not there", 404, "Not Found", {}, "NotFound", /may see/],
    ["a deleted issue", 410, "This issue was deleted", {}, "NotFound", /deleted/],
    ["issues switched off", 410, "Issues has been disabled in this repository.", {}, "Forbidden", /switch on Issues/],
    ["a conflict", 409, "Conflict", {}, "WriteConflict", /409/],
    ["a validation", 422, "Validation Failed", {}, "Rejected", /Validation/],
    ["an outage", 503, "Service unavailable", {}, "Unavailable", /503/],
    ["a time that ran out", 408, "Timeout", {}, "Unavailable", /408/],
  ])("that is %s is told as such", (_what, status, message, headers, code, words) => {
    const error = failure(status, { message }, headers);
    expect([error.code, error.details.tool, error.details.status]).toEqual([code, "github", status]);
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain("https://x");
  });

  it.each([403, 422])(
    "that was cut on its way (%i) is no verdict: a secondary limit is told in the body alone",
    (status) => {
      const { code, details } = failure(status, `{"message":"You have exceeded a sec`);
      expect([code, details.outcomeUnknown]).toEqual(["Unavailable", true]);
      expect(failure(status, "<html>blocked</html>").code).not.toBe("Unavailable");
      expect(failure(status, `{"message":"You have exceeded a secondary rate limit. Pl`).code).toBe("RateLimited");
    },
  );

  it("names the fields that it is about in our words, and what else it says under none", () => {
    const errors = [
      { resource: "Issue", field: "assignees", code: "invalid", value: "nobody" },
      { resource: "Issue", field: "body", code: "custom", message: "body is too long" },
    ];
    expect(failure(422, { message: "Validation Failed", errors }).details.fields).toEqual({
      assignee: "assignees invalid",
      description: "body is too long",
    });
    expect(failure(422, { message: "No.", errors: "Sub issue may only have one parent" }).details.fields).toEqual({
      "": "No.: Sub issue may only have one parent",
    });
  });

  it("of a proxy has no words, and leaves a write's outcome open", () => {
    const error = failure(502, "<html>502 Bad Gateway</html>");
    expect([error.message, error.details.outcomeUnknown]).toEqual(["github: PATCH /x answered 502", true]);
  });
});

describe("an error of GraphQL", () => {
  const failure = (...errors: { type?: string; message: string }[]) =>
    graphqlFailure(errors, { status: 200, headers: new Headers(CORE) }, { what: "query Read", safe: true });

  it.each([
    ["RATE_LIMITED", "API rate limit exceeded", "RateLimited"],
    [undefined, SECONDARY, "RateLimited"],
    ["FORBIDDEN", "Resource protected by organization SAML enforcement.", "Forbidden"],
    ["INSUFFICIENT_SCOPES", "Your token has not been granted the required scopes", "Forbidden"],
    [undefined, "Your token has not been granted the required scopes to execute this query.", "Forbidden"],
    [undefined, "Something went wrong while executing your query.", "Unavailable"],
    ["MAX_NODE_LIMIT_EXCEEDED", "This query requests up to 600000 possible nodes", "Bug"],
  ])("of type %s is %s", (type, message, code) => {
    expect(failure({ ...(type ? { type } : {}), message }).code).toBe(code);
  });

  it("that stops everything is told before what stops less", () => {
    expect(failure({ message: "Something went wrong" }, { type: "RATE_LIMITED", message: "x" })).toMatchObject({
      code: "RateLimited",
      details: { retryAfterMs: 60_000 },
    });
  });
});

describe("how long to wait", () => {
  it.each<[string, Record<string, string>, number, string, number | undefined]>([
    ["as long as is asked", { "retry-after": "7" }, 403, SECONDARY, 7000],
    ["a minute where a secondary limit asks for nothing", {}, 403, SECONDARY, 60_000],
    [
      "a minute for a secondary limit although the hour is used up",
      { "x-ratelimit-remaining": "0" },
      403,
      SECONDARY,
      60_000,
    ],
    [
      "until the reset where the hour is used up",
      { "x-ratelimit-remaining": "0" },
      403,
      "API rate limit exceeded",
      1_800_000,
    ],
    [
      "a minute where the reset is nonsense",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon" },
      429,
      "",
      60_000,
    ],
    [
      "until the reset where GraphQL says so with 200",
      { "x-ratelimit-remaining": "0" },
      200,
      '{"errors":[{"type":"RATE_LIMITED"}]}',
      1_800_000,
    ],
    ["not at all for a permission", {}, 403, "Resource not accessible", undefined],
    ["not at all with the last request of the hour answered", { "x-ratelimit-remaining": "0" }, 200, "{}", undefined],
  ])("%s", (_what, headers, status, text, expected) => {
    expect(waitMs({ status, headers: new Headers({ ...CORE, ...headers }), text })).toBe(expected);
  });

  it("is told to the budget, with what is left of the hour", () => {
    expect(githubModule.limits(answer(CORE))).toEqual([{ bucket: "requests", limit: 5000, remaining: 4321 }]);
    expect(githubModule.limits(answer({ ...CORE, "x-ratelimit-resource": "search" }))).toEqual([]);
    expect(githubModule.limits(answer({ "retry-after": "60" }, 403, SECONDARY))).toEqual([
      { bucket: "requests", blockedForMs: 60_000 },
    ]);
    expect(githubModule.limits(answer({}))).toEqual([]);
  });
});

describe("over the wire", () => {
  let bench: Bench;
  afterEach(() => bench.close());
  const list = () => connector.changes(bench.scope, { cursor: null, recheck: [] });

  it("limits block the whole credential until they are over", async () => {
    bench = await startBench();
    bench.hints.length = 0;
    bench.sandbox.limits.drain("core");
    await expect(list()).rejects.toMatchObject({ code: "RateLimited", details: { retryAfterMs: 3_600_000 } });
    expect(bench.hints.at(-1)).toEqual({ bucket: "requests", limit: 5000, remaining: 0, blockedForMs: 3_600_000 });
    bench.sandbox.limits.drain("graphql");
    await expect(connector.read(bench.scope, ["x"])).rejects.toMatchObject({
      code: "RateLimited",
      details: { retryAfterMs: 3_600_000 },
    });
    bench.sandbox.clock.advance(3_600_000);
    await list();
  });

  it("creation of content stops at eighty a minute, and goes on where it stopped", async () => {
    bench = await startBench();
    const requests = Array.from({ length: 81 }, (_, n) => bench.request(`US-${n}`, { title: `Story ${n}` }));
    const told: string[] = [];
    const create = (some: typeof requests) =>
      connector.create(bench.scope, some, async ({ id, kind }) => void (kind === "done" && told.push(id)));
    await expect(create(requests)).rejects.toMatchObject({ code: "RateLimited", details: { retryAfterMs: 60_000 } });
    expect(told).toHaveLength(80);
    bench.sandbox.clock.advance(60_000);
    await create([{ ...requests[80]!, recover: true }]);
    expect(bench.sandbox.host.issues.size).toBe(81);
  });

  it("an error within success is an outage, and a part of the data is no whole", async () => {
    bench = await startBench();
    const twin = await bench.createOne("US-1", { title: "x" });
    bench.sandbox.faults.add({ kind: "error-in-success", operation: "Read" });
    await expect(connector.read(bench.scope, [twin.ref])).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("a redirect to another host is not followed: the token stays where it belongs", async () => {
    bench = await startBench();
    await bench.act("renameRepository", { name: "shop" });
    bench.sandbox.host.baseUrl = "http://127.0.0.1:1";
    await expect(list()).rejects.toMatchObject({ code: "NotFound", message: expect.stringContaining("127.0.0.1:1") });
    bench.sandbox.host.baseUrl = bench.sandbox.url;
  });

  it("says which version of the API it means, and who it is", async () => {
    bench = await startBench();
    await list();
    const { headers } = bench.sandbox.log.all().at(-1)!;
    expect(headers).toMatchObject({
      accept: "application/vnd.github+json",
      "x-github-api-version": "2026-03-10",
      "user-agent": expect.stringContaining("sdlc-sync"),
    });
    expect(bench.sandbox.log.all().at(-1)?.path).toContain(`/repos/${REPOSITORY}/issues?`);
  });
});

it("takes an enterprise server's address, and plain http on loopback only", () => {
  const of = (GITHUB_API_URL?: string) =>
    githubModule.endpoint({ GH_TOKEN: "ghp_x", ...(GITHUB_API_URL ? { GITHUB_API_URL } : {}) });
  expect(of()).toMatchObject({ baseUrl: "https://api.github.com", headers: { authorization: "Bearer ghp_x" } });
  expect(of("https://git.acme.test/api/v3/").baseUrl).toBe("https://git.acme.test/api/v3");
  expect(() => of("http://git.acme.test")).toThrow(/not https/);
});
