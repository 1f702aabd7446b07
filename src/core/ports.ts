/**
 * The activities as the workflows know them: ids, counters and statuses only. Contents (titles, texts,
 * people) stay in the store, so that histories stay small and private.
 */
import type { ErrorCode } from "./errors.ts";
import type { FieldName, FieldValue, ItemId, ItemType, Side, ToolKey } from "./model.ts";
import type { Conflict, ConflictStrategy, Topic } from "./plan.ts";

export type SyncMode = "bidirectional" | "push-only" | "pull-only";

/** What somebody asks of a project. Options that are absent come from the project's own configuration. */
export interface SyncRequest {
  /** `manual`, `schedule`, `gate-advancement`, ... shown in reports and as a search attribute. */
  readonly trigger: string;
  readonly tools?: readonly ToolKey[];
  readonly mode?: SyncMode;
  readonly conflictResolution?: ConflictStrategy;
  readonly fields?: readonly FieldName[];
  /** Ignore cursors and caches, read everything in full; under last-modified-wins the hub wins. */
  readonly force?: boolean;
  /** Read everything in full; it decides nothing. */
  readonly full?: boolean;
  /** Answers the bulk guard. */
  readonly yes?: boolean;
  /** ISO time: the report lists what changed in the tools since then. */
  readonly since?: string;
  /** Epoch ms at which change detection brought the mirrors of its members up to date: they are not listed again. */
  readonly detectedAtMs?: number;
  /** One of a whole portfolio's, whoever started that: it leaves way to what somebody waits for. */
  readonly isBulk?: boolean;
}

/** Whether a person, or somebody's hook, waits for it. */
export function isUrgent({ trigger, isBulk = false }: SyncRequest): boolean {
  return !isBulk && ["manual", "webhook", "answer"].includes(trigger);
}

/** Which pass of which run an activity works for. */
export interface PassRef {
  readonly project: string;
  readonly run: string;
  readonly pass: number;
}

export interface PrepareInput {
  readonly project: string;
  readonly run: string;
  readonly request: SyncRequest;
  /** Runs that were under way when this one was asked for, and were finished before it: its report names them. */
  readonly finishedFirst?: readonly string[];
}
export interface Timings {
  /** A tool that has not answered by then is left out of the pass. */
  readonly slowToolAfterMs: number;
  /** Time one apply may take before the pass is committed. */
  readonly passBudgetMs: number;
  readonly passMaxWrites: number;
  readonly heartbeatTimeoutMs: number;
  readonly activityTimeoutMs: number;
  /** A tool's step that no worker takes within this time has failed. */
  readonly queueTimeoutMs: number;
  /** First wait before a step whose worker died starts again; doubles up to `retryMaxWaitMs`. */
  readonly retryWaitMs: number;
  readonly retryMaxWaitMs: number;
  /** First wait after an outage; doubles up to `outageMaxWaitMs`. */
  readonly outageWaitMs: number;
  readonly outageMaxWaitMs: number;
  /** How often a tool that is down is tried again by this run. */
  readonly outageTries: number;
}
export interface Prepared {
  /** `refused`: the hub or the configuration must not be acted on; the report says why and is already stored. */
  readonly status: "ready" | "refused";
  readonly tools: readonly ToolKey[];
  readonly timings: Timings;
  /** 1 to 5, from `pme_priority`. */
  readonly priority: number;
}

export interface PullInput {
  readonly project: string;
  readonly run: string;
  readonly tool: ToolKey;
}
export interface Pulled {
  readonly changed: number;
}

/** Where a tool stands in this run, as far as the workflow cares. */
export type ToolStanding =
  | { readonly tool: ToolKey; readonly state: "ready" }
  | { readonly tool: ToolKey; readonly state: "slow" }
  | { readonly tool: ToolKey; readonly state: "waiting"; readonly untilMs: number }
  | { readonly tool: ToolKey; readonly state: "failed"; readonly code: ErrorCode };

export interface PlanInput extends PassRef {
  readonly request: SyncRequest;
  readonly standings: readonly ToolStanding[];
  /** The tools' histories were asked for already: what they did not tell is decided without. */
  readonly evidenceAsked?: boolean;
}
export interface Planned {
  /** Writes per tool that wait to be applied. */
  readonly writes: Readonly<Record<ToolKey, number>>;
  readonly hubEdits: number;
  readonly parked: number;
  /** Fields with a parked conflict, for the search attribute. */
  readonly conflictFields: readonly FieldName[];
  /** Twins per tool whose history would decide a conflict: ask for it, then plan again. */
  readonly evidence: Readonly<Record<ToolKey, number>>;
}

export interface EvidenceInput extends PassRef {
  readonly tool: ToolKey;
}

export interface ApplyInput extends PassRef {
  readonly tool: ToolKey;
  readonly budgetMs: number;
  readonly maxWrites: number;
}
export interface Applied {
  readonly done: number;
  readonly rejected: number;
  /** An edit arrived between our read and our write: seen by the next pass. */
  readonly raced: number;
  /** Writes left for the next pass because this one's budget was used up. */
  readonly remaining: number;
  /** The vendor asked to wait: no call before this time (epoch ms). */
  readonly waitUntilMs?: number;
  readonly failure?: ErrorCode;
  /** After a failure, milliseconds: a write without an answer may take effect until then. */
  readonly settleMs?: number;
}

export interface CommitInput extends PassRef {
  readonly request: SyncRequest;
  readonly standings: readonly ToolStanding[];
  /** A step of the run's own failed with this: nothing is committed, and the run's report tells it. */
  readonly failure?: ErrorCode;
}
export interface Committed {
  readonly hubEdits: number;
  /** There are questions that people were not told of as they stand now: ask. */
  readonly untold: boolean;
  /** The file changed since it was read: plan again from the new text. */
  readonly stale: boolean;
  /** To be synced as well once the run is over. */
  readonly followUp?: SyncRequest;
  /** Something is left that another pass can do now. */
  readonly more: boolean;
  readonly outcome: "success" | "warning" | "error";
}

/** A conflict as its workflow knows it: names, states, numbers and a hash, never a value. */
export interface Question {
  /** Unique in its project. */
  readonly number: number;
  readonly type: ItemType;
  /** What is asked about: the name of a field where a field is. */
  readonly field: Topic;
  readonly kind: Conflict["kind"];
  readonly sides: readonly Side[];
  /** What can be answered; absent: one of the sides, or a value. */
  readonly choices?: readonly string[];
  /** What happened, in words; absent for a field. */
  readonly about?: string;
  /** Another for every change of what the person has to look at. */
  readonly revision: string;
}

/** What a person sends as Signal or Update `resolve`: one of `choice` and `value`. */
export interface Resolution {
  /** A side that has a value (`hub`, or a tool's key), or one of the question's own choices. */
  readonly choice?: string;
  /** A value of their own, in the hub's terms; `null` clears the field. */
  readonly value?: FieldValue;
  /** Needed, if not the number, where more than one thing is asked about the item. */
  readonly field?: Topic;
  /** What was looked at: with these, an answer to a question that has changed since is refused. */
  readonly number?: number;
  readonly revision?: string;
  readonly by?: string;
  readonly note?: string;
}

export interface AskInput {
  readonly project: string;
}
export interface AnswerInput {
  readonly project: string;
  readonly number: number;
  readonly revision: string;
  readonly resolution: Resolution;
}
export interface Answered {
  /** `outdated`: the candidates have changed since, or the question is closed. */
  readonly status: "taken" | "outdated";
}
export interface RemindInput {
  readonly project: string;
  readonly item: ItemId;
  readonly numbers: readonly number[];
  /** Nobody answered to the reminder either. */
  readonly escalate: boolean;
}

/** Which projects of the portfolio somebody asks for; all where nothing is named. */
export interface PortfolioFilter {
  /** A client's code; empty for projects without a client. */
  readonly client?: string;
  /** As `portfolio.pme_priority` says it. */
  readonly priority?: string;
  /** ISO time: only projects whose hub file was saved, or that were found to have something to do, since then. */
  readonly changedSince?: string;
  readonly projects?: readonly string[];
}
export interface ScanInput {
  readonly portfolio: string;
  readonly trigger: string;
  readonly filter: PortfolioFilter;
  /** All of them, whether anything is known to have changed or not. */
  readonly all: boolean;
}
/** A credential and how many of the projects share it. */
export interface CredentialGroup extends ConnectionRef {
  readonly projects: number;
}
export interface Scanned {
  readonly projects: number;
  readonly credentials: readonly CredentialGroup[];
}
export interface DetectInput {
  readonly portfolio: string;
  readonly tool: ToolKey;
  readonly account: string;
}
export interface Detected {
  /** Projects with something new at this tool. */
  readonly changed: number;
}
/** Critical projects first, in the batches in which they are synced. */
export interface Ranked {
  readonly batches: readonly (readonly ProjectTurn[])[];
}
export interface ProjectTurn {
  readonly project: string;
  /** 1 to 5. */
  readonly priority: number;
}
export interface PortfolioSummary {
  readonly portfolio: string;
  readonly trigger: string;
  /** Epoch ms. */
  readonly startedAtMs: number;
  readonly projects: number;
  /** Projects that had something to do. */
  readonly dirty: number;
  readonly synced: number;
  readonly failed: readonly string[];
  /** Under way already when their turn came: told to sync once more. */
  readonly joined: number;
  /** Credentials whose changes could not be read: `<tool>: <code>`. */
  readonly unread: readonly string[];
}

/** A credential of a tool. */
export interface ConnectionRef {
  readonly tool: ToolKey;
  /** Names the credential without revealing it. */
  readonly account: string;
}
/** What a tool says of a credential that it refused. */
export interface Probed {
  /** `away`: it gave no answer that says either. */
  readonly status: "accepted" | "refused" | "away";
  /** Projects that wait for it. */
  readonly waiting: number;
  /** Until it is asked again. */
  readonly waitMs: number;
}
export interface Reconnected {
  /** Those that waited. */
  readonly projects: readonly string[];
}

export interface HubActivities {
  readonly prepare: (input: PrepareInput) => Promise<Prepared>;
  readonly plan: (input: PlanInput) => Promise<Planned>;
  readonly commit: (input: CommitInput) => Promise<Committed>;
  /** Starts, or tells, the workflows of the items whose questions changed. */
  readonly ask: (input: AskInput) => Promise<void>;
  /** Keeps an answer, and syncs its project at once. */
  readonly answer: (input: AnswerInput) => Promise<Answered>;
  readonly remind: (input: RemindInput) => Promise<void>;
  readonly scan: (input: ScanInput) => Promise<Scanned>;
  readonly rank: (input: ScanInput) => Promise<Ranked>;
  readonly conclude: (summary: PortfolioSummary) => Promise<void>;
  /** Tells people, once, that a tool refuses a credential. */
  readonly alert: (connection: ConnectionRef) => Promise<Probed>;
  readonly reconnect: (connection: ConnectionRef) => Promise<Reconnected>;
}
export interface ToolActivities {
  readonly pull: (input: PullInput) => Promise<Pulled>;
  readonly evidence: (input: EvidenceInput) => Promise<void>;
  readonly apply: (input: ApplyInput) => Promise<Applied>;
  readonly detect: (input: DetectInput) => Promise<Detected>;
  readonly probe: (connection: ConnectionRef) => Promise<Probed>;
}
