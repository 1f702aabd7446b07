import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { randomOf } from "../hub/random.ts";
import { stopTemporal } from "../support/world.ts";
import {
  chaosSeed,
  editAndSync,
  expectUnharmed,
  startCrashWorld,
  startFileServer,
  type CrashWorld,
  type FileServer,
} from "./crash-world.ts";
import { Killer } from "./killer.ts";
import { Workers } from "./worker-process.ts";

/** What a first sync of epics and stories writes. */
const WRITES = [
  "POST issue/bulk",
  "POST issue/{ref}/transitions",
  "CreateLabel",
  "CreateProject",
  "CreateIssues",
  "POST pages",
  "POST issues",
  "CreateIssue",
  "PATCH issues/{n}",
];
const KILLS = Number(process.env["SDLC_SYNC_KILLS"] ?? 6);
/** About as many boundaries as an undisturbed first sync has. */
const BOUNDARIES = 1_200;

let temporal: FileServer;
let world: CrashWorld;
let workers: Workers;
let killer: Killer;
beforeAll(async () => {
  temporal = await startFileServer();
});
afterEach(async () => {
  killer.close();
  await workers.close();
  await world.close();
});
afterAll(async () => {
  await temporal.close();
  await stopTemporal();
});

describe("a worker that is killed", () => {
  it(`makes one twin each through ${KILLS} deaths`, { timeout: 60_000 + KILLS * 30_000 }, async () => {
    const seed = chaosSeed();
    const random = randomOf(seed);
    world = await startCrashWorld({ seed, address: temporal.server.address, four: true });
    workers = new Workers(world.root, world.env);
    // A short run owes some of them, chosen by the seed.
    const mustDie = random.shuffle(WRITES).slice(0, Math.max(0, KILLS - 3));
    killer = new Killer({
      kills: KILLS,
      random,
      mustDie,
      spacing: BOUNDARIES / Math.max(1, KILLS) / 1.5,
      kill: () => workers.kill(),
      isWorking: () => workers.isWorking,
    });
    await workers.start();
    for (const tool of world.tools) killer.attach(world[tool]);
    killer.watch(world.hubFile);

    const startedAt = performance.now();
    const report = await world.sync({ yes: true });
    expect(report.findings).toEqual([]);
    const text = await editAndSync(world, () => killer.left > 0);
    const took = `seed ${seed}: ${workers.kills} kills, ${Math.round((performance.now() - startedAt) / 1000)} s`;
    console.log([took, ...killer.lines()].join("\n"));
    expect(workers.kills).toBe(KILLS);
    const died = [...killer.tally.keys()].filter((where) => where.startsWith("committed:"));
    expect(mustDie.filter((operation) => !died.some((where) => where.endsWith(` ${operation}`)))).toEqual([]);
    await expectUnharmed(world, text);
  });
});
