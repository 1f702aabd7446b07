import pg from "pg";
import { expect, test } from "vitest";
import type { BucketLimit, Store } from "../../src/store/store.ts";
import { onEveryHome, onSharedHomes } from "./homes.ts";
import { createOf, intentOf } from "./samples.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-03-20T10:00:00.000Z");

function bucketOf(key: string): BucketLimit {
  return { key, limit: 1_000, periodMs: 60_000, burst: 1_000, cost: 1 };
}

async function startRun(store: Store, run: string, at = NOW): Promise<void> {
  await store.startRun({ run, project: run, trigger: "manual", startedAt: new Date(at).toISOString() });
}

onEveryHome("the sweep where a run starts", (home) => {
  test("buckets idle for a week go; used and blocked ones stay", async () => {
    const { store } = home;
    const account = home.fresh();
    const [idle, used, blocked] = ["idle", "used", "blocked"].map((name) => `${account}/${name}`) as [
      string,
      string,
      string,
    ];
    await store.reserve([bucketOf(idle), bucketOf(blocked)], NOW - 8 * DAY_MS);
    await store.reserve([bucketOf(used)], NOW - 6 * DAY_MS);
    await store.block(blocked, NOW + DAY_MS);
    await startRun(store, home.fresh());
    expect((await store.usage(`${account}/`, NOW)).map(({ key }) => key)).toEqual([blocked, used]);
    expect(await store.reserve([bucketOf(blocked)], NOW)).toBe(DAY_MS);
  });

  test("runs of last quarter go with their settled writes; the last of a project and what is owed stay", async () => {
    const { store } = home;
    const [project, old, owing, last] = [home.fresh(), home.fresh(), home.fresh(), home.fresh()];
    const begin = (run: string, daysAgo: number) =>
      store.startRun({ run, project, trigger: "manual", startedAt: new Date(NOW - daysAgo * DAY_MS).toISOString() });
    await begin(old, 100);
    await store.storeIntents(project, [intentOf(project, old, createOf("S-1"))]);
    await store.reject(`${old}/1/jira/0`, "no");
    await begin(owing, 99);
    await store.storeIntents(project, [intentOf(project, owing, createOf("S-2"))]);
    await store.markSent([`${owing}/1/jira/0`]);
    await begin(last, 98);
    await startRun(store, home.fresh());
    expect([await store.run(old), await store.intentsOf(old)]).toEqual([null, []]);
    expect((await store.run(owing))?.project).toBe(project);
    expect((await store.lastRun(project))?.run).toBe(last);
  });

  test("cached data outlives its time by a week, for want of better", async () => {
    const { store } = home;
    const [old, recent] = [home.fresh(), home.fresh()];
    await store.cache(old, "old", NOW - 8 * DAY_MS);
    await store.cache(recent, "recent", NOW - 6 * DAY_MS);
    await startRun(store, home.fresh());
    expect([await store.cached(old, 0), await store.cached(recent, 0)]).toEqual([null, "recent"]);
    expect(await store.cached(recent, NOW)).toBeNull();
  });
});

onSharedHomes("the sweep beside other workers", (home) => {
  test("two stores of one process reserve and sweep side by side", async () => {
    const stores = [home.store, await home.another()];
    const account = home.fresh();
    const granted = Array.from({ length: 60 }, (_, n) =>
      stores[n % 2]!.reserve(
        [0, 1, 2, 3].map((k) => bucketOf(`${account}/${(n + k) % 5}`)),
        NOW,
      ),
    );
    const sweeps = Array.from({ length: 30 }, (_, n) => startRun(stores[n % 2]!, home.fresh()));
    expect(new Set(await Promise.all(granted))).toEqual(new Set([0]));
    await Promise.all(sweeps);
    expect((await home.store.usage(account, NOW)).map(({ used }) => used)).toEqual([48, 48, 48, 48, 48]);
  });

  test.skipIf(home.name !== "postgres")("a reservation half made never waits for a sweep in a circle", async () => {
    const account = home.fresh();
    const [first, last] = [`${account}/a`, `${account}/b`];
    await home.store.reserve([bucketOf(first), bucketOf(last)], NOW - 30 * DAY_MS);
    const worker = new pg.Client({ connectionString: home.url });
    await worker.connect();
    try {
      const use = (key: string) => worker.query("update budget set calls = calls where key = $1", [key]);
      const { rows } = await worker.query<{ pid: number }>("select pg_backend_pid() as pid");
      await worker.query("begin");
      await use(last);
      const sweep = startRun(home.store, home.fresh());
      const waiting = `select 1 from pg_stat_activity where ${rows[0]!.pid} = any(pg_blocking_pids(pid))`;
      while ((await home.raw(waiting)).length === 0);
      await use(first);
      await worker.query("commit");
      await sweep;
    } finally {
      await worker.end();
    }
  });
});
