/** What every command starts from: the workspace, its store, and a way to say things without spoiling stdout. */
import { resolve } from "node:path";
import { isSyncFailure, SyncFailure } from "../core/errors.ts";
import type { ToolKey } from "../core/model.ts";
import { HubFolder } from "../hub/folder.ts";
import { findWorkspace, loadWorkspace, type Workspace } from "../registry/workspace.ts";
import { placeOf } from "../store/connect.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import type { LiveView } from "./live-view.ts";
import type { Prompts } from "./prompts.ts";
import { StateFolder } from "../temporal/state-folder.ts";
import type { Engine } from "../../activities/engine.ts";

export type Ask = (question: string) => Promise<string>;

export interface CliIo {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Puts a question to the person who looks on; null where nobody does. */
  readonly ask: Ask | null;
  /** As `ask`, with choices to move through; absent where only lines can be asked for. */
  readonly prompts?: Prompts;
  /** Where progress is drawn in place; null where nobody looks on. */
  readonly live: LiveView | null;
}

export interface CliContext {
  readonly io: CliIo;
  readonly root: string;
  readonly state: StateFolder;
  readonly workspace: Workspace;
  readonly hub: HubFolder;
  readonly store: Store;
  /** Where the store is, without its password. */
  readonly storePlace: string;
  /** Workers on other machines can open the store too. */
  readonly isStoreShared: boolean;
  /** Everything that the steps of a sync need. Brings the vendors' SDKs with it, which a mere client never loads. */
  engine(): Promise<Engine>;
  readonly hubQueue: string;
  close(): Promise<void>;
}

/** @param mayBeNew the working directory becomes a workspace where neither it nor a parent is one */
export async function openContext(io: CliIo, root: string | undefined, mayBeNew = false): Promise<CliContext> {
  const folder = mayBeNew ? findOrNameWorkspace(io.cwd, root) : findWorkspace(io.cwd, root);
  const workspace = loadWorkspace(folder);
  const state = new StateFolder(folder);
  await state.prepare();
  const url = storeUrl(folder, workspace.config.store.url, io.env);
  const store = await openStore({ url });
  const hub = new HubFolder({ root: folder, glob: workspace.config.hub_glob });
  return {
    io,
    root: folder,
    state,
    workspace,
    hub,
    store,
    storePlace: placeOf({ url }),
    isStoreShared: !url.startsWith("sqlite:"),
    async engine() {
      const { connectorModules } = await import("../connectors/index.ts");
      return {
        workspace,
        hub,
        store,
        connectors: connectorModules,
        env: io.env,
        now: Date.now,
      };
    },
    hubQueue: `hub.${await state.workspaceId()}`,
    close: () => store.close(),
  };
}

function findOrNameWorkspace(cwd: string, root: string | undefined): string {
  try {
    return findWorkspace(cwd, root);
  } catch (error) {
    if (root !== undefined || !isSyncFailure(error, "InvalidConfig")) throw error;
    return resolve(cwd);
  }
}

/** `sqlite:` paths count from the root; `${NAME}` is replaced, so that a password need not stand in a file. */
function storeUrl(root: string, configured: string, env: NodeJS.ProcessEnv): string {
  const url = configured.replace(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? "");
  if (!url)
    throw new SyncFailure(
      "InvalidConfig",
      `sdlc-sync.yaml: store.url is ${configured}, which is not set in the environment.`,
    );
  if (url === "sqlite::memory:")
    throw new SyncFailure(
      "InvalidConfig",
      "sdlc-sync.yaml: store.url is sqlite::memory:, which forgets everything with the process; name a file or a PostgreSQL database.",
    );
  return url.startsWith("sqlite:") ? `sqlite:${resolve(root, url.slice("sqlite:".length))}` : url;
}

/** The project must have a hub file; the error names what is there. */
export async function requireProject(context: CliContext, project: string | undefined): Promise<string> {
  if (!project) throw new SyncFailure("Usage", "ERROR: Project ID required.");
  const known = await context.hub.list();
  if (known.some(({ id }) => id === project)) return project;
  const near = known
    .map(({ id }) => id)
    .slice(0, 5)
    .join(", ");
  throw new SyncFailure(
    "Usage",
    `ERROR: Project ${project} not found in docs/projects/${near ? ` (there: ${near}${known.length > 5 ? ", ..." : ""})` : ""}. Make it with track-sdlc init ${project} --sync=<tools>, or run from the workspace (--root).`,
  );
}

export function splitTools(csv: string | undefined, flag = "--tools"): ToolKey[] | undefined {
  if (csv === undefined) return undefined;
  const tools = csv
    .split(",")
    .map((tool) => tool.trim())
    .filter(Boolean);
  if (tools.length === 0)
    throw new SyncFailure("Usage", `${flag} needs at least one tool key, e.g. ${flag}=jira,linear`);
  return tools;
}
