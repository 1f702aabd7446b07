/**
 * A whole world for a scenario: a workspace on disk, stand-ins of Jira and Linear over HTTP, a real
 * Temporal server (one a file, see `sharedTemporal`) and an engine with its own worker.
 */
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestWorkflowEnvironment } from "@temporalio/testing";
import { createSyncEngine, type SyncEngine, type SyncOptions, type SyncReport } from "../../src/index.ts";
import { readHub } from "../../src/hub/read.ts";
import type { HubItem } from "../../src/core/model.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { UNLIMITED_REGISTRY } from "./unlimited-registry.ts";
import { runCommand, type Ran } from "./run-command.ts";
import type { Tool } from "./sides.ts";
import { startTemporal } from "./temporal.ts";
import { startVendors, type VendorOptions, type Vendors } from "./vendors.ts";

export { PEOPLE } from "./vendors.ts";

export interface WorldOptions extends VendorOptions {
  /** Hub text of the one project; `{ID}` stands for its id, `{NOTION}` for the database. */
  readonly hub: string;
  /** More projects by id. */
  readonly others?: Readonly<Record<string, string>>;
  /** Text of `sync-config.yaml` beside the hub. */
  readonly syncConfig?: string;
  /** Keep to the registry's own limits, which would make most tests wait for minutes; the vendors' hold in any case. */
  readonly keepsLimits?: boolean;
  /** More files of the workspace: texts by path from its root. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines under `engine:` of sdlc-sync.yaml, over the quick ones. */
  readonly timings?: Readonly<Record<string, number>>;
  /** More top-level keys of sdlc-sync.yaml. */
  readonly settings?: Readonly<Record<string, object>>;
  /** TEMPORAL_ADDRESS instead of the file's own server; empty for an embedded one. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface World extends Vendors {
  readonly project: string;
  readonly root: string;
  readonly engine: SyncEngine;
  readonly env: NodeJS.ProcessEnv;
  readonly store: Store;
  sync(options?: SyncOptions): Promise<SyncReport>;
  /** Runs `track-sdlc` with these arguments in the workspace: as a script would, or as a person who gives these answers. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>, answers?: string[]): Promise<Ran>;
  hubText(): Promise<string>;
  hubStat(): Promise<{ readonly mtimeMs: number }>;
  writeHub(text: string): Promise<void>;
  editHub(from: string | RegExp, to: string): Promise<void>;
  /** Sets when the hub file was saved, relative to now. */
  saveHubAt(offsetMs: number): Promise<void>;
  /** The item as the hub file says now. */
  item(id: string): Promise<HubItem>;
  /** Key of the item's twin, as the hub file says. */
  key(id: string, tool: Tool): Promise<string>;
  /** Writes that reached the vendors since `mark`. */
  mark(): { writes(): number; requests(): number };
  close(): Promise<void>;
}

const QUICK = {
  slow_tool_after_ms: 5_000,
  heartbeat_timeout_ms: 2_000,
  request_timeout_ms: 5_000,
  outage_wait_ms: 50,
  outage_max_wait_ms: 200,
};

let temporal: Promise<TestWorkflowEnvironment> | undefined;
let worlds = 0;

/** The file's Temporal server; stop it in `afterAll` with `stopTemporal`. */
export function sharedTemporal(): Promise<TestWorkflowEnvironment> {
  return (temporal ??= startTemporal());
}
export async function stopTemporal(): Promise<void> {
  await (await temporal)?.teardown();
  temporal = undefined;
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const address = options.env?.["TEMPORAL_ADDRESS"] ?? (await sharedTemporal()).address;
  const project = `PROJ-2026-${String(++worlds).padStart(3, "0")}`;
  const root = await mkdtemp(join(tmpdir(), "sdlc-world-"));
  const path = (id: string, file: string) => join(root, "docs/projects", id, file);
  const vendors = await startVendors(options);
  const timings = { ...QUICK, ...options.timings };
  await writeFile(join(root, "sdlc-sync.yaml"), JSON.stringify({ engine: timings, ...options.settings }));
  for (const [id, text] of Object.entries({ [project]: options.hub, ...options.others })) {
    await mkdir(path(id, "."), { recursive: true });
    await writeFile(
      path(id, "sdlc-tracking.yaml"),
      text.replaceAll("{ID}", id).replaceAll("{NOTION}", vendors.notionDatabase),
    );
  }
  const limits = options.keepsLimits ? {} : { "registry/tool-registry.yaml": UNLIMITED_REGISTRY };
  for (const [file, text] of Object.entries({ ...limits, ...options.files })) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  if (options.syncConfig)
    await writeFile(path(project, "sync-config.yaml"), options.syncConfig.replaceAll("{ID}", project));
  const env = {
    ...process.env,
    ...vendors.credentials,
    TEMPORAL_ADDRESS: address,
    ...options.env,
  };
  const engine = createSyncEngine({ root, env });
  await mkdir(join(root, ".sdlc-sync"), { recursive: true });
  const store = await openStore({ url: `sqlite:${join(root, ".sdlc-sync/store.db")}` });
  const hubFile = path(project, "sdlc-tracking.yaml");
  const hubText = () => readFile(hubFile, "utf8");
  const read = async (id: string) => {
    const item = readHub(await hubText(), { projectId: project, file: hubFile }).tree?.items[id];
    if (!item) throw new Error(`${id} is not in the hub`);
    return item;
  };
  return {
    project,
    root,
    jira: vendors.running.jira,
    linear: vendors.running.linear,
    get notion() {
      return vendors.running.notion;
    },
    get github() {
      return vendors.running.github;
    },
    tools: vendors.running.tools,
    engine,
    env,
    store,
    hubText,
    run: (args, more, answers) => runCommand({ env, root }, args, more, answers),
    sync: (sync) => engine.syncProject(project, sync),
    hubStat: () => stat(hubFile),
    writeHub: (text) => writeFile(hubFile, text),
    async editHub(from, to) {
      const text = await hubText();
      const edited = text.replace(from, to);
      if (edited === text) throw new Error(`the hub has no ${String(from)}`);
      await writeFile(hubFile, edited);
    },
    saveHubAt(offsetMs) {
      const saved = new Date(Date.now() + offsetMs);
      return utimes(hubFile, saved, saved);
    },
    item: read,
    async key(id, tool) {
      const ref = (await read(id)).refs[tool];
      if (!ref) throw new Error(`${id} has no twin in ${tool}`);
      return ref;
    },
    mark() {
      const start = { writes: vendors.writes(), requests: vendors.requests() };
      return {
        writes: () => vendors.writes() - start.writes,
        requests: () => vendors.requests() - start.requests,
      };
    },
    async close() {
      await engine.close();
      await store.close();
      await vendors.close();
      await rm(root, {
        recursive: true,
        force: true,
      });
    },
  };
}
