import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import { TypedSearchAttributes } from "@temporalio/common";
import type { Probed, ToolActivities } from "../src/core/ports.ts";
import {
  connectionStateQuery,
  probeSignal,
  probeUpdate,
  SYNC_TOOL,
  SYNC_TRIGGER,
  toolQueue,
  type ConnectionInput,
  type ConnectionState,
} from "./messages.ts";
import { tellConnection } from "./connection-story.ts";
import { portfolioSync } from "./portfolio-sync.ts";
import { promptActivities } from "./steps.ts";

/** A probe that no worker of the tool takes is asked again after this long. */
const AWAY_MS = 60_000;

/**
 * A credential that its tool refuses (workflow id `connection/<account>`). The activities leave it alone
 * meanwhile, in every project. Tells people once, asks the tool again and again, ever more seldom, and has
 * those who waited synced when it is accepted.
 */
export async function connectionWatch(input: ConnectionInput): Promise<void> {
  const watch = new Watch(input);
  setHandler(probeSignal, () => watch.hurry(), { description: "Ask the tool now whether it takes the credential." });
  setHandler(probeUpdate, () => watch.probed(), { description: "As the Signal, and says what the tool answered." });
  setHandler(connectionStateQuery, () => watch.state);
  upsertSearchAttributes([{ key: SYNC_TOOL, value: [input.tool] }]);
  await watch.untilAccepted();
}

class Watch {
  state: ConnectionState;
  private isHurried = false;
  private readonly input: ConnectionInput;

  constructor(input: ConnectionInput) {
    this.input = input;
    this.state = input.carried ?? { status: "refused", waiting: 0, waitMs: 0, sinceMs: Date.now(), probes: 0 };
  }

  hurry(): void {
    this.isHurried = true;
  }

  async probed(): Promise<ConnectionState> {
    const { probes } = this.state;
    this.hurry();
    await condition(() => this.state.probes > probes || this.state.status === "accepted");
    return this.state;
  }

  async untilAccepted(): Promise<void> {
    const { tool, account } = this.input;
    if (!this.input.carried)
      this.tell(
        await promptActivities(this.input, "tell people that the credential is refused").alert({ tool, account }),
      );
    while (this.state.status !== "accepted") {
      if (workflowInfo().continueAsNewSuggested && allHandlersFinished())
        await continueAsNew<typeof connectionWatch>({ ...this.input, carried: this.state });
      await condition(() => this.isHurried, Math.max(1, this.state.waitMs), {
        summary: `until ${tool} is asked again`,
      });
      this.isHurried = false;
      this.tell(await this.probe(), this.state.probes + 1);
    }
    const { projects } = await promptActivities(this.input, "let those who waited go on").reconnect({ tool, account });
    if (projects.length > 0) await this.syncAll(projects);
    await condition(allHandlersFinished);
  }

  private async probe(): Promise<Probed> {
    const { tool, account, heartbeatTimeoutMs } = this.input;
    try {
      const { probe } = proxyActivities<ToolActivities>({
        taskQueue: toolQueue(tool),
        startToCloseTimeout: "2 minutes",
        scheduleToStartTimeout: AWAY_MS,
        heartbeatTimeout: heartbeatTimeoutMs,
        summary: `${tool}: ask whether it takes the credential again`,
        priority: { priorityKey: 1 },
        retry: { maximumAttempts: 3 },
      });
      return await probe({ tool, account });
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      return { status: "away", waiting: this.state.waiting, waitMs: AWAY_MS };
    }
  }

  /** Goes on by itself when this has ended. */
  private async syncAll(projects: readonly string[]): Promise<void> {
    const { tool, hubQueue, heartbeatTimeoutMs, batchesInFlight } = this.input;
    await startChild(portfolioSync, {
      workflowId: `portfolio/reconnected/${tool}/${new Date().toISOString()}`,
      args: [
        {
          trigger: "reconnected",
          filter: { projects },
          all: false,
          hubQueue,
          heartbeatTimeoutMs,
          batchesInFlight,
        },
      ],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: new TypedSearchAttributes([{ key: SYNC_TRIGGER, value: "reconnected" }]),
      staticSummary: `${projects.length} projects that waited for ${tool}`,
    });
  }

  private tell(news: Probed, probes = 0): void {
    this.state = { ...this.state, ...news, probes: Math.max(this.state.probes, probes) };
    setCurrentDetails(tellConnection(this.input.tool, this.state));
  }
}
