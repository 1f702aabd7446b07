/** Calls that four trackers see of one changed item, wherever it was changed, and of a run in which nothing was. */
import { Clock } from "../sandbox/kit/clock.ts";
import type { RequestLog } from "../sandbox/kit/request-log.ts";
import type { FieldValue } from "../src/core/model.ts";
import { editByHand } from "../test/support/hands.ts";
import { largeHub, storyId } from "../test/support/large-hub.ts";
import type { Tool } from "../test/support/sides.ts";
import { startWorld, stopTemporal, type World } from "../test/support/world.ts";
import { ONE_PROJECT, printTable, type BenchTable } from "./table.ts";

const TOOLS = ["jira", "linear", "notion", "github"] as const;
const PLACES = ["hub", ...TOOLS] as const;
type Place = (typeof PLACES)[number];
const STORY = storyId(1);
/** Each differs from what the story has after the one before. */
const STATUSES: Readonly<Record<Place, string>> = {
  hub: "in_review",
  jira: "in_progress",
  linear: "in_review",
  notion: "in_progress",
  github: "in_review",
};
const LATER_MS = 20 * 60_000;
/** How often the tools' clocks are put on, so that they are right in the end and never fast. */
const TIMES_LATER = 2 * PLACES.length + 1;
const QUIET = "nothing";

/** What one run cost one tool. */
interface Row {
  readonly changed: string;
  /** Where; the tool itself owes no write then. */
  readonly place: Place;
  readonly tool: Tool;
  readonly operations: readonly { readonly operation: string; readonly write: boolean }[];
}

/** What a tool is asked for its news. */
const DELTA: Readonly<Record<Tool, RegExp>> = {
  jira: /^POST search\/jql$/,
  linear: /^Changes$/,
  notion: /^POST data_sources\/\{id\}\/query$/,
  github: /^GET issues$|^Changes$/,
};

/** Counts at the stand-ins, over real HTTP. */
export async function benchApiCalls(): Promise<BenchTable> {
  const earlier = () => ({ clock: earlierClock() });
  const world = await startWorld({
    jira: earlier(),
    linear: earlier(),
    notion: earlier(),
    github: earlier(),
    hub: largeHub({
      epics: 2,
      stories: 10,
      seed: 7,
      hasTexts: true,
      more: { notion: { database_id: "{NOTION}" }, github: { repository: "acme/checkout" } },
    }),
    more: ["notion", "github"],
    syncConfig: `sync_config: {project_id: "{ID}", tools: {github: {mapping: {fields: {status: labels}}}}}\n`,
    // A busy machine is not to be taken for a vendor that is down.
    timings: { heartbeat_timeout_ms: 60_000, request_timeout_ms: 60_000, slow_tool_after_ms: 60_000 },
  });
  try {
    await world.sync({ yes: true });
    const rows: Row[] = [];
    for (const place of PLACES) {
      rows.push(...(await changed(world, "title", place, `Renamed in ${place}`)));
      rows.push(...(await changed(world, "status", place, STATUSES[place])));
    }
    await settle(world);
    rows.push(...(await counted(world, QUIET, "hub")));
    return tableOf(rows);
  } finally {
    await world.close();
    await stopTemporal();
  }
}

function earlierClock(): Clock {
  const clock = new Clock();
  clock.advance(-TIMES_LATER * LATER_MS);
  return clock;
}

/** Listings reach minutes behind the newest change: what was written so far leaves that window. */
async function settle(world: World): Promise<void> {
  for (const tool of TOOLS) world[tool].clock.advance(LATER_MS);
  await world.sync();
}

async function changed(world: World, field: "title" | "status", place: Place, value: FieldValue): Promise<Row[]> {
  await settle(world);
  if (place === "hub")
    await world.editHub(new RegExp(`(id: ${STORY}\\n(?:.*\\n)*? +${field}: ).*`), `$1${String(value)}`);
  else await editByHand(world, place, { key: await world.key(STORY, place), type: "story", field, value });
  return counted(world, field, place);
}

async function counted(world: World, change: string, place: Place): Promise<Row[]> {
  const logs = TOOLS.map((tool): readonly [Tool, RequestLog, number] => [
    tool,
    world[tool].log,
    world[tool].log.total(),
  ]);
  await world.sync();
  return logs.map(([tool, log, mark]) => ({ changed: change, place, tool, operations: log.since(mark) }));
}

interface Cost {
  readonly deltas: number;
  readonly reads: number;
  readonly writes: number;
}

function costOf({ tool, operations }: Row): Cost {
  const writes = operations.filter(({ write }) => write).length;
  const deltas = operations.filter(({ operation }) => DELTA[tool].test(operation)).length;
  return { deltas, writes, reads: operations.length - deltas - writes };
}

/**
 * Reads beyond the one of the item before its write. Jira's transitions are asked for, and the issue is read once it was
 * moved, for a transition answers nothing. GitHub has no compare-and-set: its timeline tells what an edit replaced.
 */
function readsAfter({ changed, tool }: Row): number {
  if (tool === "jira") return changed === "status" ? 2 : 0;
  return tool === "github" ? 1 : 0;
}

/** Reads that news take: a text is a call of its own in Notion, and GitHub's listing names no parent by its id. */
function readsOfNews({ place, tool }: Row): number {
  return place === tool && (tool === "notion" || tool === "github") ? 1 : 0;
}

/** One write for every tool but the one where it was made, and one bulk read by id before it. */
function isKept(row: Row): boolean {
  const { deltas, reads, writes } = costOf(row);
  if (row.changed === QUIET) return deltas === 1 && reads === 0 && writes === 0;
  if (row.place === row.tool) return deltas === 1 && reads <= readsOfNews(row) && writes === 0;
  return deltas === 1 && reads <= 1 + readsAfter(row) && writes === 1;
}

function tableOf(rows: readonly Row[]): BenchTable {
  return {
    title: "Calls for one changed item",
    command: ONE_PROJECT,
    promise:
      "One request for a tool's news; where the change was made elsewhere one bulk read by id and one write, which of a status in Jira is its transition. Beyond it: Jira's transitions and the issue after one, what an edit in GitHub replaced, and with news a text in Notion and a parent in GitHub.",
    isKept: rows.every(isKept),
    head: ["changed", "in", "tool", "news", "reads", "writes", "by operation"],
    rows: rows.map((row) => {
      const { deltas, reads, writes } = costOf(row);
      const names = Map.groupBy(row.operations, ({ operation }) => operation);
      const shown = [...names].map(([name, all]) => `${name} x${all.length}`).join(", ");
      return [row.changed, row.changed === QUIET ? "-" : row.place, row.tool, deltas, reads, writes, shown];
    }),
  };
}

if (import.meta.main) console.log(printTable(await benchApiCalls()));
