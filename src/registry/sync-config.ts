import { findTool, unknownTool, type RegistryText, type ToolRegistry } from "./registry.ts";
import { canonicalField } from "./field-names.ts";
import type { Client } from "./client.ts";
import { syncConfigSchema, type SyncConfig, type SyncConfigTool } from "./sync-config-schema.ts";
import { YamlSource, type YamlIssue } from "./yaml-source.ts";

/**
 * Reads a project's `sync-config.yaml`; its tools come back under the registry's own keys. The client's
 * mapping may name fields that `priority_fields` uses. Throws `InvalidConfig`.
 */
export function parseSyncConfig(
  { text, file }: RegistryText,
  registry: ToolRegistry,
  client: Client | null,
): SyncConfig {
  const source = new YamlSource(text, file);
  const config = source.parse(syncConfigSchema).sync_config;
  const issues = Object.entries(config.tools).flatMap(([key, tool]) => toolIssues(registry, client, [key, tool]));
  if (issues.length > 0) throw source.failure(issues);
  const tools = Object.entries(config.tools).map(([key, tool]) => [
    findTool(registry, "tracking", key)?.key ?? key,
    tool,
  ]);
  return { ...config, tools: Object.fromEntries(tools) as SyncConfig["tools"] };
}

function toolIssues(registry: ToolRegistry, client: Client | null, [key, tool]: [string, SyncConfigTool]): YamlIssue[] {
  const path = ["sync_config", "tools", key];
  const entry = findTool(registry, "tracking", key);
  if (!entry) return [{ path, message: unknownTool(registry, "tracking", key), key: true }];
  return tool.priority_fields.flatMap((name, index): YamlIssue[] => {
    const found = canonicalField(name, entry, { ...client?.mapping[entry.key]?.fields, ...tool.mapping?.fields });
    return found.kind === "field" ? [] : [{ path: [...path, "priority_fields", index], message: found.message }];
  });
}
