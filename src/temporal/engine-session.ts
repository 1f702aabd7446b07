/** How a command gets at Temporal: the configured one, the one that runs here already, or its own. */
import { Client, type Connection } from "@temporalio/client";
import { cliSources, findTemporalCli } from "./cli-binary.ts";
import { configuredTarget } from "./configured-target.ts";
import { connectTo } from "./connect.ts";
import { startDevServer, stopServer, type DevServer } from "./dev-server.ts";
import { ensureSearchAttributes } from "./search-attributes.ts";
import type { StateFolder } from "./state-folder.ts";
import { isReachable, recordedTarget, type Target } from "./target.ts";
import type { RunningWorker } from "./worker.ts";

export interface SessionOptions {
  readonly state: StateFolder;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (line: string) => void;
  /** Starts a worker in this process. */
  readonly startWorker: (target: Target) => Promise<RunningWorker>;
  /** `always`: this process is here to work (`up`). `if-none`: only when nobody else here does. */
  readonly work: "always" | "if-none";
}

export interface EngineSession {
  readonly client: Client;
  readonly connection: Connection;
  readonly target: Target;
  readonly uiUrl: string | null;
  /** True where this process started the engine for its own duration. */
  readonly embedded: boolean;
  /** Rejects when this process' worker fails. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

export async function openEngineSession(options: SessionOptions): Promise<EngineSession> {
  const configured = configuredTarget(options.env);
  if (configured) return joinEngine(options, configured, null, null);
  return options.state.exclusively(async () => {
    const record = await options.state.engine();
    if (record && (await isReachable(recordedTarget(record))))
      return joinEngine(options, recordedTarget(record), record.uiUrl, null);
    const binary = await findTemporalCli(cliSources(options.env), options.progress);
    options.progress("No Temporal configured or running: starting the embedded engine ...");
    const server = await startDevServer(binary, options.state, record ?? undefined);
    return joinEngine(options, recordedTarget(server), server.uiUrl, server);
  });
}

async function joinEngine(
  options: SessionOptions,
  target: Target,
  uiUrl: string | null,
  server: DevServer | null,
): Promise<EngineSession> {
  const connection = await connectTo(target);
  if (uiUrl === null) await ensureSearchAttributes(connection, target.namespace);
  const works =
    options.work === "always" || !(await options.state.users()).some((user) => user.works && user.pid !== process.pid);
  const leave = await options.state.registerUser(works);
  const worker = works ? await options.startWorker(target) : null;
  const failed = new Promise<never>((_, reject) => worker?.stopped.catch(reject));
  failed.catch(() => undefined);
  return {
    client: new Client({ connection, namespace: target.namespace }),
    connection,
    target,
    uiUrl,
    embedded: server !== null,
    failed,
    async close() {
      await othersGone(options, works);
      await worker?.stop();
      await connection.close();
      await leave();
      if (uiUrl !== null) await options.state.exclusively(() => stopIfLast(options.state, server));
    },
  };
}

/** Commands that rely on this process' worker are waited for: they would hang without it. */
async function othersGone(options: SessionOptions, works: boolean): Promise<void> {
  let told = false;
  while (works) {
    const users = (await options.state.users()).filter((user) => user.pid !== process.pid);
    if (users.length === 0 || users.some((user) => user.works)) return;
    if (!told) options.progress(`Still working for ${users.length} other command${users.length > 1 ? "s" : ""} ...`);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function stopIfLast(state: StateFolder, server: DevServer | null): Promise<void> {
  if ((await state.users()).length > 0) return;
  if (server) return server.stop();
  const record = await state.engine();
  if (record) await stopServer(record.pid);
  await state.forgetEngine();
}
