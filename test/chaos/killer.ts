/** Decides at which boundary of which request the worker dies, and counts what it did. */
import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Classified, Sandbox } from "../../sandbox/kit/sandbox.ts";
import type { Random } from "../hub/random.ts";

/** Where around a request or a hub write the worker was killed. */
export type Boundary =
  /** The request arrived and never took effect. */
  | "arrived"
  /** It took effect; not a byte was answered. */
  | "committed"
  /** Up to 30 ms after the answer: while the answer is stored. */
  | "answered"
  /** The hub file's new text lies beside it, or has just taken its place. */
  | "hub file";

export interface KillerOptions {
  readonly kills: number;
  readonly random: Random;
  /** Operations that must each die once between the vendor's commit and its answer. */
  readonly mustDie: readonly string[];
  /** Mean number of boundaries between two kills that are not owed. */
  readonly spacing: number;
  /** Ends the worker; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  readonly isWorking: () => boolean;
}

const HUB_WRITE: Classified = { operation: "hub file", write: true };
/** Share of the boundaries of reads that count: what they leave behind is alike. */
const READ_SHARE = 0.1;

export class Killer {
  readonly tally = new Map<string, number>();
  left: number;
  readonly #options: KillerOptions;
  readonly #owed: Set<string>;
  #countdown: number;
  readonly #watchers: FSWatcher[] = [];

  constructor(options: KillerOptions) {
    this.#options = options;
    this.left = options.kills;
    this.#owed = new Set([...options.mustDie, HUB_WRITE.operation]);
    this.#countdown = this.#gap();
  }

  /** Stands at the boundaries of every request of this vendor. */
  attach(sandbox: Sandbox): void {
    sandbox.onArrival = async (request) => {
      if (!this.#isDue("arrived", request)) return;
      await this.#kill("arrived", `${sandbox.name} ${request.operation}`);
      return "drop";
    };
    sandbox.onBeforeAnswer = async (request) => {
      if (this.#isDue("committed", request)) await this.#kill("committed", `${sandbox.name} ${request.operation}`);
    };
    sandbox.onAnswered = (request) => {
      if (!this.#isDue("answered", request)) return;
      void pause(this.#options.random.int(30)).then(() =>
        this.#kill("answered", `${sandbox.name} ${request.operation}`),
      );
    };
  }

  /** Stands beside the hub file: between its draft, the swap, and the record of what was agreed. */
  watch(hubFile: string): void {
    const name = basename(hubFile);
    const watcher = watch(dirname(hubFile), (_, changed) => {
      const own = changed === name || changed?.endsWith("sdlc-sync-draft") === true;
      if (own && this.#isDue("hub file", HUB_WRITE))
        void this.#kill("hub file", changed === name ? "swapped" : "draft");
    });
    this.#watchers.push(watcher);
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }

  /** Kills a boundary and operation, as lines of a table. */
  lines(): string[] {
    return [...this.tally]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([where, times]) => `  ${where.padEnd(56)} ${times}`);
  }

  #isDue(boundary: Boundary, { operation, write }: Classified): boolean {
    if (this.left === 0 || !this.#options.isWorking()) return false;
    const isOwed = (boundary === "committed" || boundary === "hub file") && this.#owed.delete(operation);
    if (!isOwed) {
      if (this.left <= this.#owed.size) return false;
      if (!write && !this.#options.random.chance(READ_SHARE)) return false;
      if (--this.#countdown > 0) return false;
      this.#countdown = this.#gap();
    }
    this.left -= 1;
    return true;
  }

  async #kill(boundary: Boundary, operation: string): Promise<void> {
    if (!this.#options.isWorking()) {
      // Another boundary was faster.
      this.left += 1;
      return;
    }
    const where = `${boundary}: ${operation}`;
    this.tally.set(where, (this.tally.get(where) ?? 0) + 1);
    await this.#options.kill();
  }

  #gap(): number {
    return 1 + this.#options.random.int(2 * this.#options.spacing);
  }
}
