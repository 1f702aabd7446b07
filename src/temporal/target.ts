/** Where Temporal is: as configured, or as this workspace's own engine left word. */
import { Client, Connection, type ConnectionOptions } from "@temporalio/client";
import { isSyncFailure } from "../core/errors.ts";
import { configuredTarget } from "./configured-target.ts";
import { connectTo } from "./connect.ts";
import { isAlive, type EngineRecord, type StateFolder } from "./state-folder.ts";

/** In the shape both the client and the worker connect with. */
export interface Target {
  readonly options: ConnectionOptions;
  readonly namespace: string;
}

/** The embedded engine at the address it was started on. */
export function recordedTarget({ address }: Pick<EngineRecord, "address">): Target {
  return { options: { address }, namespace: "default" };
}

export async function isReachable({ options }: Target): Promise<boolean> {
  const connection = await Connection.connect({ ...options, connectTimeout: 2_000 }).catch(() => null);
  await connection?.close();
  return connection !== null;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/** Whether it is on this machine, so that its workers may all be as well. */
export function isLocal({ options }: Target): boolean {
  return LOOPBACK.test(options.address ?? "localhost");
}

/** The Temporal that is there already: the configured one, else the embedded engine of this workspace. */
export async function runningTarget(env: NodeJS.ProcessEnv, state: StateFolder): Promise<Target | null> {
  const record = await state.engine();
  return configuredTarget(env) ?? (record && isAlive(record.pid) ? recordedTarget(record) : null);
}

/** A client of the Temporal that is there already; null where none answers. Starts nothing. */
export async function clientOfRunning(env: NodeJS.ProcessEnv, state: StateFolder): Promise<Client | null> {
  const target = await runningTarget(env, state);
  if (!target) return null;
  try {
    return new Client({ connection: await connectTo(target), namespace: target.namespace });
  } catch (error) {
    if (isSyncFailure(error, "EngineUnavailable")) return null;
    throw error;
  }
}
