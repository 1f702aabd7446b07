/** Worker versions, for hosted use: which build runs what. Off where nothing names a build. */
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { isGrpcServiceError, type Connection } from "@temporalio/client";
import { SyncFailure } from "../core/errors.ts";
import { WORKFLOW_QUEUE } from "../../workflows/messages.ts";

export interface DeploymentVersion {
  /** Temporal's name for all workers of this product together. */
  readonly deployment: string;
  readonly buildId: string;
}

/** One build, as `track-sdlc deployment list` shows it. */
export interface VersionStanding {
  readonly buildId: string;
  /** `current`, `ramping`, `draining` (pinned runs are open), `drained`, or `inactive` (never was current). */
  readonly state: string;
  /** ISO time at which its first worker came. */
  readonly since: string | null;
  /** Queues that its workers took. */
  readonly queues: readonly string[];
}

/** Where the deployment stands in a namespace. */
export interface DeploymentScope {
  readonly connection: Connection;
  readonly namespace: string;
  readonly deployment: string;
}

/** Workers of a build that is made current may still be starting. */
const PATIENCE_MS = 60_000;
const LOOK_AGAIN_MS = 200;

/** gRPC's own numbers. */
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

/** Temporal's numbers of a version's state. */
const STATES = ["unknown", "inactive", "current", "ramping", "draining", "drained"];

/** The names that Temporal's worker controller sets. */
export function deploymentName(env: NodeJS.ProcessEnv): string {
  return env["TEMPORAL_DEPLOYMENT_NAME"]?.trim() || "sdlc-sync";
}

/** Null where no build is named: then versions are off. Throws `Usage` for a name that Temporal does not take. */
export function versionOf(env: NodeJS.ProcessEnv, given?: string): DeploymentVersion | null {
  const buildId = (given ?? env["TEMPORAL_WORKER_BUILD_ID"] ?? "").trim();
  if (given !== undefined && buildId === "") throw new SyncFailure("Usage", "--build-id is empty; name the build.");
  if (buildId === "") return null;
  return { deployment: deploymentName(env), buildId };
}

/** The build that new runs go to; null where versions are off there. */
export async function currentBuild(scope: DeploymentScope): Promise<string | null> {
  const info = await infoOf(scope);
  return info?.routingConfig?.currentDeploymentVersion?.buildId || null;
}

/** Every build that the server knows, the newest first. */
export async function listVersions(scope: DeploymentScope): Promise<VersionStanding[]> {
  const summaries = (await infoOf(scope))?.versionSummaries ?? [];
  const standings = summaries.map(async ({ deploymentVersion, status, createTime }): Promise<VersionStanding> => {
    const buildId = deploymentVersion?.buildId ?? "";
    const since = createTime ? new Date(Number(createTime.seconds ?? 0) * 1000).toISOString() : null;
    return { buildId, state: STATES[status ?? 0] ?? "unknown", since, queues: await queuesOf(scope, buildId) };
  });
  return (await Promise.all(standings)).toSorted((a, b) => ((a.since ?? "") < (b.since ?? "") ? 1 : -1));
}

/**
 * Sends new runs, and those that wait for weeks, to this build, once its workers take these queues. Nothing runs
 * on a build before. Throws `InvalidConfig` where its workers leave a queue alone that the current build serves.
 */
export async function makeCurrent(
  scope: DeploymentScope,
  buildId: string,
  queues: readonly string[] = [WORKFLOW_QUEUE],
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const served = await queuesOf(scope, buildId);
    const missing = queues.filter((queue) => !served.includes(queue));
    const refusal = missing.length > 0 ? `none of them takes ${missing.join(", ")}` : await setCurrent(scope, buildId);
    if (refusal === null) return;
    if (Date.now() > deadline)
      throw new SyncFailure(
        "InvalidConfig",
        `build ${buildId} of ${scope.deployment} cannot be made current: ${refusal}. Start workers of that build for every queue that is served now; \`track-sdlc deployment list\` shows them.`,
      );
    await pause(LOOK_AGAIN_MS);
  }
}

/** Back to workers that name no build. */
export async function unsetCurrent(scope: DeploymentScope): Promise<void> {
  if ((await currentBuild(scope)) !== null) await request(scope, "", true);
}

/** Null when it is done; else why not yet. */
async function setCurrent(scope: DeploymentScope, buildId: string): Promise<string | null> {
  try {
    await request(scope, buildId, false);
    return null;
  } catch (error) {
    if (!isGrpcServiceError(error) || ![NOT_FOUND, FAILED_PRECONDITION].includes(error.code)) throw error;
    return error.details.replace(/\.$/, "");
  }
}

async function request(
  { connection, namespace, deployment }: DeploymentScope,
  buildId: string,
  ignoreMissingTaskQueues: boolean,
): Promise<void> {
  await connection.workflowService.setWorkerDeploymentCurrentVersion({
    namespace,
    deploymentName: deployment,
    buildId,
    ignoreMissingTaskQueues,
    identity: `${hostname()}:${process.pid}`,
  });
}

async function infoOf({ connection, namespace, deployment: deploymentName }: DeploymentScope) {
  return found(async () => {
    const answer = await connection.workflowService.describeWorkerDeployment({ namespace, deploymentName });
    return answer.workerDeploymentInfo ?? null;
  });
}

async function queuesOf({ connection, namespace, deployment }: DeploymentScope, buildId: string): Promise<string[]> {
  const answer = await found(() =>
    connection.workflowService.describeWorkerDeploymentVersion({
      namespace,
      deploymentVersion: { deploymentName: deployment, buildId },
    }),
  );
  const queues = answer?.workerDeploymentVersionInfo?.taskQueueInfos ?? [];
  return [...new Set(queues.flatMap(({ name }) => name ?? []))].toSorted();
}

async function found<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (isGrpcServiceError(error) && error.code === NOT_FOUND) return null;
    throw error;
  }
}
