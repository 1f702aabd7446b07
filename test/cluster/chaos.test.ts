import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProgram } from "../chaos/worker-process.ts";
import { randomOf, type Random } from "../hub/random.ts";
import { Fleet } from "./fleet.ts";
import { People } from "./people.ts";
import {
  consentToAll,
  expectPortfolioSettled,
  openRuns,
  settle,
  startPortfolioWorld,
  type Portfolio,
} from "./portfolio.ts";
import { clusterMiss, startCluster, type TemporalCluster } from "./temporal-cluster.ts";
import { Weather } from "./weather.ts";

/** Besides the world's own one. */
const PROJECTS = Number(process.env["SDLC_SYNC_CLUSTER_PROJECTS"] ?? 23);
const CHAOS_S = Number(process.env["SDLC_SYNC_CLUSTER_SECONDS"] ?? 70);
const KILL_EVERY_S = Number(process.env["SDLC_SYNC_CLUSTER_KILL_EVERY"] ?? 20);
const CUT_EVERY_S = 7;
const EDITS_PER_S = 6;
const FAULT_SHARE = 0.08;
/** What a machine with nothing built needs for the server. */
const BUILD_MS = 600_000;
const SEED = Number(process.env["SDLC_SYNC_SEED"] ?? Date.now() % 1_000_000);

const ROLES = { jira: ["--tools=jira"], linear: ["--tools=linear"], all: [] };

const miss = await clusterMiss();
let cluster: TemporalCluster;
let portfolio: Portfolio;
let fleet: Fleet;

describe.skipIf(miss !== null)(`a cluster on PostgreSQL${miss === null ? "" : ` (skipped: ${miss})`}`, () => {
  beforeAll(async () => {
    cluster = await startCluster();
    portfolio = await startPortfolioWorld(cluster.address, PROJECTS);
    const { env, root } = portfolio.world;
    fleet = new Fleet(ROLES, root, env);
    // The first to come registers the search attributes.
    await fleet.start();
  }, BUILD_MS);
  afterAll(async () => {
    await fleet?.close();
    await portfolio?.close();
    await cluster?.close();
  });

  it("syncs a portfolio with three workers, each for its own queues", async () => {
    const { env, root } = portfolio.world;
    const { projects } = portfolio;
    expect(fleet.said("jira")).toMatch(/queues: sync\.jira\.\n/);
    expect(fleet.said("linear")).toMatch(/queues: sync\.linear\.\n/);
    expect(fleet.said("all")).toMatch(/queues: sync\.workflows, hub\.\w+, sync\.jira, sync\.linear\.\n/);
    const sync = startProgram(["sync", "--all", "--json", "--root", root], env);
    expect(await sync.exitCode(), sync.err).toBe(0);
    const { portfolio: report } = JSON.parse(sync.out) as { portfolio: Record<string, unknown> };
    expect(report).toMatchObject({ dirty: projects.length, synced: projects.length, failed: [], unread: [] });
    await expectPortfolioSettled(portfolio);
  });

  it(
    `converges through ${CHAOS_S} s of kills, cuts, refusals and edits`,
    { timeout: 600_000 + CHAOS_S * 2_000 },
    async () => {
      const random = randomOf(SEED);
      await consentToAll(portfolio);
      const people = new People(portfolio, randomOf(random.int(1e9)));
      const { jira, linear } = portfolio.world;
      const weather = new Weather([jira, linear], randomOf(random.int(1e9)), FAULT_SHARE);
      const deadline = Date.now() + CHAOS_S * 1_000;
      const startedAt = performance.now();
      const requests = portfolio.world.mark();
      let runs = 0;
      const syncing = until(deadline, 0, async () => {
        await portfolio.sync();
        runs += 1;
      });
      const editing = until(deadline, 1_000 / EDITS_PER_S, () => people.edit());
      const cuts = { busy: 0, idle: 0, none: 0 };
      const cutting = until(deadline, CUT_EVERY_S * 1_000, async () => void (cuts[await portfolio.cutStore()] += 1));
      const killing = killUntil(deadline, randomOf(random.int(1e9)), weather);
      const [kills] = await Promise.all([killing, syncing, editing, cutting]);
      weather.clear();
      const rounds = await settle(portfolio);
      const lines = [
        `seed ${SEED} (SDLC_SYNC_SEED=${SEED} repeats the choices), ${portfolio.projects.length} projects, ${Math.round((performance.now() - startedAt) / 1000)} s`,
        `  ${kills.length} kills: ${kills.map(({ name, inFlight }) => `${name} (${inFlight} activities in flight)`).join(", ")}`,
        `  ${kills.filter(({ inFlight }) => inFlight > 0).length} of them hit an activity in flight`,
        `  ${cuts.busy + cuts.idle} connections of the store cut, ${cuts.busy} of them at work`,
        `  ${weather.faults} of ${requests.requests()} requests refused, cut off or delayed: ${[...weather.tally].map(([kind, count]) => `${kind} ${count}`).join(", ")}`,
        `  ${people.edits} edits by people, ${people.planned} of them new items, ${runs} runs over the portfolio meanwhile, ${rounds} rounds until quiet`,
      ];
      console.log(lines.join("\n"));
      expect(await people.lost()).toEqual([]);
      await expectPortfolioSettled(portfolio);
      expect(kills.length).toBeGreaterThan(0);
    },
  );

  it("lets its workers go in order", async () => {
    expect(await fleet.stop()).toEqual({ jira: 0, linear: 0, all: 0 });
    expect(fleet.said("jira")).toContain("Draining");
  });
});

/** Does it again and again, with a pause between two, for as long as there is time. */
async function until(deadline: number, everyMs: number, deed: () => Promise<void>): Promise<void> {
  while (Date.now() < deadline) {
    await deed();
    await pause(Math.min(everyMs, Math.max(0, deadline - Date.now())));
  }
}

interface Kill {
  readonly name: string;
  /** Activities that died with it. */
  readonly inFlight: number;
}

async function killUntil(deadline: number, random: Random, weather: Weather): Promise<Kill[]> {
  const kills: Kill[] = [];
  for (;;) {
    await pause(Math.min(KILL_EVERY_S * 1_000, Math.max(0, deadline - Date.now())));
    if (Date.now() >= deadline) return kills;
    await weather.nextRequest();
    const name = random.pick(fleet.names);
    const { identity, isBack } = await fleet.replace(name);
    const inFlight = await startedBy(identity);
    await isBack;
    kills.push({ name, inFlight });
  }
}

/** How many activities Temporal believes that worker to be at: a dead one's, until their heartbeats are missed. */
async function startedBy(identity: string): Promise<number> {
  const STARTED = 2;
  const of = async (workflowId: string): Promise<number> => {
    const { raw } = await portfolio.client.workflow.getHandle(workflowId).describe();
    return (raw.pendingActivities ?? []).filter(
      ({ state, lastWorkerIdentity }) => state === STARTED && lastWorkerIdentity === identity,
    ).length;
  };
  const counts = await Promise.all((await openRuns(portfolio)).map(of));
  return counts.reduce((sum, count) => sum + count, 0);
}
