import module from "node:module";
import { GracefulShutdownPeriodExpiredError } from "@temporalio/worker";
import type { Connection } from "@temporalio/client";
import { SyncFailure } from "../../core/errors.ts";
import type { ToolKey } from "../../core/model.ts";
import { notAllowed } from "../../registry/suggest.ts";
import { connectTo } from "../../temporal/connect.ts";
import { currentBuild, deploymentName, versionOf, type DeploymentVersion } from "../../temporal/deployment.ts";
import { hostWorker, SHUTDOWN_GRACE_MS } from "../../temporal/host.ts";
import { ensureSearchAttributes } from "../../temporal/search-attributes.ts";
import { isLocal, runningTarget, type Target } from "../../temporal/target.ts";
import { queuesOf, type RunningWorker, type Served } from "../../temporal/worker.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { unusableTools } from "../usable-tools.ts";

/** What the command line says of the queues and of this process. */
export interface WorkerFlags {
  readonly workflows?: boolean;
  readonly hub?: boolean;
  readonly buildId?: string;
  readonly log?: string;
}

export interface WorkerCommand extends WorkerFlags {
  readonly tools: readonly ToolKey[] | undefined;
}

/** `track-sdlc worker`: one of any number of processes that work, each for the queues that it names, until told to stop. */
export async function workerCommand(context: CliContext, command: WorkerCommand): Promise<number> {
  const { io, state } = context;
  const version = versionOf(io.env, command.buildId);
  const { serves, isPart } = await servedBy(context, command);
  const target = await targetOf(context);
  checkStore(context, target, isPart);
  const connection = await connectTo(target);
  let leave: (() => Promise<void>) | undefined;
  try {
    if (serves.workflows) await ensureSearchAttributes(connection, target.namespace);
    leave = await state.registerUser(!isPart);
    const engine = await context.engine();
    const logFile = command.log ?? state.file("worker.log");
    const worker = await hostWorker({ engine, hubQueue: context.hubQueue, serves, version, logFile }, target);
    // A worker may live for weeks and then be killed: what it compiled is kept for the next one now.
    module.flushCompileCache?.();
    await introduce(context, { target, serves, version, connection });
    return await untilStopped(context, worker);
  } finally {
    await leave?.();
    await connection.close();
  }
}

/** Naming a queue leaves out those that are not named. A tool without credentials is left to others that have them. */
async function servedBy(
  context: CliContext,
  { tools: named, workflows, hub }: WorkerCommand,
): Promise<{ readonly serves: Served; readonly isPart: boolean }> {
  const known = Object.keys((await context.engine()).connectors);
  const unknown = named?.find((tool) => !known.includes(tool));
  if (unknown !== undefined)
    throw new SyncFailure("Usage", `--tools: ${notAllowed(unknown, "a tool with a connector", known)}`);
  const isNamed = named !== undefined || workflows === true || hub === true;
  const unusable = unusableTools(context, named ?? (isNamed ? [] : known));
  const [lacking] = [...unusable].filter(([tool]) => named?.includes(tool));
  if (lacking)
    throw new SyncFailure(
      "InvalidConfig",
      `${lacking[0]}: ${lacking[1]}. Set it for this worker, or leave ${lacking[0]} out of --tools.`,
      { tool: lacking[0] },
    );
  const serves: Served = isNamed
    ? { workflows: workflows === true, hub: hub === true, tools: named ?? [] }
    : { workflows: true, hub: hub !== false, tools: known.filter((tool) => !unusable.has(tool)) };
  for (const [tool, why] of unusable) context.io.err(`Not served: ${tool} (${why}).`);
  return { serves, isPart: isNamed || !serves.hub };
}

async function targetOf({ io, state }: CliContext): Promise<Target> {
  const target = await runningTarget(io.env, state);
  if (target) return target;
  throw new SyncFailure(
    "InvalidConfig",
    "worker: no Temporal is named. Set TEMPORAL_ADDRESS or make a temporal.toml profile; `track-sdlc up` brings one of its own.",
  );
}

/** A run's steps find each other's results in the store: workers that do not share one fail each other's runs. */
function checkStore({ io, isStoreShared, storePlace }: CliContext, target: Target, isPart: boolean): void {
  if (isStoreShared || isLocal(target)) return;
  const remedy = 'Set store: {url: "postgres://..."} in sdlc-sync.yaml of every worker';
  const what = `the store is a file of this machine (${storePlace}), and Temporal at ${target.options.address} is not on it`;
  if (isPart)
    throw new SyncFailure(
      "InvalidConfig",
      `worker: ${what}: the workers of the other queues could not find what this one stores. ${remedy}, or let one worker take all queues.`,
    );
  io.err(`Warning: ${what}. One worker can work so; a second one elsewhere would fail its runs. ${remedy} before.`);
}

interface Introduction {
  readonly target: Target;
  readonly serves: Served;
  readonly version: DeploymentVersion | null;
  readonly connection: Connection;
}

async function introduce(context: CliContext, { target, serves, version, connection }: Introduction): Promise<void> {
  const { io, root, hubQueue, storePlace } = context;
  const { namespace, options } = target;
  io.err(`Temporal: ${options.address ?? "localhost:7233"}, namespace ${namespace}. Store: ${storePlace}.`);
  const deployment = deploymentName(io.env);
  const current = await currentBuild({ connection, namespace, deployment });
  if (version) io.err(`Build ${version.buildId} of ${deployment}${standingOf(version.buildId, current)}`);
  else if (current !== null)
    io.err(`Warning: ${deployment} sends its runs to build ${current}; a worker without --build-id gets none of them.`);
  const queues = queuesOf(serves, hubQueue).join(", ");
  const most = (2 * SHUTDOWN_GRACE_MS) / 1000;
  io.err(`Working for ${root}, pid ${process.pid}, queues: ${queues}.`);
  io.err(`Ctrl-C or SIGTERM ends it within ${most} s, with what is under way; a second one ends it at once.`);
}

function standingOf(buildId: string, current: string | null): string {
  if (current === buildId) return " is current.";
  const now = current === null ? "no build is" : `build ${current} is`;
  return ` is not current (${now}): new runs come with \`track-sdlc deployment set-current ${buildId}\`.`;
}

/** The first signal lets activities end or reach a point to go on from elsewhere; the second lets nothing. */
async function untilStopped({ io }: CliContext, worker: RunningWorker): Promise<number> {
  let onSignal: (() => void) | undefined;
  const signalled = new Promise<void>((resolve) => {
    let isDraining = false;
    onSignal = () => {
      if (isDraining) process.exit(130);
      isDraining = true;
      io.err("Draining: no new work is taken.");
      resolve();
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  });
  try {
    await Promise.race([signalled, worker.stopped]);
    await worker.stop();
    io.err("Stopped.");
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof GracefulShutdownPeriodExpiredError)) {
      // What still runs must not keep the process: whoever started it starts it anew.
      await worker.stop().catch(() => undefined);
      throw error;
    }
    io.err("Stopped with activities under way: they start again elsewhere once their heartbeats are missed.");
    return EXIT.failed;
  } finally {
    if (onSignal) process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}
