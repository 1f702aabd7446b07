import { expect, test } from "vitest";
import { onEveryHome } from "./homes.ts";
import { createOf, intentOf, updateOf } from "./samples.ts";
import type { Store } from "../../src/store/store.ts";

async function statesOf(store: Store, run: string): Promise<Record<string, string>> {
  return Object.fromEntries((await store.intentsOf(run)).map(({ id, state }) => [id.slice(run.length + 1), state]));
}

onEveryHome("intents", (home) => {
  test("a plan's writes come back in the order they were planned", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const planned = Array.from({ length: 12 }, (_, position) =>
      intentOf(project, run, createOf(`S-${position}`), { position }),
    );
    await store.storeIntents(project, planned.toReversed());
    expect(await store.intentsOf(run)).toEqual(planned);
    expect(await store.openIntents(project, "jira")).toEqual(planned);
    expect(await store.openIntents(project, "linear")).toEqual([]);
    expect(await store.openIntents(home.fresh(), "jira")).toEqual([]);
  });

  test("a later pass supersedes what is planned, of every tool and run, but nothing that was sent", async () => {
    const { store } = home;
    const [project, run, next] = [home.fresh(), home.fresh(), home.fresh()];
    const linear = { ...updateOf("S-4", "4"), tool: "linear" };
    await store.storeIntents(project, [
      intentOf(project, run, createOf("S-0"), { position: 0 }),
      intentOf(project, run, createOf("S-1"), { position: 1 }),
      intentOf(project, run, updateOf("S-2", "2"), { position: 2 }),
      intentOf(project, run, updateOf("S-3", "3"), { position: 3 }),
      intentOf(project, run, linear),
    ]);
    await store.markSent([`${run}/1/jira/0`, `${run}/1/jira/2`]);
    await store.storeIntents(project, [intentOf(project, next, updateOf("S-9", "9"))]);
    expect(await statesOf(store, run)).toEqual({
      "1/jira/0": "sent",
      "1/jira/1": "superseded",
      "1/jira/2": "sent",
      "1/jira/3": "superseded",
      "1/linear/0": "superseded",
    });
    const open = await store.openIntents(project, "jira");
    expect(open.map(({ id }) => id).toSorted()).toEqual(
      [`${next}/1/jira/0`, `${run}/1/jira/0`, `${run}/1/jira/2`].toSorted(),
    );
  });

  test("what never left is planned again; what is begun, or settled, keeps what is known of it", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const planned = ["S-0", "S-1", "S-2"].map((item, position) => intentOf(project, run, createOf(item), { position }));
    await store.storeIntents(project, planned);
    const ids = planned.map(({ id }) => id);
    await store.markSent(ids, "one");
    await store.noteBegun(ids[1]!, "10042");
    await store.reject(ids[2]!, "no");
    await store.markUnsent(ids, "one");
    expect(await store.openIntents(project, "jira")).toEqual([
      planned[0],
      { ...planned[1], state: "sent", begun: "10042" },
    ]);
    expect(await statesOf(store, run)).toMatchObject({ "1/jira/2": "rejected" });
  });

  test("the steps of an update are kept in their order, and go with it", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intent = intentOf(project, run, updateOf("S-1", "1"));
    await store.storeIntents(project, [intent]);
    await store.markSent([intent.id]);
    for (const status of ["3", "10101"]) await store.noteStep(intent.id, status);
    expect(await store.openIntents(project, "jira")).toEqual([{ ...intent, state: "sent", steps: ["3", "10101"] }]);
    for (const status of ["3", "3"]) await store.noteStep(intent.id, status);
    await store.dropStep(intent.id, "3");
    expect((await store.openIntents(project, "jira"))[0]?.steps).toEqual(["3", "10101", "3"]);
    for (const status of ["3", "10101", "3"]) await store.dropStep(intent.id, status);
    expect(await store.openIntents(project, "jira")).toEqual([{ ...intent, state: "sent" }]);
  });

  test("steps that two attempts note at once are all kept", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intent = intentOf(project, run, updateOf("S-1", "1"));
    await store.storeIntents(project, [intent]);
    const steps = Array.from({ length: 8 }, (_, n) => String(n));
    await Promise.all(steps.map((step) => store.noteStep(intent.id, step)));
    expect((await store.openIntents(project, "jira"))[0]?.steps?.toSorted()).toEqual(steps);
  });

  test("of two who sent a write neither takes it back", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const [intent] = [intentOf(project, run, createOf("S-0"))];
    await store.storeIntents(project, [intent]);
    // The first attempt is slow, and believed dead: the second one sends what both have planned.
    await store.markSent([intent.id], "second");
    await store.markSent([intent.id], "first");
    await store.markUnsent([intent.id], "first");
    expect(await statesOf(store, run)).toEqual({ "1/jira/0": "sent" });
    await store.markUnsent([intent.id], "second");
    expect(await statesOf(store, run)).toEqual({ "1/jira/0": "sent" });
  });

  test("another write in the place of one that never left has nothing of it", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intent = intentOf(project, run, createOf("S-0"));
    await store.storeIntents(project, [intent]);
    await store.markSent([intent.id], "one");
    await store.noteBegun(intent.id, "10042");
    await store.reject(intent.id, "edited there", "superseded");
    const other = intentOf(project, run, createOf("S-1"));
    await store.storeIntents(project, [other]);
    expect(await store.openIntents(project, "jira")).toEqual([other]);
  });

  test("a plan without any writes supersedes what is open all the same", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    await store.storeIntents(project, [intentOf(project, run, createOf("S-1"))]);
    await store.storeIntents(project, []);
    expect(await statesOf(store, run)).toEqual({ "1/jira/0": "superseded" });
  });

  test("another project's open writes stay", async () => {
    const { store } = home;
    const [project, other, run] = [home.fresh(), home.fresh(), home.fresh()];
    await store.storeIntents(other, [intentOf(other, run, createOf("S-1"))]);
    await store.storeIntents(project, [intentOf(project, home.fresh(), createOf("S-1"))]);
    expect(await statesOf(store, run)).toEqual({ "1/jira/0": "planned" });
  });

  test("a pass planned again replaces what did not leave, and nothing that did", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const first = [0, 1, 2].map((n) => intentOf(project, run, createOf(`S-${n}`), { position: n }));
    await store.storeIntents(project, first);
    await store.markSent([first[0]!.id]);
    await store.reject(first[1]!.id, "refused");
    const again = first.map(({ position }) => intentOf(project, run, createOf(`T-${position}`), { position }));
    await store.storeIntents(project, again);
    await store.storeIntents(project, again);
    expect(await store.intentsOf(run)).toEqual([
      { ...first[0], state: "sent" },
      { ...first[1], state: "rejected", message: "refused" },
      again[2],
    ]);
  });

  test("a pass planned again takes back what another plan superseded", async () => {
    const { store } = home;
    const [project, run, other] = [home.fresh(), home.fresh(), home.fresh()];
    const intent = intentOf(project, run, createOf("S-1"));
    await store.storeIntents(project, [intent]);
    await store.storeIntents(project, [intentOf(project, other, createOf("S-2"))]);
    expect(await statesOf(store, run)).toEqual({ "1/jira/0": "superseded" });
    await store.storeIntents(project, [intent]);
    expect(await store.intentsOf(run)).toEqual([intent]);
  });

  test("a refusal keeps the vendor's words, as far as a text can hold them", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    await store.storeIntents(project, [
      intentOf(project, run, createOf("S-1")),
      intentOf(project, run, createOf("S-2"), { position: 1 }),
    ]);
    await store.reject(`${run}/1/jira/0`, "no \0such field");
    await store.reject(`${run}/1/jira/1`, "edited there", "superseded");
    expect((await store.intentsOf(run)).map(({ state, message }) => [state, message])).toEqual([
      ["rejected", "no such field"],
      ["superseded", "edited there"],
    ]);
    expect(await store.openIntents(project, "jira")).toEqual([]);
  });

  test("more writes than one statement takes are stored, sent and superseded all the same", async () => {
    const { store } = home;
    const [project, run, next] = [home.fresh(), home.fresh(), home.fresh()];
    const planned = Array.from({ length: 1_234 }, (_, position) =>
      intentOf(project, run, updateOf(`S-${position}`, String(position)), { position }),
    );
    await store.storeIntents(project, planned);
    await store.markSent(planned.slice(0, 700).map(({ id }) => id));
    const states = Object.values(await statesOf(store, run));
    expect([states.filter((s) => s === "sent").length, states.length]).toEqual([700, 1_234]);
    await store.storeIntents(project, [intentOf(project, next, createOf("S-1"))]);
    const after = Map.groupBy(Object.values(await statesOf(store, run)), (state) => state);
    expect([after.get("sent")?.length, after.get("superseded")?.length]).toEqual([700, 534]);
  });
});
