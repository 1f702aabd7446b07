import { Client, Connection } from "@temporalio/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { syncProgress } from "../../src/temporal/client.ts";
import { expectUnharmed, startCrashWorld, startFileServer, type CrashWorld, type FileServer } from "./crash-world.ts";
import { Workers } from "./worker-process.ts";

const WAIT_S = 10;

let temporal: FileServer;
let connection: Connection;
let world: CrashWorld;
let workers: Workers;
beforeAll(async () => {
  temporal = await startFileServer();
  connection = await Connection.connect({ address: temporal.server.address });
});
afterEach(async () => {
  await workers.close();
  await world.close();
});
afterAll(async () => {
  await connection.close();
  await temporal.close();
});

describe("a wait that a vendor asked for", () => {
  it("outlives the worker, holds no other tool up, and ends on time", async () => {
    world = await startCrashWorld({ seed: 1, address: temporal.server.address });
    workers = new Workers(world.root, world.env);
    await workers.start();
    const { linear, project } = world;
    linear.faults.add({ kind: "rate-limited", operation: "^CreateIssues$", retryAfterSeconds: WAIT_S });
    const arrivals: number[] = [];
    let refusedAt = 0;
    linear.onBeforeAnswer = (_, { committed }) => {
      if (!committed) refusedAt = Date.now();
      else if (refusedAt > 0) arrivals.push(Date.now());
    };

    const client = new Client({ connection });
    const synced = world.sync({ yes: true });
    // Jira's own limit of calls a second may hold it up for a moment; Linear's wait does not.
    const waiting = async () => {
      const { step, standings = [] } = (await syncProgress(client, project)) ?? {};
      return { step, tools: standings.flatMap(({ tool, state }) => (state === "waiting" ? tool : [])) };
    };
    await expect.poll(waiting, { timeout: 60_000 }).toEqual({ step: "waiting", tools: ["linear"] });
    expect(world.jira.site.issues.size).toBe(126);
    await workers.kill();
    expect(Date.now() - refusedAt).toBeLessThan(WAIT_S * 1_000);

    expect((await synced).findings).toEqual([]);
    expect(Math.min(...arrivals) - refusedAt).toBeGreaterThanOrEqual(WAIT_S * 1_000);
    await expectUnharmed(world);
  });
});
