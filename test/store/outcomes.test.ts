import { expect, test } from "vitest";
import type { Acknowledgement } from "../../src/store/store.ts";
import { onEveryHome } from "./homes.ts";
import { auditOf, createOf, intentOf, linkOf, twinOf, updateOf } from "./samples.ts";

onEveryHome("answers", (home) => {
  test("the answer of a create settles intent, mirror, link with base, and audit", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intent = intentOf(project, run, createOf("S-1"));
    const link = linkOf("S-1", "1", { base: { title: { value: "S-1", agreed: "S-1" } } });
    const audit = [auditOf(project, run, { operation: "create" })];
    await store.storeIntents(project, [intent]);
    await store.markSent([intent.id]);
    await store.acknowledge(project, { intent: intent.id, twin: twinOf("1"), link, bases: {}, audit });
    expect(await store.intentsOf(run)).toEqual([{ ...intent, state: "done" }]);
    const state = await store.projectState(project);
    expect(state.links).toEqual([link]);
    expect(state.mirror).toEqual({ jira: { "1": twinOf("1") } });
    expect(await store.audit(project)).toEqual(audit);
  });

  test("the answer of an update advances the named bases and no other", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const before = { title: { value: "a", agreed: "a" }, status: { value: "s", agreed: "s" } };
    await store.adopt(project, linkOf("S-1", "1", { base: before }), twinOf("1"));
    await store.adopt(project, linkOf("S-2", "2", { base: before }), twinOf("2"));
    const intent = intentOf(project, run, updateOf("S-1", "1"));
    await store.storeIntents(project, [intent]);
    const title = { value: "new", agreed: "new" };
    await store.acknowledge(project, { intent: intent.id, twin: twinOf("1"), bases: { title }, audit: [] });
    const { links } = await store.projectState(project);
    expect(links.map(({ base }) => base)).toEqual([{ ...before, title }, before]);
  });

  test("acknowledged twice is acknowledged once, whatever came between", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intent = intentOf(project, run, updateOf("S-1", "1"));
    const ack: Acknowledgement = {
      intent: intent.id,
      twin: twinOf("1"),
      bases: { title: { value: "new", agreed: "new" } },
      audit: [auditOf(project, run)],
    };
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    await store.storeIntents(project, [intent]);
    await store.acknowledge(project, ack);
    await store.saveChanges(project, "jira", [twinOf("1", { fields: { title: "newer" } })], "c2");
    const settled = await store.projectState(project);
    const repeated = { ...ack, audit: [auditOf(project, run, { timestamp: "2026-03-02T00:00:00.000Z", newValue: 9 })] };
    await store.acknowledge(project, repeated);
    expect(await store.projectState(project)).toEqual(settled);
    expect(await store.audit(project)).toEqual(ack.audit);
  });

  test("a later answer to the same write still tells what that one replaced", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intent = intentOf(project, run, updateOf("S-1", "1"));
    const bases = { title: { value: "new", agreed: "new" } };
    const ack: Acknowledgement = { intent: intent.id, twin: twinOf("1"), bases, audit: [auditOf(project, run)] };
    const kept = auditOf(project, run, { operation: "keep", oldValue: "somebody's", reason: "set just before" });
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    await store.storeIntents(project, [intent]);
    await store.acknowledge(project, ack);
    for (let times = 0; times < 2; times += 1)
      await store.acknowledge(project, { ...ack, audit: [...ack.audit, kept] });
    expect(await store.audit(project)).toEqual([...ack.audit, kept]);
  });

  test("a proven create settles every earlier attempt at the same twin, and no one else's", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const linear = { ...createOf("S-1"), tool: "linear" };
    const first = [
      intentOf(project, run, createOf("S-1"), { position: 0 }),
      intentOf(project, run, createOf("S-2"), { position: 1 }),
      intentOf(project, run, linear),
    ];
    await store.storeIntents(project, first);
    await store.markSent(first.map(({ id }) => id));
    const again = intentOf(project, run, createOf("S-1"), { pass: 2 });
    await store.storeIntents(project, [again]);
    await store.markSent([again.id]);
    const ack = { intent: again.id, twin: twinOf("1"), link: linkOf("S-1", "1"), bases: {}, audit: [] };
    await store.acknowledge(project, ack);
    const states = (await store.intentsOf(run)).map(({ id, state }) => [id.slice(run.length + 1), state]);
    expect(states).toEqual([
      ["1/jira/0", "superseded"],
      ["1/jira/1", "sent"],
      ["1/linear/0", "sent"],
      ["2/jira/0", "done"],
    ]);
  });

  test("late words about a proven write change nothing; late proof of a refused one counts", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intents = [0, 1].map((n) => intentOf(project, run, updateOf(`S-${n}`, `${n}`), { position: n }));
    await store.storeIntents(project, intents);
    const [one, two] = [intents[0]!.id, intents[1]!.id];
    await store.acknowledge(project, { intent: one, twin: twinOf("0"), bases: {}, audit: [] });
    await store.reject(one, "too late");
    await store.markSent([one]);
    await store.reject(two, "refused");
    await store.acknowledge(project, { intent: two, twin: twinOf("1"), bases: {}, audit: [] });
    expect(await store.intentsOf(run)).toEqual(intents.map((intent) => ({ ...intent, state: "done" })));
  });

  test("a base of a link that was forgotten meanwhile is not brought back", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const intent = intentOf(project, run, updateOf("S-1", "1"));
    await store.storeIntents(project, [intent]);
    const bases = { title: { value: "new", agreed: "new" } };
    await store.acknowledge(project, { intent: intent.id, twin: twinOf("1"), bases, audit: [] });
    expect((await store.projectState(project)).links).toEqual([]);
  });

  test("an answer nobody asked for, or of another project, is a defect", async () => {
    const { store } = home;
    const [project, other, run] = [home.fresh(), home.fresh(), home.fresh()];
    const intent = intentOf(project, run, updateOf("S-1", "1"));
    await store.storeIntents(project, [intent]);
    const ack = { intent: intent.id, twin: twinOf("1"), bases: {}, audit: [] };
    await expect(store.acknowledge(other, ack)).rejects.toMatchObject({ code: "Bug" });
    await expect(store.acknowledge(project, { ...ack, intent: "nowhere" })).rejects.toMatchObject({ code: "Bug" });
    expect((await store.projectState(other)).mirror).toEqual({});
  });
});
