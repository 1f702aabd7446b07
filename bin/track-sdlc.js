#!/usr/bin/env node
// The source runs as it is on Node 24; an installed package brings its compiled form.
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const source = new URL("../src/cli/track-sdlc.ts", import.meta.url);
const compiled = new URL("../dist/src/cli/track-sdlc.js", import.meta.url);
const major = Number(process.versions.node.split(".")[0]);

if (existsSync(source) && major < 24) {
  // Outside of npm scripts `node` may be an older one: the pinned one is among the dependencies.
  const { spawnSync } = await import("node:child_process");
  const { fileURLToPath } = await import("node:url");
  const pinned = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  if (!existsSync(pinned)) {
    console.error("track-sdlc needs Node 24 or newer: run npm ci in its folder, which brings one.");
    process.exit(2);
  }
  const child = spawnSync(pinned, process.argv.slice(1), { stdio: "inherit" });
  process.exit(child.status ?? 1);
}
// Parsing a few megabytes of SDKs is most of a command's time: what V8 made of them is kept for the next one.
const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
// Node 20 has none.
module.enableCompileCache?.(join(cache, "sdlc-sync", "compiled"));
// Workers live for weeks, beside other programs. By V8's own measure garbage would be most of what they hold, and each thread of
// Temporal's core would keep an arena of glibc's with what it freed: both are asked for only at the start of a process.
const SPARING = ["--max-semi-space-size=4", "--heap-growing-percent=20", "--optimize-for-size"];
const isWorker = process.argv.slice(2).some((arg) => arg === "worker" || arg === "up");
if (isWorker && process.platform === "linux" && process.execve && process.env["MALLOC_ARENA_MAX"] === undefined)
  process.execve(process.execPath, [process.execPath, ...SPARING, ...process.execArgv, ...process.argv.slice(1)], {
    ...process.env,
    MALLOC_ARENA_MAX: "2",
  });
// A reader that has seen enough (`| head`) is no failure of ours.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") process.exitCode = 1;
  });
const { main } = await import((existsSync(source) ? source : compiled).href);
process.exitCode = await main(process.argv.slice(2));
