import { SyncFailure } from "../../core/errors.ts";
import type { AdoptFlags } from "../adopt/arguments.ts";
import { runAdoption } from "../adopt/run.ts";
import type { CliContext } from "../context.ts";

/**
 * `track-sdlc init`: makes a project's hub file and sync-config, or binds the hub that is there, and links what stands in
 * the tools already. Reads the tools and writes files only.
 */
export async function initCommand(
  context: CliContext,
  project: string | undefined,
  flags: AdoptFlags,
): Promise<number> {
  if (!project) throw new SyncFailure("Usage", "ERROR: Project ID required.");
  return runAdoption(context, { command: "init", project, flags });
}
