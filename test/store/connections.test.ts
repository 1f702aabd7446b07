import { expect, test } from "vitest";
import { onSharedHomes } from "./homes.ts";

const REFUSAL = { message: "401", context: { tool: "jira" } };

onSharedHomes("the credentials in use", (home) => {
  test("count their age from their first use, to which a refusal changes nothing", async () => {
    const { store } = home;
    const account = home.fresh();
    expect(await store.connection(account)).toBeNull();
    await store.acceptConnection(account, "jira", 1_000);
    await store.refuseConnection(account, "jira", REFUSAL, 2_000);
    expect(await store.connection(account)).toEqual({
      account,
      tool: "jira",
      firstUsedMs: 1_000,
      usedAtMs: 1_000,
      waiting: 0,
      refusal: { sinceMs: 2_000, ...REFUSAL, probes: 0, nextProbeMs: null },
    });
    await store.acceptConnection(account, "jira", 9_000);
    expect(await store.connection(account)).toMatchObject({ firstUsedMs: 1_000, usedAtMs: 9_000, refusal: null });
  });

  test("keep since when they are refused, however often they are", async () => {
    const { store } = home;
    const account = home.fresh();
    await store.refuseConnection(account, "jira", REFUSAL, 1_000);
    await store.noteProbe(account, 1, 5_000);
    await store.refuseConnection(account, "jira", { ...REFUSAL, message: "403" }, 3_000);
    expect((await store.connection(account))?.refusal).toMatchObject({
      sinceMs: 1_000,
      message: "403",
      probes: 1,
      nextProbeMs: 5_000,
    });
    expect(await store.connection(account)).toMatchObject({ firstUsedMs: null });
    // A probe that ends after somebody else's sync was accepted plans nothing more.
    await store.acceptConnection(account, "jira", 4_000);
    await store.noteProbe(account, 2, 9_000);
    expect((await store.connection(account))?.refusal).toBeNull();
    await store.forgetConnection(account);
    expect(await store.connection(account)).toBeNull();
  });

  test("are waited for by the projects that had to go without, each once, until it is told that they are back", async () => {
    const { store } = home;
    const [account, other, one, two] = [home.fresh(), home.fresh(), home.fresh(), home.fresh()];
    for (const used of [account, other]) await store.acceptConnection(used, "jira", 1);
    await store.noteWaiting(one, [account], []);
    await store.noteWaiting(one, [account, other], []);
    await store.noteWaiting(two, [account], []);
    await store.noteWaiting(two, [], [account]);
    expect((await store.connection(account))?.waiting).toBe(1);
    expect(await store.releaseWaiting([])).toEqual([]);
    expect(await store.releaseWaiting([account, other])).toEqual([one]);
    expect((await store.standings()).get(one)?.hasNews).toBe(true);
    expect((await store.connection(other))?.waiting).toBe(0);
    expect(await store.releaseWaiting([account, other])).toEqual([]);
  });

  test("belong to tools, which somebody may pause", async () => {
    const { store } = home;
    const tool = home.fresh();
    await store.pauseTool({ tool, sinceMs: 5, by: "ana", note: "migration" });
    await store.pauseTool({ tool, sinceMs: 6, by: "tom", note: null });
    const own = async () => (await store.toolPauses()).filter((pause) => pause.tool === tool);
    expect(await own()).toEqual([{ tool, sinceMs: 5, by: "ana", note: "migration" }]);
    expect([await store.resumeTool(tool), await store.resumeTool(tool)]).toEqual([true, false]);
    expect(await own()).toEqual([]);
  });

  test("refused writes are replaced as a whole, project by project", async () => {
    const { store } = home;
    const [one, two] = [home.fresh(), home.fresh()];
    const letter = {
      tool: "jira",
      item: "US-1",
      kind: "update",
      content: "abc",
      run: "r",
      attempts: 1,
      nextAtMs: 7,
      message: "no",
    } as const;
    await store.saveDeadLetters(one, [letter, { ...letter, kind: "create" }]);
    await store.saveDeadLetters(two, [letter]);
    expect(await store.deadLetters(one)).toEqual([{ ...letter, kind: "create" }, letter]);
    await store.saveDeadLetters(one, []);
    expect([await store.deadLetters(one), await store.deadLetters(two)]).toEqual([[], [letter]]);
  });
});
