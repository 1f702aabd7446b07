/** A workspace: the folder with the hub files, its configuration and its registry. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { SyncFailure } from "../core/errors.ts";
import { packageRoot } from "./package-root.ts";
import { parseClient, type Client } from "./client.ts";
import { mapTexts, parseMaps } from "./maps.ts";
import { parseRegistry, type RegistryText, type ToolRegistry } from "./registry.ts";
import { didYouMean } from "./suggest.ts";
import { parseSyncConfig } from "./sync-config.ts";
import type { SyncConfig } from "./sync-config-schema.ts";
import { workspaceFileSchema, type WorkspaceFile } from "./workspace-schema.ts";
import { YamlSource } from "./yaml-source.ts";

const CONFIG_FILE = "sdlc-sync.yaml";
const REGISTRY_FILE = "registry/tool-registry.yaml";
const CLIENTS_FOLDER = "registry/clients";
const SIGNS = ["docs/projects", CONFIG_FILE, REGISTRY_FILE, CLIENTS_FOLDER];

export interface Workspace {
  /** Absolute path. */
  readonly root: string;
  readonly config: WorkspaceFile;
  readonly registry: ToolRegistry;
  /** The workspace's own part of it and all maps, as they were read: what a project's sync is decided by. */
  readonly registryText: string;
  /** Codes of the client files, sorted; the files are read when a project asks for one. */
  readonly clients: readonly string[];
}

/**
 * The root of the workspace around `cwd`: the nearest folder upwards with hub files, a registry or
 * `sdlc-sync.yaml`; or `rootOption`, as given. Throws `InvalidConfig` where there is none.
 */
export function findWorkspace(cwd: string, rootOption?: string): string {
  if (rootOption !== undefined) return checkedRoot(resolve(cwd, rootOption));
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (SIGNS.some((sign) => existsSync(join(folder, sign)))) return folder;
    if (folder === dirname(folder)) break;
  }
  const message =
    `no workspace at or above ${resolve(cwd)}: none of the folders has docs/projects, registry/ or ${CONFIG_FILE}. ` +
    `Change to the folder with your hub files, name it with --root, or begin one there: track-sdlc init <ID> --sync=<tools>.`;
  throw new SyncFailure("InvalidConfig", message);
}

function checkedRoot(root: string): string {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === true) return root;
  throw new SyncFailure("InvalidConfig", `--root ${root} is not a folder.`);
}

/** Reads the workspace's own files. Throws `InvalidConfig` with file, line and column. */
export function loadWorkspace(root: string): Workspace {
  const config = readText(root, CONFIG_FILE);
  const own = readText(root, REGISTRY_FILE);
  const builtIn = builtInRegistry();
  const shared = join(root, REGISTRY_FILE) === builtIn.path;
  const files = [builtIn, ...(own === null || shared ? [] : [{ text: own, file: REGISTRY_FILE }])];
  const maps = mapTexts(root);
  return {
    root,
    config:
      config === null ? workspaceFileSchema.parse({}) : new YamlSource(config, CONFIG_FILE).parse(workspaceFileSchema),
    registry: parseRegistry(files, parseMaps(maps)),
    registryText: [own ?? "", ...[...maps.values()].flat().map(({ text }) => text)].join("\0"),
    clients: clientCodes(root),
  };
}

/** By workspace and code: every project of a client asks for the same file. */
const parsedClients = new WeakMap<Workspace, Map<string, ParsedClient>>();
interface ParsedClient {
  readonly text: string;
  readonly client: Client;
}

/** Reads one client's file; parses it where its text has changed. Throws `InvalidConfig` where it is absent or wrong. */
function loadClient(workspace: Workspace, code: string): Client {
  const file = `${CLIENTS_FOLDER}/${code}.yaml`;
  const text = readText(workspace.root, file);
  if (text !== null) return parsedClient(workspace, code, { text, file });
  const known = workspace.clients;
  const guess = didYouMean(code, known);
  const list = known.length > 0 ? `known clients: ${known.join(", ")}` : `there is no file in ${CLIENTS_FOLDER}`;
  const hint = guess === undefined ? "" : ` Did you mean "${guess}"?`;
  throw new SyncFailure("InvalidConfig", `client "${code}" has no ${file}; ${list}.${hint}`, { file });
}

function parsedClient(workspace: Workspace, code: string, source: RegistryText): Client {
  const clients = parsedClients.get(workspace) ?? new Map<string, ParsedClient>();
  parsedClients.set(workspace, clients);
  const known = clients.get(code);
  if (known?.text === source.text) return known.client;
  const client = parseClient(source, workspace.registry, code);
  clients.set(code, { text: source.text, client });
  return client;
}

/** The client's file of a project: the one it names (`project.client`), else the only one there is, else none. */
export function clientOf(workspace: Workspace, named: string | null | undefined): Client | null {
  const only = workspace.clients.length === 1 ? workspace.clients[0] : undefined;
  const code = named ?? only;
  return code === undefined ? null : loadClient(workspace, code);
}

/** `sync-config.yaml` beside the hub file at `hubPath` (absolute or relative to the root); null where there is none. */
export function loadSyncConfig(workspace: Workspace, hubPath: string, client: Client | null): SyncConfig | null {
  const folder = dirname(resolve(workspace.root, hubPath));
  const file = relative(workspace.root, join(folder, "sync-config.yaml"));
  const text = readText(workspace.root, file);
  return text === null ? null : parseSyncConfig({ text, file }, workspace.registry, client);
}

/** Everything in the workspace that decides how a project is synced, besides its hub file. */
export function settingsOf(workspace: Workspace, hubPath: string, client: Client | null): string {
  const folder = dirname(resolve(workspace.root, hubPath));
  const config = readText(workspace.root, relative(workspace.root, join(folder, "sync-config.yaml"))) ?? "";
  // The client as it was read, the registry as this process has read it: an edit since then is none of its work.
  return [config, client?.text ?? "", workspace.registryText].join("\0");
}

/** A template's text (`sync-config.yaml`), the workspace's own before the one shipped with the package. */
export function templateText(workspace: Workspace, name: string): string {
  const path = `registry/templates/${name}`;
  const text = readText(workspace.root, path) ?? readText(packageRoot(), path);
  if (text === null) throw new SyncFailure("Bug", `there is no template ${name}`);
  return text;
}

function clientCodes(root: string): readonly string[] {
  const folder = join(root, CLIENTS_FOLDER);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return files.map((name) => name.slice(0, -".yaml".length)).sort();
}

function readText(root: string, file: string): string | null {
  const path = join(root, file);
  if (!existsSync(path)) return null;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = (cause as { code?: string }).code ?? String(cause);
    throw new SyncFailure(
      "InvalidConfig",
      `${file} cannot be read (${reason}): it must be a readable file.`,
      { file },
      cause,
    );
  }
}

function builtInRegistry(): RegistryText & { readonly path: string } {
  const path = join(packageRoot(), REGISTRY_FILE);
  return { path, text: readFileSync(path, "utf8"), file: "built-in tool-registry.yaml" };
}
