import type { Binding } from "../connectors/contract.ts";
import type { Finding } from "../core/findings.ts";
import { NO_MAPS } from "../core/maps.ts";
import type { FieldName } from "../core/model.ts";
import {
  chooseCredential,
  clientConnection,
  connectionOf,
  expandEnv,
  strayCredential,
  type Stray,
} from "./credentials.ts";
import { canonicalField } from "./field-names.ts";
import type { MappingFile } from "./mapping-schema.ts";
import { peopleOf } from "./people.ts";
import type { ToolEntry } from "./registry-schema.ts";
import type { Candidate, ResolvedTool, ResolveInput } from "./resolve.ts";
import type { SyncConfigTool } from "./sync-config-schema.ts";

export interface BoundTool {
  readonly tool: ResolvedTool | null;
  readonly findings: readonly Finding[];
}

/** Joins everything that is said about one enabled tool. No tool where its container is not known. */
export function bindTool(input: ResolveInput, { entry, hub }: Candidate, config: SyncConfigTool): BoundTool {
  const container = containerOf(input, entry, hub?.container ?? {});
  const missing = Object.entries(entry.container).filter(
    ([key, rule]) => rule.required && (container[key] ?? null) === null,
  );
  if (missing.length > 0)
    return {
      tool: null,
      findings: [
        incomplete(
          entry,
          missing.map(([key]) => key),
        ),
      ],
    };
  const given = mergedMapping(mappingOf(input, entry), config.mapping);
  const { mapping, findings: unmappable } = withoutFixed(given, entry);
  const { people, findings } = peopleOf(input.client, entry);
  const connection = connectionOf(input.client, entry);
  const chosen = chooseCredential(entry, input.env, connection);
  const stray = strayCredential(entry, chosen, input.env, connection);
  if (stray) return { tool: null, findings: [strayFinding(entry, stray)] };
  const { kind, values, missing: missingEnv, unused } = chosen;
  const binding: Binding = {
    project: input.hub.projectId,
    tool: entry.key,
    container,
    tasks: config.tasks,
    maps: entry.maps,
    mapping,
    people,
  };
  const tool: ResolvedTool = {
    tool: entry.key,
    name: entry.name,
    binding,
    client: input.client?.client.code ?? "",
    projectRef: projectRefOf(entry, container),
    mode: config.sync_mode,
    strategy: config.conflict_resolution,
    deletes: config.deletes,
    adoption: config.adoption,
    priorityFields: priorityFields(config, entry, mapping),
    rateLimits: kind.rateLimits,
    connection,
    credential: { kind: kind.name, unused: unused.map(({ name }) => name) },
    env: kind.env,
    credentials: values,
    missingEnv,
  };
  return { tool, findings: [...findings, ...unmappable] };
}

/** The hub's own block; what it leaves empty comes from the client's connection, then from the registry's variable. */
function containerOf(input: ResolveInput, entry: ToolEntry, own: Binding["container"]): Binding["container"] {
  const shared = clientConnection(input.client, entry);
  const declared = Object.entries(entry.container).map(([key, rule]) => {
    const inHub = [key, ...rule.aliases].map((name) => own[name] ?? null).find((value) => value !== null);
    const named = inHub ?? expanded(shared[key], input.env) ?? (rule.env === null ? null : input.env[rule.env]);
    return [key, named ?? null] as const;
  });
  const aliases = new Set(Object.values(entry.container).flatMap((rule) => rule.aliases));
  const others = Object.entries(own).filter(([key]) => !aliases.has(key) && !entry.container[key]);
  // The declared order: what the twins' identity is made of is the first of them, however the hub sorts its keys.
  return Object.fromEntries([...declared, ...others]);
}

function projectRefOf(entry: ToolEntry, container: Binding["container"]): ResolvedTool["projectRef"] {
  const [key] = Object.entries(entry.container).find(([, { twinOf }]) => twinOf === "project") ?? [];
  const ref = key === undefined ? null : (container[key] ?? null);
  return key === undefined || ref === null ? null : { key, ref };
}

function expanded(text: string | null | undefined, env: ResolveInput["env"]): string | undefined {
  return text === null || text === undefined ? undefined : expandEnv(text, env);
}

function incomplete({ key, name, container }: ToolEntry, missing: readonly string[]): Finding {
  const variables = missing.flatMap((part) => container[part]?.env ?? []);
  const env = variables.length > 0 ? `, or the variable ${variables.join(", ")}` : "";
  return {
    code: "incomplete-binding",
    severity: "error",
    tool: key,
    message: `${name} is bound without ${missing.join(", ")}; nothing is synced with it.`,
    remedy: `Set external_sync.${key}.${missing[0]} in the hub file, connections.${key}.${missing[0]} in the client file${env}.`,
  };
}

function strayFinding({ key, name, connectionEnv }: ToolEntry, { secret, address, named, own }: Stray): Finding {
  const keyOf = Object.keys(connectionEnv).find((candidate) => connectionEnv[candidate] === secret) ?? "api_token";
  return {
    code: "stray-credential",
    severity: "error",
    tool: key,
    message: `${name}: the client file names the server ${named}, but ${secret} belongs to ${own} (${address}); nothing is sent.`,
    remedy: `Name the client's own secret, as in connections.${key}.${keyOf}: \${ACME_${secret}}, or the same server.`,
  };
}

function mappingOf({ client }: ResolveInput, { key, aliases }: ToolEntry): MappingFile | undefined {
  const name = [key, ...aliases].find((candidate) => client?.mapping[candidate]);
  return name === undefined ? undefined : client?.mapping[name];
}

type Mapping = Binding["mapping"];

/** The project's names over the client's, entry by entry. */
function mergedMapping(client: MappingFile | undefined, project: MappingFile | undefined): Mapping {
  const types = ["epic", "story", "task"] as const;
  const status = types.flatMap((type) => {
    const names = joined(client?.status?.[type], project?.status?.[type]);
    return names ? [[type, names] as const] : [];
  });
  const priority = joined(client?.priority, project?.priority);
  const fields = joined(client?.fields, project?.fields);
  return {
    ...(status.length > 0 ? { status: Object.fromEntries(status) } : {}),
    ...(priority ? { priority } : {}),
    ...(fields ? { fields } : {}),
  };
}

/** A field that has one place only cannot be kept elsewhere, which whoever says so must know. */
function withoutFixed(mapping: Mapping, { key, name, maps }: ToolEntry): { mapping: Mapping; findings: Finding[] } {
  const given = Object.entries(mapping.fields ?? {});
  const isFixed = ([field]: readonly [string, string]): boolean => maps !== NO_MAPS && !maps.fields[field]?.mappable;
  const mappable = Object.keys(maps.fields).filter((field) => maps.fields[field]?.mappable);
  const findings = given.filter(isFixed).map(([field, named]): Finding => {
    const others = mappable.length > 0 ? `; ${mappable.join(", ")} can be named` : "; no field of it can be named";
    return {
      code: "fixed-field",
      severity: "warning",
      tool: key,
      field: field as FieldName,
      message: `mapping.fields.${field}: ${name} keeps ${field} in one place only, so "${named}" changes nothing${others}.`,
      remedy: `Take ${field} out of mapping.fields of ${key} in the client file or sync-config.yaml.`,
    };
  });
  if (findings.length === 0) return { mapping, findings };
  return { mapping: { ...mapping, fields: Object.fromEntries(given.filter((one) => !isFixed(one))) }, findings };
}

type Names = Readonly<Record<string, string | undefined>>;

function joined(under: Names | undefined, over: Names | undefined): Readonly<Record<string, string>> | null {
  const pairs = Object.entries({ ...under, ...over }).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value]],
  );
  return pairs.length > 0 ? (Object.fromEntries(pairs) as Record<string, string>) : null;
}

function priorityFields(config: SyncConfigTool, entry: ToolEntry, mapping: Mapping): readonly FieldName[] {
  const found = config.priority_fields.map((name) => canonicalField(name, entry, mapping.fields ?? {}));
  return [...new Set(found.flatMap((result) => (result.kind === "field" ? [result.field] : [])))];
}
