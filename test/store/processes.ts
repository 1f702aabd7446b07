import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { FieldName } from "../../src/core/model.ts";
import type { BucketLimit } from "../../src/store/store.ts";

const SCRIPT = new URL("store-process.ts", import.meta.url).pathname;

export interface ProcessTask {
  readonly url: string;
  readonly attempts: number;
  readonly limits: readonly BucketLimit[];
  readonly now: number;
  readonly commits?: { readonly project: string; readonly fields: readonly FieldName[]; readonly count: number };
}

/** Starts the processes, lets them loose at the same moment, and tells how many calls each was granted. */
export async function inProcesses(count: number, task: ProcessTask): Promise<number[]> {
  const children = Array.from({ length: count }, (_, place) => {
    const child = spawn(process.execPath, [SCRIPT, JSON.stringify(task), String(place)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator](), exit: once(child, "exit") };
  });
  for (const { lines } of children) await lines.next();
  for (const { child } of children) child.stdin.write("go\n");
  return Promise.all(
    children.map(async ({ lines, exit }) => {
      const { value } = (await lines.next()) as { value: string | undefined };
      const [code] = (await exit) as [number];
      if (code !== 0 || value === undefined)
        throw new Error(`a process over ${task.url.split("?")[0]} ended with ${code}`);
      return Number(value);
    }),
  );
}
