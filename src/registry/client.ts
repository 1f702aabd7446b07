import type { RegistryText, ToolRegistry } from "./registry.ts";
import { findTool, unknownTool } from "./registry.ts";
import { clientFileSchema, type ClientFile } from "./client-schema.ts";
import { notAllowed } from "./suggest.ts";
import { YamlSource, type YamlIssue } from "./yaml-source.ts";

/** A client's file, checked against the registry. */
export interface Client extends ClientFile {
  /** Relative to the workspace. */
  readonly file: string;
  /** As it was read. */
  readonly text: string;
}

/**
 * Reads a client file. Throws `InvalidConfig` naming what the registry does not know, and what it does; and
 * where the file's code is not the `code` it was asked for by.
 */
export function parseClient({ text, file }: RegistryText, registry: ToolRegistry, code?: string): Client {
  const source = new YamlSource(text, file);
  const client = source.parse(clientFileSchema);
  const issues = [
    ...codeIssues(client, code),
    ...toolIssues(client, registry),
    ...trackingIssues(client, registry),
    ...languageIssues(client, registry),
  ];
  if (issues.length > 0) throw source.failure(issues);
  return { ...client, file, text };
}

/** The keys of one capability that the client uses, as a list; the registry's default where it is silent. */
export function clientTools(client: Client | null, registry: ToolRegistry, capability: string): readonly string[] {
  const named = client?.tools[capability];
  if (named === undefined) return [registry.capabilities[capability]?.default ?? []].flat();
  return [named].flat().map((key) => findTool(registry, capability, key)?.key ?? key);
}

/** A copied file whose code was left as it was would give one client's accounts to another's projects. */
function codeIssues({ client }: ClientFile, code: string | undefined): YamlIssue[] {
  if (code === undefined || client.code === code) return [];
  const message = `"${client.code}" is not the file's name; write "${code}", or name the file ${client.code}.yaml.`;
  return [{ path: ["client", "code"], message }];
}

function toolIssues(client: ClientFile, registry: ToolRegistry): YamlIssue[] {
  return Object.entries(client.tools).flatMap(([capability, named]): YamlIssue[] => {
    // Capabilities that only other programs use (documents, test management) may stand in a client's file.
    if (!registry.capabilities[capability]) return [];
    return [named].flat().flatMap((key, index) => {
      if (findTool(registry, capability, key)) return [];
      const path = ["tools", capability, ...(Array.isArray(named) ? [index] : [])];
      return [{ path, message: unknownTool(registry, capability, key) }];
    });
  });
}

/** `mapping` and `people` speak of tracking tools only, so a key unknown there is a misspelling. */
function trackingIssues(client: ClientFile, registry: ToolRegistry): YamlIssue[] {
  const mapping = Object.keys(client.mapping).map((key): [readonly (string | number)[], string] => [
    ["mapping", key],
    key,
  ]);
  const reserved = new Set(["email", "name", "aliases"]);
  const people = client.people.flatMap((person, index) =>
    Object.keys(person)
      .filter((key) => !reserved.has(key))
      .map((key): [readonly (string | number)[], string] => [["people", index, key], key]),
  );
  return [...mapping, ...people]
    .filter(([, key]) => !findTool(registry, "tracking", key))
    .map(([path, key]) => ({ path, message: unknownTool(registry, "tracking", key), key: true }));
}

function languageIssues(client: ClientFile, registry: ToolRegistry): YamlIssue[] {
  const { supported } = registry.language;
  if (client.language === undefined || supported.includes(client.language)) return [];
  return [{ path: ["language"], message: notAllowed(client.language, "a supported language", supported) }];
}
