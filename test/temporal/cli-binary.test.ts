import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CLI_VERSION, cliSources, findTemporalCli, type CliSource } from "../../src/temporal/cli-binary.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sdlc-cli-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function runnable(...path: string[]): Promise<string> {
  const file = join(folder, ...path);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, "#!/bin/sh\n");
  await chmod(file, 0o755);
  return file;
}

/** Only the sources that look: the two that fetch would reach for the network. */
const looking = (env: NodeJS.ProcessEnv) => cliSources(env).slice(0, 3);
const silent = () => undefined;

describe("finding the Temporal CLI", () => {
  it("takes TEMPORAL_CLI before anything else", async () => {
    const path = await runnable("mine");
    await runnable("bin", "temporal");
    expect(await findTemporalCli(looking({ TEMPORAL_CLI: path, PATH: join(folder, "bin") }), silent)).toBe(path);
  });

  it("then temporal on PATH", async () => {
    const path = await runnable("bin", "temporal");
    expect(await findTemporalCli(looking({ PATH: `/nowhere:${join(folder, "bin")}` }), silent)).toBe(path);
  });

  it("then what an earlier run cached", async () => {
    const path = await runnable("sdlc-sync", `temporal-cli-${CLI_VERSION}`, "temporal");
    expect(await findTemporalCli(looking({ PATH: "", XDG_CACHE_HOME: folder }), silent)).toBe(path);
  });

  it("asks the sources in order and stops at the first that has one", async () => {
    const asked: string[] = [];
    const source = (name: string, path?: string): CliSource => ({
      name,
      async find() {
        asked.push(name);
        return path ? { path } : { miss: "none" };
      },
    });
    expect(await findTemporalCli([source("a"), source("b", "/b"), source("c", "/c")], silent)).toBe("/b");
    expect(asked).toEqual(["a", "b"]);
  });

  it.each(["absent", "."])("refuses a TEMPORAL_CLI that cannot be run (%s), whatever else there is", async (name) => {
    await runnable("bin", "temporal");
    const env = { TEMPORAL_CLI: join(folder, name), PATH: join(folder, "bin") };
    await expect(findTemporalCli(looking(env), silent)).rejects.toMatchObject({
      code: "InvalidConfig",
      message: expect.stringContaining(`TEMPORAL_CLI: ${join(folder, name)} is not an executable file`) as string,
    });
  });

  it("says what was tried, and what to do", async () => {
    const failing = findTemporalCli(looking({ PATH: "", XDG_CACHE_HOME: folder }), silent);
    await expect(failing).rejects.toMatchObject({ code: "EngineUnavailable" });
    await expect(failing).rejects.toThrow(
      /TEMPORAL_CLI: not set[\s\S]*temporal on PATH: not there[\s\S]*cache folder: nothing[\s\S]*set TEMPORAL_CLI/,
    );
  });
});
