/** The tool registry: the one shipped with the package, with the workspace's own entries laid over it. */
import { NO_MAPS, type ToolMaps } from "../core/maps.ts";
import { SyncFailure } from "../core/errors.ts";
import type { ToolKey } from "../core/model.ts";
import {
  completeTool,
  registryFileSchema,
  type Capability,
  type RegistryFile,
  type ToolEntry,
} from "./registry-schema.ts";
import { notAllowed } from "./suggest.ts";
import { YamlSource } from "./yaml-source.ts";

export interface ToolRegistry {
  readonly language: {
    readonly default: string;
    readonly supported: readonly string[];
    readonly clientOverrideKey: string;
    readonly bilingualAllowed: boolean;
  };
  readonly capabilities: Readonly<Record<string, Capability>>;
}

/** A registry file's text and the name to show for it. */
export interface RegistryText {
  readonly text: string;
  readonly file: string;
}

/** What the tools call things, by tool key. */
type MapsOfTools = Readonly<Record<ToolKey, ToolMaps>>;

/** Merges registry files, later ones over earlier ones: maps key by key, lists and scalars replaced. */
export function parseRegistry(files: readonly RegistryText[], maps: MapsOfTools = {}): ToolRegistry {
  const sources = files.map(({ text, file }) => new YamlSource(text, file));
  const merged = sources.map((source) => source.parse(registryFileSchema)).reduce(mergeFiles, {});
  const capabilities = Object.fromEntries(
    Object.entries(merged.capabilities ?? {}).map(([key, file]) => [key, completeCapability(key, file, maps)]),
  );
  const last = sources.at(-1);
  if (last) checkDefaults(last, capabilities);
  checkMaps(maps, capabilities);
  return {
    language: {
      default: merged.language?.default ?? "en",
      supported: merged.language?.supported ?? ["en"],
      clientOverrideKey: merged.language?.client_override_key ?? "language",
      bilingualAllowed: merged.language?.bilingual_allowed ?? false,
    },
    capabilities,
  };
}

function mergeFiles(under: RegistryFile, over: RegistryFile): RegistryFile {
  return mergeMaps(under, over) as RegistryFile;
}

/** Later maps over earlier ones, key by key; lists and scalars are replaced. */
export function mergeMaps(under: unknown, over: unknown): unknown {
  if (!isPlainMap(under) || !isPlainMap(over)) return over === undefined ? under : over;
  const keys = [...new Set([...Object.keys(under), ...Object.keys(over)])];
  return Object.fromEntries(keys.map((key) => [key, mergeMaps(under[key], over[key])]));
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type CapabilityFile = NonNullable<RegistryFile["capabilities"]>[string];

function completeCapability(key: string, file: CapabilityFile, maps: MapsOfTools): Capability {
  return {
    key,
    variable: file.variable ?? `${key.toUpperCase()}_TOOL`,
    description: file.description ?? "",
    default: file.default ?? null,
    adapterInterface: file.adapter_interface ?? null,
    tools: Object.fromEntries(
      Object.entries(file.tools ?? {}).map(([tool, entry]) => [tool, completeTool(tool, entry, maps[tool] ?? NO_MAPS)]),
    ),
  };
}

function checkDefaults(source: YamlSource, capabilities: ToolRegistry["capabilities"]): void {
  for (const { key, default: chosen, tools } of Object.values(capabilities)) {
    if (chosen === null || tools[chosen]) continue;
    const path = ["capabilities", key, "default"];
    throw source.failure([{ path, message: notAllowed(chosen, "in the registry", Object.keys(tools)) }]);
  }
}

/** A file of maps is named after the tool that it tells of. */
function checkMaps(maps: MapsOfTools, capabilities: ToolRegistry["capabilities"]): void {
  const tools = Object.keys(capabilities["tracking"]?.tools ?? {});
  const stray = Object.keys(maps).find((tool) => !tools.includes(tool));
  if (stray === undefined) return;
  const file = `registry/maps/${stray}.yaml`;
  throw new SyncFailure("InvalidConfig", `${file}: ${notAllowed(stray, "in the registry", tools)}`, { file });
}

/** The capability's tool of this key or alias (`github-issues` is `github`); undefined where there is none. */
export function findTool(registry: ToolRegistry, capability: string, key: string): ToolEntry | undefined {
  const tools = registry.capabilities[capability]?.tools ?? {};
  return tools[key] ?? Object.values(tools).find((tool) => tool.aliases.includes(key));
}

/** As `findTool`; throws `InvalidConfig` that names what is allowed. `where` says what named the key (`--tools`). */
export function requireTool(
  registry: ToolRegistry,
  capability: string,
  named: { key: string; where: string },
): ToolEntry {
  const tool = findTool(registry, capability, named.key);
  if (tool) return tool;
  throw new SyncFailure("InvalidConfig", `${named.where}: ${unknownTool(registry, capability, named.key)}`);
}

/** `"jirra" is not in the registry; allowed: jira, linear. Did you mean "jira"?` */
export function unknownTool(registry: ToolRegistry, capability: string, key: string): string {
  return notAllowed(key, "in the registry", Object.keys(registry.capabilities[capability]?.tools ?? {}));
}
