import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CLOUD_ID } from "../../../sandbox/jira/gateway.ts";
import { startJiraSandbox, type JiraSandbox } from "../../../sandbox/jira/index.ts";
import { jiraModule } from "../../../src/connectors/jira/index.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { openHttp } from "../../access/http-with.ts";

let store: Store;
let jira: JiraSandbox;
beforeAll(async () => {
  store = await openStore({ url: "sqlite::memory:" });
});
afterAll(() => store.close());
afterEach(() => jira?.close());

async function start(): Promise<void> {
  jira = await startJiraSandbox({ projects: [{ key: "CHK" }] });
}
const site = (name: string) => ({ id: `id-${name}`, url: `https://${name}.atlassian.net`, name });

async function myself(more: Readonly<Record<string, string | undefined>> = {}): Promise<number> {
  const http = openHttp({ module: jiraModule, credentials: { ...jira.oauthCredentials, ...more }, store });
  const signal = new AbortController().signal;
  return (await http.send({ method: "GET", url: "/rest/api/3/myself", signal, safe: true })).status;
}

describe("signing in to Jira by OAuth", () => {
  const oauth = { JIRA_OAUTH_CLIENT_ID: "id", JIRA_OAUTH_CLIENT_SECRET: "secret", JIRA_OAUTH_REFRESH_TOKEN: "token" };

  it("goes to Atlassian's gateway, and carries no header of its own", () => {
    const { baseUrl, headers, renewal } = jiraModule.endpoint(oauth);
    expect([baseUrl, headers]).toEqual(["https://api.atlassian.com", {}]);
    expect(renewal?.grant).toMatch(/^jira\//);
  });

  it.each(["JIRA_OAUTH_CLIENT_ID", "JIRA_OAUTH_CLIENT_SECRET"])("names %s where it is missing", (name) => {
    expect(() => jiraModule.endpoint({ ...oauth, [name]: " " })).toThrow(`${name} is not set`);
  });

  it("has another account for another grant or site, and the same grant for all its sites", () => {
    const of = (more: object) => jiraModule.endpoint({ ...oauth, ...more });
    const own = of({});
    expect(own.account).toBe(of({}).account);
    for (const more of [{ JIRA_OAUTH_REFRESH_TOKEN: "another" }, { JIRA_OAUTH_CLIENT_ID: "another" }]) {
      expect(of(more).account).not.toBe(own.account);
      expect(of(more).renewal?.grant).not.toBe(own.renewal?.grant);
    }
    for (const more of [{ JIRA_CLOUD_ID: "c" }, { JIRA_SERVER: "https://a.atlassian.net" }]) {
      expect(of(more).account).not.toBe(own.account);
      expect(of(more).renewal?.grant).toBe(own.renewal?.grant);
    }
    expect(`${own.account} ${own.renewal?.grant}`).not.toMatch(/secret|token/);
  });

  it("sends no credential over plain http beyond this machine", () => {
    expect(() => jiraModule.endpoint({ ...oauth, JIRA_OAUTH_URL: "http://auth.example.com" })).toThrow("not https");
  });

  it("finds the one site that the grant reaches, listed for each of its products", async () => {
    await start();
    jira.gateway.sites = [...jira.gateway.sites, ...jira.gateway.sites];
    expect(await myself()).toBe(200);
  });

  it("chooses among several by the server's address, or is told the id", async () => {
    await start();
    jira.gateway.sites = [...jira.gateway.sites, site("other")];
    expect(await myself({ JIRA_SERVER: "https://sandbox.atlassian.net/jira/" })).toBe(200);
    const mark = jira.log.total();
    expect(await myself({ JIRA_CLOUD_ID: CLOUD_ID })).toBe(200);
    expect(jira.log.since(mark).some(({ path }) => path.includes("accessible"))).toBe(false);
  });

  it.each([
    [
      "several sites",
      {},
      [site("one"), site("two")],
      "https://one.atlassian.net (id-one), https://two.atlassian.net (id-two)",
    ],
    ["no site", {}, [], "it reaches: none"],
    [
      "no such site",
      { JIRA_SERVER: "https://three.atlassian.net" },
      [site("one")],
      "no site at https://three.atlassian.net; it reaches: https://one.atlassian.net",
    ],
  ])("names the candidates where it reaches %s", async (_, more, sites, words) => {
    await start();
    jira.gateway.sites = sites;
    await expect(myself(more)).rejects.toMatchObject({
      code: "InvalidConfig",
      message: expect.stringContaining(words) as string,
    });
  });

  it("serves a service account by client credentials, where there is no refresh token", async () => {
    await start();
    expect(await myself({ JIRA_OAUTH_REFRESH_TOKEN: undefined })).toBe(200);
    expect(jira.tokens()).toEqual({ refreshes: 0, clientGrants: 1, refused: 0 });
  });

  it("says which variables to check where Atlassian does not know the client, without quoting them", async () => {
    await start();
    const failure = await myself({ JIRA_OAUTH_CLIENT_SECRET: "a-wrong-secret" }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "AuthFailed" });
    expect(String(failure)).toMatch(
      /answered 401 \(access_denied: Unauthorized\); check JIRA_OAUTH_CLIENT_ID, JIRA_OAUTH_CLIENT_SECRET and JIRA_OAUTH_REFRESH_TOKEN/,
    );
    expect(String(failure)).not.toContain("a-wrong-secret");
  });
});
