import type { ErrorCode } from "../src/core/errors.ts";
import type { ToolKey } from "../src/core/model.ts";
import type { Applied, Timings, ToolStanding } from "../src/core/ports.ts";

/** After a wait this long a tool is pulled again; a shorter one must not spend the budget it waited for on that. */
const STALE_AFTER_MS = 60_000;

/** What the runs of one project know together: which tools asked to wait, until when, and whose pull is under way. */
export interface Shared {
  readonly holds: Map<ToolKey, number>;
  /** One pull a tool at a time: a listing that began earlier must not end later. */
  readonly pulls: Map<ToolKey, Promise<void>>;
}

/** Everything one run knows of one tool. */
export class ToolState {
  standing: ToolStanding;
  /** The pull under way, which outlives the pass where the tool is slow; `late` once a pass was held up for it. */
  pull: { late: boolean } | null = null;
  /** Pulled since the newest request and since the last long wait. */
  fresh = false;
  /** Where the tool stands was part of a plan. */
  planned = true;
  written = 0;
  /** Somebody asked while its pull was under way: what it tells may be older than that. */
  private outdated = false;
  private outages = 0;
  /** When one that is down is tried again. */
  private retryAtMs: number | null = null;
  readonly tool: ToolKey;

  constructor(tool: ToolKey, holdUntilMs = 0) {
    this.tool = tool;
    this.standing =
      holdUntilMs > Date.now() ? { tool, state: "waiting", untilMs: holdUntilMs } : { tool, state: "slow" };
  }

  /** When it joins again by itself: null for one that is ready, under way, or has failed for good. */
  get dueAtMs(): number | null {
    if (this.standing.state === "waiting") return this.standing.untilMs;
    return this.standing.state === "failed" ? this.retryAtMs : null;
  }

  isDue(): boolean {
    return this.dueAtMs !== null && this.dueAtMs <= Date.now();
  }

  isAwaited(): boolean {
    return this.pull !== null || this.dueAtMs !== null;
  }

  needsPull(): boolean {
    return !this.fresh && this.pull === null && this.standing.state === "slow";
  }

  answered(): void {
    const { tool } = this;
    Object.assign(this, { standing: { tool, state: "ready" }, fresh: true, planned: false, pull: null });
  }

  /** @param atLeastMs the wait before it is tried again is no shorter */
  failed(code: ErrorCode, timings: Timings, atLeastMs = 0): void {
    const { tool } = this;
    Object.assign(this, { standing: { tool, state: "failed", code }, fresh: false, pull: null });
    const isOver = code !== "Unavailable" || this.outages >= timings.outageTries;
    const waitMs = Math.min(timings.outageWaitMs * 2 ** this.outages, timings.outageMaxWaitMs);
    this.retryAtMs = isOver ? null : Date.now() + Math.max(waitMs, atLeastMs);
  }

  applied({ done, failure, settleMs, waitUntilMs: untilMs }: Applied, timings: Timings): void {
    const { tool } = this;
    this.written += done;
    if (failure) return this.failed(failure, timings, settleMs);
    if (untilMs === undefined) return;
    this.standing = { tool, state: "waiting", untilMs };
    this.fresh = untilMs - Date.now() < STALE_AFTER_MS;
  }

  /** Its wait is over: it takes part in the next pass, pulled again where it was away for long. */
  rejoin(): void {
    const { tool } = this;
    if (this.standing.state === "failed") this.outages += 1;
    this.standing = { tool, state: this.fresh ? "ready" : "slow" };
    if (this.fresh) this.planned = false;
  }

  /** Somebody asks anew: what is ready is read again, what failed for good may have been mended. */
  refresh(): void {
    const { tool } = this;
    const isOver = this.standing.state === "failed" && this.retryAtMs === null;
    if (isOver) this.outages = 0;
    if (isOver || this.standing.state === "ready") this.standing = { tool, state: "slow" };
    this.fresh = false;
    this.outdated = this.pull !== null;
  }

  /** After a pass with a pull that began before the newest request: once more, or a slow tool would never join. */
  renew(): void {
    if (!this.outdated || this.pull !== null) return;
    this.refresh();
    this.planned = this.standing.state !== "slow";
  }
}
