import { answerFits } from "./agree.ts";
import { decide } from "./decide.ts";
import { hasMoved } from "./field-case.ts";
import { proposals } from "./proposals.ts";
import { mergeSets } from "./set-merge.ts";
import { isRefused } from "./settle-tool.ts";
import { mergeTexts } from "./text-edits.ts";

/** The planner's judgements, one function each, so that a test can plant a defect in one and see it caught. */
export interface ReconcileParts {
  readonly hasMoved: typeof hasMoved;
  readonly proposals: typeof proposals;
  readonly mergeSets: typeof mergeSets;
  readonly mergeTexts: typeof mergeTexts;
  readonly decide: typeof decide;
  readonly answerFits: typeof answerFits;
  readonly isRefused: typeof isRefused;
}

export const RECONCILE_PARTS: ReconcileParts = {
  hasMoved,
  proposals,
  mergeSets,
  mergeTexts,
  decide,
  answerFits,
  isRefused,
};
