import type { Edit } from "./people.ts";

/** What goes wrong in one pass; numbers choose among the writes. */
export interface Faults {
  /** Bit n: tool n does not answer. */
  readonly down: number;
  /** Position of the write after which the process dies; none where it is beyond the last one. */
  readonly crashAfter: number;
  /** Dies between the swap of the hub file and the record of it. */
  readonly crashInCommit: boolean;
  /** For write n: 0 is lost on its way, 1 arrives, both without an answer; 2 has one field refused for good; others succeed. */
  readonly writes: readonly number[];
  /** Edits that arrive between the plan and the writes. */
  readonly races: readonly Edit[];
  /** Order in which the tools are written to. */
  readonly order: number;
  /** Whether the base of a refused field takes the new agreed value; the planner must live with both. */
  readonly refusedAgrees: boolean;
  readonly force: boolean;
}
export const NO_FAULTS: Faults = {
  down: 0,
  crashAfter: 1_000,
  crashInCommit: false,
  writes: [],
  races: [],
  order: 0,
  refusedAgrees: false,
  force: false,
};

/** Whether tool `tool`, by its place, does not answer. */
export function isDown(faults: Faults, tool: number): boolean {
  return ((faults.down >> tool) & 1) === 1;
}
