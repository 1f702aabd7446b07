import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { HttpAnswer, Http } from "../../../src/connectors/http.ts";
import { jiraClient } from "../../../src/connectors/jira/client.ts";
import { failureOf } from "../../../src/connectors/jira/failure.ts";
import { jiraModule } from "../../../src/connectors/jira/index.ts";
import { isSyncFailure, type ErrorCode, type ErrorDetails } from "../../../src/core/errors.ts";
import type { LimitHint } from "../../../src/connectors/http.ts";

interface Captured {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly code?: ErrorCode;
  readonly words?: string;
  readonly details?: ErrorDetails;
  readonly limits?: readonly LimitHint[];
}

const file = new URL("../../fixtures/jira/answers.json", import.meta.url);
const captured = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, Captured>);
const NOW = Date.parse("2026-11-20T10:00:00Z");
const answerOf = ({ status, headers, body }: Captured): HttpAnswer => ({
  status,
  headers: new Headers(headers),
  text: body,
});

describe.each(captured)("%s", (_, answer) => {
  it.skipIf(answer.code === undefined)("is told by its code, with Jira's words and wait", () => {
    const failure = failureOf(answerOf(answer), { method: "POST", path: "/rest/api/3/issue", safe: false }, NOW);
    expect(failure.code).toBe(answer.code);
    expect(failure.details).toMatchObject({ tool: "jira", status: answer.status, ...answer.details });
    if (answer.words) expect(failure.message).toContain(answer.words);
    expect(failure.message).not.toContain("<html>");
  });
  it.skipIf(answer.limits === undefined)("says this about the budget", () => {
    expect(jiraModule.limits(answerOf(answer))).toEqual(answer.limits);
  });
});

describe("the transport", () => {
  const scope = (answer: Omit<HttpAnswer, "headers">): { http: Http; signal: AbortSignal } => ({
    signal: new AbortController().signal,
    http: {
      baseUrl: "https://x.test",
      skewMs: 0,
      hasAnswered: true,
      vendorNow: undefined,
      send: async () => ({ ...answer, headers: new Headers() }),
    },
  });
  const failureFor = (answer: Omit<HttpAnswer, "headers">, method: "GET" | "POST"): Promise<unknown> =>
    jiraClient(scope(answer))
      .sendRequest({ url: "/rest/api/3/issue/1/transitions", method })
      .catch((error: unknown) => error);

  it("does not take half a body for an answer", async () => {
    const write = await failureFor({ status: 200, text: '{"id":"1' }, "POST");
    expect(isSyncFailure(write, "Unavailable") && write.details.outcomeUnknown).toBe(true);
    const read = await failureFor({ status: 200, text: "<html>login</html>" }, "GET");
    expect(isSyncFailure(read, "Unavailable") && read.details.outcomeUnknown).toBe(false);
  });

  it("knows that a search by POST changes nothing", async () => {
    const failure = await jiraClient(scope({ status: 502, text: "" }))
      .sendRequest({ url: "/rest/api/3/search/jql", method: "POST", body: {} })
      .catch((error: unknown) => error);
    expect(isSyncFailure(failure) && failure.details.outcomeUnknown).toBeUndefined();
  });
});

describe("the endpoint", () => {
  const credentials = { JIRA_SERVER: "https://acme.atlassian.net/", JIRA_USERNAME: "a@b.test", JIRA_API_TOKEN: "t" };
  it("signs in with basic authentication, at a site or at the gateway", () => {
    expect(jiraModule.endpoint(credentials)).toMatchObject({
      baseUrl: "https://acme.atlassian.net",
      headers: { authorization: `Basic ${Buffer.from("a@b.test:t").toString("base64")}` },
    });
    const gateway = { ...credentials, JIRA_SERVER: "https://api.atlassian.com/ex/jira/11-22" };
    expect(jiraModule.endpoint(gateway).baseUrl).toBe("https://api.atlassian.com/ex/jira/11-22");
  });
  it("refuses plain http, and names what is missing", () => {
    expect(() => jiraModule.endpoint({ ...credentials, JIRA_SERVER: "http://acme.test" })).toThrow(/not https/);
    expect(() => jiraModule.endpoint({ ...credentials, JIRA_USERNAME: " " })).toThrow(/JIRA_USERNAME/);
  });
});
