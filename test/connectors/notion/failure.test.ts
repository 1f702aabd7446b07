import { afterEach, describe, expect, it } from "vitest";
import { failureOf, SavedUnshown, type Asked } from "../../../src/connectors/notion/failure.ts";
import { limits } from "../../../src/connectors/notion/limits.ts";
import type { HttpAnswer } from "../../../src/connectors/http.ts";
import { notionModule } from "../../../src/connectors/notion/index.ts";
import { createRequest } from "../requests.ts";
import { closeHarness, connector, startHarness, type Harness } from "./harness.ts";

const read: Asked = { method: "GET", path: "/v1/pages/1", safe: true };
const write: Asked = { method: "PATCH", path: "/v1/pages/1", safe: false };

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers: new Headers(headers), text: typeof body === "string" ? body : JSON.stringify(body) };
}
const refusal = (status: number, code: string, additional?: object): HttpAnswer =>
  answer(status, {
    object: "error",
    status,
    code,
    message: "Words.",
    ...(additional ? { additional_data: additional } : {}),
  });

describe("Notion's refusals", () => {
  it.each([
    [401, "unauthorized", "AuthFailed", "check NOTION_API_KEY"],
    [403, "restricted_resource", "Forbidden", "grant the connection that capability"],
    [404, "object_not_found", "NotFound", "share the database with the connection"],
    [400, "validation_error", "Rejected", "Words."],
    [413, "validation_error", "Rejected", "Words."],
    [409, "conflict_error", "Unavailable", "Words."],
    [500, "internal_server_error", "Unavailable", "Words."],
    [503, "service_unavailable", "Unavailable", "Words."],
    [504, "gateway_timeout", "Unavailable", "Words."],
    [429, "rate_limited", "RateLimited", "Words."],
    [529, "service_overload", "RateLimited", "Words."],
  ])("%i %s is %s, with what to do", (status, code, expected, words) => {
    const failure = failureOf(refusal(status, code), read);
    expect([failure.code, failure.message]).toEqual([expected, expect.stringContaining(words)]);
    expect(failure.details).toMatchObject({ tool: "notion", status });
  });

  it("leave open whether a write took effect only where nobody knows", () => {
    const isOpen = (status: number, asked: Asked): boolean =>
      failureOf(refusal(status, "x"), asked).details.outcomeUnknown ?? false;
    expect([500, 502, 503, 504].map((status) => isOpen(status, write))).toEqual([true, true, true, true]);
    expect([500, 503].map((status) => isOpen(status, read))).toEqual([false, false]);
    expect([400, 409, 429, 529].map((status) => isOpen(status, write))).toEqual([false, false, false, false]);
  });

  it("say how long to wait, in the header or the body, and a minute where they do not", () => {
    const limited = { rate_limit_reason: "public_api_space_request_rate_limit", retry_after: "631" };
    expect(failureOf(answer(429, {}, { "retry-after": "49" }), read).details.retryAfterMs).toBe(49_000);
    const failure = failureOf(refusal(429, "rate_limited", limited), read);
    expect([failure.details.retryAfterMs, failure.message]).toEqual([
      631_000,
      expect.stringContaining("(public_api_space_request_rate_limit)"),
    ]);
    expect(failureOf(refusal(429, "rate_limited"), read).details.retryAfterMs).toBe(60_000);
    expect(limits(answer(429, {}, { "retry-after": "49" }))).toEqual([{ bucket: "requests", blockedForMs: 49_000 }]);
    expect([limits(answer(200, {})), limits(answer(429, {}))]).toEqual([[], []]);
  });

  it("that are a block by Notion's hand are not waited for", () => {
    const failure = failureOf(refusal(429, "rate_limited", { rate_limit_reason: "public_api_request_blocked" }), read);
    expect([failure.code, failure.message]).toEqual(["Forbidden", expect.stringContaining("ask its support")]);
  });

  it("of the edge have no code, and their ray is told", () => {
    const page = "<html><head><title>502</title></head></html>";
    const failure = failureOf(answer(502, page, { "cf-ray": "8c0ffee" }), write);
    expect([failure.code, failure.message]).toEqual(["Unavailable", expect.stringContaining("Cloudflare ray 8c0ffee")]);
    expect(failure.message).not.toContain("<html>");
  });

  it("tell a write that was saved from one that nobody knows of", () => {
    const saved = failureOf(refusal(503, "service_unavailable", { committed_resource_id: "1" }), write);
    expect(saved).toBeInstanceOf(SavedUnshown);
    expect((saved as SavedUnshown).created).toBe("1");
    const guided = { retry_guidance: ["Read the object again", "Do not repeat the write"] };
    expect(failureOf(refusal(503, "service_unavailable", guided), write)).toBeInstanceOf(SavedUnshown);
    expect(failureOf(refusal(503, "service_unavailable"), write)).not.toBeInstanceOf(SavedUnshown);
    expect(failureOf(refusal(503, "service_unavailable", guided), read)).not.toBeInstanceOf(SavedUnshown);
  });
});

describe("over the wire", () => {
  let harness: Harness;
  afterEach(() => closeHarness(harness));

  it("the vendor's own limit blocks the credential until its window ends", async () => {
    harness = await startHarness();
    await expect(harness.create(Array.from({ length: 200 }, (_, n) => createRequest(n)))).rejects.toMatchObject({
      code: "RateLimited",
      details: { retryAfterMs: 60_000 },
    });
    expect(harness.hints).toEqual([{ bucket: "requests", blockedForMs: 60_000 }]);
  });

  it("each request names the version, and none is sent twice by the SDK", async () => {
    harness = await startHarness();
    const mark = harness.sandbox.log.total();
    harness.sandbox.faults.add({ kind: "rate-limited", times: 0 });
    await expect(connector.read(harness.scope, ["00000000-0000-4000-8000-000000000000"])).rejects.toMatchObject({
      code: "RateLimited",
    });
    const [only, ...more] = harness.sandbox.log.since(mark);
    expect([only?.headers["notion-version"], more]).toEqual(["2026-03-11", []]);
  });

  it("a page that repeats itself ends in a failure, not in a loop", async () => {
    harness = await startHarness();
    for (let n = 0; n < 101; n++) await harness.sandbox.human({ action: "create", properties: { Name: `n${n}` } });
    const { http } = harness.scope;
    const stuck = {
      ...harness.scope,
      http: {
        ...http,
        send: async (request: Parameters<typeof http.send>[0]) =>
          http.send({
            ...request,
            ...(request.body ? { body: request.body.replace(/,?"start_cursor":"[^"]+"/, "") } : {}),
          }),
      },
    };
    await expect(connector.changes(stuck, { cursor: null, recheck: [] })).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("repeats one page") as string,
    });
  });
});

describe("the endpoint", () => {
  it("is Notion's own, or the one that is configured, with or without /v1", () => {
    const urls = [undefined, "http://127.0.0.1:9/", "https://proxy.example.com/notion/v1/"].map(
      (url) => notionModule.endpoint({ NOTION_API_KEY: "ntn_x", NOTION_BASE_URL: url }).baseUrl,
    );
    expect(urls).toEqual(["https://api.notion.com", "http://127.0.0.1:9", "https://proxy.example.com/notion"]);
    expect(notionModule.endpoint({ NOTION_API_KEY: " ntn_x " }).headers).toEqual({ authorization: "Bearer ntn_x" });
    expect(() => notionModule.endpoint({ NOTION_API_KEY: "x", NOTION_BASE_URL: "http://example.com" })).toThrow(
      "not https",
    );
  });
});
