/** `.sdlc-sync/` of a workspace: databases, logs, and who is running. Never in git. */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SyncFailure } from "../core/errors.ts";

export interface EngineRecord {
  readonly pid: number;
  readonly address: string;
  readonly uiUrl: string;
}

export class StateFolder {
  readonly path: string;

  constructor(root: string) {
    this.path = join(root, ".sdlc-sync");
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async prepare(): Promise<void> {
    await mkdir(join(this.path, "users"), { recursive: true }).catch((cause: unknown) => {
      throw new SyncFailure("InvalidConfig", `${this.path} cannot be made: is the workspace writable?`, {}, cause);
    });
    await writeFile(this.file(".gitignore"), "*\n", { flag: "wx" }).catch(() => undefined);
  }

  /** A name for this workspace that survives moving the folder: part of its task queue's name. */
  async workspaceId(): Promise<string> {
    await this.prepare();
    await writeFile(this.file("workspace-id"), randomUUID().slice(0, 8), { flag: "wx" }).catch(() => undefined);
    return (await readFile(this.file("workspace-id"), "utf8")).trim();
  }

  async engine(): Promise<EngineRecord | null> {
    const text = await readFile(this.file("engine.json"), "utf8").catch(() => null);
    try {
      return text === null ? null : (JSON.parse(text) as EngineRecord);
    } catch {
      // Cut off by a crash: a server that nobody can find is as good as none.
      return null;
    }
  }

  async recordEngine(record: EngineRecord): Promise<void> {
    const draft = this.file(`engine.${process.pid}.tmp`);
    await writeFile(draft, JSON.stringify(record));
    await rename(draft, this.file("engine.json"));
  }

  async forgetEngine(): Promise<void> {
    await rm(this.file("engine.json"), { force: true });
  }

  /** Registers this process as one that uses the engine, until the returned function is called. */
  async registerUser(works: boolean): Promise<() => Promise<void>> {
    await this.prepare();
    const path = join(this.path, "users", String(process.pid));
    await writeFile(path, works ? "worker" : "client");
    return () => rm(path, { force: true });
  }

  /** Live processes that use the engine; what a killed one left behind is swept away. */
  async users(): Promise<{ readonly pid: number; readonly works: boolean }[]> {
    const names = await readdir(join(this.path, "users")).catch(() => [] as string[]);
    const live: { pid: number; works: boolean }[] = [];
    for (const name of names) {
      const path = join(this.path, "users", name);
      if (!isAlive(Number(name))) await rm(path, { force: true });
      else live.push({ pid: Number(name), works: (await readFile(path, "utf8").catch(() => "")) === "worker" });
    }
    return live;
  }

  /** Runs `work` while no other process of this workspace starts or stops the engine. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    await this.prepare();
    const path = this.file("engine.lock");
    for (;;) {
      const handle = await open(path, "wx").catch(() => null);
      if (handle) {
        await handle.writeFile(String(process.pid));
        await handle.close();
        break;
      }
      const holder = Number(await readFile(path, "utf8").catch(() => "0"));
      if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}
