import { expect, test } from "vitest";
import { onSharedHomes, type StoreHome } from "./homes.ts";
import { auditOf, conflictOf, createOf, intentOf, linkOf, twinOf, updateOf } from "./samples.ts";

/** Every write to the table fails while the work runs, however far the transaction came. */
async function withFailing(home: StoreHome, table: string, work: () => Promise<unknown>): Promise<void> {
  const pg = home.name === "postgres";
  if (pg)
    await home.raw(
      `create or replace function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$`,
    );
  for (const event of ["insert", "update"])
    await home.raw(
      `create trigger planted_${event} before ${event} on ${table} for each row ` +
        (pg ? `execute function planted()` : `begin select raise(abort, 'planted'); end`),
    );
  try {
    await expect(work()).rejects.toThrow(/planted/);
  } finally {
    for (const event of ["insert", "update"])
      await home.raw(`drop trigger planted_${event} ${pg ? `on ${table}` : ""}`);
  }
}

onSharedHomes("a change that fails half-way", (home) => {
  test("leaves no changes without their cursor", async () => {
    const { store } = home;
    const project = home.fresh();
    await store.saveChanges(project, "jira", [twinOf("1")], "c1");
    const before = await store.projectState(project);
    const save = () => store.saveChanges(project, "jira", [twinOf("1", { key: "NEW" }), twinOf("2")], "c2");
    await withFailing(home, "listing", save);
    expect(await store.projectState(project)).toEqual(before);
    expect(await store.cursor(project, "jira")).toBe("c1");
    await save();
    expect(await store.cursor(project, "jira")).toBe("c2");
  });

  test("leaves no mirror row of an adoption without its link", async () => {
    const project = home.fresh();
    await withFailing(home, "link", () => home.store.adopt(project, linkOf("S-1", "1"), twinOf("1")));
    expect(await home.store.projectState(project)).toEqual({
      links: [],
      hubBase: {},
      mirror: {},
      consents: [],
      answers: [],
      freed: {},
    });
  });

  test("leaves an answer wholly unstored, and so acknowledged the next time", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const earlier = intentOf(project, run, createOf("S-1"));
    await store.storeIntents(project, [earlier]);
    await store.markSent([earlier.id]);
    const intent = intentOf(project, run, createOf("S-1"), { pass: 2 });
    await store.storeIntents(project, [intent]);
    await store.markSent([intent.id]);
    const before = [await store.projectState(project), await store.intentsOf(run)];
    const ack = {
      intent: intent.id,
      twin: twinOf("1"),
      link: linkOf("S-1", "1"),
      bases: {},
      audit: [auditOf(project, run)],
    };
    for (const table of ["mirror", "link", "audit"])
      await withFailing(home, table, () => store.acknowledge(project, ack));
    expect([await store.projectState(project), await store.intentsOf(run)]).toEqual(before);
    expect(await store.audit(project)).toEqual([]);
    await store.acknowledge(project, ack);
    expect((await store.intentsOf(run)).map(({ state }) => state)).toEqual(["superseded", "done"]);
    expect(await store.audit(project)).toEqual(ack.audit);
  });

  test("leaves the old plan's writes open where the new plan's cannot be stored", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    const old = intentOf(project, run, updateOf("S-1", "1"));
    await store.storeIntents(project, [old]);
    const next = intentOf(project, run, updateOf("S-2", "2"), { pass: 2 });
    await home.raw(`alter table intent rename column body to planted`);
    await expect(store.storeIntents(project, [next])).rejects.toThrow();
    await home.raw(`alter table intent rename column planted to body`);
    expect(await store.intentsOf(run)).toEqual([old]);
  });

  test("leaves nothing of a hub commit", async () => {
    const { store } = home;
    const [project, run] = [home.fresh(), home.fresh()];
    await store.adopt(project, linkOf("S-1", "1"), twinOf("1"));
    await store.adopt(project, linkOf("S-2", "2"), twinOf("2"));
    const commit = {
      project,
      hubBase: [{ item: "S-1", type: "story" as const, field: "title" as const, value: "t" }],
      baseUpdates: [{ tool: "jira", item: "S-1", field: "title" as const, base: { value: "t", agreed: "t" } }],
      presence: [],
      forget: ["S-2"],
      audit: [auditOf(project, run, { tool: "hub" })],
    };
    const before = await store.projectState(project);
    for (const table of ["hub_base", "link", "freed", "audit"])
      await withFailing(home, table, () => store.commitHub(commit));
    expect(await store.projectState(project)).toEqual(before);
    expect(await store.audit(project)).toEqual([]);
    await store.commitHub(commit);
    expect((await store.projectState(project)).links).toHaveLength(1);
  });

  test("leaves conflicts open and no number taken", async () => {
    const { store } = home;
    const project = home.fresh();
    const before = await store.saveConflicts(project, [conflictOf("S-1")], "t1");
    await withFailing(home, "conflict", () => store.saveConflicts(project, [conflictOf("S-2")], "t2"));
    expect(await store.openConflicts(project)).toEqual(before);
    expect((await store.saveConflicts(project, [conflictOf("S-2")], "t3")).map(({ number }) => number)).toEqual([2]);
  });

  test("counts no call in any bucket", async () => {
    const { store } = home;
    const bucket = (key: string) => ({ key, limit: 1, periodMs: 1_000, burst: 1, cost: 1 });
    const [first, second] = [`a/${home.fresh()}`, `b/${home.fresh()}`];
    await store.reserve([bucket(second)], 1_000);
    await withFailing(home, "budget", () => store.reserve([bucket(first)], 1_000));
    expect(await store.reserve([bucket(first), bucket(second)], 1_000)).toBeGreaterThanOrEqual(1_000);
    expect(await store.usage(first, 1_000)).toEqual([]);
    expect(await store.reserve([bucket(first)], 1_000)).toBe(0);
  });
});
