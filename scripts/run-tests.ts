/**
 * Runs the test suites one after another, prints the time of each, and closes with the real counts.
 * `--heavy`: the random and killing suites with their full counts. Arguments that are left pick suites by name.
 */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliSources, findTemporalCli } from "../src/temporal/cli-binary.ts";

interface Suite {
  readonly name: string;
  readonly paths: readonly string[];
  /** What a heavy run sets; a suite without it is not part of heavy runs. */
  readonly heavy?: Readonly<Record<string, string>>;
  /** Runs where it is named and not otherwise: it has a command of its own. */
  readonly isApart?: boolean;
  /** Files at a time, where they wait for timers more than they work; two where absent. */
  readonly workers?: number;
  /** Its files share what they import, which takes longer to load than most of them to run: none of them changes it. */
  readonly sharesModules?: boolean;
}

const SUITES: readonly Suite[] = [
  { name: "core", paths: ["test/core"], heavy: { SDLC_SYNC_PROPERTY_RUNS: "20000" } },
  { name: "hub", paths: ["test/hub"], heavy: { SDLC_SYNC_PROPERTY_RUNS: "5000" } },
  { name: "store", paths: ["test/store", "test/rate", "test/access"] },
  { name: "ui", paths: ["test/ui"] },
  { name: "registry", paths: ["test/registry", "test/cli", "test/scripts", "test/temporal"], sharesModules: true },
  { name: "connectors", paths: ["test/connectors", "test/sandbox"], sharesModules: true },
  { name: "workflows", paths: ["test/workflows", "test/activities", "test/replay"], sharesModules: true },
  { name: "scenarios", paths: ["test/scenarios"], sharesModules: true, workers: 3 },
  {
    name: "crash",
    paths: ["test/chaos"],
    heavy: {
      SDLC_SYNC_KILLS: "60",
      SDLC_SYNC_SERVER_KILLS: "5",
      SDLC_SYNC_BACKFILL: "10000",
      SDLC_SYNC_CHAOS_POSTGRES: "1",
    },
  },
  { name: "cluster", paths: ["test/cluster"], isApart: true },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const args = process.argv.slice(2);
const heavy = args.includes("--heavy");
const picked = args.filter((arg) => !arg.startsWith("--"));
const suites = SUITES.filter(
  (suite) => (!heavy || suite.heavy) && (picked.length === 0 ? !suite.isApart : picked.includes(suite.name)),
);
const forgotten = globSync("test/**/*.test.ts").filter(
  (file) => !SUITES.some(({ paths }) => paths.some((path) => file.startsWith(`${path}/`))),
);
if (forgotten.length > 0) {
  console.error(`No suite runs ${forgotten.join(", ")}; name their folder in scripts/run-tests.ts.`);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "sdlc-sync-tests-"));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const times: string[] = [];

// Got once and before the suites: building it takes longer than any test may.
const TEMPORAL_CLI = await findTemporalCli(cliSources(process.env), console.log);

// One seed for all, so that a run can be repeated; set the variable for other random worlds.
const SDLC_SYNC_SEED = process.env["SDLC_SYNC_SEED"] ?? "20261121";
console.log(`SDLC_SYNC_SEED=${SDLC_SYNC_SEED}`);

for (const suite of suites) {
  console.log(`\n=== ${suite.name}${heavy ? " (heavy)" : ""}`);
  const startedAt = performance.now();
  const counts = await runSuite(suite, join(folder, `${suite.name}.json`));
  times.push(
    `${suite.name.padEnd(12)} ${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
  );
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
rmSync(folder, { recursive: true });
console.log(`\n${times.join("\n")}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ""}`);
process.exit(total.failed > 0 || total.passed + total.skipped === 0 ? 1 : 0);

async function runSuite(suite: Suite, report: string): Promise<Counts> {
  const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
  const flags = [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    "--passWithNoTests",
    ...(suite.sharesModules ? ["--no-isolate"] : []),
    ...(suite.workers === undefined ? [] : [`--maxWorkers=${suite.workers}`]),
    ...suite.paths,
  ];
  const code = await new Promise<number>((resolve) => {
    const child = spawn(process.execPath, [vitest, ...flags], {
      stdio: "inherit",
      env: {
        ...process.env,
        TEMPORAL_CLI,
        SDLC_SYNC_SEED,
        ...(heavy ? { SDLC_SYNC_HANG_GUARD_MS: "1500000", ...suite.heavy } : {}),
      },
    });
    child.on("exit", (status) => resolve(status ?? 1));
  });
  try {
    const result = JSON.parse(readFileSync(report, "utf8")) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
    };
    // A file that cannot be loaded fails the suite without counting as a test.
    const failed = result.numFailedTests || (code === 0 ? 0 : 1);
    return { passed: result.numPassedTests, failed, skipped: result.numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
