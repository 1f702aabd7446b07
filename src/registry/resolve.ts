/** What a project's tools are and how each is synced: hub, sync-config, client file and registry brought together. */
import type { Binding, Credentials } from "../connectors/contract.ts";
import type { Schedule } from "../core/due.ts";
import { SyncFailure } from "../core/errors.ts";
import { mergeFindings, type Finding } from "../core/findings.ts";
import type { FieldName, ToolKey } from "../core/model.ts";
import type { ConflictStrategy } from "../core/plan.ts";
import type { SyncMode } from "../core/ports.ts";
import type { HubBinding, HubHead } from "../hub/hub.ts";
import { bindTool } from "./binding.ts";
import { businessHoursOf } from "./business-hours.ts";
import { clientTools, type Client } from "./client.ts";
import { clientConnection, type Connection, type Env } from "./credentials.ts";
import { findTool, unknownTool } from "./registry.ts";
import type { RateLimit, ToolEntry } from "./registry-schema.ts";
import {
  defaultSyncConfig,
  defaultSyncConfigTool,
  type AdoptionPolicy,
  type DeletePolicy,
  type SyncConfig,
  type SyncConfigTool,
} from "./sync-config-schema.ts";
import { clientOf, loadSyncConfig, type Workspace } from "./workspace.ts";

/** One tool of a project, ready to be synced. */
export interface ResolvedTool {
  readonly tool: ToolKey;
  /** As people call it (`Jira`). */
  readonly name: string;
  readonly binding: Binding;
  /** Code of the client whose people the accounts of the tool are; empty where the project has none. */
  readonly client: string;
  /** The twin of the project itself, as the binding names it under `key`. */
  readonly projectRef: { readonly key: string; readonly ref: string } | null;
  readonly mode: SyncMode;
  readonly strategy: ConflictStrategy;
  readonly deletes: DeletePolicy;
  readonly adoption: AdoptionPolicy;
  readonly priorityFields: readonly FieldName[];
  readonly rateLimits: readonly RateLimit[];
  /** The client's own connection, without secrets: hand it to `resolveCredentials`. */
  readonly connection: Connection;
  /** Which way it is signed in to, and those for which everything is set as well. */
  readonly credential: { readonly kind: string; readonly unused: readonly string[] };
  /** Names of the variables that hold the tool's secrets and address, for messages. */
  readonly env: readonly string[];
  readonly credentials: Credentials;
  /** Canonical names of required variables that are not set. */
  readonly missingEnv: readonly string[];
}

export interface ResolvedProject {
  readonly projectId: string;
  readonly client: string | null;
  readonly language: string;
  /** In the registry's order. */
  readonly tools: readonly ResolvedTool[];
  readonly schedule: Schedule & { readonly autoSync: boolean };
  readonly health: SyncConfig["health_monitoring"];
  /** `channels` are keys of the registry's chat tools; `{{CHAT_TOOL}}` is already replaced. */
  readonly notifications: SyncConfig["notifications"];
  readonly findings: readonly Finding[];
}

export interface ResolveOptions {
  /** Path of the hub file, absolute or relative to the workspace: `sync-config.yaml` is looked for beside it. */
  readonly hubPath: string;
  readonly env: Env;
  /** Keys of the tools that have a connector. */
  readonly connectors: readonly ToolKey[];
}

/**
 * Resolves one project. sync-config goes before the hub, the hub before the client's defaults; a tool is
 * left out where either file switches it off. Throws `InvalidConfig` for files that are wrong; what
 * concerns one tool only is a finding, and the other tools sync.
 */
export function resolveProject(workspace: Workspace, hub: HubHead, options: ResolveOptions): ResolvedProject {
  const client = clientOf(workspace, hub.client);
  const config = loadSyncConfig(workspace, options.hubPath, client);
  return resolveTools({ workspace, hub, config, client, env: options.env, connectors: options.connectors });
}

export interface ResolveInput {
  readonly workspace: Pick<Workspace, "registry">;
  readonly hub: HubHead;
  /** Null: there is no `sync-config.yaml`. */
  readonly config: SyncConfig | null;
  readonly client: Client | null;
  readonly env: Env;
  readonly connectors: readonly ToolKey[];
}

/** As `resolveProject`, from files already read. Pure. */
function resolveTools(input: ResolveInput): ResolvedProject {
  const { hub, client, workspace } = input;
  const config = input.config ?? defaultSyncConfig(hub.projectId);
  checkProjectId(config, hub);
  const found = candidates(input);
  const results = found.known.map((candidate) => resolveTool(input, candidate));
  const chat = clientTools(client, workspace.registry, "chat");
  const channels = config.notifications.channels.flatMap((name) => (name === "{{CHAT_TOOL}}" ? chat : [name]));
  const tools = results.flatMap(({ tool }) => tool ?? []);
  return {
    projectId: hub.projectId,
    client: client?.client.code ?? null,
    language: client?.language ?? workspace.registry.language.default,
    tools,
    schedule: {
      autoSync: config.schedule.auto_sync,
      frequency: input.config ? config.schedule.frequency : (hubFrequency(hub) ?? config.schedule.frequency),
      businessHoursOnly: config.schedule.business_hours_only,
      hours: businessHoursOf(client, config.schedule),
    },
    health: config.health_monitoring,
    notifications: { ...config.notifications, channels: [...new Set(channels)] },
    findings: mergeFindings([...found.findings, ...results.flatMap(({ findings }) => findings)]),
  };
}

/** Without a sync-config, the most frequent of what the hub's blocks ask for. */
function hubFrequency({ bindings }: HubHead): string | undefined {
  const asked = bindings.flatMap(({ syncEnabled, syncFrequency }) =>
    syncEnabled && syncFrequency ? syncFrequency : [],
  );
  return ["daily", "weekly", "manual"].find((one) => asked.includes(one));
}

function checkProjectId({ project_id: named }: SyncConfig, { projectId }: HubHead): void {
  if (named === projectId) return;
  const message =
    `sync-config.yaml: sync_config.project_id is "${named}", but it lies beside the hub file of ${projectId}. ` +
    `Set project_id to "${projectId}", or move the file to its own project.`;
  throw new SyncFailure("InvalidConfig", message, { file: "sync-config.yaml" });
}

/** A tool that some file names for the project. */
export interface Candidate {
  readonly entry: ToolEntry;
  readonly hub: HubBinding | undefined;
  readonly config: SyncConfigTool | undefined;
}

interface Candidates {
  readonly known: readonly Candidate[];
  readonly findings: readonly Finding[];
}

/** Tools named by the hub or by sync-config; the client's where the hub names none and the client says where they are. */
function candidates({ workspace, hub, config, client }: ResolveInput): Candidates {
  const { registry } = workspace;
  const unknown = hub.bindings.filter(({ tool }) => !findTool(registry, "tracking", tool));
  const named = new Set([...hub.bindings.map(({ tool }) => tool), ...Object.keys(config?.tools ?? {})]);
  if (hub.bindings.length === 0) for (const key of connectedTools(client, workspace)) named.add(key);
  const entries = Object.values(registry.capabilities["tracking"]?.tools ?? {});
  const known = entries
    .filter(({ key, aliases }) => [key, ...aliases].some((name) => named.has(name)))
    .map((entry) => ({ entry, hub: bindingOf(hub, entry), config: config?.tools[entry.key] }));
  const findings = unknown
    .filter(({ syncEnabled }) => syncEnabled)
    .map(({ tool }) => unknownToolFinding(workspace, tool));
  return { known, findings };
}

function bindingOf(hub: HubHead, { key, aliases }: ToolEntry): HubBinding | undefined {
  return hub.bindings.find(({ tool }) => tool === key) ?? hub.bindings.find(({ tool }) => aliases.includes(tool));
}

function connectedTools(client: Client | null, { registry }: Pick<Workspace, "registry">): readonly string[] {
  return clientTools(client, registry, "tracking").filter((key) => {
    const entry = findTool(registry, "tracking", key);
    return entry !== undefined && Object.keys(clientConnection(client, entry)).some((name) => entry.container[name]);
  });
}

function unknownToolFinding({ registry }: Pick<Workspace, "registry">, tool: string): Finding {
  return {
    code: "unknown-tool",
    severity: "error",
    tool,
    message: `external_sync: ${unknownTool(registry, "tracking", tool)}`,
    remedy: "Correct the key in the hub file, or add the tool to registry/tool-registry.yaml.",
  };
}

interface ToolResult {
  readonly tool: ResolvedTool | null;
  readonly findings: readonly Finding[];
}

function resolveTool(input: ResolveInput, candidate: Candidate): ToolResult {
  const { entry, hub } = candidate;
  const enabled = (hub?.syncEnabled ?? true) && (candidate.config?.enabled ?? true);
  if (!enabled) return { tool: null, findings: [] };
  if (!input.connectors.includes(entry.key)) return { tool: null, findings: [noConnector(entry, input.connectors)] };
  return bindTool(input, candidate, candidate.config ?? defaultSyncConfigTool());
}

function noConnector({ key, name }: ToolEntry, connectors: readonly ToolKey[]): Finding {
  return {
    code: "no-connector",
    severity: "warning",
    tool: key,
    message: `${name} is bound, but this version has no connector for it; it is left alone (connectors: ${connectors.join(", ")}).`,
    remedy: `Set external_sync.${key}.sync_enabled: false to silence this.`,
  };
}
