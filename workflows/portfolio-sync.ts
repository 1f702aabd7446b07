import {
  ActivityFailure,
  continueAsNew,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import type {
  CredentialGroup,
  HubActivities,
  ProjectTurn,
  ScanInput,
  SyncRequest,
  ToolActivities,
} from "../src/core/ports.ts";
import {
  portfolioProgressQuery,
  SYNC_OUTCOME,
  SYNC_TOOL,
  toolQueue,
  type BatchAnswer,
  type PortfolioInput,
  type PortfolioProgress,
} from "./messages.ts";
import { batchSync } from "./batch-sync.ts";
import { tellPortfolio } from "./portfolio-story.ts";
import { failureCode } from "./steps.ts";

/**
 * One sync of the portfolio: one look at each credential's changes and at the hub files, then the projects
 * that have something to do, critical ones first, in batches of ten with a few of them under way at once.
 * An idle project costs nothing. A project that fails, or is poisoned, fails alone.
 */
export async function portfolioSync(input: PortfolioInput): Promise<PortfolioProgress> {
  const portfolio = new Portfolio(input);
  setHandler(portfolioProgressQuery, () => portfolio.progress);
  if (!input.carried) await portfolio.look();
  await portfolio.syncAll();
  return portfolio.conclude();
}

class Portfolio {
  progress: PortfolioProgress;
  private waiting: readonly (readonly ProjectTurn[])[] = [];
  private readonly input: PortfolioInput;
  private readonly id: string;

  constructor(input: PortfolioInput) {
    this.input = input;
    this.id = input.carried?.id ?? workflowInfo().workflowId;
    this.waiting = input.carried?.batches ?? [];
    this.progress = input.carried?.progress ?? {
      step: "looking",
      startedAtMs: Date.now(),
      detectedAtMs: Date.now(),
      projects: 0,
      dirty: 0,
      synced: 0,
      failed: [],
      joined: 0,
      unread: [],
      underWay: [],
    };
  }

  /** What there is, what changed, and in which order it is dealt with. */
  async look(): Promise<void> {
    const { trigger, filter, all } = this.input;
    const scan: ScanInput = { portfolio: this.id, trigger, filter, all };
    this.tell({ step: "looking" });
    const { projects, credentials } = await this.hub("list the projects and what they are bound to").scan(scan);
    this.tell({ projects, step: "detecting" });
    upsertSearchAttributes([{ key: SYNC_TOOL, value: [...new Set(credentials.map(({ tool }) => tool))] }]);
    const unread = await Promise.all(credentials.map((credential) => this.detect(credential)));
    const { batches } = await this.hub("put the projects with something to do in order").rank(scan);
    this.waiting = batches;
    const dirty = batches.reduce((sum, batch) => sum + batch.length, 0);
    this.tell({ dirty, unread: unread.flatMap((code) => code ?? []), step: "syncing" });
  }

  /** A credential whose changes cannot be read holds up nobody: its projects keep what else they have to do. */
  private async detect({ tool, account, projects }: CredentialGroup): Promise<string | null> {
    try {
      const { detect } = proxyActivities<ToolActivities>({
        taskQueue: toolQueue(tool),
        startToCloseTimeout: "10 minutes",
        // Asked to wait, however often, it waits; but not longer than the projects' other work is worth.
        scheduleToCloseTimeout: "15 minutes",
        scheduleToStartTimeout: "10 minutes",
        heartbeatTimeout: this.input.heartbeatTimeoutMs,
        cancellationType: "TRY_CANCEL",
        summary: `${tool}: read what changed in ${projects === 1 ? "its project" : `${projects} projects`}`,
        retry: {
          initialInterval: "1 second",
          backoffCoefficient: 2,
          maximumInterval: "30 seconds",
        },
      });
      await detect({ portfolio: this.id, tool, account });
      return null;
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      return `${tool}: ${failureCode(error)}`;
    }
  }

  async syncAll(): Promise<void> {
    const { batchesInFlight, windowMs } = this.input;
    const pauseMs = this.waiting.length > 1 ? Math.floor((windowMs ?? 0) / this.waiting.length) : 0;
    const beganAtMs = Date.now();
    let next = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        const n = next;
        const batch = this.waiting[n];
        if (!batch || this.isHistoryLong()) return;
        next += 1;
        const startsAtMs = beganAtMs + n * pauseMs;
        if (startsAtMs > Date.now())
          await sleep(startsAtMs - Date.now(), { summary: "batches are spread over the time window" });
        await this.sync(batch, n);
      }
    };
    await Promise.all(Array.from({ length: batchesInFlight }, worker));
    const rest = this.waiting.slice(next);
    if (rest.length === 0) return;
    const carried = { id: this.id, batches: rest, progress: this.progress };
    await continueAsNew<typeof portfolioSync>({ ...this.input, carried });
  }

  private async sync(batch: readonly ProjectTurn[], n: number): Promise<void> {
    const { hubQueue, heartbeatTimeoutMs } = this.input;
    const names = batch.map(({ project }) => project);
    this.tell({ underWay: [...this.progress.underWay, ...names] });
    let answer: BatchAnswer;
    try {
      answer = await executeChild(batchSync, {
        workflowId: `${workflowInfo().workflowId}/batch-${this.progress.dirty - this.left(n)}`,
        args: [
          {
            turns: batch,
            hubQueue,
            heartbeatTimeoutMs,
            request: this.request(),
          },
        ],
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: names.length === 1 ? `${names[0]}` : `${names.length} projects, ${names[0]} first`,
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
      answer = { synced: 0, joined: 0, failed: names };
    }
    const { synced, failed, joined, underWay } = this.progress;
    this.tell({
      synced: synced + answer.synced,
      joined: joined + answer.joined,
      failed: [...failed, ...answer.failed],
      underWay: underWay.filter((name) => !names.includes(name)),
    });
  }

  private request(): SyncRequest {
    const { trigger, force, full, mode } = this.input;
    const { detectedAtMs } = this.progress;
    const reading = force ? { force } : full ? { full } : { detectedAtMs };
    return { trigger, isBulk: true, ...reading, ...(mode ? { mode } : {}) };
  }

  /** Projects from this batch on. */
  private left(n: number): number {
    return this.waiting.slice(n).reduce((sum, batch) => sum + batch.length, 0);
  }

  async conclude(): Promise<PortfolioProgress> {
    const { startedAtMs, projects, dirty, synced, failed, joined, unread } = this.progress;
    const { trigger } = this.input;
    const summary = { portfolio: this.id, trigger, startedAtMs, projects, dirty, synced, failed, joined, unread };
    await this.hub("keep what came of it").conclude(summary);
    const isGood = failed.length === 0 && unread.length === 0;
    upsertSearchAttributes([{ key: SYNC_OUTCOME, value: isGood ? "success" : synced > 0 ? "warning" : "error" }]);
    this.tell({ step: "done" });
    return this.progress;
  }

  private isHistoryLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength > (this.input.maxEvents ?? Infinity);
  }

  private hub(summary: string): Pick<HubActivities, "scan" | "rank" | "conclude"> {
    return proxyActivities<HubActivities>({
      taskQueue: this.input.hubQueue,
      startToCloseTimeout: "10 minutes",
      scheduleToCloseTimeout: "1 day",
      heartbeatTimeout: this.input.heartbeatTimeoutMs,
      summary,
      retry: { initialInterval: "1 second", backoffCoefficient: 2, maximumInterval: "30 seconds" },
    });
  }

  private tell(news: Partial<PortfolioProgress>): void {
    this.progress = { ...this.progress, ...news };
    setCurrentDetails(tellPortfolio(this.progress, this.input));
  }
}
