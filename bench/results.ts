/** `RESULTS.md`: one section a table, each kept until its own bench runs again. */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { printTable, type BenchTable } from "./table.ts";

const FILE = join(import.meta.dirname, "RESULTS.md");
const FACTS = `Node ${process.version}, ${availableParallelism()} cores, vendors and Temporal on the same machine.`;
const HEAD = `# Bench results\n\nWritten by \`npm run bench\`, \`npm run bench:first-sync\` and \`npm run bench:portfolio\`. ${FACTS}\n`;

/** Runs benches one after another, prints their tables and keeps them. Exit code 1 where a promise was not kept. */
export async function runBenches(
  benches: readonly (() => Promise<BenchTable | readonly BenchTable[]>)[],
): Promise<void> {
  const text = await readFile(FILE, "utf8").catch(() => "");
  const sections = new Map(
    text.split(/^(?=## )/m).flatMap((section) => (titleOf(section) ? [[titleOf(section), section]] : [])),
  );
  for (const bench of benches) {
    for (const table of [await bench()].flat()) {
      if (!table.isKept) process.exitCode = 1;
      const section = `${printTable(table)}\n${loadNow()}\n`;
      console.log(section);
      sections.set(titleOf(section), section);
    }
  }
  await writeFile(FILE, [HEAD, ...[...sections.values()].map((section) => `${section.trimEnd()}\n`)].join("\n"));
}

/** Times of a machine that does other work beside are not those of an idle one. */
function loadNow(): string {
  return `Load average at the end: ${(loadavg()[0] ?? 0).toFixed(1)} on ${availableParallelism()} cores.`;
}

function titleOf(section: string): string {
  return /^## (.*)/.exec(section)?.[1] ?? "";
}
