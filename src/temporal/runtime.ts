import { IllegalStateError } from "@temporalio/common";
import { DefaultLogger, Runtime, type LogEntry, type RuntimeOptions } from "@temporalio/worker";
import { pino } from "pino";

let installed = false;

/** Sends the SDK's logs to a file (`-`: stderr), once per process: stdout belongs to the command's answer. */
export function installRuntime(logFile: string): void {
  if (installed) return;
  installed = true;
  const log = pino({ base: null }, pino.destination({ dest: logFile === "-" ? 2 : logFile, sync: false, mkdir: true }));
  const levels: Record<LogEntry["level"], "trace" | "debug" | "info" | "warn" | "error"> = {
    TRACE: "trace",
    DEBUG: "debug",
    INFO: "info",
    WARN: "warn",
    ERROR: "error",
  };
  installOnce({
    logger: new DefaultLogger("INFO", ({ level, message, meta }) => log[levels[level]](plain(meta), message)),
    // The process' signals are the command's to handle.
    shutdownSignals: [],
  });
}

/** A program that uses us as a library may have its own runtime: then its logger is the one. */
function installOnce(options: RuntimeOptions): void {
  try {
    Runtime.install(options);
  } catch (error) {
    if (!(error instanceof IllegalStateError)) throw error;
  }
}

/** Errors carry what vendors said; names and codes are enough for a log. */
function plain(meta: LogEntry["meta"]): Record<string, unknown> {
  const entries = Object.entries(meta ?? {}).map(([key, value]) => [
    key,
    value instanceof Error ? `${value.name}: ${value.message}` : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}
