import { diffIndices } from "node-diff3";

/** Lines that differ, the old beside the new; one of them undefined where a line came or went. */
export function changedLines(before: string, after: string): [string | undefined, string | undefined][] {
  const [allOld, allNow] = [before.split("\n"), after.split("\n")];
  const first = allOld.findIndex((line, index) => line !== allNow[index]);
  const from = first === -1 ? Math.min(allOld.length, allNow.length) : first;
  let tail = 0;
  while (tail < Math.min(allOld.length, allNow.length) - from && allOld.at(-1 - tail) === allNow.at(-1 - tail))
    tail += 1;
  // The differ is slow on long files; what is the same at both ends needs none.
  const old = allOld.slice(from, allOld.length - tail);
  const now = allNow.slice(from, allNow.length - tail);
  return diffIndices(old, now).flatMap(({ buffer1, buffer2 }) => {
    const [removed, added] = [slice(old, buffer1), slice(now, buffer2)];
    return Array.from(
      { length: Math.max(removed.length, added.length) },
      (_, index): [string | undefined, string | undefined] => [removed[index], added[index]],
    );
  });
}

function slice(lines: readonly string[], [start, length]: readonly [number, number]): string[] {
  return lines.slice(start, start + length);
}
