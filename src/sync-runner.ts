/** Runs one request through the workflow and fetches what it reported. Shared by the commands and the library. */
import { setTimeout } from "node:timers/promises";
import { SyncFailure } from "./core/errors.ts";
import type { SyncReport } from "./core/report.ts";
import type { SyncRequest } from "./core/ports.ts";
import type { CliContext } from "./cli/context.ts";
import { requestSync, syncProgress } from "./temporal/client.ts";
import { versionOf } from "./temporal/deployment.ts";
import { openEngineSession, type EngineSession } from "./temporal/engine-session.ts";
import type { SyncProgress } from "../workflows/messages.ts";

export async function openSession(context: CliContext, work: "always" | "if-none"): Promise<EngineSession> {
  const { io, state, hubQueue } = context;
  return openEngineSession({
    state,
    env: io.env,
    progress: (line) => io.err(line),
    work,
    async startWorker(target) {
      // The worker brings the bundler with it: half a second that a command with a running worker need not pay.
      const { hostWorker } = await import("./temporal/host.ts");
      return hostWorker(
        { engine: await context.engine(), hubQueue, version: versionOf(io.env), logFile: state.file("worker.log") },
        target,
      );
    },
  });
}

export async function runSync(
  context: CliContext,
  session: EngineSession,
  project: string,
  request: SyncRequest,
  onProgress?: (progress: SyncProgress) => void,
): Promise<SyncReport> {
  const { workspace, store, hubQueue } = context;
  const heartbeatTimeoutMs = workspace.config.engine.heartbeat_timeout_ms;
  const answer = requestSync(session.client, { project, hubQueue, heartbeatTimeoutMs, request });
  const watching = onProgress ? watch(session, project, answer, onProgress) : undefined;
  const { run } = await Promise.race([answer, session.failed]);
  await watching;
  const record = await store.run(run);
  if (!record?.report) {
    throw new SyncFailure(
      "InvalidConfig",
      `Run ${run} ended, but its report is not in this workspace's store: is the worker using another store?`,
    );
  }
  return record.report as SyncReport;
}

/** Tells the progress each second until the answer is there. */
async function watch(
  session: EngineSession,
  project: string,
  answer: Promise<unknown>,
  tell: (progress: SyncProgress) => void,
): Promise<void> {
  let done = false;
  const settled = answer.then(
    () => (done = true),
    () => (done = true),
  );
  for (;;) {
    // Not referenced: a command whose answer is there ends now and not with this second.
    await Promise.race([settled, setTimeout(1_000, undefined, { ref: false })]);
    if (done) return;
    const progress = await syncProgress(session.client, project);
    if (progress && !done) tell(progress);
  }
}
