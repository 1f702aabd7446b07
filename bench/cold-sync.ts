/** `track-sdlc sync` as a person types it: a fresh process, over a quiet project, while `track-sdlc up` runs. */
import { temporalCli } from "../test/support/temporal.ts";
import { startProgram, type Program } from "../test/chaos/worker-process.ts";
import { largeHub } from "../test/support/large-hub.ts";
import { startWorld, type World } from "../test/support/world.ts";
import { ONE_PROJECT, printTable, type BenchTable } from "./table.ts";

const RUNS = 10;
const LIMIT_MS = 1_500;

/** Wall times of whole processes, from start to exit. */
export async function benchColdSync(): Promise<BenchTable> {
  const env = { TEMPORAL_ADDRESS: "", TEMPORAL_CLI: await temporalCli() };
  const world = await startWorld({ hub: largeHub({ epics: 2, stories: 10, seed: 5 }), env });
  const up = startProgram(["up", "--root", world.root], world.env);
  try {
    await up.said("Working for");
    // The first one makes the twins, the second looks at them once.
    for (let warm = 0; warm < 2; warm += 1) await sync(world);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) times.push(await sync(world));
    times.sort((a, b) => a - b);
    const median = times[RUNS >> 1] ?? 0;
    return {
      title: "Cold sync of a quiet project",
      command: ONE_PROJECT,
      promise: `A fresh \`track-sdlc sync\` with \`track-sdlc up\` running: median below ${LIMIT_MS / 1_000} s.`,
      isKept: median < LIMIT_MS,
      head: ["runs", "min s", "median s", "max s"],
      rows: [[RUNS, seconds(times[0]), seconds(median), seconds(times.at(-1))]],
    };
  } finally {
    await up.stop();
    await world.close();
  }
}

async function sync(world: World): Promise<number> {
  const startedAt = performance.now();
  const program: Program = startProgram(["sync", world.project, "--root", world.root], world.env);
  const code = await program.exitCode();
  if (code !== 0) throw new Error(`sync ended with ${code}: ${program.err}`);
  return performance.now() - startedAt;
}

function seconds(ms = 0): string {
  return (ms / 1_000).toFixed(2);
}

if (import.meta.main) console.log(printTable(await benchColdSync()));
