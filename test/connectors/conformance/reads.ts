import { expect, it } from "vitest";
import type { Session } from "./session.ts";

/** Listings, reads by id and history. */
export function describeReads(use: () => Session): void {
  it("describes itself in plain JSON without a secret", () => {
    const session = use();
    const { schema } = session.scope;
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    session.checkSecrets(schema);
  });

  it("misses no right where the account may write, and asks once at most", async () => {
    const session = use();
    let missing: readonly unknown[] | undefined;
    const cost = await session.cost(async () => (missing = await session.connector.rights(session.scope)));
    expect(missing).toEqual([]);
    expect(cost.writes).toBe(0);
    expect(cost.requests).toBeLessThanOrEqual(1);
  });

  it("lists nothing in an empty container, in any number of rounds", async () => {
    const session = use();
    const first = await session.changes();
    const second = await session.changes(first.cursor);
    expect([...first.items, ...second.items].filter(({ type }) => type !== "project")).toEqual([]);
  });

  it("asks one request and answers no items where nothing changed", async () => {
    const session = use();
    await session.make("story", { title: "A quiet story" });
    const { cursor } = await session.changes();
    let items: readonly unknown[] = [];
    const cost = await session.cost(async () => ({ items } = await session.changes(cursor)));
    expect(items).toEqual([]);
    expect(cost).toEqual({ requests: 1, writes: 0 });
  });

  it("shows what it created, with type, key, address and marker", async () => {
    const session = use();
    const request = session.createRequest("story", session.written("story", { title: "Shown again" }));
    await session.create([request]);
    const { items } = await session.changes();
    const twin = items.find(({ fields }) => fields.title === "Shown again");
    expect(twin).toMatchObject({ type: "story", state: "live" });
    expect(twin?.key).not.toBe("");
    expect(twin && session.connector.url(session.scope, twin)).not.toBe("");
    if (session.harness.listsSyncKey !== false) expect(twin?.syncKey).toBe(request.syncKey);
  });

  it("shows a person's edit and a person's item, each once, and then no more", async () => {
    const session = use();
    const ours = await session.make("story", { title: "Before" });
    const { cursor } = await session.changes();
    session.sandbox.clock.advance(1000);
    await session.human.edit(ours.ref, { title: "After" });
    const theirs = await session.human.create("story", { title: "Somebody else's" });
    const next = await session.changes(cursor);
    expect(new Map(next.items.map(({ ref, fields }) => [ref, fields.title]))).toEqual(
      new Map([
        [ours.ref, "After"],
        [theirs, "Somebody else's"],
      ]),
    );
    expect(next.items.find(({ ref }) => ref === theirs)?.syncKey ?? null).toBeNull();
    expect((await session.changes(next.cursor)).items).toEqual([]);
  });

  it("loses no edit made in the same instant as the listing", async () => {
    const session = use();
    const twin = await session.make("story", { title: "First" });
    let { cursor } = await session.changes();
    for (const title of ["Second", "Third", "Fourth"]) {
      await session.human.edit(twin.ref, { title });
      const next = await session.changes(cursor);
      expect(next.items.map(({ fields }) => fields.title)).toEqual([title]);
      cursor = next.cursor;
    }
  });

  it("reads every page of a long listing, and each item once", async () => {
    const session = use();
    const refs: string[] = [];
    for (let index = 0; index < 130; index += 1) {
      refs.push(await session.human.create("story", { title: `Item ${index}` }));
      if (index % 10 === 0) session.sandbox.clock.advance(1000);
    }
    const { items, cursor } = await session.changes();
    const listed = items.filter(({ type }) => type === "story").map(({ ref }) => ref);
    expect(listed.toSorted()).toEqual(refs.toSorted());
    expect((await session.changes(cursor)).items).toEqual([]);
  });

  it("finds an edit made while the listing is read at the latest in the next one", async () => {
    const session = use();
    const refs: string[] = [];
    for (let index = 0; index < 60; index += 1)
      refs.push(await session.human.create("story", { title: `Item ${index}` }));
    const edited = new Map([
      [refs[0] ?? "", "First, edited"],
      [refs[59] ?? "", "Last, edited"],
    ]);
    session.sandbox.onBeforeAnswer = async () => {
      session.sandbox.onBeforeAnswer = undefined;
      session.sandbox.clock.advance(5);
      for (const [ref, title] of edited) await session.human.edit(ref, { title });
    };
    const first = await session.changes();
    const second = await session.changes(first.cursor);
    const seen = new Map([...first.items, ...second.items].map(({ ref, fields }) => [ref, fields.title]));
    for (const [ref, title] of edited) expect(seen.get(ref)).toBe(title);
    expect(seen.size).toBe(60);
  });

  it("tells the projects of one credential their own changes, each once, in one request", async () => {
    const session = use();
    const [one, shared] = [
      await session.make("story", { title: "One" }),
      await session.make("story", { title: "Both" }),
    ];
    const owners = { [one.ref]: ["P"], [shared.ref]: ["P", "Q"] } as const;
    session.sandbox.clock.advance(3_600_000);
    const begun = await session.stream(owners);
    expect(begun.told).toEqual({});
    session.sandbox.clock.advance(1_000);
    const third = await session.human.create("story", { title: "Nobody's" });
    await session.human.edit(one.ref, { title: "One, edited" });
    await session.human.edit(shared.ref, { title: "Both, edited" });
    const next = await session.stream(owners, begun.cursor);
    expect(next.told).toEqual({ P: ["One, edited", "Both, edited"], Q: ["Both, edited"] });
    let after = next;
    const cost = await session.cost(async () => (after = await session.stream(owners, next.cursor)));
    expect([after.told, cost]).toEqual([{}, { requests: 1, writes: 0 }]);
    await session.human.edit(one.ref, { title: "In the same instant" });
    const edited = await session.stream(owners, after.cursor);
    expect(edited.told).toEqual({ P: ["In the same instant"] });
    // A twin whose link was not stored yet when it was listed is told as soon as somebody owns it.
    const linked = await session.stream({ ...owners, [third]: ["Q"] }, edited.cursor);
    expect(linked.told).toEqual({ Q: ["Nobody's"] });
  });

  it("lists the bound container only", async (context) => {
    const session = use();
    if (!session.human.createElsewhere) return context.skip();
    const elsewhere = await session.human.createElsewhere();
    const { items } = await session.changes();
    expect(items.map(({ ref }) => ref)).not.toContain(elsewhere);
  });

  it("does not let a late index hide what is asked to be rechecked", async (context) => {
    const session = use();
    if (!session.connector.capabilities.staleListing) return context.skip();
    const twin = await session.make("story", { title: "Just written" });
    session.sandbox.faults.conditions.staleSearchMs = 60_000;
    const late = await session.changes(null, [twin.ref]);
    expect(late.items.map(({ fields }) => fields.title)).toContain("Just written");
    session.sandbox.clock.advance(120_000);
    const settled = await session.changes(late.cursor);
    expect([...late.items, ...settled.items].map(({ ref }) => ref)).toContain(twin.ref);
  });

  it("reads by ref and by key, and says what is gone", async () => {
    const session = use();
    const [kept, removed] = [
      await session.make("story", { title: "Kept" }),
      await session.make("story", { title: "Removed" }),
    ];
    await session.human.remove(removed.ref);
    const byRef = await session.connector.read(session.scope, [kept.ref, removed.ref]);
    expect(byRef.items.map(({ ref }) => ref)).toEqual([kept.ref]);
    expect(byRef.gone).toEqual([removed.ref]);
    const byKey = await session.connector.read(session.scope, [kept.key]);
    expect(byKey).toMatchObject({ items: [{ ref: kept.ref }], gone: [] });
    expect(await session.connector.read(session.scope, [])).toEqual({ items: [], gone: [] });
  });

  it("shows an archived twin as archived, and never as gone", async (context) => {
    const session = use();
    if (!session.connector.capabilities.archive) return context.skip();
    const twin = await session.make("story", { title: "To be put away" });
    expect(await session.connector.archive(session.scope, [twin.ref])).toEqual(new Map());
    expect(await session.connector.read(session.scope, [twin.ref])).toMatchObject({
      items: [{ state: "archived" }],
      gone: [],
    });
  });

  it("archives what can be, whatever else was asked for", async (context) => {
    const session = use();
    if (!session.connector.capabilities.archive) return context.skip();
    const [dead, live] = [
      await session.make("story", { title: "Dead" }),
      await session.make("story", { title: "Live" }),
    ];
    await session.human.remove(dead.ref);
    const left = await session.connector.archive(session.scope, [dead.ref, live.ref]);
    expect(left.has(live.ref)).toBe(false);
    expect((await session.readOne(live.ref)).state).toBe("archived");
  });

  it("tells from the tool's history when a field last changed", async (context) => {
    const session = use();
    if (!session.connector.capabilities.history) return context.skip();
    const twin = await session.make("story", { title: "Old", description: "Old text" });
    for (const title of ["Newer", "Newest"]) {
      session.sandbox.clock.advance(90_000);
      await session.human.edit(twin.ref, { title });
    }
    const editedAt = session.sandbox.clock.now();
    session.sandbox.clock.advance(90_000);
    await session.human.edit(twin.ref, { status: "in_progress" });
    const times = await session.connector.history(session.scope, [twin.ref], ["title", "description"]);
    expect(times.map(({ ref, field }) => ({ ref, field }))).toEqual([{ ref: twin.ref, field: "title" }]);
    const { at, resolutionMs } = times[0]?.stamp ?? { at: "", resolutionMs: 0 };
    expect(Math.abs(Date.parse(at) - editedAt)).toBeLessThanOrEqual(resolutionMs);
  });

  it("never coerces a state that nobody mapped", async (context) => {
    const session = use();
    if (!session.human.setUnmappedStatus) return context.skip();
    const twin = await session.make("story", { title: "Astray", status: "in_progress" });
    await session.human.setUnmappedStatus(twin.ref);
    const held = (await session.readOne(twin.ref)).fields.status;
    if (held !== undefined) expect(session.lenses("story", "status")?.read(held)).toMatchObject({ kind: "none" });
  });
}
