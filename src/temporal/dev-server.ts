/** The embedded engine: a Temporal dev server with its database in the workspace. */
import { spawn, type ChildProcess } from "node:child_process";
import { openSync } from "node:fs";
import { createServer } from "node:net";
import { SyncFailure } from "../core/errors.ts";
import { SEARCH_ATTRIBUTES } from "./search-attributes.ts";
import { isAlive, type EngineRecord, type StateFolder } from "./state-folder.ts";
import { isReachable, recordedTarget } from "./target.ts";

const START_TIMEOUT_MS = 60_000;
const START_ATTEMPTS = 3;

/** Flags measured at 2.5 to 4 times the plain file database; one partition keeps priorities in order. */
const TUNING = [
  "--sqlite-pragma=journal_mode=WAL",
  "--sqlite-pragma=synchronous=NORMAL",
  "--dynamic-config-value=matching.useNewMatcher=true",
  "--dynamic-config-value=matching.enableFairness=true",
  "--dynamic-config-value=matching.numTaskqueueReadPartitions=1",
  "--dynamic-config-value=matching.numTaskqueueWritePartitions=1",
];

export interface DevServer extends EngineRecord {
  /** Stops it and waits until its database is closed. */
  stop(): Promise<void>;
}

/**
 * Starts the server in a session of its own, so that the end of this process (or a Ctrl-C in its
 * terminal) cannot take it down in the middle of a write. While we live it is started again on the
 * same ports if it dies.
 */
export async function startDevServer(binary: string, state: StateFolder, record?: EngineRecord): Promise<DevServer> {
  await state.prepare();
  const started = await launchSomewhere(binary, state, record);
  const { port, uiPort, address, uiUrl } = started;
  let { child } = started;
  let stopping = false;
  const watch = () => {
    child.on("exit", () => {
      if (stopping) return;
      child = launch(binary, state, port, uiPort);
      void state.recordEngine({ pid: child.pid ?? 0, address, uiUrl });
      watch();
    });
  };
  watch();
  await state.recordEngine({ pid: child.pid ?? 0, address, uiUrl });
  return {
    get pid() {
      return child.pid ?? 0;
    },
    address,
    uiUrl,
    async stop() {
      stopping = true;
      await stopServer(child.pid ?? 0);
      await state.forgetEngine();
    },
  };
}

/** Ends a server by pid, whoever started it; SIGKILL when it does not go within ten seconds. */
export async function stopServer(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, "SIGTERM");
  for (let waited = 0; isAlive(pid); waited += 50) {
    if (waited === 10_000) process.kill(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Launched {
  readonly child: ChildProcess;
  readonly port: number;
  readonly uiPort: number;
  readonly address: string;
  readonly uiUrl: string;
}

/** On the recorded ports where it ran before, else on free ones; a free port may be taken before the server has it. */
async function launchSomewhere(binary: string, state: StateFolder, record?: EngineRecord): Promise<Launched> {
  for (let attempt = 1; ; attempt += 1) {
    const known = attempt === 1 ? record : undefined;
    const port = known ? Number(known.address.split(":")[1]) : await freePort();
    const uiPort = known ? Number(new URL(known.uiUrl).port) : await freePort();
    const address = `127.0.0.1:${port}`;
    const child = launch(binary, state, port, uiPort);
    try {
      await ready(address, child, state);
      return { child, port, uiPort, address, uiUrl: `http://127.0.0.1:${uiPort}` };
    } catch (error) {
      if (attempt === START_ATTEMPTS || child.exitCode === null) throw error;
    }
  }
}

function launch(binary: string, state: StateFolder, port: number, uiPort: number): ChildProcess {
  const log = openSync(state.file("temporal.log"), "a");
  const args = ["server", "start-dev", "--ip=127.0.0.1", `--port=${port}`, `--ui-port=${uiPort}`, "--log-level=error"];
  const attributes = SEARCH_ATTRIBUTES.map(({ name, type }) => `--search-attribute=${name}=${type}`);
  const child = spawn(binary, [...args, `--db-filename=${state.file("temporal.db")}`, ...TUNING, ...attributes], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  child.on("error", () => undefined);
  child.unref();
  return child;
}

async function ready(address: string, child: ChildProcess, state: StateFolder): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.pid === undefined) break;
    if (await isReachable(recordedTarget({ address }))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new SyncFailure(
    "EngineUnavailable",
    `The Temporal dev server did not start; its log is ${state.file("temporal.log")}.`,
  );
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
