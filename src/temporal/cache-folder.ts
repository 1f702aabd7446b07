import { homedir } from "node:os";
import { join } from "node:path";

/** Where things are kept that can be had again: the Temporal CLI, bundles. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "sdlc-sync");
}
