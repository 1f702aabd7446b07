import type { Plan } from "../src/core/plan.ts";
import type { HubCommit } from "../src/store/store.ts";

/** The part of a plan that `commit` carries out, with the bytes it was made for. */
export interface StoredPlan {
  readonly hubHash: string;
  readonly plan: Omit<Plan, "writes" | "hubBase"> & Pick<HubCommit, "hubBase">;
}

export function planKey(run: string, pass: number): string {
  return `plan/${run}/${pass}`;
}
