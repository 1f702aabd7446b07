/** A real Temporal cluster on the machine's PostgreSQL, set up by the script that the docs name; its databases go with it. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findPostgres } from "../store/postgres.ts";
import { temporalCli } from "../support/temporal.ts";

const SCRIPT = fileURLToPath(new URL("../../deploy/temporal-postgres/cluster.sh", import.meta.url));
/** Of the four services, and as many for their membership. */
const PORTS = 8;
const STOP_PATIENCE_MS = 10_000;

export interface TemporalCluster {
  readonly address: string;
  /** Takes the server down and drops its databases. */
  close(): Promise<void>;
}

/** Why there can be none here; null where there can. */
export async function clusterMiss(): Promise<string | null> {
  if ((await findPostgres()) === undefined) return "no PostgreSQL listens on 127.0.0.1:5432";
  return promisify(execFile)("go", ["version"]).then(
    () => null,
    () => "there is no Go toolchain to build the Temporal server with",
  );
}

export async function startCluster(): Promise<TemporalCluster> {
  const server = new URL((await findPostgres()) ?? "");
  const name = `sdlc_temporal_${randomUUID().slice(0, 8)}`;
  const port = await freePorts();
  const env = {
    ...process.env,
    POSTGRES_HOST: server.hostname,
    POSTGRES_PORT: server.port || "5432",
    POSTGRES_USER: decodeURIComponent(server.username),
    POSTGRES_PASSWORD: decodeURIComponent(server.password),
    TEMPORAL_DB: name,
    TEMPORAL_VISIBILITY_DB: `${name}_visibility`,
    TEMPORAL_PORT: String(port),
    TEMPORAL_CLI: await temporalCli(),
    TEMPORAL_NAMESPACE: "default",
  };
  await run("build", env);
  await run("setup", env);
  await run("update", env);
  const child = spawn(SCRIPT, ["start"], { env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)));
  const ended = once(child, "exit").then(() => {
    throw new Error(`the Temporal server ended:\n${log}`);
  });
  ended.catch(() => undefined);
  await Promise.race([run("namespace", env), ended]);
  return {
    address: `127.0.0.1:${port}`,
    async close() {
      await stop(child);
      await run("drop", env);
    },
  };
}

async function run(step: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(SCRIPT, [step], { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`cluster.sh ${step} ended with ${code}:\n${said}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
  await ended;
  clearTimeout(timer);
}

/** The first of so many in a row that nobody listens on. */
async function freePorts(): Promise<number> {
  for (let first = 20_000 + Math.floor(Math.random() * 8_000); ; first += PORTS) {
    const all = Array.from({ length: PORTS }, (_, n) => isFree(first + n));
    if ((await Promise.all(all)).every(Boolean)) return first;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
