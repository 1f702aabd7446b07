/**
 * The vocabulary of the planner. Everything here is plain JSON data: it is stored, compared and
 * replayed, so there are no classes, no `Date` objects and no vendor names.
 */

/** Tool key as the registry spells it (`jira`, `linear`, ...). The core never branches on it. */
export type ToolKey = string;

export type ItemType = "project" | "epic" | "story" | "task";

/** Item id as people write it in the hub (`EPIC-001`). Unique in its project. */
export type ItemId = string;

/**
 * A value in the hub's own terms. `null` is an explicit clear that travels once; an absent field is
 * "no opinion" and never clears anything.
 */
export type FieldValue = string | number | null | readonly string[];

/** What a tool holds for a field, in the tool's terms (a status id, an account id). Opaque to the core. */
export type ToolValue = string | number | boolean | null | readonly ToolValue[] | { readonly [key: string]: ToolValue };

export type FieldName =
  | "title"
  | "description"
  | "status"
  | "priority"
  | "estimate"
  | "labels"
  | "due"
  | "parent"
  | "assignee"
  | "sprint"
  | "branch"
  | "pr"
  | "qa_assignee"
  | "task_type"
  | "health"
  | "progress"
  | "phase"
  | "gate";

export type FieldValues = { readonly [F in FieldName]?: FieldValue };
export type ToolValues = { readonly [F in FieldName]?: ToolValue };

/** A side of a project: the hub file, or one tool. */
export type Side = "hub" | ToolKey;

/** When something is known to have happened, with how finely the source tells time. */
export interface Stamp {
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  /** Width of the source's clock tick: 1 for milliseconds, 60000 for Notion. */
  readonly resolutionMs: number;
  /** Whose change it was, by the name that the source gives; for people to see, and for nothing to be decided by. */
  readonly by?: string;
}

export interface HubItem {
  readonly id: ItemId;
  readonly type: ItemType;
  readonly fields: FieldValues;
  /** External refs as the people wrote them, by tool; absent where null or missing. */
  readonly refs: { readonly [tool: ToolKey]: string };
}

/** What the hub file says, reduced to what the planner may act on. */
export interface HubTree {
  readonly items: { readonly [id: ItemId]: HubItem };
  /** Ids that exist in the file but must wait (duplicate id, no title, unknown status): never synced, never "removed". */
  readonly quarantined: readonly ItemId[];
}

/** One item as a tool tells it now. */
export interface RemoteItem {
  /** The vendor's stable id (Jira numeric id, Linear UUID). */
  readonly ref: string;
  /** What people call it (`CHK-11`). */
  readonly key: string;
  readonly url: string;
  readonly type: ItemType | null;
  /** The hash part of our marker `sdlc-sync:<key>`, where the vendor shows it. */
  readonly syncKey: string | null;
  /** Absent: the tool has no place for it, or hides it. */
  readonly fields: ToolValues;
  readonly updated: Stamp;
  /** `gone` only after a read by id said so; never inferred from a listing. */
  readonly state: "live" | "archived" | "gone";
  /** Extra refs by which the vendor still finds it (old keys of a moved issue). */
  readonly aliases?: readonly string[];
}

/** Agreement of one field between the hub and one tool, advanced only by an acknowledged write. */
export interface FieldBase {
  /** What the tool held when both sides last agreed. Absent: nothing was known. */
  readonly value?: ToolValue;
  /** What the project's agreed (hub) value was at that moment. Absent: the hub had no opinion. */
  readonly agreed?: FieldValue;
  /** The tool was asked for this value and did not take it: not asked again until either side moves. */
  readonly refused?: { readonly wanted: ToolValue; readonly reason: string };
}

/** The life of one item's twin in one tool. */
export interface Link {
  readonly item: ItemId;
  readonly tool: ToolKey;
  readonly ref: string;
  readonly key: string;
  readonly url: string;
  /** Rises only with an approved recreate; part of the sync key. */
  readonly generation: number;
  /** Its twin was known to be deleted when the last pass was committed. */
  readonly gone?: boolean;
  /** What the project agreed on when that came to be known: what is agreed since, people changed elsewhere. */
  readonly seen?: FieldValues;
  readonly base: { readonly [F in FieldName]?: FieldBase };
}

/** Our last agreed value of each hub field, and when it came to be where its author wrote it, as far as that is known. */
export type HubBase = {
  readonly [id: ItemId]: {
    readonly type: ItemType;
    readonly fields: FieldValues;
    readonly stamps?: { readonly [F in FieldName]?: Stamp };
  };
};
