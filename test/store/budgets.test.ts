import { expect, test } from "vitest";
import { bucketOf } from "../../src/rate/buckets.ts";
import type { BucketLimit, Store } from "../../src/store/store.ts";
import { onEveryHome, onSharedHomes } from "./homes.ts";
import { inProcesses } from "./processes.ts";

const NOW = 1_770_000_000_000;

/** Ten a minute, and half of them at once: five, then one every six seconds, up to the nine that are not kept for urgent calls. */
const tenAMinute = (key: string, cost = 1): BucketLimit => ({
  ...bucketOf(key, { limit: 10, periodMs: 60_000 }, cost),
  burst: 5,
});

const patient = (ms: number, isTurnOver = false) => ({ ms, isTurnOver });

/** How many calls go at this moment. */
async function drain(store: Store, limit: BucketLimit, now: number): Promise<number> {
  let granted = 0;
  while (granted < 1_000 && (await store.reserve([limit], now)) === 0) granted += 1;
  return granted;
}

onEveryHome("budgets", (home) => {
  test("the burst goes at once, then one call each interval, exactly when promised", async () => {
    const { store } = home;
    const limit = tenAMinute(home.fresh());
    expect(await drain(store, limit, NOW)).toBe(5);
    expect(await store.reserve([limit], NOW)).toBe(6_000);
    expect(await store.reserve([limit], NOW + 5_999)).toBe(1);
    expect(await store.reserve([limit], NOW + 6_000)).toBe(0);
    expect(await store.reserve([limit], NOW + 6_000)).toBe(6_000);
    expect(await drain(store, limit, NOW + 3_600_000)).toBe(5);
  });

  test("a full window waits for its oldest calls to leave it; urgent calls have what is kept for them", async () => {
    const { store } = home;
    const limit = tenAMinute(home.fresh());
    await drain(store, limit, NOW);
    for (let n = 1; n <= 4; n += 1) expect(await store.reserve([limit], NOW + n * 6_000)).toBe(0);
    const later = NOW + 30_000;
    expect(await store.reserve([limit], later)).toBe(30_250);
    const urgent = bucketOf(limit.key, { limit: 10, periodMs: 60_000 }, 1, true);
    expect(await drain(store, urgent, later)).toBe(1);
    expect(await store.reserve([urgent], later)).toBe(30_250);
    expect(await drain(store, urgent, later + 30_250)).toBe(5);
  });

  test("who is patient has a turn of its own, and who asks after it comes after it", async () => {
    const { store } = home;
    const limit = tenAMinute(home.fresh());
    await drain(store, limit, NOW);
    expect(await store.reserve([limit], NOW, patient(6_000))).toBe(6_000);
    expect(await store.reserve([limit], NOW, patient(12_000))).toBe(12_000);
    expect(await store.reserve([limit], NOW, patient(12_000))).toBe(18_000);
    expect(await store.reserve([limit], NOW + 6_000)).toBe(12_000);
    expect(await store.reserve([limit], NOW + 18_000)).toBe(0);
    expect(await store.usage(limit.key, NOW)).toEqual([{ key: limit.key, used: 8, limit: 10 }]);
  });

  test("whose turn is over goes on only while nobody else was turned away", async () => {
    const { store } = home;
    const limit = tenAMinute(home.fresh());
    await drain(store, { ...limit, burst: 4 }, NOW);
    expect(await store.reserve([limit], NOW + 1, patient(12_000, true))).toBe(0);
    expect(await store.usage(limit.key, NOW)).toMatchObject([{ used: 5 }]);
    expect(await store.reserve([limit], NOW + 1, patient(1_000))).toBe(6_000);
    expect(await store.reserve([limit], NOW + 1, patient(12_000, true))).toBe(12_001);
    expect(await store.usage(limit.key, NOW)).toMatchObject([{ used: 5 }]);
    expect(await store.reserve([limit], NOW + 1, patient(12_000))).toBe(6_000);
  });

  test("a refusal counts nothing, in this bucket or the others asked with it", async () => {
    const { store } = home;
    const [wide, tight] = [
      tenAMinute(`a/${home.fresh()}`),
      { ...tenAMinute(`b/${home.fresh()}`), limit: 1, burst: 1, kept: 0 },
    ];
    expect(await store.reserve([wide, tight], NOW)).toBe(0);
    for (let n = 0; n < 9; n += 1) expect(await store.reserve([tight, wide], NOW)).toBe(60_250);
    expect(await drain(store, wide, NOW)).toBe(4);
  });

  test("the wait is the longest of the buckets", async () => {
    const { store } = home;
    const [one, other] = [tenAMinute(home.fresh()), { ...tenAMinute(home.fresh()), limit: 3, burst: 1, kept: 0 }];
    await drain(store, one, NOW);
    await store.reserve([other], NOW);
    expect(await store.reserve([one, other], NOW)).toBe(20_000);
  });

  test("a call costs what it says; one dearer than the limit goes once nothing else is in the window", async () => {
    const { store } = home;
    const key = home.fresh();
    expect(await store.reserve([tenAMinute(key, 4)], NOW)).toBe(0);
    expect(await store.reserve([tenAMinute(key, 2)], NOW)).toBe(24_000);
    expect(await store.reserve([tenAMinute(key, 1)], NOW)).toBe(0);
    expect(await store.reserve([tenAMinute(key, 12)], NOW)).toBe(60_250);
    expect(await store.reserve([tenAMinute(key, 12)], NOW + 60_250)).toBe(0);
    expect(await store.usage(key, NOW + 60_250)).toEqual([{ key, used: 12, limit: 10 }]);
  });

  test("a blocked bucket lets nothing go before its time; a later word never shortens it", async () => {
    const { store } = home;
    const limit = tenAMinute(home.fresh());
    await store.block(limit.key, NOW + 5_000);
    await store.block(limit.key, NOW + 1_000);
    expect(await store.reserve([limit], NOW)).toBe(5_000);
    expect(await store.reserve([limit], NOW + 4_999)).toBe(1);
    expect(await drain(store, limit, NOW + 5_000)).toBe(5);
    await store.block(limit.key, NOW + 90_000);
    expect(await store.reserve([limit], NOW + 80_000)).toBe(10_000);
  });

  test("fewer calls left than we thought tighten the bucket, more left never loosen it", async () => {
    const { store } = home;
    const limit = tenAMinute(home.fresh());
    const urgent = bucketOf(limit.key, { limit: 10, periodMs: 60_000 }, 1, true);
    await store.correct(limit, 2, NOW);
    expect(await drain(store, urgent, NOW)).toBe(2);
    await store.correct(limit, 1_000, NOW);
    await store.correct(limit, null, NOW);
    const wait = await store.reserve([urgent], NOW);
    // What others called goes out of the window evenly, a call each few seconds.
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThan(10_000);
  });

  test("a smaller limit that the vendor told holds until it tells another", async () => {
    const { store } = home;
    const limit = tenAMinute(home.fresh());
    await store.correct(limit, null, NOW, 4);
    expect(await drain(store, limit, NOW)).toBe(2);
    await store.correct(limit, null, NOW);
    expect(await drain(store, limit, NOW + 3_600_000)).toBe(2);
    await store.correct(limit, null, NOW, 5_000);
    expect(await drain(store, limit, NOW + 7_200_000)).toBe(5);
  });

  test("usage shows the calls of the current window, the shortest period first, of that prefix alone", async () => {
    const { store } = home;
    const account = home.fresh();
    const minute = tenAMinute(`${account}/requests/60000`);
    const hour = bucketOf(`${account}/requests/3600000`, { limit: 100, periodMs: 3_600_000 }, 1);
    const start = Math.ceil(NOW / 3_600_000) * 3_600_000;
    expect(await store.usage(account, start)).toEqual([]);
    await store.block(`${account}/never-called`, NOW);
    await store.reserve([tenAMinute(`${account}x`)], start);
    for (let n = 0; n < 3; n += 1) await store.reserve([minute, hour], start + n);
    expect(await store.usage(`${account}/`, start)).toEqual([
      { key: minute.key, used: 3, limit: 10 },
      { key: hour.key, used: 3, limit: 100 },
    ]);
    expect((await store.usage(`${account}/`, start + 60_000)).map(({ used }) => used)).toEqual([0, 3]);
    await store.reserve([minute, hour], start + 60_000);
    expect((await store.usage(`${account}/`, start + 60_000)).map(({ used }) => used)).toEqual([1, 4]);
  });

  test("no buckets, no wait", async () => {
    expect(await home.store.reserve([], NOW)).toBe(0);
  });
});

onSharedHomes("one bucket, many workers", (home) => {
  test("processes that hammer it together are granted its burst and not one call more", async () => {
    const limit = bucketOf(home.fresh(), { limit: 60, periodMs: 60_000 }, 1);
    const other = bucketOf(`${limit.key}/wide`, { limit: 5_000, periodMs: 3_600_000 }, 1);
    const granted = await inProcesses(2, { url: home.url, attempts: 60, limits: [limit, other], now: NOW });
    expect(granted.reduce((sum, count) => sum + count, 0)).toBe(15);
    expect((await home.store.usage(limit.key, NOW)).map(({ used }) => used)).toEqual([15, 15]);
  });

  test("so are connections, whatever order they name their buckets in", async () => {
    const limits = [0, 1, 2].map((n) => bucketOf(`${home.fresh()}/${n}`, { limit: 40, periodMs: 60_000 }, 1));
    const count = home.name === "postgres" ? 6 : 1;
    const stores = await Promise.all(Array.from({ length: count }, () => home.another()));
    const waits = await Promise.all(
      Array.from({ length: 60 }, (_, n) => stores[n % count]!.reserve(n % 2 === 0 ? limits : limits.toReversed(), NOW)),
    );
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
  });
});
