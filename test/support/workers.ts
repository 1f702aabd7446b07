/** Real worker processes of a world: started as a person starts them, gone when the test is over. */
import { startProgram, type Program } from "../chaos/worker-process.ts";
import type { World } from "./world.ts";

export class Workers {
  private running: Program[] = [];

  /** Resolves when it takes work. */
  async start({ root, env }: Pick<World, "root" | "env">, ...flags: string[]): Promise<Program> {
    const started = this.keep(startProgram(["worker", "--root", root, ...flags], env));
    await started.said("Ctrl-C");
    return started;
  }

  /** One that was started otherwise goes with the others. */
  keep(program: Program): Program {
    this.running.push(program);
    return program;
  }

  async kill(): Promise<void> {
    await Promise.all(this.running.map((worker) => worker.kill()));
    this.running = [];
  }
}
