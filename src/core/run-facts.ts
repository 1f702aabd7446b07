/** What is known of a run when it is over: the report is made of this and of nothing else. */
import type { ErrorCode } from "./errors.ts";
import type { Finding } from "./findings.ts";
import type { ItemId, ItemType, Side, ToolKey } from "./model.ts";
import type { ConflictStrategy, Topic } from "./plan.ts";

/** What one tool did in a run. Counts are of items written, whatever their fields. */
export interface ToolRunFacts {
  readonly tool: ToolKey;
  /** As people call it (`Jira`). */
  readonly name: string;
  /** Variables of its credential, to be named where it is refused. */
  readonly env: readonly string[];
  readonly successful: number;
  /** Writes that the tool rejected. */
  readonly failed: number;
  /** Planned and not carried out: out of time, overtaken by an edit, tool away. */
  readonly skipped: number;
  readonly durationMs: number;
  /** Calls in the credential's current window; null where nothing was counted. */
  readonly rateLimit: { readonly used: number; readonly limit: number } | null;
  /** Where the tool stood at the end. `slow`: it did not answer in time. */
  readonly standing: "ready" | "slow" | "waiting" | "failed";
  /** ISO time, while `waiting`. */
  readonly waitUntil?: string;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
  /** Of an error: how often it was tried again so far, and when it is by itself (ISO time). */
  readonly retries?: { readonly count: number; readonly nextAt: string | null };
  /** Tool's clock minus ours. */
  readonly skewMs?: number;
  readonly warnings?: readonly string[];
}

export interface ConflictFacts {
  /** Unique in its project, short enough to type; null for those decided at once. */
  readonly number: number | null;
  readonly item: ItemId;
  readonly type: ItemType;
  /** What is asked about: the name of a field where a field is. */
  readonly field: Topic;
  readonly strategy: ConflictStrategy;
  readonly sides: readonly Side[];
  /** What can be answered, and what happened; absent for a field. */
  readonly choices?: readonly string[];
  readonly about?: string;
  /** Absent: parked for a person. Without a side: a person gave a value of their own. */
  readonly decided?: { readonly side?: Side; readonly reason: string };
}

/** A write that its tool refused, whether in this run or in one before that it rests from. */
export interface RefusedWrite {
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly message: string;
  readonly attempts: number;
  /** ISO time at which it is sent again by itself. */
  readonly nextAt: string;
}

export interface RunFacts {
  readonly project: string;
  readonly run: string;
  readonly trigger: string;
  readonly passes: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly tools: readonly ToolRunFacts[];
  readonly hub: { readonly edits: number; readonly hash: string | null };
  readonly findings: readonly Finding[];
  readonly conflicts: readonly ConflictFacts[];
  readonly refusedWrites?: readonly RefusedWrite[];
  /** Fields compared with the tools, how many differed at the start, and how many no longer do. */
  readonly consistency: { readonly compared: number; readonly found: number; readonly resolved: number };
  /** Runs that this one found under way and let finish, with the operations they did: they stand in their own reports. */
  readonly finishedFirst?: readonly { readonly run: string; readonly successful: number }[];
  /** Why nothing at all was done. */
  readonly refused?: string;
  /** Where to look further, by what is there (`temporal`). */
  readonly links?: Readonly<Record<string, string>>;
}

const NEARLY_USED_UP = 0.8;

/** Whether over 80% of the credential's budget is used. */
export function isNearLimit({ rateLimit }: ToolRunFacts): boolean {
  return rateLimit !== null && rateLimit.used > rateLimit.limit * NEARLY_USED_UP;
}

/** Whether the finding tells of conflicts, which are counted and recommended one by one already. */
export function announcesConflict({ code, tool, items = [] }: Finding, conflicts: readonly ConflictFacts[]): boolean {
  if (code === "conflict" || code === "first-agreement") return true;
  const open = conflicts.filter(({ decided }) => decided === undefined);
  if (DELETIONS.includes(code))
    return items.every((item) => open.some((one) => one.field === "deletion" && one.item === item));
  return open.some(({ field }) => field === `${code}:${tool ?? "hub"}`);
}

const DELETIONS: readonly string[] = ["deleted-in-tool", "removed-from-hub"];
