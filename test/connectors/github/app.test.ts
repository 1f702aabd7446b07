import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startGithubSandbox, type GithubSandbox } from "../../../sandbox/github/index.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import type { Binding, SchemaScope, UpdateRequest, WriteOutcome } from "../../../src/connectors/contract.ts";
import { readPrivateKey } from "../../../src/connectors/github/app.ts";
import { githubModule } from "../../../src/connectors/github/index.ts";
import { syncKey } from "../../../src/connectors/sync-key.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { openHttp } from "../../access/http-with.ts";
import { mapsOf } from "../../support/maps.ts";

const { connector } = githubModule;
const REPOSITORY = "acme/checkout";

let store: Store;
let github: GithubSandbox;
beforeAll(async () => {
  store = await openStore({ url: "sqlite::memory:" });
});
afterAll(() => store.close());
afterEach(() => github?.close());

async function start(tokenMs?: number): Promise<void> {
  github = await startGithubSandbox({
    repositories: [{ name: REPOSITORY }, { name: "other/thing" }],
    app: { owners: ["acme"], ...(tokenMs === undefined ? {} : { tokenMs }) },
    clock: new Clock(),
  });
}

async function scopeOf(repository = REPOSITORY, more: Readonly<Record<string, string>> = {}): Promise<SchemaScope> {
  const container = { repository };
  const maps = mapsOf("github");
  const binding: Binding = { project: "P", tool: "github", container, tasks: false, maps, mapping: {}, people: {} };
  const credentials = { ...github.appCredentials, ...more };
  const http = openHttp({ module: githubModule, credentials, store, container });
  const scope = { binding, http, signal: new AbortController().signal };
  return { ...scope, schema: await connector.describe(scope) };
}

describe("the private key of an App", () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pkcs1 = pair.privateKey.export({ type: "pkcs1", format: "pem" }) as string;
  const pkcs8 = pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;

  it.each([
    ["as it is downloaded", pkcs1],
    ["in PKCS#8", pkcs8],
    ["with its line breaks spelled out", pkcs1.replaceAll("\n", "\\n")],
    ["in base64", Buffer.from(pkcs1).toString("base64")],
    [
      "in base64 with line breaks",
      Buffer.from(pkcs1)
        .toString("base64")
        .replace(/(.{64})/g, "$1\n"),
    ],
  ])("is taken %s", (_, text) => {
    expect(createPrivateKey(readPrivateKey(text)).equals(pair.privateKey)).toBe(true);
  });

  it.each([
    ["a public key", pair.publicKey.export({ type: "spki", format: "pem" }) as string],
    [
      "a key of another kind",
      generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    ],
    ["its first line alone", "-----BEGIN RSA PRIVATE KEY-----"],
    ["anything else", "hunter2"],
  ])("is not %s, and the message quotes nothing of it", (_, text) => {
    const work = () => readPrivateKey(text);
    expect(work).toThrow(/GITHUB_APP_PRIVATE_KEY holds no RSA private key; give the downloaded \.pem/);
    expect(work).not.toThrow(text.split("\n")[1] ?? text);
  });
});

describe("signing in to GitHub as an App", () => {
  it.each(["GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"])("names %s where it is missing", async (name) => {
    await start();
    expect(() => githubModule.endpoint({ ...github.appCredentials, [name]: undefined })).toThrow(`${name} is not set`);
  });

  it("finds the installation at the repository's owner, and is its bot", async () => {
    await start();
    const { schema } = await scopeOf();
    expect(schema["viewer"]).toEqual({ login: "sdlc-sync[bot]" });
    expect(github.tokens()).toEqual({ issued: 1 });
  });

  it("asks for no installation where its id is given", async () => {
    await start();
    const id = String(github.apps?.installations[0]?.id);
    await scopeOf(REPOSITORY, { GITHUB_APP_INSTALLATION_ID: id });
    expect(github.log.count(/installation$/)).toBe(0);
  });

  it("has one account for each owner, whatever the repository", async () => {
    await start();
    const accountOf = (repository: string) => githubModule.endpoint(github.appCredentials, { repository }).account;
    expect(accountOf("acme/checkout")).toBe(accountOf("Acme/billing"));
    expect(accountOf("acme/checkout")).not.toBe(accountOf("other/thing"));
  });

  it.each([
    ["is not installed", "other/thing", {}, /no token for other\/thing \(HTTP 404\); install the App there/],
    [
      "has no such installation",
      REPOSITORY,
      { GITHUB_APP_INSTALLATION_ID: "1" },
      /installation 1 .*check GITHUB_APP_INSTALLATION_ID/,
    ],
    [
      "is another one",
      REPOSITORY,
      { GITHUB_APP_ID: "99" },
      /\(HTTP 401\); check GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY/,
    ],
  ])("says what to do where the App %s", async (_, repository, more, words) => {
    await start();
    await expect(scopeOf(repository, more)).rejects.toMatchObject({
      code: "AuthFailed",
      message: expect.stringMatching(words) as string,
    });
  });

  it.each(["server-error", "drop-before", "drop-after"] as const)(
    "leaves no doubt about what was to be sent, where it gets no token: %s",
    async (kind) => {
      await start();
      github.faults.add({ kind, operation: "access_tokens" });
      await expect(scopeOf()).rejects.toMatchObject({ code: "Unavailable", details: { outcomeUnknown: false } });
      await scopeOf();
    },
  );

  it("gets a new token when the one it has is none any more", async () => {
    await start();
    const scope = await scopeOf();
    github.apps?.expireAll();
    await connector.describe(scope);
    expect(github.tokens()).toEqual({ issued: 2 });
  });

  it("knows when its token expires by the vendor's clock, however wrong that is", async () => {
    await start();
    github.clock.skewMs = 30_000;
    const { renewal } = githubModule.endpoint(github.appCredentials, { repository: REPOSITORY });
    const open = () =>
      openHttp({ module: githubModule, credentials: { GITHUB_API_URL: github.url, GH_TOKEN: "x" }, store });
    const token = await renewal!.obtain({ open, now: Date.now, signal: new AbortController().signal }, null);
    expect(Math.abs(token.expiresAtMs - Date.now() - 3_600_000)).toBeLessThan(5_000);
  });

  it("notices what its own edit replaced unseen, although it has another name as an actor", async () => {
    await start();
    const scope = await scopeOf();
    const outcomes: WriteOutcome[] = [];
    const report = async (outcome: WriteOutcome): Promise<void> => void outcomes.push(outcome);
    const identity = {
      project: "P",
      type: "story",
      item: "US-1",
      tool: "github",
      container: REPOSITORY,
      generation: 0,
    } as const;
    const create = {
      id: "c",
      item: "US-1",
      type: "story",
      syncKey: syncKey(identity),
      fields: { title: "One" },
      recover: false,
    } as const;
    await connector.create(scope, [create], report);
    const [created] = outcomes;
    if (created?.kind !== "done") throw new Error(JSON.stringify(created));
    expect([...github.host.issues.values()].map(({ author }) => author)).toEqual(["sdlc-sync[bot]"]);
    // A person is quicker: between our read of the issue and our write.
    github.onArrival = async ({ operation }) => {
      if (!operation.startsWith("PATCH")) return;
      github.onArrival = undefined;
      await github.human({ action: "edit", issue: created.twin.key, fields: { title: "Two" } });
    };
    const update: UpdateRequest = {
      id: "u",
      item: "US-1",
      type: "story",
      ref: created.twin.ref,
      fields: { title: "Three" },
    };
    await connector.update(scope, [update], report);
    expect(outcomes[1]).toMatchObject({ kind: "done", overwrote: { title: "Two" } });
  });
});
