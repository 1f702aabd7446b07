/** What a person or a configuration decided about a run. Plain data, but for the two lookups that are functions. */
import type { LensTable } from "./lens.ts";
import type { FieldName, FieldValue, ItemId, ItemType, Side, Stamp, ToolKey } from "./model.ts";
import type { Candidate, ConflictStrategy, Deletion, DeletionChoice, GuardChoice, GuardQuestion } from "./plan.ts";
import type { SyncMode } from "./ports.ts";

/** What becomes of an item whose twin was deleted in a tool, or whose lines were removed from the hub. */
export type DeletePolicy = "flag" | "archive" | "recreate";

/** Whose value stands where an item was linked, but never agreed before. */
export type AdoptionPolicy = "hub" | "tool" | "newest" | "ask";

export interface ToolPolicy {
  /** Item types that the tool can hold under this binding. */
  readonly types: readonly ItemType[];
  readonly lens: LensTable;
  readonly mode: SyncMode;
  readonly strategy: ConflictStrategy;
  readonly deletes: DeletePolicy;
  /** False: it did not answer in this pass. Its mirror is compared with, nothing is written to it. */
  readonly available: boolean;
  /** The bulk guard of this binding was answered once with yes. */
  readonly consented: boolean;
  /** Items that have a ref which could not be resolved: never created while that is so. */
  readonly awaiting: readonly ItemId[];
  /** Of ids that were used before, the generation that a first twin gets; 0 for all others. */
  readonly generations?: Readonly<Record<ItemId, number>>;
  /** Updates that carry one of these fields are sent before the others. */
  readonly priorityFields?: readonly FieldName[];
}

/**
 * A person's answer to a conflict of a field. It holds as long as nobody proposes a value that the person was
 * not shown; keep it until a plan no longer names the conflict.
 */
export interface FieldAnswer {
  readonly kind?: never;
  readonly item: ItemId;
  readonly field: FieldName;
  readonly choice: Side | { readonly value: FieldValue };
  /** What the person was shown. */
  readonly candidates: readonly Candidate[];
}

/** A person's answer to a deletion, with what they were shown. */
export interface DeletionAnswer {
  readonly kind: "deletion";
  readonly choice: DeletionChoice;
  readonly shown: Deletion;
  /** It was carried out: what is there again since, somebody brought back. */
  readonly holds?: boolean;
}

/** A person's answer to a question about a whole side: it goes for what they were shown, and a little more. */
export interface GuardAnswer {
  readonly kind: "guard";
  readonly choice: GuardChoice;
  readonly shown: GuardQuestion;
}

export type ConflictAnswer = FieldAnswer | DeletionAnswer | GuardAnswer;

export interface BulkLimits {
  /** Items created at one tool by one plan. */
  readonly maxCreates: number;
  /** Share (0 to 1) of the project's agreed fields overwritten at one side by one plan. */
  readonly maxOverwriteShare: number;
}
export const DEFAULT_BULK_LIMITS: BulkLimits = { maxCreates: 50, maxOverwriteShare: 0.2 };

/** When a side's value of a field was last changed, as finely as anybody knows; undefined if nobody does. */
export type TimeOf = (side: Side, item: ItemId, field: FieldName) => Stamp | undefined;

export interface Policy {
  readonly tools: Readonly<Record<ToolKey, ToolPolicy>>;
  /** The hub wins under last-modified-wins, and refused values are tried again. */
  readonly force: boolean;
  /** Answers the bulk guard and approves the archives that the delete policy proposes. */
  readonly yes: boolean;
  /** Only these flow; absent means all. */
  readonly fields?: readonly FieldName[];
  readonly times: TimeOf;
  /** The project's other tools, which do not take part: who may propose does not depend on who was asked. */
  readonly others: readonly Pick<ToolPolicy, "mode" | "types">[];
  readonly adoption: AdoptionPolicy;
  readonly answers: readonly ConflictAnswer[];
  /** Ids in the order of the hub file; ids not named follow in alphabetical order. */
  readonly itemOrder: readonly ItemId[];
  readonly bulk: BulkLimits;
}
