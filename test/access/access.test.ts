/** Tokens that expire, shared by workers that have nothing in common but the store. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CLOUD_ID } from "../../sandbox/jira/gateway.ts";
import { startJiraSandbox, type JiraSandbox } from "../../sandbox/jira/index.ts";
import { seal } from "../../src/access/seal.ts";
import type { TokenStore } from "../../src/store/tokens.ts";
import { onSharedHomes, type StoreHome } from "../store/homes.ts";
import { LEASE_MS, renewalOf, startWorker } from "./tokens-world.ts";

const SCRIPT = new URL("worker-process.ts", import.meta.url).pathname;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const TOKEN = "POST oauth/token";

let jira: JiraSandbox;
/** A client of its own for each test, and so a row of its own in the store that they share. */
let clients = 0;
beforeEach(async () => {
  clients += 1;
  jira = await startJiraSandbox({ projects: [{ key: "CHK" }], oauth: { refreshToken: `given-${clients}` } });
});
afterEach(() => jira.close());

onSharedHomes("an access", (home) => {
  test("is asked by many callers of several workers at once, and asks the vendor once", async () => {
    const workers = [home.store, await home.another(), await home.another()].map((store) =>
      startWorker(store, jira.oauthCredentials),
    );
    const statuses = await Promise.all(workers.flatMap((worker) => [1, 2, 3, 4].map(() => worker.myself())));
    expect(statuses).toEqual(Array.from({ length: 12 }, () => 200));
    expect(jira.tokens()).toMatchObject({ refreshes: 1, refused: 0 });
  });

  test("is renewed once by two processes that start at the same moment", async () => {
    const children = [1, 2].map(() => startProcess(home, jira, 5));
    await Promise.all(children.map(({ line }) => line()));
    for (const { child } of children) child.stdin?.write("go\n");
    const statuses = await Promise.all(children.map(({ line }) => line()));
    expect(statuses).toEqual(["200 200 200 200 200", "200 200 200 200 200"]);
    expect(jira.tokens()).toMatchObject({ refreshes: 1, refused: 0 });
  });

  test("is renewed a minute before its token expires, and not earlier", async () => {
    await startWorker(home.store, jira.oauthCredentials).myself();
    expect(await startWorker(home.store, jira.oauthCredentials, HOUR_MS - 2 * MINUTE_MS).myself()).toBe(200);
    expect(jira.tokens()).toMatchObject({ refreshes: 1 });
    expect(await startWorker(home.store, jira.oauthCredentials, HOUR_MS - MINUTE_MS / 2).myself()).toBe(200);
    expect(jira.tokens()).toMatchObject({ refreshes: 2 });
    expect(jira.log.count(/myself/)).toBe(3);
  });

  test("goes on after a restart with the rotated refresh token, long after the first one is spent", async () => {
    expect(await startWorker(home.store, jira.oauthCredentials).myself()).toBe(200);
    for (const hours of [2, 4, 6]) {
      jira.clock.advance(2 * HOUR_MS);
      expect(await startWorker(await home.another(), jira.oauthCredentials, hours * HOUR_MS).myself()).toBe(200);
    }
    expect(jira.tokens()).toEqual({ refreshes: 4, clientGrants: 0, refused: 0 });
  });

  test("survives a worker that is killed between the vendor's answer and the store: the next one asks again with the same token", async () => {
    const { child, line, exit } = startProcess(home, jira, 1);
    jira.onBeforeAnswer = async ({ operation }) => {
      if (operation !== TOKEN) return;
      child.kill("SIGKILL");
      await exit;
    };
    await line();
    child.stdin?.write("go\n");
    await exit;
    jira.onBeforeAnswer = undefined;
    expect(jira.tokens()).toMatchObject({ refreshes: 1 });
    expect(await startWorker(home.store, jira.oauthCredentials, LEASE_MS).myself()).toBe(200);
    expect(jira.tokens()).toMatchObject({ refreshes: 2, refused: 0 });
    // What it kept is what the vendor goes on with.
    jira.clock.advance(2 * HOUR_MS);
    expect(await startWorker(home.store, jira.oauthCredentials, 2 * HOUR_MS).myself()).toBe(200);
  });

  test("sends no token that is not stored yet, and asks again once the store is back", async () => {
    const told: string[] = [];
    const broken = observed(home.store, told, () => {
      throw new Error("the disk is full");
    });
    await expect(startWorker(broken, jira.oauthCredentials).myself()).rejects.toThrow("the disk is full");
    expect([jira.log.count(TOKEN), jira.log.count(/myself/), told]).toEqual([1, 0, []]);
    expect(await startWorker(home.store, jira.oauthCredentials).myself()).toBe(200);
    expect(jira.tokens()).toMatchObject({ refreshes: 2, refused: 0 });
  });

  test("that lost its lease uses what another one kept meanwhile, not its own token", async () => {
    const grants: string[] = [];
    const slow = startWorker(observed(home.store, grants), jira.oauthCredentials);
    const other = startWorker(await home.another(), jira.oauthCredentials, LEASE_MS);
    let isFirst = true;
    jira.onBeforeAnswer = async ({ operation }) => {
      if (operation !== TOKEN || !isFirst) return;
      isFirst = false;
      expect(await other.myself()).toBe(200);
    };
    expect(await slow.myself()).toBe(200);
    expect(grants).toEqual(["not kept"]);
    // Once the vendor has forgotten all tokens but the kept one's successors, both still get in.
    jira.clock.advance(11 * MINUTE_MS);
    jira.gateway.issuer.expireAll();
    expect([await slow.myself(), await other.myself()]).toEqual([200, 200]);
    expect(jira.tokens()).toEqual({ refreshes: 3, clientGrants: 0, refused: 0 });
  });

  test("renews a token that the vendor does not take any more once, whoever notices, and the calls go through", async () => {
    const workers = [home.store, await home.another()].map((store) => startWorker(store, jira.oauthCredentials));
    await Promise.all(workers.map((worker) => worker.myself()));
    jira.gateway.issuer.expireAll();
    const statuses = await Promise.all(workers.flatMap((worker) => [1, 2, 3].map(() => worker.myself())));
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
    expect(jira.tokens()).toMatchObject({ refreshes: 2, refused: 0 });
  });

  test("does not ask for token after token where the vendor refuses even a new one", async () => {
    const worker = startWorker(home.store, jira.oauthCredentials);
    const refused = { code: "AuthFailed", message: expect.stringContaining("set JIRA_CLOUD_ID") as string };
    jira.faults.conditions.authRevoked = true;
    for (let n = 0; n < 3; n += 1) await expect(worker.myself()).rejects.toMatchObject(refused);
    expect(jira.tokens()).toMatchObject({ refreshes: 2 });
    const located = startWorker(await home.another(), { ...jira.oauthCredentials, JIRA_CLOUD_ID: CLOUD_ID });
    await expect(located.myself()).rejects.toMatchObject({
      message: expect.stringContaining("its token is new") as string,
    });
    expect(jira.tokens()).toMatchObject({ refreshes: 2 });
    jira.faults.conditions.authRevoked = false;
    expect(await worker.myself()).toBe(200);
  });

  test("says what to set where the grant is gone, and takes a new one from the environment", async () => {
    const worker = startWorker(home.store, jira.oauthCredentials);
    await worker.myself();
    jira.gateway.issuer.revoke();
    await expect(worker.myself()).rejects.toMatchObject({
      code: "AuthFailed",
      message: expect.stringMatching(/invalid_grant.*set JIRA_OAUTH_REFRESH_TOKEN to the new refresh token/) as string,
    });
    const given = { ...jira.oauthCredentials, JIRA_OAUTH_REFRESH_TOKEN: jira.gateway.issuer.authorize() };
    expect(await startWorker(home.store, given).myself()).toBe(200);
  });

  test("goes on with the operator's refresh token where what was kept was kept under another secret", async () => {
    const { grant } = renewalOf(jira.oauthCredentials);
    await home.store.leaseToken(grant, { holder: "before", now: 0, until: 1 });
    await home.store.keepToken(grant, "before", seal('{"refreshToken":"of before"}', "the secret of before", grant));
    expect(await startWorker(home.store, jira.oauthCredentials).myself()).toBe(200);
    expect(jira.tokens()).toMatchObject({ refreshes: 1, refused: 0 });
  });

  test("keeps nothing in the store that can be read", async () => {
    const worker = startWorker(home.store, jira.oauthCredentials);
    expect(await worker.myself()).toBe(200);
    const dump = JSON.stringify(await home.raw("select * from token"));
    expect(dump).toContain("v1.");
    const { given, settings } = jira.gateway.issuer;
    const secrets = [settings.clientSecret, settings.refreshToken, ...given];
    expect(secrets).toHaveLength(4);
    for (const secret of secrets) expect(dump).not.toContain(secret);
  });
});

onSharedHomes("the token endpoint", (home) => {
  test.each([
    ["is down", { kind: "server-error" }, "Unavailable"],
    ["hangs up", { kind: "drop-before" }, "Unavailable"],
    ["hangs up after it gave the token", { kind: "drop-after" }, "Unavailable"],
    ["answers half", { kind: "truncated" }, "Unavailable"],
    ["is a proxy's page", { kind: "bad-gateway" }, "Unavailable"],
    ["asks to wait", { kind: "rate-limited", retryAfterSeconds: 7 }, "RateLimited"],
  ] as const)("that %s is asked again by the next call, at once", async (_, fault, code) => {
    const worker = startWorker(home.store, jira.oauthCredentials);
    jira.faults.add({ ...fault, operation: TOKEN });
    await expect(worker.myself()).rejects.toMatchObject({ code });
    expect(await worker.myself()).toBe(200);
  });

  test("is not given up for all where one caller gives up", async () => {
    const worker = startWorker(home.store, jira.oauthCredentials);
    const leaving = new AbortController();
    jira.onArrival = ({ operation }) => (operation === TOKEN ? leaving.abort(new Error("left")) : undefined);
    const left = worker.myself(leaving.signal);
    const [one, other] = await Promise.allSettled([left, worker.myself()]);
    expect(one).toMatchObject({ status: "rejected", reason: { message: "left" } });
    expect(other).toMatchObject({ value: 200 });
    expect(jira.tokens()).toMatchObject({ refreshes: 1 });
  });
});

interface Process {
  readonly child: ChildProcess;
  line(): Promise<string | undefined>;
  readonly exit: Promise<unknown>;
}

function startProcess(home: StoreHome, sandbox: JiraSandbox, calls: number): Process {
  const input = [SCRIPT, home.url, JSON.stringify(sandbox.oauthCredentials), String(calls)];
  const child = spawn(process.execPath, input, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string | undefined> => (await lines.next()).value as string | undefined;
  return { child, line, exit: once(child, "exit") };
}

/** The same store, telling what became of each token that was to be kept. */
function observed(store: TokenStore, told: string[], before: () => void = () => undefined): TokenStore {
  return {
    token: (grant) => store.token(grant),
    leaseToken: (grant, lease) => store.leaseToken(grant, lease),
    releaseToken: (grant, holder) => store.releaseToken(grant, holder),
    async keepToken(grant, holder, sealed) {
      before();
      const kept = await store.keepToken(grant, holder, sealed);
      told.push(kept ? "kept" : "not kept");
      return kept;
    },
  };
}
