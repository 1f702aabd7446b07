import { expect, test } from "vitest";
import type { Finding } from "../../src/core/findings.ts";
import { onEveryHome } from "./homes.ts";
import { AT, auditOf } from "./samples.ts";

const DAY_MS = 86_400_000;

onEveryHome("runs", (home) => {
  test("a run is running until it is finished, and keeps its report", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const started = { run, project, trigger: "manual", startedAt: AT };
    await store.startRun(started);
    const running = { ...started, finishedAt: null, outcome: "running", report: null };
    expect(await store.run(run)).toEqual(running);
    const report = { synced: 3, items: ["S-1"], note: null };
    await store.finishRun(run, "2026-03-01T10:05:00.000Z", "warning", report);
    const finished = { ...started, finishedAt: "2026-03-01T10:05:00.000Z", outcome: "warning", report };
    expect(await store.run(run)).toEqual(finished);
    expect(await store.lastRun(project)).toEqual(finished);
  });

  test("a run started again, after a crash, is the same run with what it has", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    await store.startRun({ run, project, trigger: "manual", startedAt: AT });
    await store.finishRun(run, AT, "success", { kept: true });
    await store.startRun({ run, project, trigger: "other", startedAt: AT });
    expect(await store.run(run)).toMatchObject({ trigger: "manual", outcome: "success", report: { kept: true } });
  });

  test("the last run is the one started last, whatever its clock said", async () => {
    const { store } = home;
    const [project, first, last] = [home.fresh(), home.fresh(), home.fresh()];
    await store.startRun({ run: first, project, trigger: "manual", startedAt: "2026-03-02T00:00:00.000Z" });
    await store.startRun({ run: last, project, trigger: "manual", startedAt: "2026-03-01T00:00:00.000Z" });
    expect((await store.lastRun(project))?.run).toBe(last);
  });

  test("unknown runs and projects have none; projects that ever ran are listed once, by id", async () => {
    const { store } = home;
    expect([await store.run("no-run"), await store.lastRun("no-project")]).toEqual([null, null]);
    const [two, one] = ["listed-b", "listed-B"];
    for (const project of [two, one, two])
      await store.startRun({ run: home.fresh(), project, trigger: "manual", startedAt: AT });
    expect((await store.projects()).filter((id) => id.startsWith("listed-"))).toEqual(["listed-B", "listed-b"]);
  });
});

onEveryHome("the cache", (home) => {
  test("what is kept is there until its time, and not at it", async () => {
    const { store } = home;
    const key = home.fresh();
    expect(await store.cached(key, 0)).toBeNull();
    await store.cache(key, { labels: ["a"], none: null }, 1_000);
    expect(await store.cached(key, 999)).toEqual({ labels: ["a"], none: null });
    expect(await store.cached(key, 1_000)).toBeNull();
    await store.cache(key, "newer", 2_000.5);
    expect(await store.cached(key, 2_000)).toBe("newer");
    await store.cache(key, 0, Number.MAX_SAFE_INTEGER);
    expect(await store.cached(key, Date.parse("9999-01-01"))).toBe(0);
  });

  test("many are found at once, those that are there", async () => {
    const { store } = home;
    const keys = Array.from({ length: 1_100 }, () => home.fresh());
    for (const [n, key] of keys.entries()) if (n % 100 === 0) await store.cache(key, { n }, 1_000 + n);
    const found = await store.cachedMany([...keys, keys[0]!], 1_000);
    expect([...found].toSorted(([, a], [, b]) => (a as { n: number }).n - (b as { n: number }).n)).toEqual(
      keys.flatMap((key, n) => (n > 0 && n % 100 === 0 ? [[key, { n }]] : [])),
    );
    expect(await store.cachedMany([], 0)).toEqual(new Map());
  });

  test("what is dropped is gone; dropping nothing is fine", async () => {
    const { store } = home;
    const [key, other] = [home.fresh(), home.fresh()];
    await store.cache(key, 1, 1_000);
    await store.cache(other, 2, 1_000);
    await store.dropCached(key);
    await store.dropCached(key);
    expect([await store.cached(key, 0), await store.cached(other, 0)]).toEqual([null, 2]);
  });

  test("what is below a dropped key goes with it, what only begins alike stays", async () => {
    const { store } = home;
    const key = home.fresh();
    for (const name of [key, `${key}/users`, `${key}/team/a`, `${key}2`, `${key}-b`]) await store.cache(name, 1, 1_000);
    await store.dropCached(key);
    const left = await Promise.all(
      [`${key}/users`, `${key}/team/a`, `${key}2`, `${key}-b`].map((name) => store.cached(name, 0)),
    );
    expect(left).toEqual([null, null, 1, 1]);
  });

  test("a starting run sweeps what is a week past its time, and idle buckets, and nothing else", async () => {
    const { store } = home;
    const now = Date.parse(AT);
    const [stale, recent] = [home.fresh(), home.fresh()];
    const call = (key: string) => ({ key, limit: 1, periodMs: 1_000, burst: 1, cost: 1 });
    await store.cache(stale, 1, now - 7 * DAY_MS - 1);
    await store.cache(recent, 1, now - 7 * DAY_MS + 1);
    await store.reserve([call(`${stale}/bucket`)], now - 8 * DAY_MS);
    await store.reserve([call(`${recent}/bucket`)], now - DAY_MS);
    await store.reserve([call(`${stale}/blocked`)], now - 8 * DAY_MS);
    await store.block(`${stale}/blocked`, now + DAY_MS);
    await store.startRun({ run: home.fresh(), project: home.fresh(), trigger: "manual", startedAt: AT });
    // Asked as of long ago, when nothing was past its time: only what was swept is missing.
    expect([await store.cached(stale, 0), await store.cached(recent, 0)]).toEqual([null, 1]);
    expect(await store.usage(`${stale}/bucket`, now)).toEqual([]);
    expect(await store.usage(`${recent}/bucket`, now)).toHaveLength(1);
    expect(await store.reserve([call(`${stale}/blocked`)], now)).toBe(DAY_MS);
  });
});

onEveryHome("findings, consent and the trail", (home) => {
  const finding = (code: string): Finding => ({ code, severity: "warning", message: code, items: ["S-1"], line: 3 });

  test("the newest plan's findings replace the ones before, to none as well", async () => {
    const { store } = home;
    const [project, other] = [home.fresh(), home.fresh()];
    expect(await store.findings(project)).toEqual([]);
    await store.saveFindings(project, [finding("a"), finding("b")]);
    await store.saveFindings(other, [finding("x")]);
    await store.saveFindings(project, [finding("c")]);
    expect(await store.findings(project)).toEqual([finding("c")]);
    await store.saveFindings(project, []);
    expect([await store.findings(project), await store.findings(other)]).toEqual([[], [finding("x")]]);
  });

  test("a consent is given once for each binding, and stays", async () => {
    const { store } = home;
    const [project, other] = [home.fresh(), home.fresh()];
    await store.consent(project, "linear", "t1");
    await store.consent(project, "jira", "t2");
    await store.consent(project, "linear", "t3");
    expect((await store.projectState(project)).consents).toEqual(["jira", "linear"]);
    expect((await store.projectState(other)).consents).toEqual([]);
  });

  test("decisions recorded again, at another time, change nothing; another decision is added", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const kept = auditOf(project, run, { operation: "keep", oldValue: { rich: ["text"] }, reason: "hub wins" });
    await store.recordDecisions([kept]);
    await store.recordDecisions([{ ...kept, timestamp: "2026-03-09T00:00:00.000Z" }]);
    expect(await store.audit(project)).toEqual([kept]);
    const second = { ...kept, oldValue: "another" };
    await store.recordDecisions([kept, second]);
    expect(await store.audit(project)).toEqual([kept, second]);
    await store.recordDecisions([]);
  });

  test("the trail tells one project, or one run of it, in the order it happened", async () => {
    const { store } = home;
    const [project, other, first, second] = [home.fresh(), home.fresh(), home.fresh(), home.fresh()];
    const entries = [first, second, first].map((run, n) => auditOf(project, run, { newValue: n }));
    for (const entry of entries) await store.recordDecisions([entry]);
    await store.recordDecisions([auditOf(other, first)]);
    expect(await store.audit(project)).toEqual(entries);
    expect(await store.audit(project, first)).toEqual([entries[0], entries[2]]);
    expect(await store.audit(project, "no-run")).toEqual([]);
  });
});
