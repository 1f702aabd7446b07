import { afterAll, afterEach, describe, expect, it } from "vitest";
import { requestSync } from "../../src/temporal/client.ts";
import { StateFolder } from "../../src/temporal/state-folder.ts";
import type { Program } from "../chaos/worker-process.ts";
import { expectSettled } from "../support/invariants.ts";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";
import { Workers } from "../support/workers.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-001, title: Store a card, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
const workers = new Workers();
afterEach(async () => {
  await workers.kill();
  await world.close();
});
afterAll(stopTemporal);

const worker = (...flags: string[]) => workers.start(world, ...flags);

describe("what a worker serves", () => {
  it.each([
    [[], /queues: sync\.workflows, hub\.\w+, sync\.jira, sync\.linear\.\n/],
    [["--no-hub"], /queues: sync\.workflows, sync\.jira, sync\.linear\.\n/],
    [["--tools=linear"], /queues: sync\.linear\.\n/],
    [["--workflows", "--hub"], /queues: sync\.workflows, hub\.\w+\.\n/],
  ])("is told as it starts (%j)", async (flags, said) => {
    world = await startWorld({ hub: HUB });
    const { err } = await worker(...flags);
    expect(err).toMatch(said);
    expect(err).toMatch(/^Temporal: 127\.0\.0\.1:\d+, namespace default\. Store: .+\/\.sdlc-sync\/store\.db\.\n/m);
  });

  it("leaves out a tool that it has no credentials for, and says so", async () => {
    world = await startWorld({ hub: HUB, env: { LINEAR_API_KEY: "" } });
    const { err } = await worker();
    expect(err).toContain("Not served: linear (LINEAR_API_KEY is not set).");
    expect(err).toMatch(/hub\.\w+, sync\.jira\.\n/);
  });

  it("takes a client's own credentials for as good as the environment's", async () => {
    const client = 'client: {code: ACME}\nconnections: {linear: {api_key: "${ACME_KEY}"}}\n';
    world = await startWorld({
      hub: HUB,
      files: { "registry/clients/ACME.yaml": client },
      env: { LINEAR_API_KEY: "", ACME_KEY: "secret" },
    });
    expect((await worker("--tools=linear")).err).toContain("queues: sync.linear.");
  });

  it("makes one sync together with others, each with its own part", async () => {
    world = await startWorld({ hub: HUB });
    await Promise.all([worker("--tools=jira"), worker("--tools=linear"), worker("--workflows", "--hub")]);
    const { client } = await sharedTemporal();
    const { run, outcome } = await requestSync(client, {
      project: world.project,
      hubQueue: `hub.${await new StateFolder(world.root).workspaceId()}`,
      heartbeatTimeoutMs: 5_000,
      request: { trigger: "manual" },
    });
    expect(outcome).toBe("success");
    expect((await world.store.run(run))?.report).toMatchObject({ findings: [] });
    await expectSettled(world);
  });
});

describe("a worker that cannot work", () => {
  const refused = async (args: string[], env: Record<string, string>) => {
    world = await startWorld({ hub: HUB });
    const { code, err } = await world.run(["worker", ...args], env);
    return { code, err };
  };

  it("names the variable of a tool that it was to serve", async () => {
    const { code, err } = await refused(["--tools=jira,linear"], { JIRA_API_TOKEN: "", ATLASSIAN_API_TOKEN: "" });
    expect([code, err]).toEqual([
      2,
      "jira: JIRA_API_TOKEN is not set. Set it for this worker, or leave jira out of --tools.",
    ]);
  });

  it("says where to name a Temporal", async () => {
    const { code, err } = await refused([], { TEMPORAL_ADDRESS: "", XDG_CONFIG_HOME: "/nonexistent" });
    expect([code, err]).toEqual([2, expect.stringMatching(/no Temporal is named\. Set TEMPORAL_ADDRESS/)]);
  });

  it("says that the Temporal does not answer", async () => {
    const { code, err } = await refused([], { TEMPORAL_ADDRESS: "127.0.0.1:1" });
    expect([code, err]).toEqual([1, expect.stringContaining("Temporal at 127.0.0.1:1 does not answer.")]);
  });

  it("may not keep to itself what the workers of other queues must find", async () => {
    const { code, err } = await refused(["--tools=jira"], { TEMPORAL_ADDRESS: "temporal.invalid:7233" });
    expect([code, err]).toEqual([2, expect.stringMatching(/store is a file of this machine .+postgres:\/\//)]);
    const whole = await world.run(["worker"], { TEMPORAL_ADDRESS: "temporal.invalid:7233" });
    expect([whole.code, whole.err]).toEqual([
      1,
      expect.stringMatching(/^Warning: the store is a file of this machine/m),
    ]);
  });
});

describe("a worker that is told to stop", () => {
  /** A worker in the middle of Jira's create, and the way to let that go on. */
  async function atWork(): Promise<{ readonly at: Program; readonly goOn: () => void }> {
    world = await startWorld({ hub: HUB, timings: { request_timeout_ms: 30_000, slow_tool_after_ms: 60_000 } });
    const at = await worker();
    let goOn = (): void => undefined;
    const going = new Promise<void>((resolve) => (goOn = resolve));
    const arrived = new Promise<void>((resolve) => {
      world.jira.onBeforeAnswer = async ({ operation }) => {
        if (operation !== "POST issue/bulk") return;
        resolve();
        await going;
      };
    });
    const synced = world.sync().catch(() => undefined);
    void synced;
    await arrived;
    return { at, goOn };
  }

  it("ends what is under way, and goes", async () => {
    const { at, goOn } = await atWork();
    const ended = at.stop();
    await at.said("Draining");
    goOn();
    expect(await ended).toBe(0);
    expect(at.err).toMatch(/Draining: no new work is taken\.\nStopped\.\n$/);
    world.jira.onBeforeAnswer = undefined;
    await worker();
    await world.sync();
    await expectSettled(world);
    expect(world.jira.log.count("POST issue/bulk")).toBe(1);
  });

  it("goes at once when it is told again, and costs no second twin", async () => {
    const { at, goOn } = await atWork();
    void at.stop();
    await at.said("Draining");
    expect(await at.stop()).toBe(130);
    goOn();
    world.jira.onBeforeAnswer = undefined;
    await worker();
    await world.sync();
    await expectSettled(world);
  });
});
