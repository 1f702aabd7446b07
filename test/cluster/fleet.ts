/** Workers as an operator runs several of them: a process each, every one for its own queues. */
import { hostname } from "node:os";
import { startProgram, type Program } from "../chaos/worker-process.ts";

/** A worker's name and what it is started with. */
export type Roles = Readonly<Record<string, readonly string[]>>;

export class Fleet {
  readonly #roles: Roles;
  readonly #root: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #running = new Map<string, Program>();

  constructor(roles: Roles, root: string, env: NodeJS.ProcessEnv) {
    this.#roles = roles;
    this.#root = root;
    this.#env = env;
  }

  get names(): readonly string[] {
    return Object.keys(this.#roles);
  }

  /** Resolves when all of them take work. */
  async start(): Promise<void> {
    await Promise.all(this.names.map((name) => this.#launch(name)));
  }

  /** What a worker has said on stderr. */
  said(name: string): string {
    return this.#of(name).err;
  }

  /** Kills one without a word: the identity that Temporal knows it by, and when another has taken its place. */
  async replace(name: string): Promise<{ readonly identity: string; readonly isBack: Promise<void> }> {
    const program = this.#of(name);
    await program.kill();
    return { identity: `${hostname()}:${program.pid}`, isBack: this.#launch(name) };
  }

  /** Asks all of them to end; their exit codes by name. */
  async stop(): Promise<Record<string, number | null>> {
    const codes = this.names.map(async (name) => [name, await this.#of(name).stop()] as const);
    return Object.fromEntries(await Promise.all(codes));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((program) => program.kill()));
  }

  async #launch(name: string): Promise<void> {
    const program = startProgram(["worker", "--root", this.#root, ...(this.#roles[name] ?? [])], this.#env);
    this.#running.set(name, program);
    await program.said("Working for");
  }

  #of(name: string): Program {
    const program = this.#running.get(name);
    if (!program) throw new Error(`${name} was not started`);
    return program;
  }
}
