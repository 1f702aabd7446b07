import type { Credentials } from "../connectors/contract.ts";
import { SyncFailure } from "../core/errors.ts";
import type { Client } from "./client.ts";
import { findTool, type ToolRegistry } from "./registry.ts";
import type { CredentialKind, ToolEntry } from "./registry-schema.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * A client's own connection by canonical env name; secrets stand in it as `${ENV}` only, so it may be
 * stored and shown.
 */
export type Connection = Readonly<Record<string, string>>;

const REFERENCE = /\$\{([A-Z][A-Z0-9_]*)\}/g;

/** What the client's `connections.<tool>` says, under the names of the registry. */
export function connectionOf(client: Client | null, tool: ToolEntry): Connection {
  const named = clientConnection(client, tool);
  const pairs = Object.entries(named).flatMap(([key, value]) => {
    const env = tool.connectionEnv[key];
    return env === undefined || value === null ? [] : [[env, value] as const];
  });
  return Object.fromEntries(pairs);
}

/** The client's block for the tool, under its key or an alias of it. */
export function clientConnection(client: Client | null, tool: ToolEntry): Readonly<Record<string, string | null>> {
  const name = [tool.key, ...tool.aliases].find((key) => client?.connections[key]);
  return (name === undefined ? undefined : client?.connections[name]) ?? {};
}

/**
 * Values by canonical env name: the client's connection first, else the variable, else its aliases. The
 * base URL's variable stands beside them where it is set, and wins over every server in the connector. Of
 * several ways to sign in only those of the one that is chosen.
 */
export function resolveCredentials(
  registry: ToolRegistry,
  tool: string,
  env: Env,
  connection: Connection = {},
): Credentials {
  const entry = findTool(registry, "tracking", tool);
  if (!entry) throw new SyncFailure("InvalidConfig", `${tool} is not in the registry`, { tool });
  return chooseCredential(entry, env, connection).values;
}

/** The way to sign in that was chosen, with what there is for it. */
export interface ChosenCredential {
  readonly kind: CredentialKind;
  /** By canonical env name, the base URL's included; nothing of any other way. */
  readonly values: Credentials;
  /** Canonical names of required variables that nothing sets. */
  readonly missing: readonly string[];
  /** Ways for which everything is set as well, and which are not used. */
  readonly unused: readonly CredentialKind[];
}

/**
 * The first way that is begun by the client's file, else by the environment; the entry's own where none is. One that
 * lacks something is not passed over, because the next may be another account.
 */
export function chooseCredential(entry: ToolEntry, env: Env, connection: Connection = {}): ChosenCredential {
  const kind =
    entry.kinds.find((one) => isBegun(entry, one, (name) => connection[name] !== undefined)) ??
    entry.kinds.find((one) => isBegun(entry, one, (name) => credential(entry, name, env, {}) !== undefined)) ??
    entry.kinds.at(-1)!;
  const missingOf = (one: CredentialKind): string[] =>
    one.env.filter((name) => credential(entry, name, env, connection) === undefined);
  const always = [...entry.envOptional, ...(entry.baseUrlEnv === null ? [] : [entry.baseUrlEnv])];
  const names = [...kind.env, ...kind.envOptional.filter(isOf(entry, kind, connection)), ...always];
  const values = names.map((name) => [name, credential(entry, name, env, connection)] as const);
  return {
    kind,
    values: Object.fromEntries(values.filter(([, value]) => value !== undefined)),
    missing: missingOf(kind),
    unused: entry.kinds.filter((one) => one !== kind && missingOf(one).length === 0),
  };
}

/** By what it needs, or a secret of it, that no other way has; an id alone may be set for another program. */
function isBegun(entry: ToolEntry, kind: CredentialKind, isSet: (name: string) => boolean): boolean {
  const others = entry.kinds.filter((one) => one !== kind).flatMap((one) => [...one.env, ...one.envOptional]);
  const telling = [...kind.env, ...secretNames(kind.envOptional)];
  return telling.some((name) => !others.includes(name) && isSet(name));
}

/** A client that names its own secret takes none of what belongs to the environment's: a refresh token is of one app. */
function isOf(entry: ToolEntry, kind: CredentialKind, connection: Connection): (name: string) => boolean {
  const hasOwn = secretNames(kind.env).some((name) => connection[name] !== undefined);
  const nameable = Object.values(entry.connectionEnv);
  return (name) => !hasOwn || connection[name] !== undefined || !nameable.includes(name);
}

function credential(entry: ToolEntry, name: string, env: Env, connection: Connection): string | undefined {
  const own = connection[name];
  if (own !== undefined) return expandEnv(own, env);
  return [name, ...(entry.envAliases[name] ?? [])].map((key) => present(env[key])).find((value) => value !== undefined);
}

/** Replaces `${ENV}` by its value; undefined where one of them is not set. */
export function expandEnv(text: string, env: Env): string | undefined {
  const names = [...text.matchAll(REFERENCE)].map(([, name]) => name ?? "");
  if (names.some((name) => present(env[name]) === undefined)) return undefined;
  return text.replace(REFERENCE, (_, name: string) => env[name] ?? "");
}

/** A variable that is set to nothing is as good as absent. */
function present(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}

/** A secret of the environment that the client's file would send to another server than the environment's. */
export interface Stray {
  readonly secret: string;
  readonly address: string;
  readonly named: string;
  readonly own: string;
}

/**
 * Whoever can edit a client's file must not thereby receive the environment's secrets: where it names another server
 * than theirs (the environment's, else the tool's own), it must name its own secret as well. An override of the base
 * URL settles the question, because nothing is sent anywhere else then.
 */
export function strayCredential(
  entry: ToolEntry,
  { kind }: Pick<ChosenCredential, "kind">,
  env: Env,
  connection: Connection,
): Stray | null {
  if (entry.baseUrlEnv !== null && present(env[entry.baseUrlEnv]) !== undefined) return null;
  const secret = secretNames(kind.env)[0];
  if (secret === undefined || connection[secret] !== undefined) return null;
  for (const [address, text] of Object.entries(connection)) {
    // What a way can do without is no place that its secret goes to: Atlassian's gateway serves every site.
    if (address !== entry.baseUrlEnv && !kind.env.includes(address)) continue;
    const usual = address === entry.baseUrlEnv ? (entry.defaultUrl ?? undefined) : undefined;
    const [named, own] = [originOf(expandEnv(text, env)), originOf(credential(entry, address, env, {}) ?? usual)];
    if (named !== undefined && own !== undefined && named !== own) return { secret, address, named, own };
  }
  return null;
}

/** Of a tool's variables those that hold its secrets. */
export function secretNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => SECRET_NAME.test(name));
}

const SECRET_NAME = /TOKEN|KEY|SECRET|PASSWORD/;

function originOf(text: string | undefined): string | undefined {
  return text !== undefined && URL.canParse(text) ? new URL(text).origin : undefined;
}
