import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createBudget, type RateRow } from "../../src/rate/budget.ts";
import { openStore } from "../../src/store/open.ts";
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
    async wait(ms) {
      waits.push(ms);
      clock.now += ms;
    },
  });
  const call = (name = "requests") => budget.reserve(one(name), signal);
  return { account, budget, call, clock, waits, signal };
}

async function callTimes(call: () => Promise<void>, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await call();
}

describe("reserving", () => {
  test("within the burst nobody waits", async () => {
    const { call, waits } = budgetOf([MINUTE]);
    await callTimes(call, 30);
    expect(waits).toEqual([]);
  });

  test("a backfill leaves a share of the burst to what a person waits for", async () => {
    const backfill = budgetOf([{ ...MINUTE, limit: 20 }], "shared/tail", false);
    await callTimes(backfill.call, 8);
    await expect(backfill.call()).rejects.toMatchObject({ code: "RateLimited" });
    const edit = budgetOf([{ ...MINUTE, limit: 20 }], "shared/tail");
    await callTimes(edit.call, 2);
    expect([backfill.waits, edit.waits]).toEqual([[], []]);
    await expect(edit.call()).rejects.toMatchObject({ code: "RateLimited" });
  });

  test("a short wait sleeps in place, and then the call goes", async () => {
    const { call, waits } = budgetOf([MINUTE]);
    await callTimes(call, 32);
    expect(waits).toEqual([2_000, 2_000]);
  });

  test("a longer one is the workflow's: RateLimited, with a wait after which a handful may go", async () => {
    const { call, clock, waits } = budgetOf([{ ...MINUTE, limit: 20 }]);
    await callTimes(call, 10);
    const failure = await call().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "RateLimited", details: { retryAfterMs: 6_000 * 10 } });
    clock.now += 60_000;
    await callTimes(call, 10);
    expect(waits).toEqual([]);
  });

  test("what is told of it names the account, not what is behind its first slash", async () => {
    const { call } = budgetOf([{ ...MINUTE, limit: 2 }], "jira/secret-tail");
    await call();
    await expect(call()).rejects.toThrow(/^the budget of jira is used up/);
  });

  test("short waits do not add up to a long one while others take what was waited for", async () => {
    const thief = budgetOf([MINUTE]);
    await callTimes(thief.call, 30);
    const waits: number[] = [];
    let now = START;
    const budget = createBudget({
      store,
      account: thief.account,
      urgent: true,
      limits: [MINUTE],
      now: () => now,
      async wait(ms) {
        waits.push(ms);
        now += ms;
        thief.clock.now = now;
        await thief.call();
      },
    });
    await expect(budget.reserve(one("requests"), thief.signal)).rejects.toMatchObject({ code: "RateLimited" });
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(4_000);
  });

  test("every row of a name holds, each over its own period", async () => {
    const rows = [MINUTE, { ...MINUTE, limit: 8, periodMs: 3_600_000 }];
    const { account, call } = budgetOf(rows);
    await callTimes(call, 4);
    await expect(call()).rejects.toMatchObject({ code: "RateLimited" });
    expect(await store.usage(`${account}/`, START)).toEqual([
      { key: `${account}/requests/60000`, used: 4, limit: 60 },
      { key: `${account}/requests/3600000`, used: 4, limit: 8 },
    ]);
  });

  test("budgets of one account are one budget, those of two are two", async () => {
    const rows = [{ ...MINUTE, limit: 4 }];
    const first = budgetOf(rows);
    await callTimes(first.call, 2);
    await expect(budgetOf(rows, first.account).call()).rejects.toMatchObject({ code: "RateLimited" });
    await budgetOf(rows).call();
  });

  test("an item's row counts item by item", async () => {
    const { call, budget, signal, account } = budgetOf([MINUTE, WRITE]);
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
    expect(waits).toEqual([2_000]);
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
    await callTimes(call, 10);
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
    const busy = budgetOf([MINUTE]);
    await callTimes(busy.call, 30);
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const budget = createBudget({
      store,
      account: busy.account,
      urgent: true,
      limits: [MINUTE],
      now() {
        queueMicrotask(() => setImmediate(() => controller.abort(reason)));
        return START;
      },
    });
    await expect(budget.reserve(one("requests"), controller.signal)).rejects.toBe(reason);
    expect((await store.usage(busy.account, START))[0]?.used).toBe(30);
  });
});
