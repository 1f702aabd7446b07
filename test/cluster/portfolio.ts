/** A portfolio whose workers, store and Temporal are what a hosted installation has. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { expect } from "vitest";
import type { HubItem } from "../../src/core/model.ts";
import { readHub } from "../../src/hub/read.ts";
import { loadWorkspace } from "../../src/registry/workspace.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { startPortfolio } from "../../src/temporal/client.ts";
import { StateFolder } from "../../src/temporal/state-folder.ts";
import type { PortfolioProgress } from "../../workflows/messages.ts";
import { findPostgres, makeSchema, onPostgres } from "../store/postgres.ts";
import { UNLIMITED_REGISTRY } from "../support/unlimited-registry.ts";
import { disagreements, liveKeys } from "../support/sides.ts";
import { startWorld, type World } from "../support/world.ts";

export const TOOLS = ["jira", "linear"] as const;
export type SyncedTool = (typeof TOOLS)[number];
export const STORIES = ["US-001", "US-002", "US-003"];
/** Deaths are noticed within seconds; a busy machine is not taken for a dead one. */
const TIMINGS = {
  heartbeat_timeout_ms: 5_000,
  retry_wait_ms: 200,
  retry_max_wait_ms: 1_000,
  slow_tool_after_ms: 20_000,
  request_timeout_ms: 5_000,
  outage_wait_ms: 200,
  outage_max_wait_ms: 2_000,
};
/** More rounds than any disturbance takes to heal. */
const ROUNDS = 20;

export interface Portfolio {
  readonly world: World;
  readonly store: Store;
  readonly client: Client;
  readonly projects: readonly string[];
  hubPath(project: string): string;
  items(project: string): Promise<Readonly<Record<string, HubItem>>>;
  /** One sync of the portfolio, by whichever workers there are. */
  sync(all?: boolean): Promise<PortfolioProgress>;
  /** Ends one of the workers' database connections, one that works at this moment where there is one. Answers what it did. */
  cutStore(): Promise<"busy" | "idle" | "none">;
  close(): Promise<void>;
}

export async function startPortfolioWorld(address: string, count: number): Promise<Portfolio> {
  const schema = await makeSchema((await findPostgres()) ?? "");
  const workersName = `workers-${randomUUID().slice(0, 8)}`;
  const url = new URL(schema.url);
  url.searchParams.set("application_name", workersName);
  const ids = Array.from({ length: count }, (_, n) => `PROJ-2027-${String(n + 1).padStart(3, "0")}`);
  const world = await startWorld({
    hub: hubOf(0),
    others: Object.fromEntries(ids.map((id, n) => [id, hubOf(n + 1)])),
    files: {
      "sdlc-sync.yaml": `store: {url: "\${STORE_URL}"}\nengine: ${JSON.stringify(TIMINGS)}\n`,
      "registry/tool-registry.yaml": UNLIMITED_REGISTRY,
    },
    linear: { requestsPerHour: 1_000_000, complexityPerHour: 1_000_000_000 },
    env: { TEMPORAL_ADDRESS: address, STORE_URL: url.href },
  });
  const projects = [world.project, ...ids];
  const store = await openStore({ url: schema.url });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const workspace = loadWorkspace(world.root);
  const hubQueue = `hub.${await new StateFolder(world.root).workspaceId()}`;
  const hubPath = (project: string) => join(world.root, "docs/projects", project, "sdlc-tracking.yaml");
  return {
    world,
    store,
    client,
    projects,
    hubPath,
    async items(project) {
      const { tree } = readHub(await readFile(hubPath(project), "utf8"), { projectId: project, file: project });
      if (!tree) throw new Error(`${project}: the hub cannot be read`);
      return tree.items;
    },
    async sync(all = false) {
      const handle = await startPortfolio(client, {
        trigger: "test",
        filter: {},
        all,
        force: false,
        hubQueue,
        workspace,
      });
      return (await handle.result()) as PortfolioProgress;
    },
    async cutStore() {
      const [victim] = await onPostgres(
        schema.url,
        `select state, pg_terminate_backend(pid) from pg_stat_activity where application_name = '${workersName}' order by state = 'idle', random() limit 1`,
      );
      if (!victim) return "none";
      return victim["state"] === "idle" ? "idle" : "busy";
    },
    async close() {
      await connection.close();
      await store.close();
      await world.close();
      await schema.remove();
    },
  };
}

/** Consent stands for every binding, as `init` has it: no bulk of edits makes a project wait for a person. */
export async function consentToAll({ store, projects }: Portfolio): Promise<void> {
  const now = new Date().toISOString();
  for (const project of projects) for (const tool of TOOLS) await store.consent(project, tool, now);
}

/** Syncs until nobody has anything to do and no run is open. */
export async function settle(portfolio: Portfolio): Promise<number> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { dirty, failed, unread } = await portfolio.sync();
    await expect.poll(() => openRuns(portfolio), { timeout: 120_000, interval: 500 }).toEqual([]);
    if (dirty === 0 && failed.length === 0 && unread.length === 0) return round;
  }
  throw new Error(`after ${ROUNDS} rounds there is still something to do`);
}

/** Workflows that have not ended. */
export async function openRuns({ client }: Pick<Portfolio, "client">): Promise<string[]> {
  const open: string[] = [];
  const query = 'ExecutionStatus = "Running"';
  for await (const { workflowId } of client.workflow.list({ query })) open.push(workflowId);
  return open;
}

/**
 * I1, I2, I5 for every project: one more look at all of them writes nothing, each item has exactly one twin in
 * each tool and each twin an item, all sides agree, and nothing that was sent broke a vendor's published API.
 */
export async function expectPortfolioSettled(portfolio: Portfolio): Promise<void> {
  const { world, projects } = portfolio;
  const before = await texts(portfolio);
  const quiet = world.mark();
  const { dirty, failed } = await portfolio.sync(true);
  expect([dirty, failed]).toEqual([projects.length, []]);
  expect(quiet.writes()).toBe(0);
  expect(await texts(portfolio)).toEqual(before);
  const refs: Record<SyncedTool, (string | undefined)[]> = { jira: [], linear: [] };
  const found: string[] = [];
  for (const project of projects) {
    const items = await portfolio.items(project);
    for (const item of Object.values(items))
      if (item.type !== "project") for (const tool of TOOLS) refs[tool].push(item.refs[tool]);
    found.push(...disagreements(world, items, TOOLS).map((text) => `${project} ${text}`));
  }
  for (const tool of TOOLS) expect(liveKeys(world, tool).toSorted()).toEqual(refs[tool].toSorted());
  expect(found).toEqual([]);
  expect(await portfolio.store.openConflicts()).toEqual([]);
  expect(world.jira.spec.violations()).toEqual([]);
  expect(world.linear.specViolations()).toEqual([]);
}

async function texts({ projects, hubPath }: Portfolio): Promise<Record<string, string>> {
  const all = projects.map(async (project) => [project, await readFile(hubPath(project), "utf8")] as const);
  return Object.fromEntries(await Promise.all(all));
}

function hubOf(n: number): string {
  const stories = STORIES.map(
    (id, place) =>
      `    - {id: ${id}, epic: EPIC-001, title: Story ${place} of ${n}, status: ready, estimation: ${1 + place}}`,
  );
  return `project: {id: "{ID}", name: Project ${n}}
portfolio: {pme_priority: ${n % 4 === 0 ? "P1" : "P3"}}
implementation:
  epics:
    - {id: EPIC-001, title: Epic of ${n}, status: in_progress}
  stories:
${stories.join("\n")}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
}
