import { CancellationScope, condition, isCancellation, uuid4 } from "@temporalio/workflow";
import type { ErrorCode } from "../src/core/errors.ts";
import type { FieldName, ToolKey } from "../src/core/model.ts";
import type { Committed, Planned, Prepared, SyncRequest, ToolStanding } from "../src/core/ports.ts";
import type { ProjectSyncInput, RunAnswer, SyncProgress } from "./messages.ts";
import { joined, sameWork, type Ticket } from "./request-queue.ts";
import { failureCode, hubActivities, lastWord, toolActivities } from "./steps.ts";
import { tellStory } from "./story.ts";
import { ToolState, type Shared } from "./tool-state.ts";

/** So many passes in a row that moved nothing say that none will. */
const MAX_IDLE_PASSES = 40;

/**
 * One run: passes of pull, plan, apply, commit until nothing is left to do. A tool that is slow, waiting
 * or down is left out of a pass and joins a later one. The run never waits for it by itself: between its
 * passes the project serves whoever else asks.
 */
export class SyncRun {
  readonly id = uuid4();
  /** Set when the run is over. */
  answer: RunAnswer | undefined;
  private readonly states = new Map<ToolKey, ToolState>();
  private readonly tickets: Ticket[];
  private prepared: Prepared | null = null;
  /** Asked for and not begun. */
  private isAsked = true;
  /** The last pass left something that another can do now. */
  private isUnfinished = false;
  private idlePasses = 0;
  private outcome: RunAnswer["outcome"] = "warning";
  private step = "preparing";
  private pass = 0;
  private fields: readonly FieldName[] = [];
  private readonly finishedFirst: readonly string[];
  request: SyncRequest;
  /** What is to be synced when the run is over. */
  followUp: SyncRequest | undefined;
  private readonly input: ProjectSyncInput;
  private readonly shared: Shared;
  private readonly tell: (markdown: string) => void;

  constructor(input: ProjectSyncInput, ticket: Ticket, shared: Shared, tell: (markdown: string) => void) {
    this.input = input;
    this.finishedFirst = ticket.finishedFirst;
    this.request = ticket.request;
    this.tickets = [ticket];
    this.shared = shared;
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

  /** When a tool is due; null where none is, or only answers are awaited. */
  get dueAtMs(): number | null {
    const due = [...this.states.values()].flatMap(({ dueAtMs }) => dueAtMs ?? []);
    return due.length > 0 ? Math.min(...due) : null;
  }

  /** Tools whose answer, or whose time, it waits for. */
  get awaited(): readonly ToolKey[] {
    return this.tools.filter((tool) => this.states.get(tool)?.isAwaited());
  }

  progress(): SyncProgress {
    const written = [...this.states.values()].reduce((sum, state) => sum + state.written, 0);
    return {
      project: this.input.project,
      run: this.id,
      pass: this.pass,
      step: this.step,
      standings: this.standings(),
      written,
      waitingUntilMs: this.step === "waiting" ? this.dueAtMs : null,
    };
  }

  /** Takes in a request for the same work: one more pass, over what the tools and the hub say from now on. */
  join(ticket: Ticket): boolean {
    if (!sameWork(this.request, ticket.request)) return false;
    this.tickets.push(ticket);
    this.request = joined(this.request, ticket.request);
    this.isAsked = true;
    return true;
  }

  /** Whether a pass could do something now. */
  isReady(): boolean {
    if (this.answer) return false;
    if (this.isAsked || this.isUnfinished) return true;
    // A slow tool may have answered just while the pass without it was committed.
    return [...this.states.values()].some((state) => !state.planned || state.isDue());
  }

  /** Makes the pass that is due. */
  async advance(): Promise<void> {
    if (this.isAsked) await this.prepare();
    if (!this.prepared) return this.end({ outcome: "error" });
    for (const state of this.states.values()) if (state.isDue()) state.rejoin();
    const written = this.progress().written;
    const committed = await this.runPass(this.prepared);
    if (committed.untold)
      await hubActivities(this.input, "ask people what only they can decide", this.prepared).ask({
        project: this.input.project,
      });
    const moved = committed.hubEdits > 0 || this.progress().written > written;
    this.idlePasses = moved ? 0 : this.idlePasses + 1;
    this.outcome = committed.outcome;
    this.followUp = committed.followUp ?? this.followUp;
    this.isUnfinished = committed.stale || committed.more;
    for (const state of this.states.values()) state.renew();
    const isOpen = this.isReady() || this.dueAtMs !== null || [...this.states.values()].some(({ pull }) => pull);
    if (!isOpen) this.end({ outcome: this.outcome });
    else if (this.idlePasses >= MAX_IDLE_PASSES) this.endEarly();
    else if (!this.isReady()) this.enter("waiting");
  }

  /** Ends with what was done so far; what is owed is not called a success. */
  endEarly(): void {
    this.end({ outcome: this.outcome === "success" ? "warning" : this.outcome });
  }

  /** A step of the run's own cannot be done: stored as its report, and told even where that fails. */
  async fail(code: ErrorCode): Promise<void> {
    const input = { ...this.passRef(), request: this.request, standings: this.standings(), failure: code };
    try {
      await lastWord(this.input).commit(input);
    } catch (error) {
      if (isCancellation(error)) throw error;
    }
    this.end({ outcome: "error", code });
  }

  private end(result: Omit<RunAnswer, "run">): void {
    this.answer = { run: this.id, ...result };
    for (const ticket of this.tickets) ticket.answer = this.answer;
    this.enter(`done, ${result.outcome}`);
  }

  /** Reads what is bound and how; for a request that joins once more, since people may have changed it. */
  private async prepare(): Promise<void> {
    this.enter("preparing");
    this.isAsked = false;
    this.idlePasses = 0;
    const prepared = await hubActivities(this.input, "read the hub file and its bindings").prepare({
      project: this.input.project,
      run: this.id,
      request: this.request,
      ...(this.finishedFirst.length > 0 ? { finishedFirst: this.finishedFirst } : {}),
    });
    this.prepared = prepared.status === "ready" ? prepared : null;
    for (const tool of this.tools) if (!prepared.tools.includes(tool)) this.states.delete(tool);
    for (const tool of prepared.tools) {
      const known = this.states.get(tool);
      if (known) known.refresh();
      else this.states.set(tool, new ToolState(tool, this.shared.holds.get(tool)));
    }
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

  /** Starts the pulls that are due and waits for them, but not longer than a slow tool is worth. */
  private async pullTools(prepared: Prepared): Promise<void> {
    this.enter("pulling");
    const states = [...this.states.values()];
    for (const state of states) if (state.needsPull()) this.startPull(state, prepared);
    const isAwaited = () => states.some(({ pull }) => pull && !pull.late);
    if (!isAwaited()) return;
    await condition(() => !isAwaited(), prepared.timings.slowToolAfterMs, {
      summary: "tools that are slower are left out of this pass",
    });
    for (const { pull } of states) if (pull) pull.late = true;
  }

  private startPull(state: ToolState, prepared: Prepared): void {
    const { tool } = state;
    const pull = () =>
      toolActivities(tool, "read what changed", prepared).pull({ project: this.input.project, run: this.id, tool });
    const earlier = this.shared.pulls.get(tool);
    const done = (earlier ? earlier.then(pull) : pull()).then(
      () => state.answered(),
      (error: unknown) => state.failed(failureCode(error), prepared.timings),
    );
    const settled = done.then(() => {
      state.planned = false;
      if (this.shared.pulls.get(tool) === settled) this.shared.pulls.delete(tool);
    });
    state.pull = { late: false };
    this.shared.pulls.set(tool, settled);
  }

  /** Plans; where the vendors' histories would decide a conflict, asks for them first and plans again. */
  private async plan(prepared: Prepared): Promise<Planned> {
    this.enter("planning");
    const hub = hubActivities(this.input, "compare hub, tools and what was agreed", prepared);
    for (const state of this.states.values()) state.planned = true;
    // One input for both, so that a tool which answers in between waits for the next pass.
    const input = { ...this.passRef(), request: this.request, standings: this.standings() };
    const planned = await hub.plan(input);
    const asked = Object.keys(planned.evidence);
    if (asked.length === 0) return planned;
    await this.askHistories(asked, prepared);
    return hub.plan({ ...input, evidenceAsked: true });
  }

  /** Without a tool's history, or without it in time, its items' own times decide: none is worth a wait. */
  private async askHistories(asked: readonly ToolKey[], prepared: Prepared): Promise<void> {
    const ready = asked.filter((tool) => this.states.get(tool)?.standing.state === "ready");
    if (ready.length === 0) return;
    const calls = new CancellationScope();
    let answered = 0;
    for (const tool of ready) {
      const call = calls.run(() =>
        toolActivities(tool, "ask when disputed fields changed", prepared).evidence({ ...this.passRef(), tool }),
      );
      const settle = () => void (answered += 1);
      void call.then(settle, settle);
    }
    await condition(() => answered === ready.length, prepared.timings.slowToolAfterMs, {
      summary: "histories that are slower do not decide",
    });
    calls.cancel();
  }

  private async applyTool(tool: ToolKey, prepared: Prepared): Promise<void> {
    const state = this.states.get(tool);
    if (!state) return;
    const { timings } = prepared;
    const { passBudgetMs: budgetMs, passMaxWrites: maxWrites } = timings;
    try {
      const steps = toolActivities(tool, "write the plan", prepared);
      state.applied(await steps.apply({ ...this.passRef(), tool, budgetMs, maxWrites }), timings);
    } catch (error) {
      state.failed(failureCode(error), timings);
    }
    if (state.standing.state === "waiting") this.shared.holds.set(tool, state.standing.untilMs);
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
