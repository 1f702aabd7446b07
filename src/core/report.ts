/** The contract's sync report: what a run did, in the shape that files, exit codes and people are given. Pure. */
import type { ErrorCode } from "./errors.ts";
import type { Finding } from "./findings.ts";
import type { FieldName, FieldValue, ItemId, ItemType, Side, ToolKey } from "./model.ts";
import type { ConflictStrategy, Topic } from "./plan.ts";
import { recommendationsFor } from "./recommendations.ts";
import { syncErrorsOf, type SyncError } from "./sync-error.ts";
import { announcesConflict, isNearLimit, type ConflictFacts, type RunFacts, type ToolRunFacts } from "./run-facts.ts";

export type Outcome = "success" | "warning" | "error";

export interface ToolReport {
  readonly status: Outcome;
  readonly operations: number;
  readonly duration_ms: number;
  /** `"45/300"`. */
  readonly rate_limit_used?: string;
  readonly warnings?: readonly string[];
  readonly error?: string;
}

export interface ReportFinding {
  readonly code: string;
  readonly severity: Finding["severity"];
  readonly message: string;
  readonly remedy?: string;
  readonly tool?: ToolKey;
  readonly field?: FieldName;
  readonly items?: readonly ItemId[];
  readonly line?: number;
  readonly column?: number;
  readonly needs_decision?: boolean;
}

interface ReportConflict {
  readonly id: number | null;
  readonly item: ItemId;
  readonly type: ItemType;
  /** What is asked about: a field, `deletion`, or what would be done at a side (`bulk-create:jira`). */
  readonly field: Topic;
  readonly strategy: ConflictStrategy;
  readonly sides: readonly Side[];
  /** What can be answered, and what happened; absent for a field. */
  readonly choices?: readonly string[];
  readonly about?: string;
  readonly state: "open" | "resolved";
  readonly winner?: Side;
  readonly reason?: string;
}

/** What stands under `sync_report`: the contract's keys first, then ours. */
export interface SyncReport {
  readonly project_id: string;
  /** ISO time of the run's end. */
  readonly timestamp: string;
  readonly duration_ms: number;
  readonly summary: {
    readonly total_operations: number;
    readonly successful: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly tools: Readonly<Record<ToolKey, ToolReport>>;
  readonly data_consistency: {
    /** 0 to 1: share of the compared fields that agree at the end. */
    readonly score: number;
    readonly drifts_found: number;
    readonly drifts_resolved: number;
    readonly manual_review_required: number;
  };
  readonly recommendations: readonly string[];
  readonly run: { readonly id: string; readonly trigger: string; readonly passes: number };
  /** Runs that were under way when this one was asked for and were finished first; their operations count in their own reports. */
  readonly finished_first?: NonNullable<RunFacts["finishedFirst"]>;
  readonly outcome: Outcome;
  /** Why nothing at all was done. */
  readonly refused?: string;
  readonly hub: { readonly edits: number; readonly hash: string | null };
  readonly findings: readonly ReportFinding[];
  readonly conflicts: readonly ReportConflict[];
  readonly links: Readonly<Record<string, string>>;
  /** What went wrong, how bad it is, and when it is tried again. */
  readonly errors: readonly SyncError[];
  /** `pull --since` only: the twins that the tools say were touched since then, and what of it reached the hub. */
  readonly changes?: readonly ReportChange[];
}

export interface ReportChange {
  readonly tool: ToolKey;
  readonly item: ItemId;
  readonly key: string;
  /** ISO time, by the tool's own clock. */
  readonly updated: string;
  readonly url: string;
  /** What the hub took over from there since then; empty where a touch was no news for it. */
  readonly fields: readonly FieldChange[];
}

export interface FieldChange {
  readonly field: FieldName;
  readonly old_value: FieldValue;
  readonly new_value: FieldValue;
}

/** A clock further off than this may decide a conflict wrongly where nothing corrects it. */
const SKEW_WARNING_MS = 60_000;

/** The report of one run. The same facts give the same report. */
export function buildReport(facts: RunFacts): SyncReport {
  const tools = Object.fromEntries(facts.tools.map((tool) => [tool.tool, toolReport(tool)]));
  const outcome = outcomeOf(facts, tools);
  return {
    project_id: facts.project,
    timestamp: new Date(facts.finishedAt).toISOString(),
    duration_ms: facts.finishedAt - facts.startedAt,
    summary: summaryOf(facts),
    tools,
    data_consistency: consistencyOf(facts),
    recommendations: recommendationsFor(facts),
    run: { id: facts.run, trigger: facts.trigger, passes: facts.passes },
    ...(facts.finishedFirst && facts.finishedFirst.length > 0 ? { finished_first: facts.finishedFirst } : {}),
    outcome,
    ...(facts.refused === undefined ? {} : { refused: facts.refused }),
    hub: facts.hub,
    findings: facts.findings.map(findingOf),
    conflicts: facts.conflicts.map(conflictOf),
    links: facts.links ?? {},
    errors: syncErrorsOf(facts),
  };
}

const WRONG_USE: ReadonlySet<string> = new Set(["Usage", "InvalidConfig"] satisfies ErrorCode[]);

/** 0 all well; 1 something failed; 2 refused for wrong usage or configuration; 3 done, but a person must decide something. */
export function exitCodeOf(report: SyncReport): 0 | 1 | 2 | 3 {
  if (report.refused !== undefined && report.findings.some(({ code }) => WRONG_USE.has(code))) return 2;
  if (report.outcome === "error") return 1;
  return report.data_consistency.manual_review_required > 0 ? 3 : 0;
}

/** Hub edits are operations too; a tool that failed before its first write counts as one that failed. */
function summaryOf({ tools, hub }: RunFacts): SyncReport["summary"] {
  const successful = sum(tools, (tool) => tool.successful) + hub.edits;
  const failed = sum(tools, (tool) => (isFailed(tool) && tool.error && tool.failed === 0 ? 1 : tool.failed));
  const skipped = sum(tools, (tool) => tool.skipped);
  return { total_operations: successful + failed + skipped, successful, failed, skipped };
}

function toolReport(tool: ToolRunFacts): ToolReport {
  const warnings = warningsOf(tool);
  const failed = isFailed(tool);
  return {
    status: failed ? "error" : warnings.length > 0 ? "warning" : "success",
    operations: tool.successful + tool.failed,
    duration_ms: tool.durationMs,
    ...(tool.rateLimit ? { rate_limit_used: `${tool.rateLimit.used}/${tool.rateLimit.limit}` } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(failed ? { error: errorText(tool) } : {}),
  };
}

/** A tool that somebody paused is left out as they wish. */
function isFailed({ error, standing }: ToolRunFacts): boolean {
  return error?.code !== "ConnectionPaused" && (error !== undefined || standing === "failed");
}

function errorText({ error }: ToolRunFacts): string {
  if (!error) return "Failed without an answer";
  return error.code === "AuthFailed" ? `Authentication failed: ${error.message}` : error.message;
}

function warningsOf(tool: ToolRunFacts): string[] {
  const { failed, skipped, skewMs } = tool;
  const warnings: string[] = [];
  if (isNearLimit(tool)) warnings.push("Rate limit approaching");
  if (tool.error?.code === "ConnectionPaused") warnings.push(capitalized(tool.error.message));
  if (tool.standing === "slow") warnings.push("No answer in time: left out, the next run takes it in");
  if (tool.standing === "waiting") warnings.push(`Waiting as asked${tool.waitUntil ? ` until ${tool.waitUntil}` : ""}`);
  if (failed > 0) warnings.push(`${failed} ${failed === 1 ? "write was" : "writes were"} rejected`);
  if (skipped > 0) warnings.push(`${skipped} ${skipped === 1 ? "write is" : "writes are"} left for the next run`);
  if (skewMs !== undefined && Math.abs(skewMs) > SKEW_WARNING_MS) {
    warnings.push(
      `Clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "fast" : "slow"}; times are corrected by that`,
    );
  }
  return [...warnings, ...(tool.warnings ?? [])];
}

function consistencyOf(facts: RunFacts): SyncReport["data_consistency"] {
  const { compared, found, resolved } = facts.consistency;
  const open = Math.max(0, found - resolved);
  const score = compared > 0 ? Math.max(0, 1 - open / compared) : 1;
  return {
    // Never rounded up to 1: a portfolio with one drift among 100,000 fields is not clean.
    score: Math.floor(score * 10_000) / 10_000,
    drifts_found: found,
    drifts_resolved: resolved,
    manual_review_required: decisionsIn(facts),
  };
}

/** Questions only a person can answer: parked fields, and findings that are questions themselves. */
function decisionsIn({ conflicts, findings }: RunFacts): number {
  const parked = conflicts.filter(({ decided }) => decided === undefined).length;
  return (
    parked +
    findings.filter((finding) => finding.needsDecision === true && !announcesConflict(finding, conflicts)).length
  );
}

function outcomeOf(facts: RunFacts, tools: SyncReport["tools"]): Outcome {
  const { findings, refused } = facts;
  const states = Object.values(tools).map(({ status }) => status);
  const broken = findings.some(({ severity, needsDecision }) => severity === "error" && needsDecision !== true);
  const rejected = facts.tools.some(({ failed }) => failed > 0);
  if (refused !== undefined || broken || rejected || states.includes("error")) return "error";
  const warned = findings.some(({ severity }) => severity !== "info");
  return warned || states.includes("warning") || decisionsIn(facts) > 0 ? "warning" : "success";
}

function findingOf({ needsDecision, ...finding }: Finding): ReportFinding {
  return { ...finding, ...(needsDecision === undefined ? {} : { needs_decision: needsDecision }) };
}

function conflictOf({ number, decided, ...conflict }: ConflictFacts): ReportConflict {
  const state = decided ? ("resolved" as const) : ("open" as const);
  const { side: winner, reason } = decided ?? {};
  return { id: number, ...conflict, state, ...(winner !== undefined && { winner }), ...(reason && { reason }) };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sum<T>(list: readonly T[], of: (part: T) => number): number {
  return list.reduce((total, part) => total + of(part), 0);
}
