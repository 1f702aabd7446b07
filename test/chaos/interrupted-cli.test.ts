import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { EngineRecord } from "../../src/temporal/state-folder.ts";
import { isAlive } from "../../src/temporal/state-folder.ts";
import { temporalCli } from "../support/temporal.ts";
import { expectUnharmed, startCrashWorld, type CrashWorld } from "./crash-world.ts";
import { startProgram, type Program } from "./worker-process.ts";

let world: CrashWorld;
let program: Program;
afterEach(async () => {
  await program.kill();
  await world.close();
});

function sync(): Program {
  return startProgram(["sync", world.project, "--yes", "--json", "--root", world.root], world.env);
}

async function enginePid(): Promise<number> {
  return (JSON.parse(await readFile(join(world.root, ".sdlc-sync/engine.json"), "utf8")) as EngineRecord).pid;
}

describe("track-sdlc sync with an embedded engine", () => {
  it.each(["POST issue/bulk", "POST issue/{ref}/transitions"])(
    "is killed in the middle of %s, finished by the next one, and leaves no engine behind",
    async (operation) => {
      world = await startCrashWorld({ seed: 2, env: { TEMPORAL_CLI: await temporalCli() } });
      program = sync();
      const first = program;
      world.jira.onBeforeAnswer = async (request) => {
        if (request.operation === operation && first.isAlive) await first.kill();
      };
      expect(await first.exitCode()).toBe(null);
      const pid = await enginePid();
      expect(isAlive(pid)).toBe(true);

      program = sync();
      expect(await program.exitCode(), program.err).toBe(0);
      expect(isAlive(pid)).toBe(false);
      await expect(enginePid()).rejects.toThrow("ENOENT");
      await expectUnharmed(world);
    },
  );
});
