import { ApplicationFailure } from "@temporalio/common";
import type {
  Answered,
  AnswerInput,
  Applied,
  Committed,
  HubActivities,
  Planned,
  PortfolioSummary,
  Prepared,
  Probed,
  Ranked,
  Scanned,
  Timings,
  ToolActivities,
} from "../../src/core/ports.ts";

export const QUICK: Timings = {
  slowToolAfterMs: 300,
  passBudgetMs: 5_000,
  passMaxWrites: 1_000,
  heartbeatTimeoutMs: 5_000,
  activityTimeoutMs: 60_000,
  queueTimeoutMs: 600_000,
  retryWaitMs: 1_000,
  retryMaxWaitMs: 5_000,
  outageWaitMs: 20,
  outageMaxWaitMs: 100,
  outageTries: 2,
};

export const NOTHING_PLANNED: Planned = { writes: {}, hubEdits: 0, parked: 0, conflictFields: [], evidence: {} };
export const ALL_DONE: Applied = { done: 1, rejected: 0, raced: 0, remaining: 0 };
export const SETTLED: Committed = { hubEdits: 0, stale: false, more: false, untold: false, outcome: "success" };

export function failure(type: string, nonRetryable = true): ApplicationFailure {
  return ApplicationFailure.create({ type, message: `planted ${type}`, nonRetryable });
}

/** Steps with scripted behaviour and a journal of what the workflow asked, in order. */
export class FakeSteps {
  readonly journal: string[] = [];
  tools: string[] = ["alpha", "beta"];
  prepared: Partial<Prepared> = {};
  onPrepare: (project: string) => void = () => undefined;
  onPull: Record<string, (attempt: number) => Promise<void>> = {};
  onApply: Record<string, (attempt: number) => Promise<Applied>> = {};
  onEvidence: Record<string, () => Promise<void>> = {};
  scanned: Scanned = { projects: 0, credentials: [] };
  batches: Ranked["batches"] = [];
  onDetect: (account: string) => Promise<void> = async () => undefined;
  onProbe: (attempt: number) => Probed = () => ({ status: "accepted", waiting: 0, waitMs: 0 });
  waitingProjects: string[] = [];
  readonly summaries: PortfolioSummary[] = [];
  onAnswer: (input: AnswerInput) => Answered = () => ({ status: "taken" });
  onBroken: () => void = () => undefined;
  /** What each plan was told of histories, in order. */
  readonly evidenceAsked: (boolean | undefined)[] = [];
  /** What each prepare was told of runs before it, in order. */
  readonly finishedFirst: (readonly string[] | undefined)[] = [];
  onPlan: (attempt: number) => Planned = () => NOTHING_PLANNED;
  onCommit: (attempt: number) => Committed = () => SETTLED;
  private readonly counts = new Map<string, number>();

  get steps(): HubActivities & ToolActivities {
    return {
      prepare: async ({ project, request, finishedFirst }) => {
        this.finishedFirst.push(finishedFirst);
        this.note(`prepare ${request.trigger}`);
        this.onPrepare(project);
        return { status: "ready", tools: this.tools, timings: QUICK, priority: 3, ...this.prepared };
      },
      pull: async ({ tool }) => {
        this.note(`pull ${tool}`);
        await this.onPull[tool]?.(this.next(`pull ${tool}`));
        return { changed: 0 };
      },
      plan: async ({ standings, evidenceAsked }) => {
        this.evidenceAsked.push(evidenceAsked);
        this.note(`plan ${standings.map(({ tool, state }) => `${tool}:${state}`).join(" ")}`);
        return this.onPlan(this.next("plan"));
      },
      evidence: async ({ tool }) => {
        this.note(`evidence ${tool}`);
        await this.onEvidence[tool]?.();
      },
      apply: async ({ tool }) => {
        this.note(`apply ${tool}`);
        return (await this.onApply[tool]?.(this.next(`apply ${tool}`))) ?? ALL_DONE;
      },
      commit: async ({ standings, failure: code }) => {
        if (code) {
          this.note(`broken ${code}`);
          this.onBroken();
          return { ...SETTLED, outcome: "error" };
        }
        this.note(`commit ${standings.map(({ tool, state }) => `${tool}:${state}`).join(" ")}`);
        return this.onCommit(this.next("commit"));
      },
      detect: async ({ tool, account }) => {
        this.note(`detect ${tool} ${account}`);
        await this.onDetect(account);
        return { changed: 1 };
      },
      probe: async ({ account }) => {
        this.note(`probe ${account}`);
        return this.onProbe(this.next("probe"));
      },
      alert: async ({ account }) => {
        this.note(`alert ${account}`);
        return { status: "refused", waiting: this.waitingProjects.length, waitMs: 50 };
      },
      reconnect: async ({ account }) => {
        this.note(`reconnect ${account}`);
        return { projects: this.waitingProjects };
      },
      scan: async ({ trigger, all, filter: { projects } }) => {
        this.note(`scan ${trigger}${all ? " all" : ""}${projects ? ` ${projects.join(",")}` : ""}`);
        return this.scanned;
      },
      rank: async () => {
        this.note("rank");
        return { batches: this.batches };
      },
      conclude: async (summary) => {
        this.note("conclude");
        this.summaries.push(summary);
      },
      ask: async () => this.note("ask"),
      answer: async (input) => {
        this.note(`answer ${input.number} ${JSON.stringify(input.resolution)}`);
        return this.onAnswer(input);
      },
      remind: async ({ numbers, escalate }) => this.note(`remind ${numbers.join(",")}${escalate ? " again" : ""}`),
    };
  }

  count(step: string): number {
    return this.journal.filter((entry) => entry === step || entry.startsWith(`${step} `)).length;
  }

  private note(entry: string): void {
    this.journal.push(entry);
  }

  private next(step: string): number {
    const count = (this.counts.get(step) ?? 0) + 1;
    this.counts.set(step, count);
    return count;
  }
}
