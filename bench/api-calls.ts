/** Calls that the vendors see: of a first sync, of one changed item, and of a quiet run. */
import { printTable, type BenchTable } from "./table.ts";
import { largeHub, storyId } from "../test/support/large-hub.ts";
import { startWorld, stopTemporal, type World } from "../test/support/world.ts";

interface ApiCallsRow {
  readonly run: string;
  readonly tool: string;
  readonly requests: number;
  readonly writes: number;
  /** By the vendor's own names. */
  readonly operations: Readonly<Record<string, number>>;
}

const EPICS = 6;
const STORIES = 120;
const QUIET = "nothing changed";
const LATER_MS = 20 * 60_000;

/** Counts at the stand-ins, over real HTTP. */
export async function benchApiCalls(): Promise<BenchTable> {
  const world = await startWorld({
    hub: largeHub({ epics: EPICS, stories: STORIES, seed: 7 }),
    // A busy machine is not to be taken for a vendor that is down.
    timings: { heartbeat_timeout_ms: 60_000, request_timeout_ms: 60_000, slow_tool_after_ms: 60_000 },
    linear: { requestsPerHour: 1_000_000 },
  });
  try {
    const first = await counted(world, `first sync of ${EPICS + STORIES} items`, async () => {
      await world.sync({ yes: true });
    });
    // Listings reach minutes behind the newest change: the first sync's hundred changes leave that window
    // with the first change that is later than it.
    for (const { clock } of [world.jira, world.linear]) clock.advance(LATER_MS);
    await rename(world, "Renamed");
    await world.sync();
    const changed = await counted(world, "one item renamed in the hub", async () => {
      await rename(world, "Renamed again");
    });
    const quiet = await counted(world, QUIET, async () => {
      await world.sync();
    });
    const rows = [...first, ...changed, ...quiet];
    return tableOf(rows);
  } finally {
    await world.close();
    await stopTemporal();
  }
}

async function rename(world: World, title: string): Promise<void> {
  await world.editHub(new RegExp(`(id: ${storyId(1)}\\n.*\\n +title: ).*`), `$1${title}`);
  await world.sync();
}

async function counted(world: World, run: string, work: () => Promise<void>): Promise<ApiCallsRow[]> {
  const tools = [world.jira, world.linear];
  const marks = tools.map(({ log }) => log.total());
  await work();
  return tools.map(({ name, log }, index) => {
    const seen = log.since(marks[index] ?? 0);
    const operations: Record<string, number> = {};
    for (const { operation } of seen) operations[operation] = (operations[operation] ?? 0) + 1;
    return { run, tool: name, requests: seen.length, writes: seen.filter(({ write }) => write).length, operations };
  });
}

function isKept(rows: readonly ApiCallsRow[]): boolean {
  const [jira, linear, ...later] = rows;
  const batches = Math.ceil(STORIES / 50);
  return (
    jira?.operations["POST issue/bulk"] === 1 + batches &&
    linear?.operations["CreateIssues"] === batches &&
    later.every(({ run, requests, writes }) => (run === QUIET ? requests <= 1 && writes === 0 : writes === 1))
  );
}

function tableOf(rows: readonly ApiCallsRow[]): BenchTable {
  return {
    title: "API calls",
    promise:
      "Four creating calls to Jira, epics first; one write a tool for a changed item; one request a tool for a quiet run.",
    isKept: isKept(rows),
    head: ["run", "tool", "requests", "writes", "by operation"],
    rows: rows.map(({ run, tool, requests, writes, operations }) => [
      run,
      tool,
      requests,
      writes,
      Object.entries(operations)
        .map(([name, times]) => `${name} x${times}`)
        .join(", "),
    ]),
  };
}

if (import.meta.main) console.log(printTable(await benchApiCalls()));
