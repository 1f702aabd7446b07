/** Shape of `registry/tool-registry.yaml`, as a file (everything optional, so that a workspace can override) and in full. */
import { z } from "zod";
import type { ToolMaps } from "../core/maps.ts";
import { strictShape } from "./strict-shape.ts";

const ENV_NAME = /^[A-Z][A-Z0-9_]*$/;
export const PERIOD = /^((?:[1-9]\d*)?)\s*(second|minute|hour|day|s|m|h|d)s?$/;

const envName = z.string().regex(ENV_NAME, "an environment variable is spelled like JIRA_API_TOKEN");

/** One row of a tool's budget: `limit` calls per period, for a credential or for each item. */
const rateLimitFile = strictShape({
  /** Bucket: `requests` counts every call; others are named by the connector. Rows of one name all hold. */
  name: z.string(),
  limit: z.number().int().positive(),
  per: z.string().regex(PERIOD, 'a period is "second", "minute", "hour", "day" or a number of them ("30s")'),
  scope: z.enum(["credential", "item"]),
});

const containerKey = strictShape({
  required: z.boolean().optional(),
  env: envName.optional(),
  aliases: z.array(z.string()).optional(),
  /** The key names the twin of the project itself. */
  twin_of: z.enum(["project"]).optional(),
});

/** A way to sign in other than by the entry's own `env`. */
const credentialKindFile = strictShape({
  name: z.string().optional(),
  env: z.array(envName).min(1),
  env_optional: z.array(envName).optional(),
  /** Where they differ from the entry's. */
  rate_limits: z.array(rateLimitFile).optional(),
});

const toolFileSchema = strictShape({
  name: z.string().optional(),
  available: z.boolean().optional(),
  aliases: z.array(z.string()).optional(),
  binding: z.record(z.string(), z.string().nullable()).optional(),
  adapter: z.string().nullable().optional(),
  env: z.array(envName).optional(),
  /** What people call a credential of `env` (`API token`). */
  credential: z.string().optional(),
  credentials: z.record(z.string(), credentialKindFile).optional(),
  env_aliases: z.record(envName, z.array(envName)).optional(),
  env_optional: z.array(envName).optional(),
  base_url_env: envName.nullable().optional(),
  /** Where a tool without an address of one's own answers, and its secrets therefore go. */
  default_url: z.url().optional(),
  /** Keys of `external_sync.<tool>`. */
  container: z.record(z.string(), containerKey).optional(),
  /** Keys of a client's `connections.<tool>` that stand for an environment variable. */
  connection_env: z.record(z.string(), envName).optional(),
  /** Further names of the tool's fields, as `priority_fields` may give them, to ours; the usual ones stand in its maps. */
  field_names: z.record(z.string(), z.string()).optional(),
  rate_limits: z.array(rateLimitFile).optional(),
});
export type ToolFile = z.output<typeof toolFileSchema>;

const capabilityFileSchema = strictShape({
  variable: z.string().optional(),
  description: z.string().optional(),
  default: z.string().optional(),
  adapter_interface: z.string().optional(),
  used_by_examples: z.array(z.string()).optional(),
  tools: z.record(z.string(), toolFileSchema).optional(),
});

export const registryFileSchema = strictShape({
  meta: z.record(z.string(), z.unknown()).optional(),
  language: strictShape({
    default: z.string().optional(),
    supported: z.array(z.string()).optional(),
    client_override_key: z.string().optional(),
    bilingual_allowed: z.boolean().optional(),
  }).optional(),
  capabilities: z.record(z.string(), capabilityFileSchema).optional(),
});
export type RegistryFile = z.output<typeof registryFileSchema>;

/** How fast a tool may be called. */
export interface RateLimit {
  readonly name: string;
  readonly limit: number;
  readonly periodMs: number;
  readonly scope: "credential" | "item";
}

/** A key of `external_sync.<tool>`: a variable that stands in for it, and what the flat block calls it. */
interface ContainerKey {
  readonly required: boolean;
  readonly env: string | null;
  readonly aliases: readonly string[];
  /** What it names the twin of; null: it is a place, not a twin. */
  readonly twinOf: "project" | null;
}

/** One way to sign in to a tool. */
export interface CredentialKind {
  /** As people call it (`API token`). */
  readonly name: string;
  /** Canonical names of what it cannot do without. */
  readonly env: readonly string[];
  readonly envOptional: readonly string[];
  readonly rateLimits: readonly RateLimit[];
}

/** One tool of the registry, complete. */
export interface ToolEntry {
  readonly key: string;
  readonly name: string;
  readonly available: boolean;
  readonly aliases: readonly string[];
  readonly binding: Readonly<Record<string, string | null>>;
  readonly adapter: string | null;
  /** Canonical names of what the tool cannot do without. */
  readonly env: readonly string[];
  readonly envAliases: Readonly<Record<string, readonly string[]>>;
  readonly envOptional: readonly string[];
  /** Ways to sign in, the one to be preferred first; the last is that of `env`. */
  readonly kinds: readonly CredentialKind[];
  readonly baseUrlEnv: string | null;
  readonly defaultUrl: string | null;
  readonly container: Readonly<Record<string, ContainerKey>>;
  readonly connectionEnv: Readonly<Record<string, string>>;
  readonly fieldNames: Readonly<Record<string, string>>;
  readonly rateLimits: readonly RateLimit[];
  /** What the tool calls the hub's values and fields. */
  readonly maps: ToolMaps;
}

export interface Capability {
  readonly key: string;
  /** `TRACKING_TOOL`: what `{{TRACKING_TOOL}}` stands for in templates. */
  readonly variable: string;
  readonly description: string;
  readonly default: string | null;
  readonly adapterInterface: string | null;
  readonly tools: Readonly<Record<string, ToolEntry>>;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `"minute"` -> 60000, `"30s"` -> 30000. The text has passed the schema. */
export function periodMs(per: string): number {
  const [, count, unit] = PERIOD.exec(per) ?? [];
  return Number(count || "1") * (UNIT_MS[unit?.[0] ?? ""] ?? Number.NaN);
}

/** Fills what an entry leaves out. */
export function completeTool(key: string, file: ToolFile, maps: ToolMaps): ToolEntry {
  const rateLimits = limitsOf(file.rate_limits);
  return {
    key,
    name: file.name ?? key,
    available: file.available ?? true,
    aliases: file.aliases ?? [],
    binding: file.binding ?? {},
    adapter: file.adapter ?? null,
    env: file.env ?? [],
    envAliases: file.env_aliases ?? {},
    envOptional: file.env_optional ?? [],
    kinds: [...otherKinds(file, rateLimits), { ...ownKind(file), rateLimits }],
    baseUrlEnv: file.base_url_env ?? null,
    defaultUrl: file.default_url ?? null,
    container: Object.fromEntries(
      Object.entries(file.container ?? {}).map(([name, rule]) => [
        name,
        {
          required: rule.required ?? false,
          env: rule.env ?? null,
          aliases: rule.aliases ?? [],
          twinOf: rule.twin_of ?? null,
        },
      ]),
    ),
    connectionEnv: file.connection_env ?? {},
    fieldNames: file.field_names ?? {},
    rateLimits,
    maps,
  };
}

function otherKinds({ credentials = {} }: ToolFile, rateLimits: readonly RateLimit[]): CredentialKind[] {
  return Object.entries(credentials).map(([key, { name = key, env, env_optional, rate_limits }]) => ({
    name,
    env,
    envOptional: env_optional ?? [],
    rateLimits: rate_limits ? limitsOf(rate_limits) : rateLimits,
  }));
}

function ownKind({ credential = "token", env = [] }: ToolFile): Omit<CredentialKind, "rateLimits"> {
  return { name: credential, env, envOptional: [] };
}

function limitsOf(rows: ToolFile["rate_limits"] = []): RateLimit[] {
  return rows.map(({ per, ...limit }) => ({ ...limit, periodMs: periodMs(per) }));
}
