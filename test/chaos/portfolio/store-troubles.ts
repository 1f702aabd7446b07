/** What other users of the database do to the store: hold its lock for seconds, or have its connections cut. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import type { Random } from "../../hub/random.ts";

export interface StoreTroubles {
  /** Makes trouble until told to stop. */
  make(signal: AbortSignal): Promise<void>;
  lines(): string[];
}

interface Options {
  readonly random: Random;
  readonly meanPauseMs: number;
}

/** Another process that has the database to itself, for longer than a writer waits where `longest` says so. */
export function lockedSqlite(path: string, longestMs: number, { random, meanPauseMs }: Options): StoreTroubles {
  const held: number[] = [];
  return {
    async make(signal) {
      while (!signal.aborted) {
        await pause(random.int(2 * meanPauseMs), undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        const ms = 200 + random.int(longestMs);
        await hold(path, ms);
        held.push(ms);
      }
    },
    lines: () => [`  ${"store locked by another process".padEnd(56)} ${held.length} (${held.join(", ")} ms)`],
  };
}

const HOLDER = `
const { DatabaseSync } = require("node:sqlite");
const [path, ms] = process.argv.slice(1);
const database = new DatabaseSync(path);
database.exec("pragma busy_timeout = 60000; begin immediate");
setTimeout(() => { database.exec("rollback"); database.close(); }, Number(ms));
`;

async function hold(path: string, ms: number): Promise<void> {
  const holder = spawn(process.execPath, ["--no-warnings", "-e", HOLDER, path, String(ms)], { stdio: "inherit" });
  await once(holder, "exit");
  if (holder.exitCode !== 0) throw new Error(`the store could not be locked: exit code ${holder.exitCode}`);
}

/** Every connection of this name to the server is cut, whatever it is doing. */
export function cutPostgres(url: string, name: string, { random, meanPauseMs }: Options): StoreTroubles {
  let [times, cut] = [0, 0];
  return {
    async make(signal) {
      const admin = new pg.Client({ connectionString: url });
      await admin.connect();
      while (!signal.aborted) {
        await pause(random.int(2 * meanPauseMs), undefined, { signal }).catch(() => undefined);
        const statement = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
        times += 1;
        cut += (await admin.query(statement, [name])).rowCount ?? 0;
      }
      await admin.end();
    },
    lines: () => [`  ${"connections to the store cut".padEnd(56)} ${cut} in ${times} times`],
  };
}
