/** The Temporal that TEMPORAL_* variables or a `temporal.toml` profile name, or what is wrong with them. */
import { existsSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import {
  loadClientConfig,
  loadClientConfigProfile,
  toClientOptions,
  type ClientConfigProfile,
  type ClientConnectConfig,
} from "@temporalio/envconfig";
import { SyncFailure } from "../core/errors.ts";
import { notAllowed } from "../registry/suggest.ts";
import type { Target } from "./target.ts";

type Settings = Record<string, string>;

/** Null where neither names one. Throws `InvalidConfig` for settings that cannot be used: no other engine is taken then. */
export function configuredTarget(env: NodeJS.ProcessEnv): Target | null {
  const settings = settingsOf(env);
  const file = settings["TEMPORAL_CONFIG_FILE"] ?? defaultFile(settings);
  const hasFile = existsSync(file);
  if (!hasFile && settings["TEMPORAL_CONFIG_FILE"] !== undefined)
    throw new SyncFailure(
      "InvalidConfig",
      `TEMPORAL_CONFIG_FILE: there is no ${file}. Correct the path, or unset it to use the embedded engine.`,
      { file },
    );
  if (!hasFile && !settings["TEMPORAL_ADDRESS"] && !settings["TEMPORAL_PROFILE"]) return null;
  const profile = loadProfile({ ...settings, TEMPORAL_CONFIG_FILE: file }, file);
  const { connectionOptions: options, namespace = "default" } = optionsOf(profile, whereOf(settings, file, hasFile));
  return { options, namespace };
}

function loadProfile(settings: Settings, file: string): ClientConfigProfile {
  const named = settings["TEMPORAL_PROFILE"];
  try {
    if (named !== undefined) checkNamed(named, settings, file);
    return loadClientConfigProfile({ overrideEnvVars: settings });
  } catch (cause) {
    if (cause instanceof SyncFailure) throw cause;
    const { line, column } = cause as { line?: number; column?: number };
    const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
    // What the loader says of a file without any profile is about its own code.
    const reason = cause instanceof TypeError ? "it has no [profile.<name>] table" : firstLine(cause);
    throw new SyncFailure(
      "InvalidConfig",
      `${place}: ${reason}. Correct the file, or move it away to use the embedded engine.`,
      { file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) },
      cause,
    );
  }
}

function checkNamed(named: string, settings: Settings, file: string): void {
  const known = existsSync(file) ? Object.keys(loadClientConfig({ overrideEnvVars: settings }).profiles) : [];
  if (known.includes(named)) return;
  throw new SyncFailure(
    "InvalidConfig",
    `TEMPORAL_PROFILE: ${notAllowed(named, `a profile of ${file}`, known)} Correct it, or unset it.`,
    { file },
  );
}

function optionsOf(profile: ClientConfigProfile, where: string): ClientConnectConfig {
  try {
    const { clientCert, clientKey, disabled } = profile.tls ?? {};
    if (disabled !== true && (clientCert === undefined) !== (clientKey === undefined))
      throw new Error(`a client ${clientCert ? "certificate without its key" : "key without its certificate"}`);
    const config = toClientOptions(profile);
    const { tls } = config.connectionOptions;
    // Else a damaged file would look like a server that does not answer.
    if (tls && typeof tls === "object" && tls.clientCertPair)
      createSecureContext({ cert: Buffer.from(tls.clientCertPair.crt), key: Buffer.from(tls.clientCertPair.key) });
    return config;
  } catch (cause) {
    throw new SyncFailure(
      "InvalidConfig",
      `${where}: Temporal's TLS settings cannot be used: ${firstLine(cause)}. Correct the certificate and key that it names.`,
      {},
      cause,
    );
  }
}

function whereOf(settings: Settings, file: string, hasFile: boolean): string {
  const ofFile = `${file}, profile ${settings["TEMPORAL_PROFILE"] ?? "default"}`;
  const hasVariables = Object.keys(settings).some((name) => name.startsWith("TEMPORAL_TLS"));
  return [...(hasFile ? [ofFile] : []), ...(hasVariables ? ["TEMPORAL_TLS_* variables"] : [])].join(", ");
}

/** Where Temporal's own tools keep it. */
function defaultFile(settings: Settings): string {
  const folder = platform() === "darwin" ? "Library/Application Support" : ".config";
  return join(settings["XDG_CONFIG_HOME"] ?? join(homedir(), folder), "temporalio", "temporal.toml");
}

/** A variable that is set to nothing is as good as absent. */
function settingsOf(env: NodeJS.ProcessEnv): Settings {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]?.trim())),
  );
}

function firstLine(error: unknown): string {
  return ((error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "").replace(/\.$/, "");
}
