/** What people did, so that it can be asked afterwards what became of it. */
import type { FieldName, FieldValue, ItemId } from "../../../src/core/model.ts";
import type { View } from "../../support/sides.ts";

export const TOOLS = ["jira", "linear", "notion", "github"] as const;
export type SyncedTool = (typeof TOOLS)[number];

export interface Deed {
  readonly project: string;
  readonly item: ItemId;
  readonly field: FieldName;
  readonly side: "hub" | SyncedTool;
  /** A label is added or removed, everything else set. */
  readonly kind: "set" | "add" | "remove";
  /** In the hub's terms; of labels the one. */
  readonly value: FieldValue;
  /** What the person saw there before, in that side's terms. */
  readonly saw: FieldValue | View[FieldName] | undefined;
}

/** A story that somebody wrote into a hub file. */
export interface NewStory {
  readonly project: string;
  readonly item: ItemId;
}
