import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBudget, type RateRow } from "../../src/rate/budget.ts";
import { openStore } from "../../src/store/open.ts";
import { randomOf } from "../hub/random.ts";
import type { Store } from "../../src/store/store.ts";

const START = 1_770_000_000_000;
const MINUTE: RateRow = { name: "requests", limit: 60, periodMs: 60_000, scope: "credential" };
const WRITE: RateRow = { name: "write", limit: 2, periodMs: 10_000, scope: "item" };
const one = (name: string) => [{ name, cost: 1 }];

let store: Store;
let accounts = 0;
beforeAll(async () => {
  store = await openStore({ url: "sqlite::memory:" });
});
afterAll(() => store.close());

/** A budget with a clock that only its own waits move. */
function budgetOf(limits: readonly RateRow[], account = `acc-${++accounts}/tail`, urgent = true) {
  const clock = { now: START };
  const waits: number[] = [];
  const signal = new AbortController().signal;
  const budget = createBudget({
    store,
    account,
    limits,
    urgent,
    now: () => clock.now,
    random: () => 0.5,
    async wait(ms) {
      waits.push(ms);
      clock.now += ms;
    },
  });
  const call = (name = "requests") => budget.reserve(one(name), signal);
  const series = { made: 0 };
  const callInSeries = () => budget.reserve(one("requests"), signal, series);
  return { account, budget, call, callInSeries, clock, waits, signal };
}

async function callTimes(call: () => Promise<void>, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await call();
}

describe("reserving", () => {
  test("within the burst nobody waits, and urgent calls not before the limit", async () => {
    const backfill = budgetOf([MINUTE], undefined, false);
    await callTimes(backfill.call, 15);
    const edit = budgetOf([MINUTE]);
    await callTimes(edit.call, 60);
    expect([backfill.waits, edit.waits]).toEqual([[], []]);
  });

  test("a backfill leaves a share of the limit to what a person waits for", async () => {
    const backfill = budgetOf([MINUTE], "shared/tail", false);
    await callTimes(backfill.call, 15 + 42);
    await expect(backfill.call()).rejects.toMatchObject({ code: "RateLimited" });
    const edit = budgetOf([MINUTE], "shared/tail");
    edit.clock.now = backfill.clock.now;
    await callTimes(edit.call, 3);
    expect(edit.waits).toEqual([]);
    await expect(edit.call()).rejects.toMatchObject({ code: "RateLimited" });
  });

  test("a series is turned away at its beginning or not at all, however many others wait", async () => {
    const listing = budgetOf([MINUTE], "series/tail", false);
    const other = budgetOf([MINUTE], "series/tail", false);
    let turnedAway = 0;
    for (let n = 0; n < 200; n += 1) {
      await listing.callInSeries();
      other.clock.now = listing.clock.now;
      await other.call().catch(() => (turnedAway += 1));
    }
    expect(turnedAway).toBeGreaterThan(0);
    const late = budgetOf([{ ...MINUTE, limit: 20 }], "late/tail", false);
    await callTimes(late.call, 5);
    const begun = budgetOf([{ ...MINUTE, limit: 20 }], "late/tail", false);
    await expect(begun.callInSeries()).rejects.toMatchObject({ code: "RateLimited" });
  });

  test("a short wait sleeps in place, and then the call goes", async () => {
    const { call, waits } = budgetOf([MINUTE], undefined, false);
    await callTimes(call, 17);
    expect(waits).toEqual([1_000, 1_000]);
  });

  test("a longer one is the workflow's: RateLimited, with a wait after which a handful may go", async () => {
    const { call, clock, waits } = budgetOf([{ ...MINUTE, limit: 20 }], undefined, false);
    await callTimes(call, 5);
    const failure = await call().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "RateLimited", details: { retryAfterMs: 3_000 * 5 } });
    clock.now += 120_000;
    await callTimes(call, 5);
    expect(waits).toEqual([]);
  });

  test("who is urgent comes back when the window has room for a handful, however slow another bucket fills that is not used up", async () => {
    const { call, clock } = budgetOf([MINUTE, { ...MINUTE, limit: 500, periodMs: 3_600_000 }]);
    await callTimes(call, 58);
    clock.now += 5_000;
    await callTimes(call, 2);
    // Those of the first slot leave the window together: all that wait for them go then.
    await expect(call()).rejects.toMatchObject({ details: { retryAfterMs: 55_250 } });
    clock.now += 55_250;
    await callTimes(call, 58);
  });

  test("what is told of it names the account, not what is behind its first slash", async () => {
    const { call } = budgetOf([{ ...MINUTE, limit: 1 }], "jira/secret-tail");
    await call();
    await expect(call()).rejects.toThrow(/^the budget of jira is used up/);
  });

  test("those who wait together go one after another, each when its turn was promised", async () => {
    const { account, call } = budgetOf([MINUTE], undefined, false);
    await callTimes(call, 15);
    const waits: number[] = [];
    const others = [1, 2, 3].map(() =>
      createBudget({
        store,
        account,
        urgent: false,
        limits: [MINUTE],
        now: () => START,
        wait: async (ms) => void waits.push(ms),
      }).reserve(one("requests"), new AbortController().signal),
    );
    const done = await Promise.allSettled(others);
    expect(waits.toSorted((a, b) => a - b)).toEqual([1_000, 2_000]);
    expect(done.filter(({ status }) => status === "rejected")).toHaveLength(1);
  });

  test("projects that share a credential get about as much of it each, whoever asked first", async () => {
    const account = `acc-${++accounts}/tail`;
    const calls = [0, 0, 0, 0, 0, 0, 0];
    const next = calls.map(() => START);
    const { next: random } = randomOf(7);
    const project = (own: number) => {
      const wait = async (ms: number) => void (next[own] = next[own]! + ms);
      return createBudget({ store, account, limits: [MINUTE], urgent: false, now: () => next[own]!, wait, random });
    };
    const budgets = calls.map((_, own) => project(own));
    for (;;) {
      const own = next.indexOf(Math.min(...next));
      if (next[own]! >= START + 20 * 60_000) break;
      try {
        await budgets[own]!.reserve(one("requests"), new AbortController().signal);
        calls[own] = calls[own]! + 1;
        // What the vendor takes to answer.
        next[own] = next[own]! + 50;
      } catch (error) {
        next[own] = next[own]! + (error as { details: { retryAfterMs: number } }).details.retryAfterMs;
      }
    }
    const sum = calls.reduce((all, count) => all + count, 0);
    expect(sum, String(calls)).toBeGreaterThan(20 * 60 * 0.8);
    expect(Math.min(...calls), String(calls)).toBeGreaterThan(Math.max(...calls) / 5);
  });

  test("every row of a name holds, each over its own period", async () => {
    const rows = [MINUTE, { ...MINUTE, limit: 4, periodMs: 3_600_000 }];
    const { account, call } = budgetOf(rows);
    await callTimes(call, 4);
    await expect(call()).rejects.toMatchObject({ code: "RateLimited" });
    expect(await store.usage(`${account}/`, START)).toEqual([
      { key: `${account}/requests/60000`, used: 4, limit: 60 },
      { key: `${account}/requests/3600000`, used: 4, limit: 4 },
    ]);
  });

  test("budgets of one account are one budget, those of two are two", async () => {
    const rows = [{ ...MINUTE, limit: 2 }];
    const first = budgetOf(rows);
    await callTimes(first.call, 2);
    await expect(budgetOf(rows, first.account).call()).rejects.toMatchObject({ code: "RateLimited" });
    await budgetOf(rows).call();
  });

  test("an item's row counts item by item", async () => {
    const { call, budget, signal, account } = budgetOf([MINUTE, { ...WRITE, limit: 1 }]);
    await call("write:10042");
    await expect(call("write:10042")).rejects.toMatchObject({ code: "RateLimited" });
    await budget.reserve([...one("requests"), ...one("write:10043")], signal);
    const used = await store.usage(`${account}/`, START);
    expect(used.map(({ key }) => key.slice(account.length + 1))).toEqual([
      "write:10042/10000",
      "write:10043/10000",
      "requests/60000",
    ]);
  });

  test("what no row names is free", async () => {
    const { call, account } = budgetOf([MINUTE, WRITE]);
    await callTimes(() => call("write"), 50);
    await callTimes(() => call("requests:1"), 50);
    await callTimes(() => call("unheard-of"), 50);
    expect(await store.usage(account, START)).toEqual([]);
  });

  test("rows that allow nothing, or have no period, are mistakes of the configuration", () => {
    for (const row of [
      { limit: 0 },
      { limit: -1 },
      { limit: 1.5 },
      { limit: Number.NaN },
      { periodMs: 0 },
      { periodMs: Infinity },
    ])
      expect(() => budgetOf([{ ...MINUTE, ...row }]), JSON.stringify(row)).toThrow(/rate_limits: requests allows/);
  });
});

describe("the vendor's word", () => {
  const hint = (over: object) => [{ bucket: "requests", ...over }];

  test("few calls left tighten the budget; many left, or none told, do not loosen it", async () => {
    const { budget, call, waits } = budgetOf([MINUTE]);
    await budget.observe(hint({ remaining: 3 }));
    await callTimes(call, 3);
    for (const more of [{ remaining: 60 }, { remaining: 30, limit: 60 }, { remaining: 1e9, limit: 1e9 }, {}])
      await budget.observe(hint(more));
    await call();
    // What others called leaves the window evenly.
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeLessThanOrEqual(2_000);
  });

  test("few left of a larger limit of the vendor's own say nothing about ours", async () => {
    const { budget, call, waits } = budgetOf([MINUTE]);
    await budget.observe(hint({ remaining: 900, limit: 2_500 }));
    await callTimes(call, 30);
    expect(waits).toEqual([]);
  });

  test("a smaller limit slows every row of that name", async () => {
    const { budget, call } = budgetOf([MINUTE]);
    await budget.observe(hint({ limit: 20 }));
    await callTimes(call, 20);
    await expect(call()).rejects.toMatchObject({ code: "RateLimited" });
  });

  test("a blocked bucket waits as told, an hour at most", async () => {
    const { budget, call, clock } = budgetOf([MINUTE]);
    await budget.observe(hint({ blockedForMs: 30_000 }));
    await expect(call()).rejects.toMatchObject({ code: "RateLimited" });
    clock.now += 30_000;
    await call();
    await budget.observe(hint({ blockedForMs: 86_400_000 }));
    clock.now += 3_600_000;
    await call();
  });

  test("it reaches the item it is about, and no other bucket", async () => {
    const { budget, call } = budgetOf([MINUTE, WRITE]);
    await budget.observe([
      { bucket: "write:1", blockedForMs: 60_000 },
      { bucket: "unheard-of", remaining: 0 },
    ]);
    await expect(call("write:1")).rejects.toMatchObject({ code: "RateLimited" });
    await call("write:2");
    await call("requests");
  });

  test("nonsense is no word at all", async () => {
    const { budget, call, waits } = budgetOf([MINUTE]);
    for (const value of [Number.NaN, -1, Infinity, -Infinity])
      await budget.observe(hint({ remaining: value, limit: value, blockedForMs: value }));
    await budget.observe(hint({ limit: 0, blockedForMs: 0 }));
    await callTimes(call, 30);
    expect(waits).toEqual([]);
  });
});

describe("giving up", () => {
  test("who has given up already takes no call", async () => {
    const { budget, account } = budgetOf([MINUTE]);
    const reason = new Error("cancelled");
    await expect(budget.reserve(one("requests"), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await store.usage(account, START)).toEqual([]);
  });

  test("a wait ends at once with the signal's own reason", async () => {
    const busy = budgetOf([MINUTE], undefined, false);
    await callTimes(busy.call, 15);
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const budget = createBudget({
      store,
      account: busy.account,
      urgent: false,
      limits: [MINUTE],
      now() {
        queueMicrotask(() => setImmediate(() => controller.abort(reason)));
        return START;
      },
    });
    await expect(budget.reserve(one("requests"), controller.signal)).rejects.toBe(reason);
    // Its turn is gone, which costs one call and breaks no limit.
    expect((await store.usage(busy.account, START))[0]?.used).toBe(16);
  });
});
