import { setTimeout } from "node:timers/promises";
import type { WorkflowHandle } from "@temporalio/client";
import { SyncFailure } from "../../core/errors.ts";
import type { PortfolioFilter } from "../../core/ports.ts";
import { openSession } from "../../sync-runner.ts";
import { startPortfolio } from "../../temporal/client.ts";
import type { EngineSession } from "../../temporal/engine-session.ts";
import { portfolioProgressQuery, type PortfolioProgress } from "../../../workflows/messages.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { portfolioLine, portfolioLines, printPortfolio } from "../portfolio-text.ts";

export interface SyncAllCommand {
  readonly filter: PortfolioFilter;
  readonly force: boolean;
  readonly json: boolean;
}

/** `track-sdlc sync --all`: the portfolio through its workflow, followed until it ends. */
export async function syncAllCommand(context: CliContext, { filter, force, json }: SyncAllCommand): Promise<number> {
  await checkClient(context, filter.client);
  const session = await openSession(context, "if-none");
  const { workspace, hubQueue } = context;
  const call = { trigger: "manual", filter, all: force, force, hubQueue, workspace };
  const handle = await startPortfolio(session.client, call);
  const forget = leaveOnInterrupt(context, session, handle.workflowId);
  try {
    const done = await follow(context, session, handle);
    const asked = (await context.store.openConflicts()).length;
    context.io.out(
      json ? JSON.stringify({ portfolio: { ...done, open_conflicts: asked } }, null, 2) : printPortfolio(done, asked),
    );
    if (done.failed.length > 0 || done.unread.length > 0) return EXIT.failed;
    return asked > 0 ? EXIT.decide : EXIT.ok;
  } finally {
    forget();
    await session.close();
  }
}

async function checkClient({ workspace }: CliContext, client: string | undefined): Promise<void> {
  if (client === undefined || workspace.clients.includes(client)) return;
  const known = workspace.clients.join(", ") || "there is none";
  throw new SyncFailure("Usage", `--client: there is no registry/clients/${client}.yaml; known: ${known}.`);
}

/** Each line once, or one picture drawn in place, until the workflow ends. */
async function follow({ io }: CliContext, session: EngineSession, handle: WorkflowHandle): Promise<PortfolioProgress> {
  const result = handle.result() as Promise<PortfolioProgress>;
  let isOver = false;
  const settled = result.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  let last = "";
  while (!isOver) {
    await Promise.race([settled, session.failed, setTimeout(1_000, undefined, { ref: false })]);
    const progress = isOver ? null : await handle.query(portfolioProgressQuery).catch(() => null);
    if (io.live) {
      if (progress) io.live.draw(portfolioLines(progress, Date.now()));
      continue;
    }
    const line = progress ? portfolioLine(progress) : last;
    if (line !== last) io.err(line);
    last = line;
  }
  io.live?.erase();
  return result;
}

/** The run is the engine's, not the command's: it stays. */
function leaveOnInterrupt({ io }: CliContext, session: EngineSession, workflowId: string): () => void {
  const stop = (): void => {
    io.live?.erase();
    const goesOn = session.embedded ? "it goes on when the engine is up again (track-sdlc up)" : "it goes on";
    io.err(`Left as it is: ${goesOn}. Follow it with track-sdlc status, stop it with:`);
    io.err(`  temporal workflow cancel --workflow-id '${workflowId}'`);
    const patience = new Promise((resolve) => globalThis.setTimeout(resolve, 5_000));
    void Promise.race([session.close(), patience]).finally(() => process.exit(130));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return () => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
}
