/** `npm run bench`: runs every bench, prints its table, and keeps it in RESULTS.md. Exits with 1 where a promise was not kept. */
import { benchApiCalls } from "./api-calls.ts";
import { benchColdSync } from "./cold-sync.ts";
import { benchEvents } from "./events.ts";
import { benchHubEdit, EDIT_LIMIT } from "./hub-edit.ts";
import { benchPlan } from "./plan.ts";
import { runBenches } from "./results.ts";
import { ONE_PROJECT, type BenchTable } from "./table.ts";

const BENCHES: readonly (() => Promise<BenchTable>)[] = [plan, hubEdit, benchApiCalls, benchEvents, benchColdSync];

async function plan(): Promise<BenchTable> {
  const { rows } = await benchPlan();
  return {
    title: "Plan",
    command: ONE_PROJECT,
    promise: "One pure function over all trees; the fastest of its rounds.",
    isKept: true,
    head: ["items", "tools", "edited", "ms"],
    rows: rows.map(({ items, tools, edited, ms }) => [items, tools, `${edited * 100} %`, ms]),
  };
}

async function hubEdit(): Promise<BenchTable> {
  const results = benchHubEdit(() => undefined);
  return {
    title: "Hub edit",
    command: ONE_PROJECT,
    promise: `An edit with its own check takes at most ${EDIT_LIMIT} parses of the same file.`,
    isKept: results.every(({ ratio }) => ratio <= EDIT_LIMIT),
    head: ["lines", "edits", "one parse ms", "edit ms", "parses"],
    rows: results.map(({ lines, edits, parseMs, editMs, ratio }) => [
      lines,
      edits,
      parseMs.toFixed(1),
      editMs.toFixed(1),
      ratio.toFixed(2),
    ]),
  };
}

await runBenches(BENCHES);
