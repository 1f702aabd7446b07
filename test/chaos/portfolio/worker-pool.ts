/** Workers of one workspace that come and go: each a process of its own, ended without a word. */
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../../hub/random.ts";
import { startProgram, type Program } from "../worker-process.ts";

export interface PoolOptions {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly random: Random;
  /** No more than this many at a time. */
  readonly most: number;
}

export class WorkerPool {
  starts = 0;
  kills = 0;
  /** Last words of those that ended without being killed. */
  readonly crashes: string[] = [];
  readonly #options: PoolOptions;
  readonly #working = new Set<Program>();
  readonly #all = new Set<Program>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get isWorking(): boolean {
    return this.#working.size > 0;
  }

  /** Resolves when one more takes work. */
  async start(): Promise<void> {
    const { root, env } = this.#options;
    const worker = startProgram(["worker", "--root", root], env);
    this.#all.add(worker);
    this.starts += 1;
    await worker.said("Working for");
    this.#working.add(worker);
    void worker.exitCode().then(() => {
      if (this.#working.delete(worker)) this.crashes.push(worker.err.slice(-2_000));
    });
  }

  /** Starts until so many work. */
  async fill(count: number): Promise<void> {
    while (this.#working.size < count) await this.start();
  }

  /** Kills one that works, or all of them; resolves when they are gone. */
  async kill(which: "one" | "all"): Promise<void> {
    const working = [...this.#working];
    const doomed = which === "all" ? working : working.length > 0 ? [this.#options.random.pick(working)] : [];
    for (const worker of doomed) this.#working.delete(worker);
    this.kills += doomed.length;
    await Promise.all(doomed.map((worker) => worker.kill()));
  }

  /** Kills one now and then until told to stop; each that is gone is replaced after a while. */
  async roam(signal: AbortSignal, meanPauseMs: number): Promise<void> {
    await Promise.all([this.#replace(signal), this.#endSome(signal, meanPauseMs)]);
  }

  async #replace(signal: AbortSignal): Promise<void> {
    const { random, most } = this.#options;
    while (!signal.aborted) {
      // One that is killed before it works is started again.
      if (this.#working.size < most) await this.start().catch(() => undefined);
      await pause(random.int(2_000), undefined, { signal }).catch(() => undefined);
    }
  }

  async #endSome(signal: AbortSignal, meanPauseMs: number): Promise<void> {
    while (!signal.aborted) {
      await pause(this.#options.random.int(2 * meanPauseMs), undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.kill("one");
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.kill()));
  }
}
