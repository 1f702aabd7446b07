import type { Finding } from "./findings.ts";
import type { FieldBase, FieldName, FieldValue, ItemId, ItemType, Side, Stamp, ToolKey, ToolValue } from "./model.ts";

/** A value wanted at a tool. A parent that has no twin yet is named by item and resolved when its create is acknowledged. */
export interface WantedField {
  readonly value: ToolValue | { readonly awaits: ItemId };
  /** The project's value that this stands for; becomes `FieldBase.agreed` on acknowledgement. */
  readonly agreed: FieldValue;
  /** What the mirror held when the plan was made: re-read before the write, a difference stops it. */
  readonly expect?: ToolValue;
}
export type WantedFields = { readonly [F in FieldName]?: WantedField };

export interface CreateWrite {
  readonly kind: "create";
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly type: ItemType;
  readonly generation: number;
  readonly fields: WantedFields;
}
export interface UpdateWrite {
  readonly kind: "update";
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly type: ItemType;
  readonly ref: string;
  readonly fields: WantedFields;
}
export interface ArchiveWrite {
  readonly kind: "archive";
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly type: ItemType;
  readonly ref: string;
}
export type Write = CreateWrite | UpdateWrite | ArchiveWrite;

/** A change of one scalar, list or text of the hub file. */
export interface HubFieldEdit {
  readonly kind: "field";
  readonly item: ItemId;
  readonly type: ItemType;
  readonly field: FieldName;
  readonly value: FieldValue;
}
/** The human key of a twin, written once under `external_refs`. */
export interface HubRefEdit {
  readonly kind: "ref";
  readonly item: ItemId;
  readonly type: ItemType;
  readonly tool: ToolKey;
  readonly ref: string;
}
export type HubEdit = HubFieldEdit | HubRefEdit;

/** An agreement that needs no write at the tool: recorded when the hub is committed. */
export interface BaseUpdate {
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly field: FieldName;
  readonly base: FieldBase;
}

/** What the project comes to agree on for one field. */
export interface AgreedValue {
  readonly item: ItemId;
  readonly type: ItemType;
  readonly field: FieldName;
  readonly value: FieldValue;
  /** The side that holds it so far, the hub before others; absent where none does: merged, or given by a person. */
  readonly from?: Side;
}

export interface Candidate {
  readonly side: Side;
  readonly value: FieldValue;
  readonly stamp?: Stamp;
}

export type ConflictStrategy = "last-modified-wins" | "source-wins" | "manual" | "field-merge";

/** Two or more sides changed one field to different values. */
export interface Conflict {
  readonly item: ItemId;
  readonly type: ItemType;
  readonly field: FieldName;
  /** `adoption`: linked, but never agreed before, so nobody can say who changed it. */
  readonly kind: "edit" | "adoption" | "deletion";
  readonly candidates: readonly Candidate[];
  readonly strategy: ConflictStrategy;
  /** Absent: parked for a person. */
  readonly decided?: {
    /** Absent: a value that a person gave, and none of the sides. */
    readonly side?: Side;
    readonly value: FieldValue;
    readonly reason: string;
  };
}

/** Decided by what a person answered, and not by a rule. */
export function isAnswered({ strategy, decided }: Conflict): boolean {
  return strategy === "manual" && decided !== undefined;
}

/** A question the bulk guard asks before anything of that side is written. */
export interface GuardQuestion {
  readonly side: Side;
  readonly kind: "bulk-create" | "bulk-overwrite" | "mass-deletion";
  readonly count: number;
  readonly limit: number;
}

/**
 * What a run would do, as data. The order of every list is fixed by item order, type and tool key, so
 * the same trees give the same plan, byte for byte.
 */
export interface Plan {
  readonly writes: readonly Write[];
  readonly hubEdits: readonly HubEdit[];
  readonly baseUpdates: readonly BaseUpdate[];
  /** The project's agreed values after the hub commit. */
  readonly hubBase: readonly AgreedValue[];
  /** Twins found to be deleted, or back again: from the commit on that is no news, and part of no wave. */
  readonly presence: readonly { readonly tool: ToolKey; readonly item: ItemId; readonly gone: boolean }[];
  readonly conflicts: readonly Conflict[];
  readonly findings: readonly Finding[];
  readonly guards: readonly GuardQuestion[];
  /**
   * Writes that the next plan will hold, once the commit has made durable what they overwrite: a value
   * of a person is never overwritten by the plan that first saw it. Present means: commit, then plan again.
   */
  readonly deferred?: number;
}
