/** Where Temporal is: as configured, or as this workspace's own engine left word. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Client, Connection, type ConnectionOptions } from "@temporalio/client";
import { loadClientConnectConfig } from "@temporalio/envconfig";
import { isAlive, type EngineRecord, type StateFolder } from "./state-folder.ts";

/** In the shape both the client and the worker connect with. */
export interface Target {
  readonly options: ConnectionOptions;
  readonly namespace: string;
}

/** What TEMPORAL_* variables or a `temporal.toml` profile name; null where there is neither. */
export function configuredTarget(env: NodeJS.ProcessEnv): Target | null {
  const named = ["TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE"].some((name) => env[name]);
  const file = join(env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "temporalio", "temporal.toml");
  if (!named && !existsSync(file)) return null;
  const config = loadClientConnectConfig({ overrideEnvVars: stringsOf(env) });
  return { options: config.connectionOptions, namespace: config.namespace ?? "default" };
}

/** The embedded engine at the address it was started on. */
export function recordedTarget({ address }: Pick<EngineRecord, "address">): Target {
  return { options: { address }, namespace: "default" };
}

export async function isReachable(target: Target): Promise<boolean> {
  const connection = await connectSoon(target);
  await connection?.close();
  return connection !== null;
}

/** A client of the Temporal that is there already; null where none answers. Starts nothing. */
export async function clientOfRunning(env: NodeJS.ProcessEnv, state: StateFolder): Promise<Client | null> {
  const record = await state.engine();
  const target = configuredTarget(env) ?? (record && isAlive(record.pid) ? recordedTarget(record) : null);
  const connection = target && (await connectSoon(target));
  return connection ? new Client({ connection, namespace: target.namespace }) : null;
}

async function connectSoon({ options }: Target): Promise<Connection | null> {
  return Connection.connect({ ...options, connectTimeout: 2_000 }).catch(() => null);
}

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
