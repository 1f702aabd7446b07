/** Connects to the Temporal that is named, or says what keeps it from that. */
import { Connection, isGrpcServiceError } from "@temporalio/client";
import { SyncFailure } from "../core/errors.ts";
import type { Target } from "./target.ts";

const PATIENCE_MS = 5_000;

/** gRPC's own numbers. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Throws `EngineUnavailable` where nothing answers, `InvalidConfig` where it is not for us. */
export async function connectTo(target: Target): Promise<Connection> {
  const connection = await Connection.connect({ ...target.options, connectTimeout: PATIENCE_MS }).catch(
    (cause: unknown) => {
      throw refused(target, cause);
    },
  );
  try {
    await connection.workflowService.describeNamespace({ namespace: target.namespace });
    return connection;
  } catch (cause) {
    await connection.close();
    throw refused(target, cause);
  }
}

function refused({ options, namespace }: Target, cause: unknown): SyncFailure {
  const where = `Temporal at ${options.address ?? "localhost:7233"}`;
  const code = isGrpcServiceError(cause) ? cause.code : undefined;
  if (code === NOT_FOUND)
    return new SyncFailure(
      "InvalidConfig",
      `${where} has no namespace "${namespace}". Correct TEMPORAL_NAMESPACE or the profile, or have it made: temporal operator namespace create --namespace ${namespace}`,
      {},
      cause,
    );
  if (code === PERMISSION_DENIED || code === UNAUTHENTICATED)
    return new SyncFailure(
      "InvalidConfig",
      `${where} does not let this account into namespace "${namespace}". Correct TEMPORAL_API_KEY, the TLS certificate or the profile.`,
      {},
      cause,
    );
  return new SyncFailure(
    "EngineUnavailable",
    `${where} does not answer. Start it, correct TEMPORAL_ADDRESS or the profile, or unset them to use the embedded engine.`,
    {},
    cause,
  );
}
