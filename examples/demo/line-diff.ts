import { styleText } from "node:util";
import { diffPatch } from "node-diff3";

/** Changed lines of two texts, marked, and coloured where a terminal shows colours; unchanged ones are left out. */
export function lineDiff(before: string, after: string): string {
  const lines = diffPatch(before.split("\n"), after.split("\n")).flatMap(({ buffer1, buffer2 }) => [
    ...buffer1.chunk.map((line) => styleText("red", `  - ${line}`)),
    ...buffer2.chunk.map((line) => styleText("green", `  + ${line}`)),
  ]);
  return lines.join("\n");
}
