import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startLinearSandbox, type LinearSandbox } from "../../../sandbox/linear/server.ts";
import { linearModule } from "../../../src/connectors/linear/index.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { openHttp } from "../../access/http-with.ts";
import { mapsOf } from "../../support/maps.ts";

let store: Store;
let linear: LinearSandbox;
beforeAll(async () => {
  store = await openStore({ url: "sqlite::memory:" });
});
afterAll(() => store.close());
afterEach(() => linear?.close());

async function describeTeam(credentials: Readonly<Record<string, string | undefined>>): Promise<unknown> {
  const http = openHttp({ module: linearModule, credentials, store });
  const container = { team_id: "PAY", project_id: null };
  const maps = mapsOf("linear");
  const binding = { project: "P", tool: "linear", container, tasks: false, maps, mapping: {}, people: {} };
  return linearModule.connector.describe({ binding, http, signal: new AbortController().signal });
}
async function start(): Promise<void> {
  linear = await startLinearSandbox({ seed: { teams: [{ key: "PAY" }], users: [{ email: "sync@example.com" }] } });
}

describe("signing in to Linear by OAuth", () => {
  it.each(["LINEAR_OAUTH_CLIENT_ID", "LINEAR_OAUTH_CLIENT_SECRET"])("names %s where it is missing", (name) => {
    const all = { LINEAR_OAUTH_CLIENT_ID: "i", LINEAR_OAUTH_CLIENT_SECRET: "s", LINEAR_OAUTH_REFRESH_TOKEN: "r" };
    expect(() => linearModule.endpoint({ ...all, [name]: undefined })).toThrow(`${name} is not set`);
  });

  it("takes a refusal with another status for one, by its code", async () => {
    const { renewal } = linearModule.endpoint({ LINEAR_OAUTH_CLIENT_ID: "i", LINEAR_OAUTH_CLIENT_SECRET: "s" });
    const told = (status: number, code: string) =>
      renewal?.isRefused({ status, headers: new Headers(), text: `{"errors":[{"extensions":{"code":"${code}"}}]}` });
    expect([told(401, "X"), told(400, "AUTHENTICATION_ERROR"), told(400, "RATELIMITED")]).toEqual([true, true, false]);
  });

  it("works with a refresh token, and once more when the token is none any more", async () => {
    await start();
    await describeTeam(linear.oauthCredentials);
    linear.issuer.expireAll();
    await describeTeam(linear.oauthCredentials);
    expect(linear.tokens()).toEqual({ refreshes: 2, clientGrants: 0, refused: 0 });
  });

  it("works as the app itself by client credentials", async () => {
    await start();
    await describeTeam({ ...linear.oauthCredentials, LINEAR_OAUTH_REFRESH_TOKEN: undefined });
    expect(linear.tokens()).toEqual({ refreshes: 0, clientGrants: 1, refused: 0 });
  });

  it("says what to set where the grant is gone", async () => {
    await start();
    linear.issuer.revoke();
    await expect(
      describeTeam({ ...linear.oauthCredentials, LINEAR_OAUTH_REFRESH_TOKEN: "an-old-one" }),
    ).rejects.toMatchObject({
      code: "AuthFailed",
      message: expect.stringMatching(
        /invalid_grant.*set LINEAR_OAUTH_REFRESH_TOKEN to the new refresh token/,
      ) as string,
    });
  });
});
