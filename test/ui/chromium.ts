/** A browser to look at pages with: the machine's own Chromium, since no test downloads one. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The program's path; undefined where this machine has none. `SDLC_SYNC_CHROMIUM` names another. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const own = env["SDLC_SYNC_CHROMIUM"];
  if (own) return own;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
