/**
 * `npm run bench:portfolio`: the portfolio at scale. `--projects=100` takes fewer than the 500, `--only=settled,growth`
 * some of the parts, `--tools=jira,linear,notion,github` binds each project to those and not to Jira and Linear. Limits are scaled, a minute to ten seconds among them: so a run of a few minutes has as many periods
 * as one of half an hour, and is bound by them and not by the machine.
 */
import { parseArgs } from "node:util";
import { runBenches } from "../results.ts";
import type { Tool } from "../../test/support/sides.ts";
import type { BenchTable } from "../table.ts";
import { changeSome } from "./changes.ts";
import { boundOf } from "./limits.ts";
import { fewestRequests } from "./vendors.ts";
import { NO_LIMITS, PortfolioWorld, type Limits, type Ran } from "./world.ts";

const ITEMS = 20;
const SEED = 20_261_121;
/** Of the growth: what a quiet run looks at is projects, however large they are. */
const FEW_ITEMS = 4;
const GROWTH = [50, 500, 2_000];
const ROUNDS = 5;
const EXPORTED = 100;
const EXPORT_LIMITS: Limits = { jira: 250, linear: 100, notion: 150, github: 250 };
const NEAR = 1.15;
const QUIET_SECONDS = 10;
const QUIET_EVENTS = 100;
const MOST_MEMORY = 500;

const USUAL = "jira,linear";
const options = {
  projects: { type: "string" },
  only: { type: "string" },
  tools: { type: "string", default: USUAL },
} as const;
const { values } = parseArgs({ options });
const projects = Number(values.projects ?? 500);
const tools = values.tools.split(",") as Tool[];
const NEWS = tools.some((tool) => tool === "notion" || tool === "github")
  ? "one request a credential and page, in Notion a data source, in GitHub 50 repositories"
  : "one request a credential and page";
/** Linear's own limit, 60 a minute, for 500 projects; a smaller portfolio has less, to be bound by it and not by the machine. */
const changeLimit = Math.max(20, Math.round((projects * 60) / 500));
const CHANGE_LIMITS: Limits = { jira: changeLimit, linear: changeLimit, notion: changeLimit, github: changeLimit };
const commandOf = (part: string): string =>
  `npm run bench:portfolio -- --projects=${projects} --tools=${values.tools} --only=${part}`;
/** Sections of other tools stand beside those of the usual two. */
const named = (title: string): string =>
  values.tools === USUAL ? title : `${title} (${tools.length} tools a project)`;

async function firstExport(): Promise<BenchTable> {
  const count = Math.min(EXPORTED, projects);
  const world = await PortfolioWorld.start(tools, { most: count, items: ITEMS, limits: EXPORT_LIMITS });
  try {
    await world.growTo(count);
    const ran = await world.sync();
    const { twins } = world.vendors;
    const { tool, seconds, ratio } = boundOf(ran, EXPORT_LIMITS);
    return {
      title: named("Portfolio: first export"),
      command: commandOf("export"),
      promise: `All items to all tools within ${NEAR} of what the limits allow (scaled to ${limitsText(EXPORT_LIMITS)}; the time is linear in the projects).`,
      isKept: ratio <= NEAR && twins === tools.length * count * ITEMS,
      head: ["projects", "items", "twins", "calls", "events", "seconds", "bound", "ratio"],
      rows: [
        [
          count,
          count * ITEMS,
          twins,
          callsText(ran),
          ran.events,
          fixed(ran.seconds),
          `${tool} ${fixed(seconds)}`,
          ratio.toFixed(2),
        ],
      ],
    };
  } finally {
    await world.close();
  }
}

/** One world for what comes after a first export: silence, a busy day, and the memory of the worker that did it all. */
async function settled(): Promise<BenchTable[]> {
  const world = await PortfolioWorld.start(tools, { most: projects, items: ITEMS, limits: NO_LIMITS });
  try {
    await world.growTo(projects);
    const exported = await world.sync();
    // Other limits are another configuration: each project is looked at once more.
    await world.limitTo(CHANGE_LIMITS);
    await world.sync();
    world.vendors.later();
    await world.sync();
    const quiet = await world.sync();
    const changed = await changeSome(world, 0.05, SEED);
    const busy = await world.sync();
    return [quietTable(quiet), busyTable(busy, changed), await memoryTable(world, exported)];
  } finally {
    await world.close();
  }
}

function quietTable(ran: Ran): BenchTable {
  const isSilent = isOfFewest(ran, projects) && writesOf(ran) === 0;
  return {
    title: named("Portfolio: nothing changed"),
    command: commandOf("settled"),
    promise: `No write; ${NEWS}; under ${QUIET_SECONDS} s and ${QUIET_EVENTS} Temporal events in all.`,
    isKept: isSilent && ran.progress.dirty === 0 && ran.seconds < QUIET_SECONDS && ran.events < QUIET_EVENTS,
    head: ["projects", "items", "calls", "writes", "events", "seconds"],
    rows: [[projects, projects * ITEMS, callsText(ran), writesOf(ran), ran.events, fixed(ran.seconds)]],
  };
}

function busyTable(ran: Ran, changed: { readonly items: number; readonly writes: number }): BenchTable {
  const { tool, seconds, ratio } = boundOf(ran, CHANGE_LIMITS);
  return {
    title: named("Portfolio: 5 % of the items changed"),
    command: commandOf("settled"),
    promise: `One write a change and tool, other than where it was made; within ${NEAR} of what the limits allow (scaled to ${limitsText(CHANGE_LIMITS)}).`,
    isKept: writesOf(ran) === changed.writes && ratio <= NEAR,
    head: ["projects", "changed", "synced", "writes", "owed", "calls", "events", "seconds", "bound", "ratio"],
    rows: [
      [
        projects,
        changed.items,
        ran.progress.synced,
        writesOf(ran),
        changed.writes,
        callsText(ran),
        ran.events,
        fixed(ran.seconds),
        `${tool} ${fixed(seconds)}`,
        ratio.toFixed(2),
      ],
    ],
  };
}

async function memoryTable(world: PortfolioWorld, exported: Ran): Promise<BenchTable> {
  const { now, most } = await world.workerMemory();
  return {
    title: named("Portfolio: memory of the worker"),
    command: commandOf("settled"),
    promise: `At most ${MOST_MEMORY} MiB in a process of its own, after all of it.`,
    isKept: most <= MOST_MEMORY,
    head: ["projects", "export without limits s", "MiB now", "MiB at most"],
    rows: [[projects, fixed(exported.seconds), now, most]],
  };
}

async function growth(): Promise<BenchTable> {
  const rows = await quietRuns(GROWTH.filter((one) => one <= projects * 4));
  const perProject = rows.map(({ size, ran }) => ran.seconds / size);
  return {
    title: named("Portfolio: growth"),
    command: commandOf("growth"),
    promise: `A quiet run makes ${NEWS}, and its time grows no faster than the projects do.`,
    isKept:
      rows.every(({ size, ran }) => isOfFewest(ran, size)) &&
      perProject.every((ms, n) => n === 0 || ms <= perProject[n - 1]!),
    head: ["projects", "items", "calls", "events", "seconds", "ms a project"],
    rows: rows.map(({ size, ran }, n) => [
      size,
      size * FEW_ITEMS,
      callsText(ran),
      ran.events,
      fixed(ran.seconds, 2),
      fixed((perProject[n] ?? 0) * 1_000, 2),
    ]),
  };
}

interface Sized {
  readonly size: number;
  readonly ran: Ran;
}

/** The fastest of each size: what it costs, without what else the machine did. They take turns, for that falls on all of them alike. */
async function quietRuns(sizes: readonly number[]): Promise<Sized[]> {
  const worlds: PortfolioWorld[] = [];
  try {
    for (const size of sizes) {
      const world = await PortfolioWorld.start(tools, { most: size, items: FEW_ITEMS, limits: NO_LIMITS });
      worlds.push(world);
      await world.growTo(size);
      await world.sync();
      world.vendors.later();
      await world.sync();
    }
    const runs: Sized[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      for (const world of worlds) runs.push({ size: world.projects, ran: await world.sync() });
    const fastest = runs.toSorted((a, b) => a.ran.seconds - b.ran.seconds);
    return sizes.flatMap((size) => fastest.find((one) => one.size === size) ?? []);
  } finally {
    for (const world of worlds) await world.close();
  }
}

function isOfFewest(ran: Ran, count: number): boolean {
  return ran.tools.every(({ tool, requests }) => requests <= fewestRequests(tool, count));
}

function callsText({ tools }: Ran): string {
  return tools.map(({ tool, requests }) => `${tool} ${requests}`).join(", ");
}

function writesOf({ tools }: Ran): number {
  return tools.reduce((sum, { writes }) => sum + writes, 0);
}

function limitsText(limits: Limits): string {
  return `${tools.map((tool) => `${tool} ${limits[tool]}`).join(", ")} in 10 s`;
}

function fixed(value: number, digits = 1): string {
  return value.toFixed(digits);
}

const PARTS: Readonly<Record<string, () => Promise<readonly BenchTable[]>>> = {
  settled,
  export: async () => [await firstExport()],
  growth: async () => [await growth()],
};
const only = values.only?.split(",") ?? Object.keys(PARTS);
await runBenches(only.map((name) => async () => (await PARTS[name]?.()) ?? []));
