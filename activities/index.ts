import { log } from "@temporalio/activity";
import type { HubActivities, ToolActivities } from "../src/core/ports.ts";
import { applyIntents } from "./apply.ts";
import { keepingWords, reportBroken } from "./broken-run.ts";
import { commitPass } from "./commit.ts";
import { detectChanges } from "./detect.ts";
import type { Engine } from "./engine.ts";
import { gatherEvidence } from "./evidence.ts";
import { beating } from "./failures.ts";
import { planAndStore } from "./plan.ts";
import { concludePortfolio, rankPortfolio, scanPortfolio } from "./portfolio.ts";
import { prepareRun } from "./prepare.ts";
import { pullTool } from "./pull.ts";
import { noteRefusal, probeConnection, takeUpWaiting, watchConnections, type Watches } from "./connections.ts";
import { askPeople, noteReminder, takeAnswer, type Conversations } from "./questions.ts";

/** The activities by the names that histories know: they may never change. */
export function createActivities(engine: Engine, conversations: () => Conversations & Watches) {
  const ofHub = <T>({ run }: { readonly run: string }, work: () => Promise<T>): Promise<T> =>
    beating(() => keepingWords(engine, run, work));
  return {
    prepare: (input) => ofHub(input, () => prepareRun(engine, input)),
    pull: (input) => beating((signal) => pullTool(engine, input, signal)),
    plan: (input) => ofHub(input, () => planAndStore(engine, input)),
    detect: (input) => beating((signal) => detectChanges(engine, input, signal)),
    evidence: (input) => beating((signal) => gatherEvidence(engine, input, signal)),
    apply: (input) => beating((signal) => applyIntents(engine, input, signal)),
    commit: (input) => {
      const { failure } = input;
      if (failure) return beating(() => reportBroken(engine, input, failure));
      return ofHub(input, async () => {
        const committed = await commitPass(engine, input);
        await watchConnections(engine, conversations());
        return committed;
      });
    },
    scan: (input) => beating(() => scanPortfolio(engine, input)),
    rank: (input) =>
      beating(async () => {
        await watchConnections(engine, conversations());
        await takeUpWaiting(engine);
        return rankPortfolio(engine, input);
      }),
    conclude: (summary) => beating(() => concludePortfolio(engine, summary)),
    ask: ({ project }) => beating(() => askPeople(engine, project, conversations())),
    answer: (input) => beating(() => takeAnswer(engine, input, conversations())),
    probe: (ref) => beating((signal) => probeConnection(engine, ref, signal)),
    alert: (ref) =>
      beating(async () => {
        const told = await noteRefusal(engine, ref);
        if (told.status === "refused")
          log.error("a tool refuses its credential: paused everywhere", { ...ref, ...told });
        return told;
      }),
    reconnect: ({ account }) => beating(async () => ({ projects: await engine.store.releaseWaiting([account]) })),
    remind: (input) =>
      beating(async () => {
        await noteReminder(engine, input);
        log.warn("questions wait for an answer", { ...input });
      }),
  } satisfies HubActivities & ToolActivities;
}
