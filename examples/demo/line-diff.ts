import { diffPatch } from "node-diff3";

/** Changed lines of two texts, marked and coloured; unchanged ones are left out. */
export function lineDiff(before: string, after: string): string {
  const lines = diffPatch(before.split("\n"), after.split("\n")).flatMap(({ buffer1, buffer2 }) => [
    ...buffer1.chunk.map((line) => `\u001b[31m  - ${line}\u001b[0m`),
    ...buffer2.chunk.map((line) => `\u001b[32m  + ${line}\u001b[0m`),
  ]);
  return lines.join("\n");
}
