/**
 * `npm run bench:first-sync`: 500 items into each tool in turn, against the fewest calls that must be made and the least
 * time that the tool's limits allow them to take. `--tools=notion` measures some of them.
 */
import { parseArgs } from "node:util";
import type { HubItem } from "../src/core/model.ts";
import { readHub } from "../src/hub/read.ts";
import type { RateRow } from "../src/rate/budget.ts";
import { deliveryWorkflow, openWorkflow } from "../sandbox/jira/model.ts";
import { largeHub } from "../test/support/large-hub.ts";
import { disagreements, statusNames, type Tool } from "../test/support/sides.ts";
import { startWorld, stopTemporal, type World } from "../test/support/world.ts";
import { runBenches } from "./results.ts";
import { fastClock, registryOf, scaledLimits } from "./scaled-limits.ts";
import type { BenchTable } from "./table.ts";

const EPICS = 50;
const STORIES = 450;
const NEAR = 1.1;
/** GitHub has no place of its own for them. */
const LABELLED = `sync_config: {project_id: "{ID}", tools: {github: {mapping: {fields: {status: labels, estimate: labels}}}}}\n`;
/** A project of another tool, by which the worker has worked before. */
const WARM_UP = "PROJ-2030-001";

/** How much faster the tool's time passes: as many periods of its limits as in an hour or less, in a minute or two. */
const SPEED: Readonly<Record<Tool, number>> = { jira: 1, linear: 1, notion: 4, github: 3 };

/** Calls of one kind that a first sync cannot do without, and what each of them costs in the tool's buckets. */
interface Needed {
  readonly calls: number;
  readonly costs: Readonly<Record<string, number>>;
}
const READ: Needed = { calls: 1, costs: { requests: 1 } };

/** An item of the hub, reduced to what decides about calls. */
type Items = readonly HubItem[];
const of = (items: Items, type: HubItem["type"]): Items => items.filter((item) => item.type === type);
const batches = (items: Items): number => Math.ceil(items.length / 50);
const labelsOf = (items: Items): number =>
  new Set(items.flatMap(({ fields }) => (fields.labels ?? []) as string[])).size;
const isOneOf = (item: HubItem, ...statuses: readonly string[]): boolean =>
  statuses.includes(String(item.fields.status));
const requests = (calls: number): Needed => ({ calls, costs: { requests: 1 } });

/**
 * The fewest calls. Each tool is looked at once, to learn what it calls things, and listed once, for nothing may be
 * made that stands there already; the rest is what the vendor's batches leave (`reference` of each tool):
 * - Jira makes 50 issues a call, of which parents must stand before their children, and answers ids alone: 100 are read
 *   back a call. Each is born in the first status, and moved on by a call for each transition on the shortest way.
 * - Linear makes 50 issues a call; projects, which epics are, and labels by one each.
 * - Notion has no batches: a call a page, and one that tells what it made of a text, which the page's answer leaves out.
 * - GitHub makes an issue, its place below a parent included, by one call that counts as creation of content, and closes it by another.
 */
const NEEDED: Readonly<Record<Tool, (items: Items) => readonly Needed[]>> = {
  jira: (items) => [
    requests(batches(of(items, "epic")) + batches(of(items, "story")) + Math.ceil(items.length / 100)),
    requests(items.reduce((sum, item) => sum + transitionsTo(item), 0)),
  ],
  linear: (items) => [requests(of(items, "epic").length + batches(of(items, "story")) + labelsOf(items))],
  notion: (items) => [requests(items.length + items.filter(({ fields }) => fields.description).length)],
  github: (items) => [
    { calls: items.length, costs: { requests: 1, points: 5, content: 1 } },
    {
      calls: items.filter((item) => isOneOf(item, "completed", "done", "cancelled")).length,
      costs: { requests: 1, points: 5 },
    },
  ],
};

/** On the shortest way in the stand-in's workflows: an open one of epics, one with an order for stories. */
function transitionsTo({ type, fields: { status = null } }: HubItem): number {
  const wanted = statusNames("jira", type, status);
  const { statuses, transitions } =
    type === "story" ? deliveryWorkflow() : openWorkflow("toDo", "inProgress", "done", "cancelled");
  let reached = statuses.slice(0, 1);
  for (let steps = 0; steps <= statuses.length; steps += 1) {
    if (reached.some(({ name }) => wanted.includes(name))) return steps;
    const ways = transitions.filter(({ from }) => !from || reached.some(({ id }) => from.includes(id)));
    reached = statuses.filter(({ id }) => reached.some((one) => one.id === id) || ways.some(({ to }) => to === id));
  }
  throw new Error(`no way leads to ${String(status)}`);
}

async function benchFirstSync(tools: readonly Tool[]): Promise<BenchTable> {
  const measured: Measured[] = [];
  try {
    for (const tool of tools) measured.push(await measure(tool));
  } finally {
    await stopTemporal();
  }
  const speeds = tools.map((tool) => `${tool} ${SPEED[tool]}`).join(", ");
  return {
    title: `First sync of ${EPICS + STORIES} items, a tool each`,
    command: "npm run bench:first-sync",
    promise: `At most ${NEAR} of the fewest calls, and of the least time that the registry's limits allow them, which pass faster here (${speeds} times).`,
    isKept: measured.every(({ calls, least, ms, leastMs }) => calls <= least * NEAR && ms <= leastMs * NEAR),
    head: ["tool", "calls", "fewest", "ratio", "seconds", "least", "ratio", "by operation"],
    rows: measured.map(({ tool, calls, least, ms, leastMs, operations }) => [
      tool,
      calls,
      least,
      (calls / least).toFixed(2),
      (ms / 1_000).toFixed(1),
      (leastMs / 1_000).toFixed(1),
      (ms / leastMs).toFixed(2),
      operations,
    ]),
  };
}

interface Measured {
  readonly tool: Tool;
  readonly calls: number;
  readonly least: number;
  readonly ms: number;
  readonly leastMs: number;
  readonly operations: string;
}

async function measure(tool: Tool): Promise<Measured> {
  const speed = SPEED[tool];
  const limits = scaledLimits(tool, speed);
  const world = await startBound(tool, limits, speed);
  try {
    const items = Object.values(await itemsOf(world)).filter(({ type }) => type !== "project");
    const needed = [READ, READ, ...NEEDED[tool](items)];
    const { log } = world[tool];
    // The time is the sync's, not that of a worker that starts.
    await world.engine.syncProject(WARM_UP);
    const startedAt = performance.now();
    const { outcome } = await world.sync({ yes: true });
    const ms = performance.now() - startedAt;
    const [calls, operations] = [log.total(), log.byOperation()];
    // Of texts the vendors rewrite the Markdown; that they mean the same a further sync finds, which writes nothing.
    const wrong = disagreements(world, await itemsOf(world), [tool]).filter((one) => !one.includes("/description:"));
    const before = log.writes();
    await world.sync();
    if (outcome === "error" || wrong.length > 0 || log.writes() > before)
      throw new Error(
        `${tool}: ${outcome}, ${wrong.length} fields differ: ${wrong[0]}, ${log.writes() - before} later writes`,
      );
    return {
      tool,
      calls,
      least: needed.reduce((sum, one) => sum + one.calls, 0),
      ms,
      leastMs: leastMs(needed, limits),
      operations: Object.entries(operations)
        .map(([name, times]) => `${name} x${times}`)
        .join(", "),
    };
  } finally {
    await world.close();
  }
}

/** A whole limit may go at once, and as much again each time that its period has passed; of the limit that takes longest. */
function leastMs(needed: readonly Needed[], limits: readonly RateRow[]): number {
  const whole = limits.filter(({ scope }) => scope === "credential");
  return Math.max(
    ...whole.map(({ name, limit, periodMs }) => {
      const cost = needed.reduce((sum, { calls, costs }) => sum + calls * (costs[name] ?? 0), 0);
      return Math.floor(Math.max(0, cost - 1) / limit) * periodMs;
    }),
  );
}

/** A world whose one project is bound to that tool alone. */
function startBound(tool: Tool, limits: readonly RateRow[], speed: number): Promise<World> {
  const more = { notion: { database_id: "{NOTION}" }, github: { repository: "acme/checkout" } };
  const isUsual = tool === "jira" || tool === "linear";
  return startWorld({
    hub: largeHub({
      epics: EPICS,
      stories: STORIES,
      seed: 11,
      hasTexts: true,
      usual: isUsual ? [tool] : [],
      ...(isUsual ? {} : { more: { [tool]: more[tool] } }),
    }),
    ...(isUsual ? {} : { more: [tool] }),
    others: { [WARM_UP]: largeHub({ epics: 1, stories: 1, seed: 11, usual: [tool === "linear" ? "jira" : "linear"] }) },
    ...(tool === "github" ? { syncConfig: LABELLED } : {}),
    [tool]: { clock: fastClock(speed) },
    files: { "registry/tool-registry.yaml": registryOf(tool, limits) },
    keepsLimits: true,
    // A busy machine is not to be taken for a vendor that is down; the other times are the product's own.
    timings: { heartbeat_timeout_ms: 60_000, request_timeout_ms: 60_000, slow_tool_after_ms: 30_000 },
  });
}

async function itemsOf(world: World): Promise<Readonly<Record<string, HubItem>>> {
  const { tree } = readHub(await world.hubText(), { projectId: world.project, file: "sdlc-tracking.yaml" });
  if (!tree) throw new Error("the bench's own hub cannot be read");
  return tree.items;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { tools: { type: "string" } } });
  const tools = (values.tools?.split(",") ?? Object.keys(SPEED)) as Tool[];
  await runBenches([() => benchFirstSync(tools)]);
}
