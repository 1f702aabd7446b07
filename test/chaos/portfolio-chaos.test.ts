/** A portfolio through bad weather at every vendor, dying workers and a store that comes and goes. `npm run chaos` does it for longer. */
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { randomOf } from "../hub/random.ts";
import { findPostgres, makeSchema, type PostgresSchema } from "../store/postgres.ts";
import { chaosSeed, startFileServer, type FileServer } from "./crash-world.ts";
import { Killer } from "./killer.ts";
import { TOOLS } from "./portfolio/deeds.ts";
import { People } from "./portfolio/people.ts";
import { CALLS_A_MINUTE, PortfolioWorld } from "./portfolio/portfolio-world.ts";
import { brokenPromises, overBudget } from "./portfolio/promises.ts";
import { cutPostgres, lockedSqlite, type StoreTroubles } from "./portfolio/store-troubles.ts";
import { Weather } from "./portfolio/weather.ts";
import { WorkerPool } from "./portfolio/worker-pool.ts";

const MINUTES = Number(process.env["SDLC_SYNC_CHAOS_MINUTES"] ?? 1);
const PROJECTS = Number(process.env["SDLC_SYNC_CHAOS_PROJECTS"] ?? 30);
const IS_LONG = MINUTES >= 5;
/** Longer than the store may be locked: a worker that waits for it is not dead. */
const HEARTBEAT_MS = IS_LONG ? 25_000 : 8_000;
const LONGEST_LOCK_MS = IS_LONG ? 18_000 : 3_000;
/** Between two kills there is time for a worker to be missed, and for some of its work to be done again. */
const KILL_PAUSE_MS = HEARTBEAT_MS;
const LOCK_PAUSE_MS = LONGEST_LOCK_MS * 3;
/** What a call may take from its reservation to its arrival, as a share of a minute's calls. */
const JITTER = 1.15;

/** `npm test` has its minute with SQLite; both homes are for heavy runs. */
const isBoth = process.env["SDLC_SYNC_CHAOS_POSTGRES"] !== undefined;
const server = isBoth ? await findPostgres() : undefined;

let temporal: FileServer;
let schema: PostgresSchema | undefined;
let portfolio: PortfolioWorld;
let pool: WorkerPool;
let killer: Killer;
beforeAll(async () => {
  temporal = await startFileServer();
});
afterEach(async () => {
  killer.close();
  await pool.close();
  await portfolio.close();
});
afterAll(async () => {
  await temporal.close();
  await schema?.remove();
});

interface Store {
  readonly storeUrl?: string;
  readonly troubles: (random: ReturnType<typeof randomOf>) => StoreTroubles;
}

async function live(minutes: number, projects: number, store: Store): Promise<void> {
  const seed = chaosSeed();
  // Each has its own, so that what one does depends on no other's timing.
  const [hubs, crowd, sky, pools, kills, trouble] = [1, 2, 3, 4, 5, 6].map((n) => randomOf(seed * 10 + n));
  const heartbeatMs = HEARTBEAT_MS;
  portfolio = await PortfolioWorld.start({ projects, random: hubs!, temporal, heartbeatMs, ...store });
  const { world } = portfolio;
  pool = new WorkerPool({ root: world.root, env: world.env, random: pools!, most: 2 });
  killer = new Killer({
    kills: Infinity,
    random: kills!,
    mustDie: ["POST issue/bulk", "CreateIssues", "POST pages", "CreateIssue"],
    spacing: IS_LONG ? 600 : 150,
    // Whichever of them sent the request: it dies at this boundary.
    kill: () => pool.kill("all"),
    isWorking: () => pool.isWorking,
  });
  await pool.fill(2);
  const over = new AbortController();
  const vendors = TOOLS.map((tool) => world[tool]);
  for (const vendor of vendors) killer.attach(vendor);
  for (const file of portfolio.hubs.values()) killer.watch(file);
  portfolio.countArrivals();
  const weather = new Weather(vendors, sky!);
  const people = new People(portfolio, crowd!);
  const troubles = store.troubles(trouble!);

  const clock = setTimeout(() => over.abort(), minutes * 60_000);
  const hints: Promise<void>[] = [];
  const onEdit = (project: string): void => void (crowd!.chance(0.2) && hints.push(portfolio.hint(project)));
  const faults = [weather.blow(over.signal, 600), pool.roam(over.signal, KILL_PAUSE_MS), troubles.make(over.signal)];
  const edits = people.work(over.signal, 250, onEdit);
  let runs = 0;
  const keepSyncing = async (): Promise<void> => {
    for (; !over.signal.aborted; runs += 1) await portfolio.sync();
  };
  // As a schedule and a person at a terminal do, neither of which knows of the other.
  const syncing = Promise.all([keepSyncing(), keepSyncing()]);
  await Promise.all([edits, ...faults]);
  clearTimeout(clock);
  killer.left = 0;
  await pool.fill(2);
  await Promise.all([syncing, ...hints]);

  const rounds = await portfolio.syncUntilQuiet();
  const texts = await portfolio.texts();
  const mark = world.mark();
  await portfolio.sync({ all: true });
  const writes = mark.writes();
  const lines = [
    `seed ${seed}: ${projects} projects, ${minutes} min, ${people.deeds.length} edits and ${people.stories.length} new stories by people, ${people.postponed} postponed`,
    `${runs} syncs of the portfolio, ${rounds} more until quiet, requests: ${TOOLS.map((tool) => `${tool} ${portfolio.arrivals[tool].length}`).join(", ")}`,
    `${pool.starts} workers started, ${pool.kills} killed; those that died at a boundary:`,
    ...killer.lines(),
    "requests hit by faults:",
    ...weather.lines(),
    ...troubles.lines(),
  ];
  console.log(lines.join("\n"));
  const broken = [
    ...brokenPromises(await portfolio.now(people)),
    ...TOOLS.flatMap((tool) => overBudget(tool, portfolio.arrivals[tool], CALLS_A_MINUTE * JITTER, 60_000)),
    ...pool.crashes.map((words) => `a worker ended by itself: ${words}`),
    ...(writes > 0 ? [`I2: ${writes} writes by one more sync`] : []),
  ];
  // Chaos that hit nothing would prove nothing.
  expect(people.deeds.length * pool.kills * weather.hits()).toBeGreaterThan(0);
  if (broken.length > 0) console.log(await portfolio.explain(broken, people));
  expect(broken).toEqual([]);
  expect(await portfolio.texts()).toEqual(texts);
  expect(world.linear.specViolations()).toEqual([]);
  for (const { spec } of [world.jira, world.notion, world.github]) expect(spec.violations()).toEqual([]);
  expect(world.github.documentViolations()).toEqual([]);
}

const guard = { timeout: MINUTES * 60_000 + 1_200_000 };

describe("a portfolio in chaos", () => {
  it(`keeps its promises with SQLite, ${PROJECTS} projects, ${MINUTES} min`, guard, async () => {
    await live(MINUTES, PROJECTS, {
      troubles: (random) =>
        lockedSqlite(join(portfolio.world.root, ".sdlc-sync/store.db"), LONGEST_LOCK_MS, {
          random,
          meanPauseMs: LOCK_PAUSE_MS,
        }),
    });
  });

  it.skipIf(!server)(
    `keeps its promises with PostgreSQL, ${PROJECTS / 2} projects, ${MINUTES / 2} min${server ? "" : isBoth ? " (no server on 127.0.0.1:5432)" : " (heavy runs only)"}`,
    guard,
    async () => {
      schema = await makeSchema(server!);
      const url = new URL(schema.url);
      url.searchParams.set("application_name", "sdlc-sync-chaos");
      await live(MINUTES / 2, PROJECTS / 2, {
        storeUrl: url.href,
        troubles: (random) => cutPostgres(server!, "sdlc-sync-chaos", { random, meanPauseMs: 4_000 }),
      });
    },
  );
});
