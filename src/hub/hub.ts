/** Shapes of the hub module: what reading a hub file gives, and what editing it takes. */
import type { Finding } from "../core/findings.ts";
import type { FieldName, HubTree, ItemId, ItemType, ToolKey } from "../core/model.ts";
import type { HubEdit } from "../core/plan.ts";

/** The `external_sync` block in one shape, whichever of the two the file has. */
export interface HubBinding {
  readonly tool: ToolKey;
  readonly container: Readonly<Record<string, string | null>>;
  readonly syncEnabled: boolean;
  readonly syncFrequency: string | null;
}

/** A hub file, read. `tree` is null where the file must not be acted on at all (conflict markers, several documents, duplicate keys, syntax error). */
export interface HubReading {
  readonly projectId: string;
  readonly name: string | null;
  readonly pmePriority: string | null;
  /** `project.client`: the code of the client file; absent or null where the hub names none. */
  readonly client?: string | null;
  readonly tree: HubTree | null;
  readonly bindings: readonly HubBinding[];
  readonly findings: readonly Finding[];
  /** sha256 of the bytes, hex. */
  readonly hash: string;
}

/** What a hub file says of the project as a whole. */
export type HubHead = Omit<HubReading, "tree" | "findings">;

/** 1-based line of a field's value, for blame; absent where the item or field is not in the file. */
export interface FieldLine {
  readonly item: ItemId;
  readonly type: ItemType;
  readonly field: FieldName;
  readonly line: number;
}

export interface HubEdited {
  readonly text: string;
  /** Edits the file could not take, with why (an unknown item, a value that YAML cannot hold in place). */
  readonly skipped: readonly { readonly edit: HubEdit; readonly reason: string }[];
}
