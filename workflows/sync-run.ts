import { ActivityFailure, ApplicationFailure, condition, proxyActivities, sleep, uuid4 } from "@temporalio/workflow";
import type { RetryPolicy } from "@temporalio/common";
import type { ErrorCode } from "../src/core/errors.ts";
import type { FieldName, ToolKey } from "../src/core/model.ts";
import type {
  Applied,
  Committed,
  HubActivities,
  Planned,
  Prepared,
  SyncRequest,
  Timings,
  ToolActivities,
  ToolStanding,
} from "../src/core/ports.ts";
import { toolQueue, type ProjectSyncInput, type RunAnswer, type SyncProgress } from "./messages.ts";
import { tellStory } from "./story.ts";

/** A pass can only be followed by another while something moves; this many say that it does not. */
const MAX_PASSES = 40;

/** After a wait this long a tool is pulled again; a shorter one must not spend the budget it waited for on that. */
const STALE_AFTER_MS = 60_000;

/** Everything the run knows of one tool. */
interface ToolState {
  standing: ToolStanding;
  /** The pull under way, which outlives the pass where the tool is slow. */
  pull: { settled: boolean } | null;
  /** Pulled in this run and not waited since: its mirror is fresh. */
  fresh: boolean;
  /** Its newest pull was part of a plan. */
  planned: boolean;
  outages: number;
  written: number;
}

/**
 * One run of one request: passes of pull, plan, apply, commit until nothing is left to do. A tool that
 * is slow, waiting or down is left out of a pass and joins a later one; it never delays the others.
 */
export class SyncRun {
  readonly id = uuid4();
  private readonly states = new Map<ToolKey, ToolState>();
  private step = "preparing";
  private pass = 0;
  private waitingUntilMs: number | null = null;
  private fields: readonly FieldName[] = [];
  private readonly input: ProjectSyncInput;
  private readonly request: SyncRequest;
  private readonly tell: (markdown: string) => void;

  constructor(input: ProjectSyncInput, request: SyncRequest, tell: (markdown: string) => void) {
    this.input = input;
    this.request = request;
    this.tell = tell;
  }

  static idle(project: string): SyncProgress {
    return { project, run: null, pass: 0, step: "idle", standings: [], written: 0, waitingUntilMs: null };
  }

  get tools(): readonly ToolKey[] {
    return [...this.states.keys()];
  }

  get conflictFields(): readonly FieldName[] {
    return this.fields;
  }

  progress(): SyncProgress {
    const written = [...this.states.values()].reduce((sum, state) => sum + state.written, 0);
    const { project } = this.input;
    return {
      project,
      run: this.id,
      pass: this.pass,
      step: this.step,
      standings: this.standings(),
      written,
      waitingUntilMs: this.waitingUntilMs,
    };
  }

  async execute(): Promise<RunAnswer> {
    const { project } = this.input;
    this.enter("preparing");
    const prepared = await hubActivities(this.input, "read the hub file and its bindings").prepare({
      project,
      run: this.id,
      request: this.request,
    });
    if (prepared.status === "refused") return { run: this.id, outcome: "error" };
    for (const tool of prepared.tools) {
      const standing: ToolStanding = { tool, state: "slow" };
      this.states.set(tool, { standing, pull: null, fresh: false, planned: true, outages: 0, written: 0 });
    }
    let committed = await this.runPass(prepared);
    while (this.pass < MAX_PASSES && (await this.anotherPass(committed, prepared.timings))) {
      committed = await this.runPass(prepared);
    }
    this.enter(`done, ${committed.outcome}`);
    return { run: this.id, outcome: committed.outcome };
  }

  private async runPass(prepared: Prepared): Promise<Committed> {
    this.pass += 1;
    await this.pullTools(prepared);
    const planned = await this.plan(prepared);
    this.fields = planned.conflictFields;
    const writing = Object.entries(planned.writes).filter(([, count]) => count > 0);
    if (writing.length > 0) {
      this.enter("applying");
      await Promise.all(writing.map(([tool]) => this.applyTool(tool, prepared)));
    }
    this.enter("committing");
    return hubActivities(this.input, "write the hub file, record what was agreed", prepared).commit({
      ...this.passRef(),
      request: this.request,
      standings: this.standings(),
    });
  }

  /** Starts the pulls that are due and waits for all of them, but not longer than a slow tool is worth. */
  private async pullTools(prepared: Prepared): Promise<void> {
    this.enter("pulling");
    for (const [tool, state] of this.states) {
      if (!state.fresh && !state.pull && state.standing.state !== "failed") this.startPull(tool, state, prepared);
    }
    const pulls = [...this.states.values()].flatMap((state) => state.pull ?? []);
    if (pulls.length > 0)
      await condition(() => pulls.every((pull) => pull.settled), prepared.timings.slowToolAfterMs, {
        summary: "tools that are slower are left out of this pass",
      });
  }

  private startPull(tool: ToolKey, state: ToolState, prepared: Prepared): void {
    const pull = { settled: false };
    state.pull = pull;
    state.standing = { tool, state: "slow" };
    const settle = (standing: ToolStanding, fresh: boolean) => {
      Object.assign(state, { standing, fresh, planned: !fresh, pull: null });
      pull.settled = true;
    };
    void toolActivities(tool, "read what changed", prepared)
      .pull({ project: this.input.project, run: this.id, tool })
      .then(
        () => settle({ tool, state: "ready" }, true),
        (error: unknown) => settle({ tool, state: "failed", code: failureCode(error) }, false),
      );
  }

  /** Plans; where the vendors' histories would decide a conflict, asks for them first and plans again. */
  private async plan(prepared: Prepared): Promise<Planned> {
    this.enter("planning");
    const hub = hubActivities(this.input, "compare hub, tools and what was agreed", prepared);
    for (const state of this.states.values()) state.planned = true;
    const input = () => ({ ...this.passRef(), request: this.request, standings: this.standings() });
    const planned = await hub.plan(input());
    const asked = Object.keys(planned.evidence);
    if (asked.length === 0) return planned;
    const isReady = (tool: ToolKey) => this.states.get(tool)?.standing.state === "ready";
    const answers = asked.filter(isReady).map((tool) =>
      toolActivities(tool, "ask when disputed fields changed", prepared)
        .evidence({ ...this.passRef(), tool })
        // Without its history a tool is judged by its items' times.
        .catch(() => undefined),
    );
    let answered = false;
    void Promise.all(answers).then(() => (answered = true));
    await condition(() => answered, prepared.timings.slowToolAfterMs, {
      summary: "without an answer the items' own times decide",
    });
    return hub.plan({ ...input(), evidenceAsked: true });
  }

  private async applyTool(tool: ToolKey, prepared: Prepared): Promise<void> {
    const state = this.states.get(tool);
    if (!state) return;
    const { passBudgetMs: budgetMs, passMaxWrites: maxWrites } = prepared.timings;
    try {
      const applied = await toolActivities(tool, "write the plan", prepared).apply({
        ...this.passRef(),
        tool,
        budgetMs,
        maxWrites,
      });
      state.written += applied.done;
      state.standing = standingAfter(tool, applied);
    } catch (error) {
      state.standing = { tool, state: "failed", code: failureCode(error) };
    }
    if (state.standing.state === "failed") state.fresh = false;
    if (state.standing.state === "waiting") state.fresh = state.standing.untilMs - Date.now() < STALE_AFTER_MS;
  }

  /** Waits for whatever the next pass needs; false when there is nothing left to do. */
  private async anotherPass(committed: Committed, timings: Timings): Promise<boolean> {
    // A slow tool may have answered just while the pass without it was committed.
    const unplanned = [...this.states.values()].some((state) => !state.planned);
    if (committed.stale || committed.more || unplanned) return true;
    const slow = [...this.states.values()].flatMap((state) => state.pull ?? []);
    const waits = [...this.states.values()].flatMap((state) => this.waitOf(state, timings));
    if (slow.length === 0 && waits.length === 0) return false;
    this.waitingUntilMs = waits.length > 0 ? Date.now() + Math.min(...waits) : null;
    this.enter("waiting");
    const joined = condition(() => slow.some((pull) => pull.settled));
    if (waits.length === 0) await joined;
    else {
      const timer = sleep(Math.max(1, Math.min(...waits)), { summary: "a tool asked to wait, or is down" });
      await (slow.length > 0 ? Promise.race([joined, timer]) : timer);
    }
    this.waitingUntilMs = null;
    this.rejoin();
    return true;
  }

  /** Milliseconds until the tool is due again: none for one that is ready, or has failed for good. */
  private waitOf(state: ToolState, timings: Timings): number[] {
    const { standing } = state;
    if (standing.state === "waiting") return [Math.max(0, standing.untilMs - Date.now())];
    if (standing.state !== "failed" || standing.code !== "Unavailable" || state.outages >= timings.outageTries)
      return [];
    return [Math.min(timings.outageWaitMs * 2 ** state.outages, timings.outageMaxWaitMs)];
  }

  /** Tools whose wait is over are pulled again by the next pass. */
  private rejoin(): void {
    for (const [tool, state] of this.states) {
      const { standing } = state;
      const down = standing.state === "failed" && standing.code === "Unavailable";
      if (down) state.outages += 1;
      const due = standing.state === "waiting" && standing.untilMs <= Date.now();
      if (due && state.fresh) Object.assign(state, { standing: { tool, state: "ready" }, planned: false });
      else if (down || due) Object.assign(state, { standing: { tool, state: "slow" }, fresh: false });
    }
  }

  private standings(): ToolStanding[] {
    return [...this.states.values()].map((state) => state.standing);
  }

  private passRef() {
    return { project: this.input.project, run: this.id, pass: this.pass };
  }

  private enter(step: string): void {
    this.step = step;
    this.tell(tellStory(this.progress(), this.request));
  }
}

function standingAfter(tool: ToolKey, applied: Applied): ToolStanding {
  if (applied.failure) return { tool, state: "failed", code: applied.failure };
  if (applied.waitUntilMs !== undefined) return { tool, state: "waiting", untilMs: applied.waitUntilMs };
  return { tool, state: "ready" };
}

/** Classes do not survive the wire; the failure's type does. Timeouts and the like are outages. */
function failureCode(error: unknown): ErrorCode {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type ? (cause.type as ErrorCode) : "Unavailable";
}

function hubActivities(input: ProjectSyncInput, summary: string, prepared?: Prepared): HubActivities {
  return proxyActivities<HubActivities>({
    taskQueue: input.hubQueue,
    startToCloseTimeout: "2 minutes",
    scheduleToCloseTimeout: "1 day",
    heartbeatTimeout: input.heartbeatTimeoutMs,
    summary,
    ...(prepared ? { priority: { priorityKey: prepared.priority } } : {}),
    retry: prepared
      ? retryOf(prepared.timings)
      : { initialInterval: "1 second", backoffCoefficient: 2, maximumInterval: "30 seconds" },
  });
}

function toolActivities(tool: ToolKey, doing: string, { timings, priority }: Prepared): ToolActivities {
  return proxyActivities<ToolActivities>({
    taskQueue: toolQueue(tool),
    startToCloseTimeout: timings.activityTimeoutMs,
    // Longer than the longest wait that a vendor may ask for (an hour), or the retry would never come.
    scheduleToCloseTimeout: "6 hours",
    heartbeatTimeout: timings.heartbeatTimeoutMs,
    cancellationType: "TRY_CANCEL",
    summary: `${tool}: ${doing}`,
    priority: { priorityKey: priority },
    retry: retryOf(timings),
  });
}

/** For dead workers and a store that is busy; what a vendor asks for comes with the failure, and outages are passes of their own. */
function retryOf({ retryWaitMs, retryMaxWaitMs }: Timings): RetryPolicy {
  return { initialInterval: retryWaitMs, backoffCoefficient: 2, maximumInterval: retryMaxWaitMs };
}
