import module from "node:module";
import { openSession } from "../../sync-runner.ts";
import { SyncFailure } from "../../core/errors.ts";
import { notAllowed } from "../../registry/suggest.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";

/** `track-sdlc up` and `worker`: works until told to stop. `up` brings the engine, `worker` expects one. */
export async function workCommand(context: CliContext, tools: readonly string[] | undefined): Promise<number> {
  const known = Object.keys((await context.engine()).connectors);
  const unknown = tools?.find((tool) => !known.includes(tool));
  if (unknown !== undefined)
    throw new SyncFailure("Usage", `--tools: ${notAllowed(unknown, "a tool with a connector", known)}`);
  const session = await openSession(context, "always", tools);
  // A worker may live for weeks and then be killed: what it compiled is kept for the next one now.
  module.flushCompileCache?.();
  const { io } = context;
  io.err(`Temporal: ${session.target.options.address ?? "configured"}, namespace ${session.target.namespace}`);
  if (session.uiUrl) io.err(`Temporal UI: ${session.uiUrl}`);
  io.err(`Working for ${context.root} (tools: ${(tools ?? known).join(", ")}). Ctrl-C stops.`);
  try {
    await Promise.race([signalled(), session.failed]);
    return EXIT.ok;
  } finally {
    await session.close();
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
