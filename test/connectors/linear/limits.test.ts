import { describe, expect, it } from "vitest";
import type { HttpAnswer } from "../../../src/connectors/http.ts";
import { linearModule } from "../../../src/connectors/linear/index.ts";
import { retryAfterMs } from "../../../src/connectors/linear/limits.ts";

const NOW = Date.parse("2026-11-20T10:00:00Z");
const HEADERS = {
  date: new Date(NOW).toUTCString(),
  "x-complexity": "12",
  "x-ratelimit-requests-limit": "2500",
  "x-ratelimit-requests-remaining": "1999",
  "x-ratelimit-requests-reset": String(NOW + 3_600_000),
  "x-ratelimit-complexity-limit": "3000000",
  "x-ratelimit-complexity-remaining": "2999988",
  "x-ratelimit-complexity-reset": String(NOW + 3_600_000),
};

const answer = (headers: Record<string, string>, status = 200, text = "{}"): HttpAnswer => ({
  status,
  text,
  headers: new Headers(headers),
});

describe("what Linear's headers say", () => {
  it("reads requests, complexity and the endpoint's own budget", () => {
    const endpoint = {
      "x-ratelimit-endpoint-name": "issueBatchCreate",
      "x-ratelimit-endpoint-requests-limit": "60",
      "x-ratelimit-endpoint-requests-remaining": "59",
    };
    expect(linearModule.limits(answer({ ...HEADERS, ...endpoint }))).toEqual([
      { bucket: "requests", limit: 2500, remaining: 1999 },
      { bucket: "complexity", limit: 3_000_000, remaining: 2_999_988 },
      { bucket: "endpoint:issueBatchCreate", limit: 60, remaining: 59 },
    ]);
  });

  it("says nothing without headers, and blocks where the answer is a refusal all the same", () => {
    expect(linearModule.limits(answer({}))).toEqual([]);
    const body = '{"errors":[{"extensions":{"code":"RATELIMITED"}}]}';
    expect(linearModule.limits(answer({}, 400, body))).toEqual([{ bucket: "requests", blockedForMs: 7200 }]);
  });

  it("blocks the requests for the time of a few tokens", () => {
    const headers = { ...HEADERS, "x-ratelimit-requests-remaining": "0" };
    const [requests] = linearModule.limits(answer(headers, 400, '{"errors":[{"extensions":{"code":"RATELIMITED"}}]}'));
    expect(requests).toEqual({ bucket: "requests", limit: 2500, remaining: 0, blockedForMs: 7200 });
  });

  it.each<[string, Record<string, string>, number]>([
    ["requests are used up: five tokens at 2,500 an hour", { "x-ratelimit-requests-remaining": "0" }, 7200],
    [
      "an OAuth app refills twice as fast",
      { "x-ratelimit-requests-remaining": "0", "x-ratelimit-requests-limit": "5000" },
      3600,
    ],
    [
      "complexity is used up: what this query lacks",
      { "x-complexity": "5000", "x-ratelimit-complexity-remaining": "0" },
      6000,
    ],
    [
      "the endpoint has a minute's budget",
      {
        "x-ratelimit-endpoint-requests-limit": "60",
        "x-ratelimit-endpoint-requests-remaining": "0",
        "x-ratelimit-endpoint-requests-reset": String(NOW + 60_000),
      },
      5000,
    ],
    ["the vendor names a wait", { "x-ratelimit-requests-remaining": "0", "retry-after": "30" }, 30_000],
    ["nothing seems to be used up", {}, 7200],
  ])("when %s", (_when, headers, expected) => {
    expect(retryAfterMs(new Headers({ ...HEADERS, ...headers }))).toBe(expected);
  });

  it("never waits for the rolling reset, an hour from now", () => {
    expect(retryAfterMs(new Headers({ ...HEADERS, "x-ratelimit-requests-remaining": "0" }))).toBeLessThan(60_000);
  });
});

describe("the endpoint", () => {
  it("sends a personal key as it is and an OAuth token as a bearer", () => {
    expect(linearModule.endpoint({ LINEAR_API_KEY: "lin_api_1" }).headers).toEqual({ authorization: "lin_api_1" });
    expect(linearModule.endpoint({ LINEAR_API_KEY: "lin_oauth_1" }).headers).toEqual({
      authorization: "Bearer lin_oauth_1",
    });
  });

  it.each([
    [undefined, "https://api.linear.app/graphql"],
    ["http://127.0.0.1:4001", "http://127.0.0.1:4001/graphql"],
    ["http://127.0.0.1:4001/", "http://127.0.0.1:4001/graphql"],
    ["https://proxy.test/linear/graphql", "https://proxy.test/linear/graphql"],
  ])("takes LINEAR_API_URL %s for %s", (url, expected) => {
    expect(linearModule.endpoint({ LINEAR_API_KEY: "k", LINEAR_API_URL: url }).baseUrl).toBe(expected);
  });
});
