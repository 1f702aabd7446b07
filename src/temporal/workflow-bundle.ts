/** The workflows as one script, as Temporal's sandbox takes them. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cacheFolder } from "./cache-folder.ts";

const LARGEST_BYTES = 64 * 2 ** 20;
/** Folders of the sources that a bundle is made of, from this one. */
const SOURCES = ["../../workflows/", "../core/"];

/**
 * `entry` is a file of `workflows/`: `routed` for a worker that names its build, `index` for all others. Kept from one
 * process to the next for as long as the sources are the same: bundling costs two seconds, and most commands have a worker.
 */
export async function bundleWorkflows(
  entry: "index" | "routed",
  folder = cacheFolder(process.env),
): Promise<{ readonly code: string }> {
  const file = join(folder, "workflows", `${entry}-${await fingerprint()}.js`);
  const known = await readFile(file, "utf8").catch(() => "");
  if (known !== "") return { code: known };
  const code = await built(entry);
  // A folder that cannot be written to costs time, and nothing else.
  await keep(file, code).catch(() => undefined);
  return { code };
}

/** Built in a process of its own: what the bundler takes (150 MB) a worker would hold on to for as long as it lives. */
async function built(entry: string): Promise<string> {
  const program = fileURLToPath(new URL(`./bundle-process${extension()}`, import.meta.url));
  const run = promisify(execFile);
  const cache = module.getCompileCacheDir?.();
  const env = { ...process.env, ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) };
  const { stdout } = await run(process.execPath, [program, entry], { maxBuffer: LARGEST_BYTES, env });
  return stdout;
}

/** Of everything that a bundle is made of: another byte in it, or another bundler, is another bundle. */
async function fingerprint(): Promise<string> {
  const hash = createHash("sha256");
  const { version } = module.createRequire(import.meta.url)("@temporalio/worker/package.json") as { version: string };
  hash.update(version);
  for (const source of SOURCES) {
    const root = fileURLToPath(new URL(source, import.meta.url));
    const files = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(extension()));
    for (const name of files.toSorted()) hash.update(`\0${name}\0`).update(await readFile(join(root, name)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Seen whole or not at all, by whoever starts at the same moment. */
async function keep(file: string, code: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, code);
  if ((await stat(draft)).size === Buffer.byteLength(code)) await rename(draft, file);
}

/** The sources run as they are; a package brings them compiled. */
function extension(): string {
  return import.meta.url.endsWith(".ts") ? ".ts" : ".js";
}
