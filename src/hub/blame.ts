import { execFile } from "node:child_process";
import { basename, dirname } from "node:path";

/** Of lines that are not committed yet. */
const UNCOMMITTED = /^0+$/;

/** Of one line: epoch ms, and the name of its author. */
export interface Authorship {
  readonly time: number;
  readonly by: string;
}

/**
 * When and by whom each line was written (by 1-based line), as git tells it for exactly these bytes.
 * The author's time, because a rebase of ours or of theirs moves the committer's. Empty where there is
 * no git, no repository, or no commit of the file.
 */
export async function blameLines(file: string, bytes: Uint8Array): Promise<ReadonlyMap<number, Authorship>> {
  const output = await gitBlame(file, bytes);
  const lines = new Map<number, Authorship>();
  let line = 0;
  let commit = "";
  let by = "";
  for (const row of output.split("\n")) {
    const head = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(row);
    if (head) [commit, line] = [head[1] ?? "", Number(head[2])];
    by = /^author (.*)$/.exec(row)?.[1] ?? by;
    const time = /^author-time (\d+)$/.exec(row)?.[1];
    if (time !== undefined && !UNCOMMITTED.test(commit)) lines.set(line, { time: Number(time) * 1000, by });
  }
  return lines;
}

function gitBlame(file: string, bytes: Uint8Array): Promise<string> {
  const args = ["blame", "--line-porcelain", "--contents", "-", "--", basename(file)];
  return new Promise((resolve) => {
    const options = { cwd: dirname(file), maxBuffer: Number.MAX_SAFE_INTEGER, encoding: "utf8" } as const;
    const child = execFile("git", args, options, (error, stdout) => resolve(error ? "" : stdout));
    // A git that ends before it has read everything says why by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(bytes);
  });
}
