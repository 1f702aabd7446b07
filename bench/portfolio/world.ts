/** A portfolio of any size over stand-ins of Jira and Linear, with the product's own engine and a worker of its own. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { readHub } from "../../src/hub/read.ts";
import type { HubItem } from "../../src/core/model.ts";
import { Clock } from "../../sandbox/kit/clock.ts";
import { startJiraSandbox, type JiraSandbox } from "../../sandbox/jira/index.ts";
import { idOf } from "../../sandbox/linear/seed.ts";
import { startLinearSandbox, type LinearSandbox } from "../../sandbox/linear/server.ts";
import { startFileServer, type FileServer } from "../../test/chaos/crash-world.ts";
import { startProgram, type Program } from "../../test/chaos/worker-process.ts";
import { largeHub } from "../../test/support/large-hub.ts";
import { runCommand } from "../../test/support/run-command.ts";
import { PEOPLE } from "../../test/support/world.ts";
import type { PortfolioProgress } from "../../workflows/messages.ts";

/** Calls in ten seconds that the registry allows of each tool, for its one credential. */
export interface Limits {
  readonly jira: number;
  readonly linear: number;
}
export const NO_LIMITS: Limits = { jira: 1_000_000, linear: 1_000_000 };

/** People beside those who are assigned something: every site has many more. */
const OTHERS = 200;
const PROJECTS_PER_TEAM = 50;
const EARLIER_MS = 80 * 60_000;
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
  readonly tool: "jira" | "linear";
  readonly requests: number;
  readonly writes: number;
  readonly operations: Readonly<Record<string, number>>;
}

/** Each project has a Jira project of its own and a Linear project in one of a few teams; one credential a tool. */
export class PortfolioWorld {
  readonly jira: JiraSandbox;
  readonly linear: LinearSandbox;
  readonly items: number;
  #projects = 0;
  readonly #root: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #temporal: FileServer;
  readonly #connection: Connection;
  #worker: Program | undefined;

  private constructor(parts: {
    readonly root: string;
    readonly jira: JiraSandbox;
    readonly linear: LinearSandbox;
    readonly temporal: FileServer;
    readonly connection: Connection;
    readonly items: number;
  }) {
    const { root, jira, linear, temporal, connection, items } = parts;
    [this.#root, this.jira, this.linear, this.#temporal, this.#connection] = [root, jira, linear, temporal, connection];
    this.items = items;
    this.#env = {
      ...process.env,
      ...jira.credentials,
      LINEAR_API_KEY: linear.apiKey,
      LINEAR_API_URL: linear.apiUrl,
      TEMPORAL_ADDRESS: temporal.server.address,
    };
  }

  /** @param most projects that the tools have containers for */
  static async start(most: number, items: number, limits: Limits): Promise<PortfolioWorld> {
    const root = await mkdtemp(join(tmpdir(), "sdlc-portfolio-"));
    const others = numbers(OTHERS).map((n) => ({
      accountId: `5b10other${String(n).padStart(8, "0")}`,
      displayName: `Person ${n}`,
      email: `person${n}@example.com`,
      active: n % 20 !== 0,
    }));
    const people = [...PEOPLE, ...others];
    const temporal = await startFileServer();
    const connection = await Connection.connect({ address: temporal.server.address });
    const earlier = () => {
      const clock = new Clock();
      clock.advance(-EARLIER_MS);
      return { clock };
    };
    const jira = await startJiraSandbox({
      ...earlier(),
      projects: numbers(most).map((n) => ({ key: keyOf(n) })),
      users: people,
      // Of its bursts a second: what is measured is the registry's own limit.
      quirks: { burstLimit: false },
    });
    const linear = await startLinearSandbox({
      ...earlier(),
      seed: {
        teams: numbers(Math.ceil(most / PROJECTS_PER_TEAM)).map((n) => ({ key: `T${n}` })),
        users: [
          { email: "sync@example.com" },
          ...people.map(({ email, displayName, active }) => ({ email, name: displayName, active })),
        ],
        projects: numbers(most).map((n) => ({ name: keyOf(n), teams: [teamOf(n)] })),
      },
      requestsPerHour: 100_000_000,
      complexityPerHour: 1_000_000_000_000,
    });
    const world = new PortfolioWorld({ root, jira, linear, temporal, connection, items });
    await world.#write("sdlc-sync.yaml", `engine: ${JSON.stringify(PATIENCE)}\n`);
    for (const code of CLIENTS)
      await world.#write(
        `registry/clients/${code}.yaml`,
        JSON.stringify({ client: { code }, people: people.map(({ email, displayName: name }) => ({ email, name })) }),
      );
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
        jira: { project_key: keyOf(n) },
        linear: { team_id: teamOf(n), project_id: idOf.project(keyOf(n)) },
        priority: n % 25 === 0 ? "P1" : "P2",
      });
      await this.#write(hubPath(n), text.replaceAll("{ID}", projectId(n)));
    }
    this.#projects = projects;
  }

  /** Listings reach up to an hour back: what was written so far leaves that window. Once, for until then it is earlier. */
  later(): void {
    for (const { clock } of [this.jira, this.linear]) clock.advance(EARLIER_MS);
  }

  /** Puts these limits into the registry, and a new worker to work under them. */
  async limitTo(limits: Limits): Promise<void> {
    const row = (tool: keyof Limits) =>
      `      ${tool}: {rate_limits: [{name: requests, limit: ${limits[tool]}, per: 10s, scope: credential}]}`;
    const lines = ["capabilities:", "  tracking:", "    tools:", row("jira"), row("linear"), ""];
    await this.#write("registry/tool-registry.yaml", lines.join("\n"));
    await this.#worker?.stop();
    this.#worker = startProgram(["worker", "--root", this.#root], this.#env);
    await this.#worker.said("Working for");
  }

  /** `track-sdlc sync --all` as a person types it, and the wait for what goes on after it. */
  async sync(...flags: string[]): Promise<Ran> {
    const startedAt = new Date();
    const marks = [this.jira, this.linear].map(({ log }) => ({
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
    const tools = [this.jira, this.linear].map(({ name, log }, n): ToolCalls => {
      const mark = marks[n]!;
      const operations = Object.entries(log.byOperation())
        .map(([operation, times]) => [operation, times - (mark.by[operation] ?? 0)] as const)
        .filter(([, times]) => times > 0);
      return {
        tool: name as ToolCalls["tool"],
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
    await Promise.all([this.jira.close(), this.linear.close()]);
    await rm(this.#root, { recursive: true, force: true });
  }

  async #write(path: string, text: string): Promise<void> {
    const full = join(this.#root, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
  }
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function projectId(n: number): string {
  return `PROJ-2030-${String(n).padStart(4, "0")}`;
}

function hubPath(n: number): string {
  return `docs/projects/${projectId(n)}/sdlc-tracking.yaml`;
}

/** Key of its Jira project and name of its Linear project. */
function keyOf(n: number): string {
  return `PF${n}`;
}

function teamOf(n: number): string {
  return `T${1 + Math.floor((n - 1) / PROJECTS_PER_TEAM)}`;
}
