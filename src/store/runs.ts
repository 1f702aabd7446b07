/** Runs and their reports. */
import type { Handle } from "./handle.ts";
import type { Db, Tables } from "./schema.ts";
import type { RunRecord, Store } from "./store.ts";

type RunMethods = Pick<Store, "startRun" | "finishRun" | "lastRun" | "run" | "projects">;

const SWEEP_AFTER_MS = 7 * 86_400_000;
/** Reports and settled writes are kept this long; what was changed stays in the audit. */
const RUNS_KEPT_MS = 90 * 86_400_000;
const SWEPT_AT_ONCE = 100;

export function runMethods({ db }: Handle): RunMethods {
  return {
    async startRun({ run, project, trigger, startedAt }) {
      const row = {
        run,
        project,
        cause: trigger,
        started_at: startedAt,
        outcome: "running",
        report: null,
        finished_at: null,
      };
      await sweep(db, Date.parse(startedAt) - SWEEP_AFTER_MS);
      await sweepRuns(db, new Date(Date.parse(startedAt) - RUNS_KEPT_MS).toISOString());
      await db
        .insertInto("run")
        .values(row)
        .onConflict((conflict) => conflict.column("run").doNothing())
        .execute();
    },
    async finishRun(run, finishedAt, outcome, report) {
      await db
        .updateTable("run")
        .set({ finished_at: finishedAt, outcome, report: JSON.stringify(report) })
        .where("run", "=", run)
        .execute();
    },
    async lastRun(project) {
      const row = await db
        .selectFrom("run")
        .selectAll()
        .where("project", "=", project)
        .orderBy("seq", "desc")
        .limit(1)
        .executeTakeFirst();
      return row ? asRun(row) : null;
    },
    async run(run) {
      const row = await db.selectFrom("run").selectAll().where("run", "=", run).executeTakeFirst();
      return row ? asRun(row) : null;
    },
    async projects() {
      const rows = await db.selectFrom("run").select("project").distinct().orderBy("project").execute();
      return rows.map(({ project }) => project);
    },
  };
}

/** Done where a run starts anyway; only what is long past its time, since a stale schema is better than none. */
async function sweep(db: Db, longPast: number): Promise<void> {
  await db.deleteFrom("cache").where("expires_at", "<", longPast).execute();
  // A bucket that was not used since is as good as none; buckets of single items would pile up.
  const idle = await db
    .selectFrom("budget")
    .select("key")
    .where("tat", "<", longPast)
    .where("blocked_until", "<", longPast)
    .limit(SWEPT_AT_ONCE)
    .execute();
  // One by one: a statement over several rows could hold one and wait for another that a reservation holds.
  for (const { key } of idle)
    await db
      .deleteFrom("budget")
      .where("key", "=", key)
      .where("tat", "<", longPast)
      .where("blocked_until", "<", longPast)
      .execute();
}

/** Old runs with their settled writes, but for the last of each project and those that still owe a write. */
async function sweepRuns(db: Db, before: string): Promise<void> {
  const old = await db
    .selectFrom("run")
    .select("run")
    .where("started_at", "<", before)
    .where("seq", "not in", (eb) =>
      eb
        .selectFrom("run")
        .select((ef) => ef.fn.max("seq").as("seq"))
        .groupBy("project"),
    )
    .where("run", "not in", (eb) => eb.selectFrom("intent").select("run").where("state", "in", ["planned", "sent"]))
    .orderBy("seq")
    .limit(SWEPT_AT_ONCE)
    .execute();
  if (old.length === 0) return;
  const runs = old.map(({ run }) => run);
  await db.deleteFrom("intent").where("run", "in", runs).execute();
  await db.deleteFrom("run").where("run", "in", runs).execute();
}

type RunRow = Omit<Tables["run"], "seq">;

function asRun({ run, project, cause, started_at, finished_at, outcome, report }: RunRow): RunRecord {
  const parsed: unknown = report === null ? null : JSON.parse(report);
  return {
    run,
    project,
    trigger: cause,
    startedAt: started_at,
    finishedAt: finished_at,
    outcome: outcome as RunRecord["outcome"],
    report: parsed,
  };
}
