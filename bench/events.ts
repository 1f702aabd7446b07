/** Events that a sync leaves in Temporal's history: they may not grow with the number of items. */
import { Client, Connection, type WorkflowHandle } from "@temporalio/client";
import { largeHub } from "../test/support/large-hub.ts";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../test/support/world.ts";
import { projectWorkflowId } from "../workflows/messages.ts";
import { ONE_PROJECT, printTable, type BenchTable } from "./table.ts";

/** At most this many, whatever the size: a share of the run's own, and one of each tool. */
const LIMIT = 30 + 12 * 2;
const SIZES = [1, 1_000];

/** First syncs of one item and of a thousand, to Jira and Linear. */
export async function benchEvents(): Promise<BenchTable> {
  const rows: (string | number)[][] = [];
  try {
    for (const items of SIZES) rows.push(await measure(items));
  } finally {
    await stopTemporal();
  }
  return {
    title: "Temporal events",
    command: ONE_PROJECT,
    promise: `At most 30 plus 12 a tool (${LIMIT}), however many items there are.`,
    isKept: rows.every(([, events]) => Number(events) <= LIMIT),
    head: ["items", "events", "KiB of history", "seconds", "kinds"],
    rows,
  };
}

async function measure(items: number): Promise<(string | number)[]> {
  const world = await startWorld({
    hub: largeHub({ epics: items > 1 ? 10 : 0, stories: items > 1 ? items - 10 : 1, seed: 3 }),
    // How long the machine takes for it is not what is measured.
    timings: {
      pass_budget_ms: 600_000,
      slow_tool_after_ms: 60_000,
      heartbeat_timeout_ms: 60_000,
      request_timeout_ms: 60_000,
    },
    // Waits that a vendor asks for are passes of their own, whatever the number of items.
    jira: { quirks: { burstLimit: false } },
    linear: { requestsPerHour: 1_000_000, complexityPerHour: 1_000_000_000 },
  });
  try {
    const startedAt = performance.now();
    await world.sync({ yes: true });
    const seconds = (performance.now() - startedAt) / 1_000;
    const { events, bytes, kinds } = await history(world);
    return [items, events, Math.round(bytes / 102.4) / 10, Math.round(seconds * 10) / 10, kinds];
  } finally {
    await world.close();
  }
}

async function history({ project }: World): Promise<{ events: number; bytes: number; kinds: string }> {
  const connection = await Connection.connect({ address: (await sharedTemporal()).address });
  try {
    const handle = new Client({ connection }).workflow.getHandle(projectWorkflowId(project));
    const events = (await handle.fetchHistory()).events ?? [];
    const { raw } = await handle.describe();
    const names = events.map(kindOf);
    const counts = [...Map.groupBy(names, (name) => name)].map(([name, all]) => `${all.length} ${name}`);
    return {
      events: events.length,
      bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0),
      kinds: counts.join(", "),
    };
  } finally {
    await connection.close();
  }
}

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle["fetchHistory"]>>["events"]>[number];

/** `activityTaskScheduled`: an event carries its kind in the name of its attributes. */
function kindOf(event: HistoryEvent): string {
  const named = Object.entries(event).find(([name, value]) => name.endsWith("EventAttributes") && value !== null);
  return named?.[0].replace("EventAttributes", "") ?? "unknown";
}

if (import.meta.main) console.log(printTable(await benchEvents()));
