/** Hundreds of projects in one workspace, bound to two vendors or to four, with a Temporal server and a store of their own. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import type { HubItem, ItemId } from "../../../src/core/model.ts";
import { loadWorkspace } from "../../../src/registry/workspace.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { signalSync, startPortfolio } from "../../../src/temporal/client.ts";
import { StateFolder } from "../../../src/temporal/state-folder.ts";
import type { PortfolioProgress } from "../../../workflows/messages.ts";
import { USUAL_PROPERTIES } from "../../../sandbox/notion/index.ts";
import type { Random } from "../../hub/random.ts";
import { liveTwins } from "../../support/sides.ts";
import { startWorld, type World } from "../../support/world.ts";
import type { FileServer } from "../crash-world.ts";
import { boundOf, containersFor, hubOf, lostComments, syncConfigOf, treeOf } from "./hubs.ts";
import type { People, Site } from "./people.ts";
import type { PortfolioNow } from "./promises.ts";
import { TOOLS, type SyncedTool } from "./deeds.ts";

/** Calls a minute that our own limits allow each credential; the vendors' own are out of reach. */
export const CALLS_A_MINUTE = 1_800;
const REGISTRY = `capabilities:
  tracking:
    tools:
${TOOLS.map((tool) => `      ${tool}: {rate_limits: [{name: requests, limit: ${CALLS_A_MINUTE}, per: minute, scope: credential}]}`).join("\n")}
`;
/** Where projects share a database, this property tells whose a page is. */
const PROPERTIES = [...USUAL_PROPERTIES, { name: "Project", type: "rich_text" } as const];

export interface PortfolioOptions {
  readonly projects: number;
  readonly random: Random;
  readonly temporal: FileServer;
  /** `postgres://...`; a SQLite file of the workspace where absent. */
  readonly storeUrl?: string;
  readonly heartbeatMs: number;
}

export class PortfolioWorld implements Site {
  readonly world: World;
  readonly hubs: ReadonlyMap<string, string>;
  /** Arrival times of requests, by vendor. */
  readonly arrivals: Readonly<Record<SyncedTool, number[]>> = { jira: [], linear: [], notion: [], github: [] };
  readonly store: Store;
  readonly #client: Client;
  readonly #hubQueue: string;
  readonly #texts: ReadonlyMap<string, string>;

  private constructor(
    world: World,
    store: Store,
    client: Client,
    hubQueue: string,
    texts: ReadonlyMap<string, string>,
  ) {
    this.world = world;
    this.store = store;
    this.#client = client;
    this.#hubQueue = hubQueue;
    this.#texts = texts;
    this.hubs = new Map([...texts.keys()].map((id) => [id, hubFile(world.root, id)]));
  }

  /** Notes when each request arrives, before whoever stands at the vendors already. */
  countArrivals(): void {
    for (const tool of TOOLS) {
      const next = this.world[tool].onArrival;
      this.world[tool].onArrival = (request) => {
        this.arrivals[tool].push(Date.now());
        return next?.(request);
      };
    }
  }

  static async start(options: PortfolioOptions): Promise<PortfolioWorld> {
    const { random, temporal, heartbeatMs, storeUrl } = options;
    const ids = Array.from({ length: options.projects - 1 }, (_, n) => `PROJ-2030-${String(n + 1).padStart(3, "0")}`);
    const containers = containersFor(options.projects);
    const others = Object.fromEntries(ids.map((id, n) => [id, hubOf(n + 1, random, containers)]));
    const configs = ids.map(
      (id) => [`docs/projects/${id}/sync-config.yaml`, syncConfigOf(id, others[id]!, random)] as const,
    );
    const engine = {
      heartbeat_timeout_ms: heartbeatMs,
      retry_wait_ms: 200,
      retry_max_wait_ms: 1_000,
      slow_tool_after_ms: 2_500,
      request_timeout_ms: 5_000,
      outage_wait_ms: 300,
      outage_max_wait_ms: 1_500,
    };
    const workspace = { engine, ...(storeUrl === undefined ? {} : { store: { url: storeUrl } }) };
    const world = await startWorld({
      hub: hubOf(0, random, containers),
      others,
      files: {
        "registry/tool-registry.yaml": REGISTRY,
        "sdlc-sync.yaml": JSON.stringify(workspace),
        ...Object.fromEntries(configs),
      },
      jira: { projects: containers.jira.map((key) => ({ key })) },
      linear: { requestsPerHour: 1_000_000, complexityPerHour: 1_000_000_000 },
      linearSeed: { teams: containers.linear.map((key) => ({ key })) },
      more: ["notion", "github"],
      notion: {
        databases: [{ name: "Delivery", dataSources: [{ name: "Delivery", properties: PROPERTIES }] }],
        quirks: { rateLimit: false },
      },
      github: {
        repositories: containers.github.map((name) => ({ name })),
        quirks: { contentLimit: false, pointsLimit: false },
        requestsPerHour: 1_000_000,
      },
      env: { TEMPORAL_ADDRESS: temporal.server.address },
    });
    const texts = new Map<string, string>();
    for (const id of [world.project, ...ids]) texts.set(id, await readFile(hubFile(world.root, id), "utf8"));
    const store = storeUrl === undefined ? world.store : await openStore({ url: storeUrl });
    const now = new Date().toISOString();
    for (const [id, text] of texts) for (const tool of boundOf(text)) await store.consent(id, tool, now);
    const client = new Client({ connection: await Connection.connect({ address: temporal.server.address }) });
    const hubQueue = `hub.${await new StateFolder(world.root).workspaceId()}`;
    return new PortfolioWorld(world, store, client, hubQueue, texts);
  }

  /** One sync of the portfolio, as `sync --all` runs it; resolves with what came of it. */
  async sync(options: { readonly all?: boolean; readonly force?: boolean } = {}): Promise<PortfolioProgress> {
    const { all = false, force = false } = options;
    const workspace = loadWorkspace(this.world.root);
    const call = { trigger: "manual", filter: {}, all, force, hubQueue: this.#hubQueue, workspace };
    return (await startPortfolio(this.#client, call)).result() as Promise<PortfolioProgress>;
  }

  /** As a webhook does: this project now, and nobody waits for it. */
  async hint(project: string): Promise<void> {
    const { engine } = loadWorkspace(this.world.root).config;
    const call = { project, hubQueue: this.#hubQueue, heartbeatTimeoutMs: engine.heartbeat_timeout_ms };
    await signalSync(this.#client, { ...call, request: { trigger: "webhook" } });
  }

  /** Projects whose workflow is open. */
  async underWay(): Promise<number> {
    const query = 'WorkflowType = "projectSync" AND ExecutionStatus = "Running"';
    return (await this.#client.workflow.count(query)).count;
  }

  /** Syncs until nothing is left to do anywhere; how often it took. */
  async syncUntilQuiet(): Promise<number> {
    for (let rounds = 1; ; rounds += 1) {
      const { dirty, failed, unread } = await this.sync({ all: rounds === 1 });
      if (dirty === 0 && failed.length === 0 && unread.length === 0 && (await this.underWay()) === 0) return rounds;
      if (rounds === 100) {
        const owed = await this.#owed();
        throw new Error(`no end of work: ${dirty} projects to do, failed: ${failed.join(", ")}\n${owed}`);
      }
    }
  }

  /** Who has something to do, why, and what its last sync said. */
  async #owed(): Promise<string> {
    const lines: string[] = [];
    for (const [project, standing] of await this.store.standings()) {
      const untold = await this.store.untoldItems(project);
      if (!standing.hasNews && standing.owedAtMs === null && untold.length === 0) continue;
      const report = (await this.store.lastRun(project))?.report;
      lines.push(JSON.stringify({ project, standing, untold, report }));
    }
    return lines.join("\n");
  }

  async texts(): Promise<Readonly<Record<string, string>>> {
    const read = [...this.hubs].map(async ([id, file]) => [id, await readFile(file, "utf8")] as const);
    return Object.fromEntries(await Promise.all(read));
  }

  async now({ deeds, stories }: Pick<People, "deeds" | "stories">): Promise<PortfolioNow> {
    const texts = await this.texts();
    const projects = Object.entries(texts).map(async ([id, text]) => {
      const before = this.#texts.get(id)!;
      const open = (await this.store.openConflicts(id)).flatMap(({ conflict }) =>
        "field" in conflict ? conflict : [],
      );
      const audit = await this.store.audit(id);
      return {
        id,
        bound: boundOf(before),
        before: items(id, before),
        items: items(id, text),
        audit,
        open,
        lostComments: lostComments(before, text),
      };
    });
    const { live, removed } = liveTwins(this.world, TOOLS);
    return { projects: await Promise.all(projects), tools: live, removed, deeds, stories };
  }

  /** Everything that is known of the projects that these lines name: for whoever has to find out why. */
  async explain(broken: readonly string[], { deeds }: Pick<People, "deeds">): Promise<string> {
    const named = [...this.hubs.keys()].filter((id) => broken.some((line) => line.includes(id)));
    const stories = named.slice(0, 5).map(async (id) => {
      const { links } = await this.store.projectState(id);
      const facts = {
        deeds: deeds.filter(({ project }) => project === id),
        findings: await this.store.findings(id),
        audit: await this.store.audit(id),
        links: links.map(({ item, tool, key, base }) => ({ item, tool, key, base })),
        report: (await this.store.lastRun(id))?.report,
      };
      const lists = Object.entries(facts).map(([name, list]) =>
        [name, ...[list].flat().map((one) => `    ${JSON.stringify(one)}`)].join("\n"),
      );
      return [`--- ${id}`, ...lists].join("\n");
    });
    return (await Promise.all(stories)).join("\n");
  }

  async close(): Promise<void> {
    await this.#client.connection.close();
    if (this.store !== this.world.store) await this.store.close();
    await this.world.close();
  }
}

function items(id: string, text: string): Readonly<Record<ItemId, HubItem>> {
  return treeOf(id, text).items;
}

function hubFile(root: string, id: string): string {
  return join(root, "docs/projects", id, "sdlc-tracking.yaml");
}
