import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { randomOf } from "../hub/random.ts";
import {
  chaosSeed,
  editAndSync,
  expectUnharmed,
  startCrashWorld,
  startFileServer,
  type CrashWorld,
  type FileServer,
} from "./crash-world.ts";
import { Workers } from "./worker-process.ts";

const KILLS = Number(process.env["SDLC_SYNC_SERVER_KILLS"] ?? 1);
/** About as many requests as an undisturbed first sync sends. */
const REQUESTS = 150;

let temporal: FileServer;
let world: CrashWorld;
let workers: Workers;
beforeAll(async () => {
  temporal = await startFileServer();
});
afterEach(async () => {
  await workers.close();
  await world.close();
});
afterAll(() => temporal.close());

describe("a Temporal server that is killed", () => {
  it(`makes one twin each through ${KILLS} deaths`, { timeout: 60_000 + KILLS * 30_000 }, async () => {
    const seed = chaosSeed();
    const random = randomOf(seed);
    world = await startCrashWorld({ seed, address: temporal.server.address });
    workers = new Workers(world.root, world.env);
    await workers.start();
    const killed: string[] = [];
    const gap = () => 1 + random.int(REQUESTS / KILLS);
    let countdown = gap();
    // One that is dead already cannot be killed: its successor is waited for.
    let lastPid = 0;
    for (const sandbox of [world.jira, world.linear]) {
      sandbox.onBeforeAnswer = ({ operation }) => {
        const { pid } = temporal.server;
        if (killed.length === KILLS || --countdown > 0 || pid === lastPid) return;
        countdown = gap();
        lastPid = pid;
        killed.push(`${sandbox.name} ${operation}`);
        process.kill(pid, "SIGKILL");
      };
    }

    const startedAt = performance.now();
    const report = await world.sync({ yes: true });
    const text = await editAndSync(world, () => killed.length < KILLS);
    const took = `${killed.length} kills, ${Math.round((performance.now() - startedAt) / 1000)} s`;
    console.log([took, ...killed.map((where) => `  during ${where}`)].join("\n"));
    expect(report.findings).toEqual([]);
    expect(killed.length).toBe(KILLS);
    await expectUnharmed(world, text);
  });
});
