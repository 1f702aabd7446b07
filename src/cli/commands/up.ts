import module from "node:module";
import { openSession } from "../../sync-runner.ts";
import { makeCurrent, versionOf } from "../../temporal/deployment.ts";
import { queuesOf } from "../../temporal/worker.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";

/** `track-sdlc up`: the engine and a whole worker, until told to stop. */
export async function upCommand(context: CliContext): Promise<number> {
  const tools = Object.keys((await context.engine()).connectors);
  const session = await openSession(context, "always");
  // A worker may live for weeks and then be killed: what it compiled is kept for the next one now.
  module.flushCompileCache?.();
  const { io, hubQueue } = context;
  try {
    io.err(`Temporal: ${session.target.options.address ?? "configured"}, namespace ${session.target.namespace}`);
    if (session.uiUrl) io.err(`Temporal UI: ${session.uiUrl}`);
    const version = versionOf(io.env);
    if (version) {
      const scope = { connection: session.connection, ...session.target, ...version };
      const all = queuesOf({ workflows: true, hub: true, tools }, hubQueue);
      await Promise.race([makeCurrent(scope, version.buildId, all), session.failed]);
      io.err(`Build ${version.buildId} of ${version.deployment} is current.`);
    }
    io.err(`Working for ${context.root} (tools: ${tools.join(", ")}). Ctrl-C stops.`);
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
