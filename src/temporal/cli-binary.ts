/** Finds the Temporal CLI, or gets it: the dev server is part of it. */
import { execFile, spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, readdir, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { SyncFailure } from "../core/errors.ts";
import { cacheFolder } from "./cache-folder.ts";

/** Newest tag that `go install` accepts (it refuses modules with replace lines). Server 1.29.1. */
export const CLI_VERSION = "v1.5.1";
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@${CLI_VERSION}`;

export interface CliSource {
  readonly name: string;
  /** Path of a runnable CLI, or the reason why this source has none. Throws `InvalidConfig` where it is set to something else. */
  find(progress: (line: string) => void): Promise<{ readonly path: string } | { readonly miss: string }>;
}

/** The first source that has a CLI wins; if none has, the error says what each of them lacked. */
export async function findTemporalCli(
  sources: readonly CliSource[],
  progress: (line: string) => void,
): Promise<string> {
  const misses: string[] = [];
  for (const source of sources) {
    const found = await source.find(progress);
    if ("path" in found) return found.path;
    misses.push(`  ${source.name}: ${found.miss}`);
  }
  throw new SyncFailure(
    "EngineUnavailable",
    `No Temporal CLI found. Tried:\n${misses.join("\n")}\nInstall it (https://docs.temporal.io/cli), or Go, or set TEMPORAL_CLI to its path.`,
  );
}

export function cliSources(env: NodeJS.ProcessEnv): CliSource[] {
  const folder = join(cacheFolder(env), `temporal-cli-${CLI_VERSION}`);
  return [fromVariable(env), fromPath(env), fromCache(folder), fromDownload(folder), fromGo(env, folder)];
}

function fromVariable(env: NodeJS.ProcessEnv): CliSource {
  return {
    name: "TEMPORAL_CLI",
    async find() {
      const path = env["TEMPORAL_CLI"];
      if (!path) return { miss: "not set" };
      if (await isRunnable(path)) return { path };
      // Somebody wants that one: another in its place would hide the mistake.
      const message = `TEMPORAL_CLI: ${path} is not an executable file. Correct the path, or unset it to have the CLI found or fetched.`;
      throw new SyncFailure("InvalidConfig", message);
    },
  };
}

function fromPath(env: NodeJS.ProcessEnv): CliSource {
  return {
    name: "temporal on PATH",
    async find() {
      for (const folder of (env["PATH"] ?? "").split(delimiter).filter(Boolean)) {
        const path = join(folder, "temporal");
        if (await isRunnable(path)) return { path };
      }
      return { miss: "not there" };
    },
  };
}

function fromCache(folder: string): CliSource {
  return {
    name: "cache folder",
    async find() {
      const path = await cachedBinary(folder);
      return path ? { path } : { miss: `nothing in ${folder}` };
    },
  };
}

/** The download that `@temporalio/testing` knows how to do; it also proves that the binary starts. */
function fromDownload(folder: string): CliSource {
  return {
    name: "download",
    async find(progress) {
      progress("Downloading the Temporal CLI (once) ...");
      await mkdir(folder, { recursive: true });
      try {
        const { TestWorkflowEnvironment } = await import("@temporalio/testing");
        const executable = { type: "cached-download" as const, version: CLI_VERSION, downloadDir: folder };
        const server = await TestWorkflowEnvironment.createLocal({ server: { executable } });
        await server.teardown();
      } catch (error) {
        return { miss: firstLine(error) };
      }
      const path = await cachedBinary(folder);
      return path ? { path } : { miss: "downloaded nothing that runs" };
    },
  };
}

function fromGo(env: NodeJS.ProcessEnv, folder: string): CliSource {
  return {
    name: "go install",
    async find(progress) {
      try {
        await promisify(execFile)("go", ["version"], { env });
      } catch {
        return { miss: "no Go toolchain on PATH" };
      }
      await mkdir(folder, { recursive: true });
      const startedAt = Date.now();
      const tick = () =>
        progress(
          `Building the Temporal CLI ${CLI_VERSION} with Go (once, about two minutes): ${Math.round((Date.now() - startedAt) / 1000)} s`,
        );
      tick();
      const timer = setInterval(tick, 10_000);
      try {
        await runQuietly("go", ["install", GO_PACKAGE], { ...env, GOBIN: folder });
      } catch (error) {
        return { miss: firstLine(error) };
      } finally {
        clearInterval(timer);
      }
      const path = await cachedBinary(folder);
      return path ? { path } : { miss: "go install left no binary" };
    },
  };
}

async function cachedBinary(folder: string): Promise<string | null> {
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names.filter((entry) => entry.startsWith("temporal")).toSorted()) {
    if (await isRunnable(join(folder, name))) return join(folder, name);
  }
  return null;
}

async function isRunnable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function runQuietly(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let tail = "";
    child.stderr.on("data", (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-500)));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`exit code ${code}: ${tail.trim().split("\n").at(-1)}`)),
    );
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "failed";
}
