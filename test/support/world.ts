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
import { Clock } from "../../sandbox/kit/clock.ts";
import { startJiraSandbox, type JiraSandbox, type JiraSandboxOptions } from "../../sandbox/jira/index.ts";
import { startLinearSandbox, type LinearSandbox, type LinearSandboxOptions } from "../../sandbox/linear/server.ts";
import type { Seed } from "../../sandbox/linear/seed.ts";
import { runCommand, type Ran } from "./run-command.ts";
import { startTemporal } from "./temporal.ts";

export const PEOPLE = [
  { accountId: "5b10ana0000000000000000a", displayName: "Ana Ruiz", email: "ana.ruiz@example.com", active: true },
  { accountId: "5b10tom0000000000000000b", displayName: "Tom Okafor", email: "tom.okafor@example.com", active: true },
  { accountId: "5b10iri0000000000000000c", displayName: "Iris Chen", email: "iris.chen@example.com", active: true },
  { accountId: "5b10luc0000000000000000d", displayName: "Lucia Marin", email: "lucia.marin@example.com", active: true },
];

export interface WorldOptions {
  /** Hub text of the one project; `{ID}` stands for its id. */
  readonly hub: string;
  /** More projects by id. */
  readonly others?: Readonly<Record<string, string>>;
  /** Text of `sync-config.yaml` beside the hub. */
  readonly syncConfig?: string;
  /** More files of the workspace: texts by path from its root. */
  readonly files?: Readonly<Record<string, string>>;
  /** Lines under `engine:` of sdlc-sync.yaml, over the quick ones. */
  readonly timings?: Readonly<Record<string, number>>;
  readonly jira?: Partial<JiraSandboxOptions>;
  readonly linear?: LinearSandboxOptions;
  /** Over the usual team and people. */
  readonly linearSeed?: Partial<Seed>;
  /** TEMPORAL_ADDRESS instead of the file's own server; empty for an embedded one. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface World {
  readonly project: string;
  readonly root: string;
  readonly jira: JiraSandbox;
  readonly linear: LinearSandbox;
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
  key(id: string, tool: "jira" | "linear"): Promise<string>;
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
const CONTAINERS = { jira: "CHK", linear: "PAY" };

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
  const timings = { ...QUICK, ...options.timings };
  await writeFile(join(root, "sdlc-sync.yaml"), `engine: ${JSON.stringify(timings)}\n`);
  for (const [id, text] of Object.entries({ [project]: options.hub, ...options.others })) {
    await mkdir(path(id, "."), { recursive: true });
    await writeFile(path(id, "sdlc-tracking.yaml"), text.replaceAll("{ID}", id));
  }
  for (const [file, text] of Object.entries(options.files ?? {})) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  if (options.syncConfig)
    await writeFile(path(project, "sync-config.yaml"), options.syncConfig.replaceAll("{ID}", project));
  const clock = new Clock();
  const jira = await startJiraSandbox({
    projects: [{ key: CONTAINERS.jira }],
    users: PEOPLE,
    clock,
    ...jiraSpec(),
    ...options.jira,
  });
  const users = [
    { email: "sync@example.com" },
    ...PEOPLE.map(({ email, displayName }) => ({ email, name: displayName })),
  ];
  const linear = await startLinearSandbox({
    seed: { teams: [{ key: CONTAINERS.linear }], users, ...options.linearSeed },
    clock: new Clock(),
    ...options.linear,
  });
  const env = {
    ...process.env,
    ...jira.credentials,
    LINEAR_API_KEY: linear.apiKey,
    LINEAR_API_URL: linear.apiUrl,
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
    jira,
    linear,
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
      const start = {
        writes: jira.log.writes() + linear.log.writes(),
        requests: jira.log.total() + linear.log.total(),
      };
      return {
        writes: () => jira.log.writes() + linear.log.writes() - start.writes,
        requests: () => jira.log.total() + linear.log.total() - start.requests,
      };
    },
    async close() {
      await engine.close();
      await store.close();
      await Promise.all([jira.close(), linear.close()]);
      await rm(root, {
        recursive: true,
        force: true,
      });
    },
  };
}

/** Every exchange of every scenario is held against the published API where it is at hand. */
function jiraSpec(): Pick<JiraSandboxOptions, "spec"> {
  return { spec: new URL("../../../shared/specs/jira.openapi.json", import.meta.url) };
}
