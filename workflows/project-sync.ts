import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import {
  progressQuery,
  requestSyncSignal,
  requestSyncUpdate,
  SYNC_OUTCOME,
  SYNC_TOOL,
  CONFLICT_FIELD,
  type ProjectSyncInput,
  type RunAnswer,
} from "./messages.ts";
import { RequestQueue } from "./request-queue.ts";
import { failureCode } from "./steps.ts";
import { SyncRun } from "./sync-run.ts";
import type { Shared } from "./tool-state.ts";

/**
 * The only writer of its project (workflow id `project/<id>`): one pass of one run at a time. Requests
 * that arrive during a pass are served after it; a run that waits for a tool stays open meanwhile, goes
 * on when the tool is due, and takes in requests for the same work. Ends when no run is open.
 */
export async function projectSync(input: ProjectSyncInput): Promise<RunAnswer | null> {
  const project = new ProjectRuns(input);
  setHandler(requestSyncSignal, (request) => void project.queue.add(request), {
    description: "Sync this project once more with these options.",
  });
  setHandler(
    requestSyncUpdate,
    async (request) => {
      const ticket = project.queue.add(request, true);
      await condition(() => ticket.answer !== undefined);
      return ticket.answer!;
    },
    { description: "Sync this project and answer when that run has ended." },
  );
  setHandler(progressQuery, () => project.current?.progress() ?? SyncRun.idle(input.project));
  for (const request of [input.request ?? [], input.carried?.requests ?? []].flat()) project.queue.add(request);
  await condition(() => project.queue.size > 0);
  return project.serve();
}

class ProjectRuns {
  readonly queue = new RequestQueue();
  /** The run that acted last. */
  current: SyncRun | undefined;
  private open: SyncRun[] = [];
  private last: RunAnswer | null = null;
  /** Histories of before know nothing of it. Asked once: another answer later would break the replay. */
  private tellsWaits: boolean | undefined;
  private shownWaits = "";
  private readonly shared: Shared;
  private readonly input: ProjectSyncInput;

  constructor(input: ProjectSyncInput) {
    this.input = input;
    this.shared = { holds: new Map(Object.entries(input.carried?.holds ?? {})), pulls: new Map() };
  }

  async serve(): Promise<RunAnswer | null> {
    for (;;) {
      this.admit();
      const ready = this.open.filter((run) => run.isReady());
      for (const run of ready) await this.advance(run);
      this.queue.noteEnded(this.open.flatMap((run) => (run.answer ? run.id : [])));
      this.open = this.open.filter((run) => !run.answer);
      if (this.isHistoryLong()) await this.startAfresh();
      else if (this.open.length > 0) await this.untilReady();
      // The answers must be out before this may close; a request that comes with them is still served.
      else await condition(() => this.queue.size > 0 || allHandlersFinished());
      if (this.open.length === 0 && this.queue.size === 0) return this.last;
    }
  }

  private admit(): void {
    for (const ticket of this.queue.takeAll()) {
      if (this.open.some((run) => run.join(ticket))) continue;
      this.open.push(new SyncRun(this.input, ticket, this.shared, setCurrentDetails));
    }
  }

  private async advance(run: SyncRun): Promise<void> {
    this.current = run;
    try {
      await run.advance();
    } catch (error) {
      // One run's failure is answered to who asked for it. A cancel is for all; a mistake of ours waits for its fix.
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      await run.fail(failureCode(error));
    }
    if (run.answer) this.note(run, run.answer);
    if (run.answer && run.followUp) this.queue.add(run.followUp);
  }

  private note(run: SyncRun, answer: RunAnswer): void {
    this.last = answer;
    upsertSearchAttributes([
      { key: SYNC_OUTCOME, value: answer.outcome },
      { key: SYNC_TOOL, value: [...run.tools] },
      { key: CONFLICT_FIELD, value: [...run.conflictFields] },
    ]);
  }

  /** Until an answer, a request, or the time of the tool that is due first. */
  private async untilReady(): Promise<void> {
    const isReady = () => this.queue.size > 0 || this.open.some((run) => run.isReady());
    const due = this.open.flatMap((run) => run.dueAtMs ?? []);
    this.showWaits();
    if (due.length === 0) await condition(isReady);
    else if (!isReady())
      await condition(isReady, Math.max(1, Math.min(...due) - Date.now()), {
        summary: "a tool asked to wait, or is down",
      });
  }

  /** While a project waits, its search attribute names what for: "everything that waits for Jira" is a query. */
  private showWaits(): void {
    this.tellsWaits ??= patched("waited-tools");
    const tools = [...new Set(this.open.flatMap((run) => run.awaited))].toSorted();
    if (!this.tellsWaits || tools.join() === this.shownWaits) return;
    this.shownWaits = tools.join();
    upsertSearchAttributes([{ key: SYNC_TOOL, value: tools }]);
  }

  /** What bounds an execution, however long a first sync takes or however often somebody asks. */
  private isHistoryLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength > (this.input.maxEvents ?? Infinity);
  }

  /** Open runs end with what they have, and what they owe is asked for again by the next execution. */
  private async startAfresh(): Promise<void> {
    for (const run of this.open) {
      run.endEarly();
      this.queue.add(run.request);
    }
    this.open = [];
    await condition(() => allHandlersFinished() || this.queue.isAwaited);
    // An Update that came meanwhile can only be answered here.
    if (this.queue.isAwaited || this.queue.size === 0) return;
    const { request: _, ...input } = this.input;
    const { requests } = this.queue;
    await continueAsNew<typeof projectSync>({
      ...input,
      carried: { requests, holds: Object.fromEntries(this.shared.holds) },
    });
  }
}
