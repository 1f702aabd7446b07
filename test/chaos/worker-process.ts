/** A worker as an operator runs it: a process of its own, that a test may kill at any moment. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../bin/track-sdlc.js", import.meta.url));

/** Starts `track-sdlc` with its own environment; what it says on stderr is kept. */
export function startProgram(args: readonly string[], env: NodeJS.ProcessEnv): Program {
  return new Program(spawn(process.execPath, [PROGRAM, ...args], { env, stdio: ["ignore", "pipe", "pipe"] }));
}

export class Program {
  out = "";
  err = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, "close");
    child.stdout?.on("data", (chunk: Buffer) => (this.out += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (this.err += chunk.toString()));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves once its stderr holds the text; rejects where it ends before. */
  async said(text: string): Promise<void> {
    while (!this.err.includes(text)) {
      if (!this.isAlive) throw new Error(`it ended without saying "${text}": ${this.err}`);
      await Promise.race([this.#ended, this.#child.stderr ? once(this.#child.stderr, "data") : this.#ended]);
    }
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Asks it to end, as Ctrl-C does, and waits for its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.exitCode();
  }

  async exitCode(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }
}

/** One worker at a time over a workspace; a killed one is replaced at once. */
export class Workers {
  kills = 0;
  /** True from the moment a worker takes work until it is told to die. */
  isWorking = false;
  readonly #args: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #current: Program | undefined;
  #starting: Promise<void> = Promise.resolve();

  constructor(root: string, env: NodeJS.ProcessEnv) {
    this.#args = ["worker", "--root", root];
    this.#env = env;
  }

  /** Resolves when the worker takes work. */
  async start(): Promise<void> {
    const started = startProgram(this.#args, this.#env);
    this.#current = started;
    await started.said("Working for");
    this.isWorking = true;
  }

  /** Kills the worker and resolves when it is gone; the next one starts then. */
  async kill(): Promise<void> {
    if (!this.isWorking) return;
    this.isWorking = false;
    this.kills += 1;
    await this.#current?.kill();
    this.#starting = this.start();
    this.#starting.catch(() => undefined);
  }

  async close(): Promise<void> {
    this.isWorking = false;
    await this.#starting.catch(() => undefined);
    await this.#current?.kill();
  }
}
