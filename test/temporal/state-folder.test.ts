import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StateFolder } from "../../src/temporal/state-folder.ts";

let root: string;
let state: StateFolder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "sdlc-state-"));
  state = new StateFolder(root);
  await state.prepare();
});
afterEach(() => rm(root, { recursive: true }));

/** A pid that certainly belongs to nobody any more. */
function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

describe("the state folder of a workspace", () => {
  it("keeps itself out of git", async () => {
    expect(await readFile(state.file(".gitignore"), "utf8")).toBe("*\n");
  });

  it("gives the workspace one id for ever", async () => {
    const id = await state.workspaceId();
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(await new StateFolder(root).workspaceId()).toBe(id);
  });

  it("knows who uses the engine, and sweeps away who was killed", async () => {
    const leave = await state.registerUser(true);
    await writeFile(join(state.path, "users", String(deadPid())), "worker");
    expect(await state.users()).toEqual([{ pid: process.pid, works: true }]);
    await leave();
    expect(await state.users()).toEqual([]);
  });

  it("lets one at a time start or stop the engine", async () => {
    const order: string[] = [];
    let release!: () => void;
    const first = state.exclusively(async () => {
      order.push("first in");
      await new Promise<void>((resolve) => (release = resolve));
      order.push("first out");
    });
    while (!release!) await new Promise((resolve) => setImmediate(resolve));
    const second = state.exclusively(async () => order.push("second in"));
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(["first in", "first out", "second in"]);
  });

  it("takes over the lock of a process that was killed", async () => {
    await writeFile(state.file("engine.lock"), String(deadPid()));
    expect(await state.exclusively(async () => "in")).toBe("in");
  });
});
