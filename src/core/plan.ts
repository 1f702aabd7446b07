import type { Finding } from "./findings.ts";
import type {
  FieldBase,
  FieldName,
  FieldValue,
  FieldValues,
  ItemId,
  ItemType,
  Side,
  Stamp,
  ToolKey,
  ToolValue,
} from "./model.ts";

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
  /**
   * A person's edit is taken in, and its tool is to be told what came of it: not before this is recorded, so the plan
   * after that one does. A value of a person is never overwritten by the plan that first saw it.
   */
  readonly isTakenIn?: true;
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
export interface FieldConflict {
  readonly item: ItemId;
  readonly type: ItemType;
  readonly field: FieldName;
  /** `adoption`: linked, but never agreed before, so nobody can say who changed it. */
  readonly kind: "edit" | "adoption";
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

/** What is left of an item at one side. */
export interface Trace {
  readonly side: Side;
  /** `removed`: its lines were taken out of the hub. */
  readonly state: "live" | "deleted" | "archived" | "removed";
  /** What people changed here that the sides which lost the item never saw. */
  readonly edits?: FieldValues;
}

/**
 * What may become of an item that is gone at one side and not at all. `archive`: it is put away in the other tools
 * too; `recreate`: it is made anew where it was deleted; `keep`: it lives on where it is, and is asked about no more.
 */
export type DeletionChoice = "archive" | "recreate" | "keep";

/** An item was deleted in a tool, or taken out of the hub, and lives on elsewhere. Never acted on without a yes. */
export interface Deletion {
  readonly kind: "deletion";
  readonly item: ItemId;
  readonly type: ItemType;
  /** The hub first, then by tool key. */
  readonly traces: readonly Trace[];
  readonly choices: readonly DeletionChoice[];
  /** Absent: waits for a person. `holds`: nothing is left to be done for it, and it is asked no more. */
  readonly decided?: { readonly choice: DeletionChoice; readonly holds: boolean };
}

/** To a bulk write: `proceed` or `refuse`. To a wave of deletions: the items are really `gone`, or `keep` them. */
export type GuardChoice = "proceed" | "refuse" | "gone" | "keep";

/** A question about a whole side, asked before anything of that kind is done there. */
export interface GuardQuestion {
  readonly kind: "bulk-create" | "bulk-overwrite" | "mass-deletion";
  readonly side: Side;
  readonly count: number;
  readonly limit: number;
  /** Absent: waits for a person. */
  readonly decided?: { readonly choice: GuardChoice };
}

/** What only a person can decide, where no rule does. */
export type Conflict = FieldConflict | Deletion | GuardQuestion;

/** What is asked about an item: a field, or its life; about the project, what is done at a side (`bulk-create:jira`). */
export type Topic = FieldName | "deletion" | `${GuardQuestion["kind"]}:${Side}`;

/** One question at a time stands here. */
export interface Place {
  readonly item: ItemId;
  readonly topic: Topic;
}

/** A twin is deleted, or back again. */
export interface Presence {
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly gone: boolean;
  /** What the project agreed on until now, where it is deleted. */
  readonly seen?: FieldValues;
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
  readonly presence: readonly Presence[];
  readonly conflicts: readonly FieldConflict[];
  readonly deletions: readonly Deletion[];
  readonly findings: readonly Finding[];
  readonly guards: readonly GuardQuestion[];
}

/** Whether something is left to do at any side: by this plan, or by the next one once this is committed. */
export function leavesWork({
  writes,
  hubEdits,
  baseUpdates,
}: Pick<Plan, "writes" | "hubEdits" | "baseUpdates">): boolean {
  return writes.length > 0 || hubEdits.length > 0 || baseUpdates.some(({ isTakenIn }) => isTakenIn);
}
