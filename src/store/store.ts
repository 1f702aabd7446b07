/**
 * The engine's memory: everything of ours that must not stand in files people own. One schema, two
 * homes (SQLite, PostgreSQL). All methods are atomic; those named together commit together.
 */
import type { Finding } from "../core/findings.ts";
import type {
  HubBase,
  FieldBase,
  FieldName,
  ItemId,
  Link,
  RemoteItem,
  Side,
  Stamp,
  ToolKey,
  ToolValue,
} from "../core/model.ts";
import type { AgreedValue, Conflict, Place, Plan, Write } from "../core/plan.ts";
import type { ConflictAnswer } from "../core/policy.ts";
import type { PortfolioSummary } from "../core/ports.ts";
import type { ConnectionStore } from "./connections.ts";
import type { DeadLetterStore } from "./dead-letters.ts";
import type { IdentityStore } from "./identities.ts";
import type { TokenStore } from "./tokens.ts";

/** Everything the planner needs of one project, read in one transaction. */
export interface ProjectState {
  readonly links: readonly Link[];
  readonly hubBase: HubBase;
  /** By tool, then ref. */
  readonly mirror: Readonly<Record<ToolKey, Readonly<Record<string, RemoteItem>>>>;
  /** Bindings (tool keys) whose bulk guard was answered with yes, once for each binding. */
  readonly consents: readonly string[];
  /** To the questions that are open, or whose answer holds, each to what stands now. */
  readonly answers: readonly ConflictAnswer[];
  /**
   * By tool and item, the generation that the next twin gets where an earlier one was forgotten. The dead one
   * keeps the identity it was made with: a create that asked for that again would be answered with the dead.
   */
  readonly freed: Readonly<Record<ToolKey, Readonly<Record<ItemId, number>>>>;
}

export type IntentState = "planned" | "sent" | "done" | "rejected" | "superseded";

/** One write of a stored plan. `sent` before the first byte leaves: its outcome is unknown until `done` or `rejected`. */
export interface Intent {
  /** `<run>/<pass>/<tool>/<n>`. */
  readonly id: string;
  readonly project: string;
  readonly run: string;
  readonly pass: number;
  readonly tool: ToolKey;
  /** Order in its tool: parents first. */
  readonly position: number;
  readonly write: Write;
  readonly state: IntentState;
  readonly message?: string;
  /** Of a create that was sent: ref of the twin, which may lack what was to follow. */
  readonly begun?: string;
  /** Of an update that was sent: statuses at which it may have left the twin on the way. */
  readonly steps?: readonly ToolValue[];
}

/** What an acknowledged write changed, stored in one transaction. */
export interface Acknowledgement {
  readonly intent: string;
  /** The twin as the server returned it: becomes the mirror's row, unless that is newer already. */
  readonly twin: RemoteItem;
  /** Created or adopted: the link to make (its base included). */
  readonly link?: Link;
  /** Updated: the bases to advance. */
  readonly bases: { readonly [F in FieldName]?: FieldBase };
  readonly audit: readonly AuditEntry[];
}

/** Contract's `SyncAuditEntry`, plus what undo and rebuild need. */
export interface AuditEntry {
  readonly timestamp: string;
  readonly run: string;
  readonly project: string;
  /** Tool key, or `hub`. */
  readonly tool: string;
  readonly item: ItemId;
  readonly operation: "create" | "update" | "delete" | "keep";
  readonly field: string;
  readonly oldValue: unknown;
  readonly newValue: unknown;
  readonly user: string;
  readonly source: "manual" | "automated";
  /** For edits of the hub: the side that the value comes from; absent where several made it. */
  readonly from?: Side;
  /** Why, where a strategy decided: the losing side's value stands in `oldValue`. */
  readonly reason?: string;
}

/** What a hub commit settles, stored in one transaction after the file was swapped. */
export interface HubCommit {
  readonly project: string;
  readonly hubBase: readonly (AgreedValue & { readonly stamp?: Stamp })[];
  readonly baseUpdates: Plan["baseUpdates"];
  readonly presence: Plan["presence"];
  /** Ids gone from the hub and from every tool: their base, links and twins are forgotten, all but how many there were. */
  readonly forget: readonly ItemId[];
  readonly audit: readonly AuditEntry[];
}

/** How far a project is known to be in step. */
export interface Standing {
  /** Of the project's own files, as the last whole sync that had no work left found them. */
  readonly inputHash: string | null;
  /** ISO time of that sync. */
  readonly syncedAt: string | null;
  /** Something changed that no whole sync has dealt with. */
  readonly hasNews: boolean;
  /** From then on (epoch ms) what the last sync left is to be done; null: it left nothing. */
  readonly owedAtMs: number | null;
}

/** How far the changes of a credential were read. */
export interface StreamState {
  /** Null before there was anything to read. */
  readonly cursor: string | null;
  /** From which on it tells, where there is no cursor yet; epoch ms. */
  readonly sinceMs: number;
  /** Projects of which it tells, each with the time (epoch ms) from which on: what was before, their own listing has to tell. */
  readonly members: Readonly<Record<string, number>>;
  /** Epoch ms. */
  readonly atMs: number;
}

export interface RunRecord {
  readonly run: string;
  readonly project: string;
  readonly trigger: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: "running" | "success" | "warning" | "error";
  /** The contract's sync report, as JSON. */
  readonly report: unknown;
}

/** A bucket of calls; see `call-window.ts`. */
export interface BucketLimit {
  /** `<account>/<bucket>`. */
  readonly key: string;
  /** Calls that any window of the period may hold. */
  readonly limit: number;
  readonly periodMs: number;
  /** Calls that may go at once; at least 1. What goes beyond is spread evenly. */
  readonly burst: number;
  readonly cost: number;
  /** Calls of the limit that these leave to others; none where absent. */
  readonly kept?: number;
}
/** How a caller waits. */
export interface Patience {
  /** It waits so long in place. */
  readonly ms: number;
  /** It has waited for many calls in a row: somebody who was turned away may have its place. */
  readonly isTurnOver: boolean;
}
export interface BucketUsage {
  readonly key: string;
  /** Calls in the current window, and the window's limit. */
  readonly used: number;
  readonly limit: number;
}

/** What a person decided, and of what they were shown. */
export type StoredAnswer = ConflictAnswer & {
  readonly by: string | null;
  readonly note: string | null;
  /** ISO time. */
  readonly at: string;
};

/** Stored conflict: parked until a person or the world decides. */
export interface ConflictRecord {
  /** Number unique in its project, short enough to type. */
  readonly number: number;
  readonly project: string;
  readonly conflict: Conflict;
  /** `settled`: answered, nothing is left to do, and the answer holds for as long as plans name the conflict. */
  readonly state: "open" | "settled" | "closed";
  readonly openedAt: string;
  /** Names what was shown: another for every change of it. */
  readonly revision: string;
  /** The newest answer to this revision; of a closed one the answer that was given, if any. */
  readonly answer: StoredAnswer | null;
  readonly reminders: number;
}

export interface Store extends ConnectionStore, DeadLetterStore, IdentityStore, TokenStore {
  projectState(project: string): Promise<ProjectState>;
  /**
   * Upserts mirror rows that were read by id. What differs from before is counted as news of the project, here and below.
   * A row that is older than what is known changes nothing, unless what is known still is what it was `before` the read:
   * a tool that was restored shows older times.
   */
  saveTwins(
    project: string,
    tool: ToolKey,
    items: readonly RemoteItem[],
    before?: Readonly<Record<string, RemoteItem>>,
  ): Promise<void>;
  /**
   * Upserts rows of a listing and its cursor together, so that no change can fall between them; a row that is
   * older than what is known changes nothing. Resolves with whether any of it is news.
   */
  saveChanges(project: string, tool: ToolKey, items: readonly RemoteItem[], cursor: string | null): Promise<boolean>;
  cursor(project: string, tool: ToolKey): Promise<string | null>;
  /** Sets the tool's mirror rows to `gone` for these refs. */
  markGone(project: string, tool: ToolKey, refs: readonly string[]): Promise<void>;
  links(project: string, tool: ToolKey): Promise<readonly Link[]>;
  /** Makes a link found by ref, without any agreed base. */
  adopt(project: string, link: Link, twin: RemoteItem): Promise<void>;
  /** Hands a tool's link, with all that was agreed, from an item to the id it is renamed to. The second time nothing. */
  inherit(project: string, tool: ToolKey, from: ItemId, to: ItemId): Promise<void>;

  /** Stores the writes of a plan before the first of them is sent; planned ones of earlier passes not in it become `superseded`; what was sent waits for its answer. */
  storeIntents(project: string, intents: readonly Intent[]): Promise<void>;
  openIntents(project: string, tool: ToolKey): Promise<readonly Intent[]>;
  /** @param sender names the attempt, where it may have to take back what it alone has sent */
  markSent(intents: readonly string[], sender?: string): Promise<void>;
  /**
   * Back to planned, but for those that are begun or settled: the vendor has certainly not seen them. Only those that
   * `sender` alone has sent: where another attempt took its work over, nobody can tell.
   */
  markUnsent(intents: readonly string[], sender: string): Promise<void>;
  noteBegun(intent: string, ref: string): Promise<void>;
  /** Before it is sent: a status that nobody asked for, on the way to the one that somebody did. */
  noteStep(intent: string, status: ToolValue): Promise<void>;
  /** Takes one note of it back: the request did nothing. */
  dropStep(intent: string, status: ToolValue): Promise<void>;
  acknowledge(project: string, ack: Acknowledgement): Promise<void>;
  /** Nothing was written for it: refused by the vendor (`rejected`), or overtaken by an edit there (`superseded`). */
  reject(intent: string, message: string, state?: "rejected" | "superseded"): Promise<void>;
  /** All intents of a run, in the order they were planned. */
  intentsOf(run: string): Promise<readonly Intent[]>;
  /** Keeps what a decision is about to overwrite, before the first write leaves; the same entries again change nothing. */
  recordDecisions(entries: readonly AuditEntry[]): Promise<void>;
  commitHub(commit: HubCommit): Promise<void>;

  /** Tool schemas and other static data, by key; null when absent or past its time. */
  cached(key: string, now: number): Promise<unknown>;
  /** Those of the keys that are there, by key. */
  cachedMany(keys: readonly string[], now: number): Promise<ReadonlyMap<string, unknown>>;
  cache(key: string, value: unknown, expiresAt: number): Promise<void>;
  /** Forgets the key, and all below it (`<key>/...`). */
  dropCached(key: string): Promise<void>;

  startRun(run: Pick<RunRecord, "run" | "project" | "trigger" | "startedAt">): Promise<void>;
  finishRun(run: string, finishedAt: string, outcome: RunRecord["outcome"], report: unknown): Promise<void>;
  lastRun(project: string): Promise<RunRecord | null>;
  run(run: string): Promise<RunRecord | null>;
  /** Projects that ever ran, by id. */
  projects(): Promise<readonly string[]>;

  standings(): Promise<ReadonlyMap<string, Standing>>;
  /** How much news of the project was counted so far: to be asked before its state is read. */
  news(project: string): Promise<number>;
  /** Something is new about them, whatever their files and mirrors say. */
  markNews(projects: readonly string[]): Promise<void>;
  /** What a whole sync leaves: its plan saw the news up to `answered`. `syncedAt` null: it did not go well, the time before stays. */
  settle(
    project: string,
    standing: {
      readonly inputHash: string;
      readonly syncedAt: string | null;
      readonly answered: number;
      readonly owedAtMs: number | null;
    },
  ): Promise<void>;
  /** Projects with one of these twins, by its ref. */
  owners(tool: ToolKey, refs: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  stream(account: string): Promise<StreamState | null>;
  saveStream(account: string, state: StreamState): Promise<void>;
  /** What came of a run over the portfolio; the newest is kept. */
  savePortfolio(summary: PortfolioSummary, atMs: number): Promise<void>;
  lastPortfolio(): Promise<(PortfolioSummary & { readonly finishedAtMs: number }) | null>;

  /** Replaces the project's findings by those of the newest plan. */
  saveFindings(project: string, findings: readonly Finding[]): Promise<void>;
  findings(project: string): Promise<readonly Finding[]>;
  /**
   * Opens new conflicts, keeps the numbers of known ones, closes those no longer named. What stands at the places of
   * `untouched` stays as it is, answer and all. Answers to those of `settled` hold from now on, and are asked no more.
   */
  saveConflicts(
    project: string,
    conflicts: readonly Conflict[],
    now: string,
    untouched?: readonly Place[],
    settled?: readonly Place[],
  ): Promise<readonly ConflictRecord[]>;
  /** By number; of all projects where none is named, by project then. */
  openConflicts(project?: string): Promise<readonly ConflictRecord[]>;
  /** Those whose answer holds, by number. */
  settledConflicts(project?: string): Promise<readonly ConflictRecord[]>;
  /** In any state; null where the project never had that number. */
  conflict(project: string, number: number): Promise<ConflictRecord | null>;
  /**
   * Keeps the answer, also in place of one that holds; false where the question is closed, or asks something else
   * than `revision` did.
   */
  answerConflict(project: string, number: number, revision: string, answer: StoredAnswer): Promise<boolean>;
  /** Items with questions that changed since people were told of them, by id. */
  untoldItems(project: string): Promise<readonly ItemId[]>;
  /** The item's questions were told as these records say. */
  markTold(project: string, item: ItemId, told: readonly ConflictRecord[]): Promise<void>;
  noteReminder(project: string, numbers: readonly number[]): Promise<void>;
  consent(project: string, tool: ToolKey, now: string): Promise<void>;

  audit(project: string, run?: string): Promise<readonly AuditEntry[]>;

  /**
   * Milliseconds until the calls may go: 0 is now. Up to `patience.ms` they are counted for that time, whoever asks
   * meanwhile; beyond it, and always where a turn is over that others wait for, nothing is counted.
   */
  reserve(limits: readonly BucketLimit[], now: number, patience?: Patience): Promise<number>;
  /** Nothing of this bucket may go before that time. */
  block(key: string, until: number): Promise<void>;
  /** The vendor says that fewer calls are left than we thought (null: it says nothing of that); `told` is the limit it named, kept until it names another. */
  correct(limit: BucketLimit, remaining: number | null, now: number, told?: number): Promise<void>;
  /** Buckets whose key starts so, the shortest period first. */
  usage(prefix: string, now: number): Promise<readonly BucketUsage[]>;

  close(): Promise<void>;
}
