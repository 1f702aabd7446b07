import { describe, expect, it } from "vitest";
import { jira, linear, resolve } from "./resolving.ts";
import { failureOf, hubReading } from "./workspace-files.ts";

describe("credentials", () => {
  const env = { JIRA_BASE_URL: "http://127.0.0.1:1", JIRA_EMAIL: "a@example.com", ATLASSIAN_API_TOKEN: "t0" };

  it("are read by canonical name or alias", () => {
    const [tool] = resolve(hubReading([jira]), { env }).tools;
    expect(tool?.credentials).toEqual({
      JIRA_SERVER: "http://127.0.0.1:1",
      JIRA_BASE_URL: "http://127.0.0.1:1",
      JIRA_USERNAME: "a@example.com",
      JIRA_API_TOKEN: "t0",
    });
    expect(tool?.missingEnv).toEqual([]);
  });

  it("prefer the canonical name, and take an empty variable as absent", () => {
    const [tool] = resolve(hubReading([jira]), { env: { ...env, JIRA_API_TOKEN: "t1", JIRA_EMAIL: " " } }).tools;
    expect(tool?.credentials["JIRA_API_TOKEN"]).toBe("t1");
    expect(tool?.missingEnv).toEqual(["JIRA_USERNAME"]);
  });

  it("of a client are named by reference, and only the references stand in the connection", () => {
    const files = {
      "registry/clients/ACME.yaml":
        'client: {code: ACME}\nconnections: {jira: {server: "https://acme.example", api_token: "${ACME_JIRA}"}}\n',
    };
    const [tool] = resolve(hubReading([jira]), { files, env: { ...env, ACME_JIRA: "t2" } }).tools;
    expect(tool?.credentials).toMatchObject({ JIRA_SERVER: "https://acme.example", JIRA_API_TOKEN: "t2" });
    expect(tool?.connection).toEqual({ JIRA_SERVER: "https://acme.example", JIRA_API_TOKEN: "${ACME_JIRA}" });
    expect(resolve(hubReading([jira]), { files, env }).tools[0]?.missingEnv).toEqual(["JIRA_API_TOKEN"]);
  });
});

describe("several ways to sign in", () => {
  const token = { JIRA_SERVER: "https://a.example", JIRA_USERNAME: "a@example.com", JIRA_API_TOKEN: "t0" };
  const oauth = { JIRA_OAUTH_CLIENT_ID: "id", JIRA_OAUTH_CLIENT_SECRET: "s" };
  const files = (connection: string) => ({
    "registry/clients/ACME.yaml": `client: {code: ACME}\nconnections: {jira: ${connection}}\n`,
  });
  const jiraOf = (env: Record<string, string>, connection = "{}") =>
    resolve(hubReading([jira]), { env, files: files(connection) }).tools[0];

  it.each([
    ["the entry's own where nothing is set", {}, "API token", [], ["JIRA_SERVER", "JIRA_USERNAME", "JIRA_API_TOKEN"]],
    ["the entry's own where only that is set", token, "API token", [], []],
    ["OAuth where that is set", oauth, "OAuth 2.0", [], []],
    ["OAuth before a token", { ...token, ...oauth }, "OAuth 2.0", ["API token"], []],
    [
      "OAuth where it is only begun",
      { ...token, JIRA_OAUTH_REFRESH_TOKEN: "r" },
      "OAuth 2.0",
      ["API token"],
      ["JIRA_OAUTH_CLIENT_ID", "JIRA_OAUTH_CLIENT_SECRET"],
    ],
    ["a token where OAuth has an empty variable", { ...token, JIRA_OAUTH_CLIENT_ID: " " }, "API token", [], []],
    ["a token where only an id is set, as for another program", { ...token, JIRA_CLOUD_ID: "c" }, "API token", [], []],
  ])("choose %s", (_, env, kind, unused, missing) => {
    const tool = jiraOf(env);
    expect(tool?.credential).toEqual({ kind, unused });
    expect(tool?.missingEnv).toEqual(missing);
  });

  it("hand on nothing of the ways that are not used", () => {
    expect(jiraOf({ ...token, ...oauth })?.credentials).toEqual({ JIRA_SERVER: "https://a.example", ...oauth });
    expect(jiraOf(token)?.credentials).toEqual(token);
  });

  it("are the client's choice before the environment's", () => {
    const own = "{username: acme@example.com, api_token: '${ACME_JIRA}'}";
    expect(jiraOf({ ...token, ...oauth, ACME_JIRA: "t1" }, own)).toMatchObject({
      credential: { kind: "API token" },
      credentials: { JIRA_USERNAME: "acme@example.com", JIRA_API_TOKEN: "t1" },
    });
    const other =
      "{oauth_client_id: acme, oauth_client_secret: '${ACME_SECRET}', oauth_refresh_token: '${ACME_REFRESH}'}";
    expect(jiraOf({ ...token, ACME_SECRET: "s1", ACME_REFRESH: "r1" }, other)?.credentials).toMatchObject({
      JIRA_OAUTH_CLIENT_ID: "acme",
      JIRA_OAUTH_CLIENT_SECRET: "s1",
      JIRA_OAUTH_REFRESH_TOKEN: "r1",
    });
  });

  it("do not mix a client's app with a grant of the environment's", () => {
    const env = {
      ...oauth,
      JIRA_OAUTH_REFRESH_TOKEN: "r0",
      JIRA_CLOUD_ID: "c0",
      JIRA_OAUTH_URL: "https://auth.example",
    };
    const own = "{oauth_client_id: acme, oauth_client_secret: '${ACME_SECRET}'}";
    expect(jiraOf({ ...env, ACME_SECRET: "s1" }, own)?.credentials).toEqual({
      JIRA_OAUTH_CLIENT_ID: "acme",
      JIRA_OAUTH_CLIENT_SECRET: "s1",
      JIRA_OAUTH_URL: "https://auth.example",
    });
    expect(jiraOf(env, "{cloud_id: c1}")?.credentials).toEqual({ ...env, JIRA_CLOUD_ID: "c1" });
  });

  it("bring the limits of their own where the vendor has such", () => {
    const perHour = (env: Record<string, string>) =>
      resolve(hubReading([linear]), { env }).tools[0]?.rateLimits.find(({ periodMs }) => periodMs === 3_600_000)?.limit;
    expect(perHour({ LINEAR_API_KEY: "k" })).toBe(2500);
    expect(perHour({ LINEAR_OAUTH_CLIENT_ID: "i", LINEAR_OAUTH_CLIENT_SECRET: "s" })).toBe(5000);
  });

  it("may stand in no file with their secrets", () => {
    const failure = failureOf(() => jiraOf({}, "{oauth_refresh_token: plain}"));
    expect(failure.message).toContain("a secret never stands in this file");
    expect(failure.message).not.toContain("plain");
  });
});

describe("a client's server and the environment's secret", () => {
  const env = {
    JIRA_SERVER: "https://own.example",
    JIRA_USERNAME: "a@example.com",
    JIRA_API_TOKEN: "t0",
    ACME_JIRA: "t1",
  };
  const files = (connection: string) => ({
    "registry/clients/ACME.yaml": `client: {code: ACME}\nconnections: {jira: ${connection}}\n`,
  });

  it("do not mix: nothing is sent where they are of different servers", () => {
    const { tools, findings } = resolve(hubReading([jira, linear]), {
      env,
      files: files("{server: https://evil.example}"),
    });
    expect(tools.map(({ tool }) => tool)).toEqual(["linear"]);
    expect(findings).toMatchObject([{ code: "stray-credential", severity: "error", tool: "jira" }]);
    expect(findings[0]?.message).toContain("https://evil.example, but JIRA_API_TOKEN belongs to https://own.example");
    expect(findings[0]?.remedy).toContain("connections.jira.api_token: ${ACME_JIRA_API_TOKEN}");
  });

  it.each([
    ["https://evil.example/graphql", ["stray-credential"]],
    ["https://api.linear.app/graphql", []],
  ])("of a tool with one address for all go nowhere else: %s", (url, codes) => {
    const { findings } = resolve(hubReading([linear]), {
      env: { LINEAR_API_KEY: "k" },
      files: { "registry/clients/ACME.yaml": `client: {code: ACME}\nconnections: {linear: {url: "${url}"}}\n` },
    });
    expect(findings.map(({ code }) => code)).toEqual(codes);
  });

  it("may be of different sites where the secret goes to neither of them", () => {
    const oauth = { ...env, JIRA_OAUTH_CLIENT_ID: "id", JIRA_OAUTH_CLIENT_SECRET: "s" };
    const { tools, findings } = resolve(hubReading([jira]), {
      env: oauth,
      files: files("{server: https://acme.example}"),
    });
    expect(findings).toEqual([]);
    expect(tools[0]?.credentials["JIRA_SERVER"]).toBe("https://acme.example");
  });

  it.each([
    ["it is the same server", "{server: 'https://own.example/jira'}", env],
    ["the client names its own secret", "{server: https://acme.example, api_token: '${ACME_JIRA}'}", env],
    ["the environment names no server", "{server: https://acme.example}", { ...env, JIRA_SERVER: "" }],
    [
      "the base URL is overridden anyway",
      "{server: https://acme.example}",
      { ...env, JIRA_BASE_URL: "http://127.0.0.1:1" },
    ],
  ])("are used where %s", (_, connection, variables) => {
    const { tools, findings } = resolve(hubReading([jira]), { env: variables, files: files(connection) });
    expect(findings).toEqual([]);
    expect(tools[0]?.missingEnv).toEqual([]);
  });
});
