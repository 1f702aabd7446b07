import { SyncFailure } from "../../core/errors.ts";
import { connectTo } from "../../temporal/connect.ts";
import {
  deploymentName,
  listVersions,
  makeCurrent,
  unsetCurrent,
  type DeploymentScope,
} from "../../temporal/deployment.ts";
import { runningTarget } from "../../temporal/target.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printTable } from "../table.ts";

const ACTIONS = ["list", "set-current", "unset-current"] as const;

export interface DeploymentCommand {
  readonly action: string;
  readonly buildId: string | undefined;
  readonly json: boolean;
}

/** `track-sdlc deployment`: which build of the workers new runs go to. */
export async function deploymentCommand(context: CliContext, command: DeploymentCommand): Promise<number> {
  const { action, buildId, json } = command;
  const { io, state } = context;
  if (!ACTIONS.some((known) => known === action))
    throw new SyncFailure("Usage", `deployment: "${action}" is none of ${ACTIONS.join(" | ")}.`);
  if (action === "set-current" && !buildId)
    throw new SyncFailure("Usage", "deployment set-current: name the build; track-sdlc deployment list shows them.");
  const target = await runningTarget(io.env, state);
  if (!target)
    throw new SyncFailure("InvalidConfig", "deployment: no Temporal is named or running. Set TEMPORAL_ADDRESS.");
  const connection = await connectTo(target);
  try {
    const scope = { connection, namespace: target.namespace, deployment: deploymentName(io.env) };
    if (action === "set-current" && buildId) {
      io.err(`Making build ${buildId} of ${scope.deployment} current as soon as its workers take their queues ...`);
      await makeCurrent(scope, buildId);
    }
    if (action === "unset-current") await unsetCurrent(scope);
    await show(context, scope, json);
    return EXIT.ok;
  } finally {
    await connection.close();
  }
}

async function show({ io }: CliContext, scope: DeploymentScope, json: boolean): Promise<void> {
  const { deployment } = scope;
  const builds = await listVersions(scope);
  if (json) return io.out(JSON.stringify({ deployment, builds }, null, 2));
  if (builds.length === 0) return io.out(`No worker of ${deployment} has named a build: versions are off.`);
  const rows = builds.map(({ buildId, state, since, queues }) => [buildId, state, since ?? "-", queues.join(" ")]);
  io.out(printTable(["build", "state", "since", "queues"], rows));
}
