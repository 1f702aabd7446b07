import { describe, expect, it } from "vitest";
import { startGithubSandbox } from "../../../sandbox/github/index.ts";
import { startJiraSandbox } from "../../../sandbox/jira/index.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import { TokenIssuer, type Pair, type TokenSettings } from "../../../sandbox/kit/token-issuer.ts";
import { startLinearSandbox } from "../../../sandbox/linear/server.ts";

const SETTINGS: TokenSettings = {
  clientId: "id",
  clientSecret: "secret",
  refreshToken: "first",
  accessMs: 1000,
  clientAccessMs: 2000,
  graceMs: 100,
  repeats: "another-pair",
  endsOnReuse: true,
};
const client = { client_id: "id", client_secret: "secret" };

function start(settings: Partial<TokenSettings> = {}) {
  const clock = new Clock(() => 0);
  const issuer = new TokenIssuer(clock, { ...SETTINGS, ...settings });
  const refresh = (refresh_token: string) => issuer.grant({ ...client, grant_type: "refresh_token", refresh_token });
  return { clock, issuer, refresh };
}

describe("tokens of a stand-in", () => {
  it("rotate with every refresh, and the newest one goes on", () => {
    const { issuer, refresh } = start();
    const one = refresh("first") as Pair;
    const two = refresh(one.refresh_token ?? "") as Pair;
    expect(new Set(["first", one.refresh_token, two.refresh_token]).size).toBe(3);
    expect([one, two].every(({ access_token }) => issuer.isValid(access_token))).toBe(true);
    expect(issuer.counts()).toEqual({ refreshes: 2, clientGrants: 0, refused: 0 });
  });

  it("are none any more after their time", () => {
    const { clock, issuer, refresh } = start();
    const { access_token, expires_in } = refresh("first") as Pair;
    expect(expires_in).toBe(1);
    clock.advance(999);
    expect(issuer.isValid(access_token)).toBe(true);
    clock.advance(1);
    expect(issuer.isValid(access_token)).toBe(false);
  });

  it("are given once more for a spent refresh token, as long as the grace lasts: the same or another pair", () => {
    const { clock, refresh } = start();
    const first = refresh("first");
    clock.advance(99);
    expect(refresh("first")).not.toEqual(first);
    const same = start({ repeats: "same-pair" });
    expect(same.refresh("first")).toEqual(same.refresh("first"));
  });

  it("end all together where a spent one comes later than that, or that one alone", () => {
    const { clock, issuer, refresh } = start();
    const next = refresh("first") as Pair;
    clock.advance(100);
    expect(refresh("first")).toBe("invalid_grant");
    expect(refresh(next.refresh_token ?? "")).toBe("invalid_grant");
    expect(issuer.isValid(next.access_token)).toBe(false);
    const lenient = start({ endsOnReuse: false });
    const pair = lenient.refresh("first") as Pair;
    lenient.clock.advance(100);
    expect(lenient.refresh("first")).toBe("invalid_grant");
    expect(lenient.refresh(pair.refresh_token ?? "")).toMatchObject({ expires_in: 1 });
  });

  it("are refused to another client, for what nobody was given, and for other grants", () => {
    const { issuer, refresh } = start();
    const fields = { grant_type: "refresh_token", refresh_token: "first" };
    expect(issuer.grant({ ...client, ...fields, client_secret: "wrong" })).toBe("invalid_client");
    expect(issuer.grant({ ...client, ...fields, client_id: "wrong" })).toBe("invalid_client");
    expect(refresh("made up")).toBe("invalid_grant");
    expect(issuer.grant({ ...client, grant_type: "password" })).toBe("unsupported_grant_type");
    expect(issuer.counts()).toEqual({ refreshes: 0, clientGrants: 0, refused: 4 });
  });

  it("come without a refresh token for the client's own credentials", () => {
    const { issuer } = start();
    expect(issuer.grant({ ...client, grant_type: "client_credentials" })).toEqual({
      access_token: expect.any(String) as string,
      expires_in: 2,
    });
  });
});

const REFRESH = { grant_type: "refresh_token" };

describe("token endpoints", () => {
  it("of Atlassian take JSON, refuse in its words, and let its tokens in at the gateway alone", async () => {
    const jira = await startJiraSandbox({ projects: [{ key: "CHK" }] });
    const {
      clientId: client_id,
      clientSecret: client_secret,
      refreshToken: refresh_token,
    } = jira.gateway.issuer.settings;
    const post = async (fields: object, type = "application/json") => {
      const init = { method: "POST", headers: { "content-type": type }, body: JSON.stringify(fields) };
      const answer = await fetch(`${jira.url}/oauth/token`, init);
      return { status: answer.status, json: (await answer.json()) as Record<string, string> };
    };
    const good = await post({ ...REFRESH, client_id, client_secret, refresh_token });
    expect(good).toMatchObject({ status: 200, json: { token_type: "Bearer", expires_in: 3600 } });
    expect(await post({ ...REFRESH, client_id, client_secret: "x", refresh_token })).toMatchObject({ status: 401 });
    expect(await post({ ...REFRESH, client_id, client_secret, refresh_token: "x" })).toMatchObject({
      status: 403,
      json: { error: "invalid_grant", error_description: "Unknown or invalid refresh token." },
    });
    expect((await post({ ...REFRESH, client_id, client_secret, refresh_token }, "text/plain")).status).toBe(401);
    const headers = { authorization: `Bearer ${good.json["access_token"]}` };
    const status = async (path: string) => (await fetch(`${jira.url}${path}`, { headers })).status;
    const [site] = jira.gateway.sites;
    expect(await status(`/ex/jira/${site?.id}/rest/api/3/myself`)).toBe(200);
    expect(await status("/ex/jira/another/rest/api/3/myself")).toBe(404);
    expect(await status("/rest/api/3/myself")).toBe(401);
    jira.gateway.issuer.expireAll();
    expect(await status(`/ex/jira/${site?.id}/rest/api/3/myself`)).toBe(401);
    expect(await (await fetch(`${jira.url}/__sandbox/tokens`)).json()).toEqual({
      refreshes: 1,
      clientGrants: 0,
      refused: 3,
    });
    const log = JSON.stringify(jira.log.all());
    for (const secret of [client_secret, good.json["access_token"], good.json["refresh_token"]])
      expect(log).not.toContain(secret);
    await jira.close();
  });

  it("of Linear take forms, and tokens only as bearer, in a budget of their own", async () => {
    const linear = await startLinearSandbox();
    const { clientId: client_id, clientSecret: client_secret, refreshToken: refresh_token } = linear.issuer.settings;
    const post = async (fields: Record<string, string>) => {
      const answer = await fetch(`${linear.url}/oauth/token`, { method: "POST", body: new URLSearchParams(fields) });
      return { status: answer.status, json: (await answer.json()) as Record<string, string> };
    };
    const own = { client_id, client_secret };
    const good = await post({ ...REFRESH, ...own, refresh_token });
    expect(good).toMatchObject({ status: 200, json: { expires_in: 86_400 } });
    expect((await post({ ...REFRESH, ...own, refresh_token })).json).toEqual(good.json);
    expect(await post({ ...REFRESH, ...own, refresh_token: "x" })).toMatchObject({
      status: 400,
      json: { error: "invalid_grant" },
    });
    expect((await post({ ...REFRESH, client_id, client_secret: "x", refresh_token })).status).toBe(401);
    expect((await post({ grant_type: "client_credentials", ...own })).status).toBe(400);
    expect((await post({ grant_type: "client_credentials", ...own, scope: "read,write" })).json).toMatchObject({
      expires_in: 30 * 86_400,
    });
    const body = JSON.stringify({ query: "{ viewer { id } }" });
    const call = (authorization: string) =>
      fetch(linear.apiUrl, { method: "POST", headers: { authorization, "content-type": "application/json" }, body });
    const answer = await call(`Bearer ${good.json["access_token"]}`);
    expect([answer.status, answer.headers.get("x-ratelimit-requests-limit")]).toEqual([200, "5000"]);
    expect((await call(good.json["access_token"] ?? "")).status).toBe(401);
    expect((await call(linear.apiKey)).headers.get("x-ratelimit-requests-limit")).toBe("2500");
    await linear.close();
  });

  it("of GitHub want the App's signature, and give tokens for one owner", async () => {
    const repositories = [{ name: "acme/checkout" }, { name: "other/thing" }];
    const github = await startGithubSandbox({ repositories, app: { owners: ["acme"] } });
    const [installation] = github.apps!.installations;
    const { token } = github.apps!.issue(installation!);
    const call = async (path: string, authorization: string, method = "GET") => {
      const headers = { authorization: `Bearer ${authorization}`, "user-agent": "test" };
      return (await fetch(`${github.url}${path}`, { method, headers })).status;
    };
    expect(await call("/repos/acme/checkout/issues", token)).toBe(200);
    expect(await call("/repos/other/thing/issues", token)).toBe(404);
    expect(await call("/user", token)).toBe(403);
    expect(await call("/repos/acme/checkout/installation", token)).toBe(401);
    expect(await call(`/app/installations/${installation!.id}/access_tokens`, "a.b.c", "POST")).toBe(401);
    github.apps!.expireAll();
    expect(await call("/repos/acme/checkout/issues", token)).toBe(401);
    await github.close();
  });
});
