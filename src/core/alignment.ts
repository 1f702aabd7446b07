import { diffIndices } from "node-diff3";

/** A run in which two sequences differ: so many left out of the first, so many of the second in their place. */
export interface Hunk {
  readonly at: number;
  readonly gone: number;
  readonly to: number;
  readonly come: number;
}

/** Where `after` differs from `before`, in order; all else is a longest common subsequence. */
export function differences(before: readonly string[], after: readonly string[]): Hunk[] {
  return diffIndices([...before], [...after]).map(({ buffer1: [at, gone], buffer2: [to, come] }) => ({
    at,
    gone,
    to,
    come,
  }));
}
