/** A portfolio of any size over stand-ins of its trackers, with the product's own engine and a worker of its own. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { readHub } from "../../src/hub/read.ts";
import type { HubItem } from "../../src/core/model.ts";
import { startFileServer, type FileServer } from "../../test/chaos/crash-world.ts";
import { startProgram, type Program } from "../../test/chaos/worker-process.ts";
import { largeHub } from "../../test/support/large-hub.ts";
import { runCommand } from "../../test/support/run-command.ts";
import type { Tool } from "../../test/support/sides.ts";
import type { PortfolioProgress } from "../../workflows/messages.ts";
import { keyOf, NAMED, PortfolioVendors } from "./vendors.ts";

/** Calls in ten seconds that the registry allows of each tool, for its one credential. */
export type Limits = Readonly<Record<Tool, number>>;
export const NO_LIMITS: Limits = { jira: 1_000_000, linear: 1_000_000, notion: 1_000_000, github: 1_000_000 };

const CLIENTS = ["C1", "C2", "C3", "C4", "C5"];
const EPICS_SHARE = 10;

/** A busy machine is not to be taken for a vendor that is down. */
const PATIENCE = { heartbeat_timeout_ms: 120_000, request_timeout_ms: 60_000 };

/** One run over the portfolio, from the command to the end of its last project. */
export interface Ran {
  readonly progress: PortfolioProgress;
  readonly seconds: number;
  /** Of all workflows of the run, in their histories. */
  readonly events: number;
  readonly tools: readonly ToolCalls[];
}
export interface ToolCalls {
  readonly tool: Tool;
  readonly requests: number;
  readonly writes: number;
  readonly operations: Readonly<Record<string, number>>;
}

/** Each project has a container of its own in each tool, or its share of one; one credential a tool. */
export class PortfolioWorld {
  readonly vendors: PortfolioVendors;
  readonly items: number;
  #projects = 0;
  readonly #root: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #temporal: FileServer;
  readonly #connection: Connection;
  #worker: Program | undefined;

  private constructor(parts: {
    readonly root: string;
    readonly vendors: PortfolioVendors;
    readonly temporal: FileServer;
    readonly connection: Connection;
    readonly items: number;
  }) {
    const { root, vendors, temporal, connection, items } = parts;
    [this.#root, this.vendors, this.#temporal, this.#connection] = [root, vendors, temporal, connection];
    this.items = items;
    this.#env = { ...process.env, ...vendors.credentials, TEMPORAL_ADDRESS: temporal.server.address };
  }

  /** @param most projects that the tools have containers for */
  static async start(
    tools: readonly Tool[],
    { most, items, limits }: { readonly most: number; readonly items: number; readonly limits: Limits },
  ): Promise<PortfolioWorld> {
    const root = await mkdtemp(join(tmpdir(), "sdlc-portfolio-"));
    const temporal = await startFileServer();
    const connection = await Connection.connect({ address: temporal.server.address });
    const vendors = await PortfolioVendors.start(tools, most);
    const world = new PortfolioWorld({ root, vendors, temporal, connection, items });
    await world.#write("sdlc-sync.yaml", `engine: ${JSON.stringify(PATIENCE)}\n`);
    for (const code of CLIENTS) await world.#write(`registry/clients/${code}.yaml`, clientFile(code));
    await world.limitTo(limits);
    return world;
  }

  get projects(): number {
    return this.#projects;
  }

  /** Writes the hub files of more projects, up to that many in all. */
  async growTo(projects: number): Promise<void> {
    for (let n = this.#projects + 1; n <= projects; n += 1) {
      const epics = Math.floor(this.items / EPICS_SHARE);
      const text = largeHub({
        epics,
        stories: this.items - epics,
        seed: n,
        name: keyOf(n),
        client: CLIENTS[n % CLIENTS.length]!,
        ...this.vendors.binding(n),
        priority: n % 25 === 0 ? "P1" : "P2",
      });
      await this.#write(hubPath(n), text.replaceAll("{ID}", projectId(n)));
    }
    this.#projects = projects;
  }

  /** Puts these limits into the registry, and a new worker to work under them. */
  async limitTo(limits: Limits): Promise<void> {
    const rows = this.vendors.tools.map(
      (tool) => `      ${tool}: {rate_limits: [{name: requests, limit: ${limits[tool]}, per: 10s, scope: credential}]}`,
    );
    const lines = ["capabilities:", "  tracking:", "    tools:", ...rows, ""];
    await this.#write("registry/tool-registry.yaml", lines.join("\n"));
    await this.#worker?.stop();
    this.#worker = startProgram(["worker", "--root", this.#root], this.#env);
    await this.#worker.said("Working for");
  }

  /** `track-sdlc sync --all` as a person types it, and the wait for what goes on after it. */
  async sync(...flags: string[]): Promise<Ran> {
    const startedAt = new Date();
    const marks = this.vendors.sandboxes.map(({ log }) => ({
      total: log.total(),
      writes: log.writes(),
      by: log.byOperation(),
    }));
    const { code, out, err } = await runCommand({ env: this.#env, root: this.#root }, [
      "sync",
      "--all",
      "--json",
      ...flags,
    ]);
    if (code !== 0) throw new Error(`sync --all ended with ${code}: ${out.slice(0, 2_000)} ${err}`);
    const { portfolio } = JSON.parse(out) as { portfolio: PortfolioProgress };
    const { events, endedAt } = await this.#histories(startedAt, 1 + Math.ceil(portfolio.dirty / 10) + portfolio.dirty);
    const tools = this.vendors.sandboxes.map(({ name, log }, n): ToolCalls => {
      const mark = marks[n]!;
      const operations = Object.entries(log.byOperation())
        .map(([operation, times]) => [operation, times - (mark.by[operation] ?? 0)] as const)
        .filter(([, times]) => times > 0);
      return {
        tool: name as Tool,
        requests: log.total() - mark.total,
        writes: log.writes() - mark.writes,
        operations: Object.fromEntries(operations),
      };
    });
    return { progress: portfolio, seconds: (endedAt - startedAt.getTime()) / 1_000, events, tools };
  }

  /** Of the run's workflows: the portfolio's, its batches' and their projects'; the list of them lags a little. */
  async #histories(since: Date, atLeast: number): Promise<{ readonly events: number; readonly endedAt: number }> {
    const client = new Client({ connection: this.#connection });
    const query = `StartTime >= "${since.toISOString()}"`;
    for (;;) {
      let [events, count, endedAt] = [0, 0, 0];
      for await (const { historyLength, closeTime } of client.workflow.list({ query })) {
        if (!closeTime) endedAt = Infinity;
        else endedAt = Math.max(endedAt, closeTime.getTime());
        events += historyLength ?? 0;
        count += 1;
      }
      if (count >= atLeast && endedAt < Infinity) return { events, endedAt };
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  async item(n: number, id: string): Promise<HubItem> {
    const text = await this.hubText(n);
    const item = readHub(text, { projectId: projectId(n), file: hubPath(n) }).tree?.items[id];
    if (!item) throw new Error(`${projectId(n)} has no ${id}`);
    return item;
  }

  hubText(n: number): Promise<string> {
    return readFile(join(this.#root, hubPath(n)), "utf8");
  }

  async writeHub(n: number, text: string): Promise<void> {
    await this.#write(hubPath(n), text);
  }

  /** MiB of the worker's process now, and at most so far. */
  async workerMemory(): Promise<{ readonly now: number; readonly most: number }> {
    const status = await readFile(`/proc/${this.#worker?.pid ?? 0}/status`, "utf8");
    const of = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
    return { now: of("VmRSS"), most: of("VmHWM") };
  }

  async close(): Promise<void> {
    await this.#worker?.stop();
    await this.#connection.close();
    await this.#temporal.close();
    await this.vendors.close();
    await rm(this.#root, { recursive: true, force: true });
  }

  async #write(path: string, text: string): Promise<void> {
    const full = join(this.#root, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
  }
}

function clientFile(code: string): string {
  return JSON.stringify({ client: { code }, people: NAMED.map(({ email, name }) => ({ email, name })) });
}

function projectId(n: number): string {
  return `PROJ-2030-${String(n).padStart(4, "0")}`;
}

function hubPath(n: number): string {
  return `docs/projects/${projectId(n)}/sdlc-tracking.yaml`;
}
