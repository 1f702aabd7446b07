/** Whole runs with credentials whose tokens expire: OAuth of Jira and Linear, and a GitHub App. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createSyncEngine } from "../../src/index.ts";
import type { Classified } from "../../sandbox/kit/sandbox.ts";
import { sharedTemporal, startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
external_sync:
  jira: {project_key: CHK}
  linear: {team_id: PAY}
  github: {repository: acme/checkout}
implementation:
  epics:
    - {id: EPIC-1, title: Cards, status: planning}
  stories:
    - {id: US-1, epic: EPIC-1, title: Store a card, status: in_progress, priority: P2}
    - {id: US-2, epic: EPIC-1, title: Show a card, status: ready}
`;
const MINUTE_MS = 60_000;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(options: Partial<WorldOptions> = {}): Promise<void> {
  const github = { app: { owners: ["acme"] } };
  world = await startWorld({ hub: HUB, oauth: true, more: ["github"], github, ...options });
}

const counts = () => [world.jira.tokens(), world.linear.tokens(), world.github.tokens()];
const given = (times: number) => [
  { refreshes: times, clientGrants: 0, refused: 0 },
  { refreshes: times, clientGrants: 0, refused: 0 },
  { issued: times },
];
const expireAll = (): void => {
  world.jira.gateway.issuer.expireAll();
  world.linear.issuer.expireAll();
  world.github.apps?.expireAll();
};

/** One more run writes nothing. */
async function quiet(): Promise<void> {
  const mark = world.mark();
  expect((await world.sync()).summary.failed).toBe(0);
  expect(mark.writes()).toBe(0);
}

/** Every secret of the world, and every token that was given in it. */
function secrets(): readonly string[] {
  const { jira, linear, github } = world;
  const given_ = [jira.gateway.issuer, linear.issuer].flatMap(({ given: tokens, settings }) => [
    ...tokens,
    settings.clientSecret,
    settings.refreshToken,
  ]);
  const key = github.apps?.privateKey.split("\n")[1] ?? "";
  return [...given_, ...(github.apps?.given ?? []), key];
}

async function filesOf(root: string): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

describe("a portfolio that signs in by tokens that expire", () => {
  it("is synced like any other, with one token a tool, and nothing of them is written down anywhere", async () => {
    // Anything that people had to replace would be due at once.
    await start({ env: { TOKEN_ROTATION_DAYS: "1" } });
    const report = await world.sync({ yes: true });
    expect([report.summary.failed, report.errors, report.findings]).toEqual([0, [], []]);
    await world.editHub("Store a card", "Keep a card");
    expect((await world.sync()).summary.failed).toBe(0);
    expect([...world.github.host.issues.values()].map(({ title }) => title).toSorted()).toEqual([
      "Cards",
      "Keep a card",
      "Show a card",
    ]);
    await quiet();
    // A look and the whole portfolio go the same way, from connections of their own.
    expect((await world.run(["plan", world.project])).code).toBe(0);
    expect((await world.run(["sync", "--all"])).code).toBe(0);
    expect(counts()).toEqual(given(1));

    const { client } = await sharedTemporal();
    const histories: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list())
      histories.push(JSON.stringify(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
    const { out, err } = await world.run(["doctor"]);
    const everything = [...histories, out, err, JSON.stringify(report), await filesOf(world.root)].join("\n");
    expect(histories.length).toBeGreaterThan(1);
    expect(secrets().length).toBeGreaterThan(8);
    for (const secret of secrets()) expect(everything).not.toContain(secret);
    // Nobody has to replace in time what renews itself.
    expect((await world.store.connections()).map(({ firstUsedMs }) => firstUsedMs)).toEqual([null, null, null]);
  });

  it("loses every token in the middle of a run, renews each once, and the run succeeds with one twin each", async () => {
    await start();
    let expired = 0;
    const expireOnce = (tool: "jira" | "linear" | "github", at: RegExp, expire: () => void): void => {
      let isDone = false;
      world[tool].onArrival = ({ operation }: Classified) => {
        if (isDone || !at.test(operation)) return;
        isDone = true;
        expired += 1;
        expire();
      };
    };
    expireOnce("jira", /^POST issue/, () => world.jira.gateway.issuer.expireAll());
    expireOnce("linear", /^Create/, () => world.linear.issuer.expireAll());
    expireOnce("github", /^POST issues/, () => world.github.apps?.expireAll());
    const report = await world.sync({ yes: true });
    expect(expired).toBe(3);
    expect([report.summary.failed, report.errors]).toEqual([0, []]);
    expect(counts()).toEqual(given(2));
    expect(world.github.host.issues.size).toBe(3);
    await quiet();
  });

  it("goes on after a restart with the rotated tokens, when those of the environment are long spent", async () => {
    await start();
    await world.sync({ yes: true });
    const accounts = (await world.store.connections()).map(({ account }) => account);
    await world.engine.close();
    expireAll();
    for (const { clock } of [world.jira, world.linear]) clock.advance(31 * MINUTE_MS);
    const next = createSyncEngine({ root: world.root, env: world.env });
    try {
      await world.editHub("Store a card", "Keep a card");
      const report = await next.syncProject(world.project);
      expect([report.summary.failed, report.errors]).toEqual([0, []]);
    } finally {
      await next.close();
    }
    expect(counts()).toEqual(given(2));
    expect((await world.store.connections()).map(({ account }) => account)).toEqual(accounts);
  });

  it("is told what to set where people took a grant back, while the other tools go on", async () => {
    await start();
    await world.sync({ yes: true });
    world.jira.gateway.issuer.revoke();
    await world.editHub("Store a card", "Keep a card");
    const report = await world.sync();
    expect(report.tools["jira"]).toMatchObject({
      status: "error",
      error: expect.stringContaining("JIRA_OAUTH_REFRESH_TOKEN"),
    });
    expect([report.tools["linear"]?.status, report.tools["github"]?.status]).toEqual(["success", "success"]);
    const { out } = await world.run(["tools"]);
    expect(out).toMatch(/jira .*refused since/);

    const env = { JIRA_OAUTH_REFRESH_TOKEN: world.jira.gateway.issuer.authorize() };
    const doctor = await world.run(["doctor"], env);
    expect(doctor.out).toContain(`ok   ${world.project} jira: answers at ${world.jira.url}; signed in with: OAuth 2.0`);
  });

  it("waits like for any outage where a token endpoint is down, and catches up in the same run", async () => {
    await start();
    world.jira.faults.add({ kind: "server-error", operation: "oauth/token", times: 2 });
    const report = await world.sync({ yes: true });
    expect([report.summary.failed, report.errors]).toEqual([0, []]);
    expect(counts()).toEqual(given(1));
  });
});
