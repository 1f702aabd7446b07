import { expect, it } from "vitest";
import type { FieldValues } from "../../../src/core/model.ts";
import { doneOf, type Session } from "./session.ts";

const FULL: FieldValues = {
  title: "Store a card",
  description: "Keep it **safe**.\n\n- tokens\n- no numbers",
  status: "in_progress",
  priority: "P1",
  estimate: 5,
  labels: ["alpha", "beta"],
  due: "2026-12-24",
};

/** Creates, updates and archives of one twin or several. */
export function describeWrites(use: () => Session): void {
  it("creates a twin that holds what was asked, and answers it as kept", async () => {
    const session = use();
    const request = session.createRequest("story", session.written("story", FULL));
    const outcome = doneOf((await session.create([request]))[0]);
    expect(outcome.refused).toEqual({});
    expect(session.holds(outcome.twin, "story", heldBy(session, FULL))).toBe(true);
    expect((await session.readOne(outcome.twin.ref)).fields).toEqual(outcome.twin.fields);
  });

  it("creates every type it says it can hold", async () => {
    const session = use();
    for (const type of ["epic", "story", "task"] as const) {
      if (!session.connector.capabilities.types.includes(type) || !session.lenses(type, "title")) continue;
      const twin = await session.make(type, { title: `A ${type}` });
      expect(await session.readOne(twin.ref), type).toMatchObject({ type, state: "live" });
    }
  });

  it("creates a story below its epic, and moves it below another", async () => {
    const session = use();
    const [one, other] = [await session.make("epic", { title: "One" }), await session.make("epic", { title: "Other" })];
    const request = session.createRequest("story", {
      ...session.written("story", { title: "Child" }),
      parent: one.ref,
    });
    const { twin } = doneOf((await session.create([request]))[0]);
    expect(twin.fields.parent).toBe(one.ref);
    const [moved] = await session.update([session.updateRequest(twin, "story", { parent: other.ref })]);
    expect(doneOf(moved).twin.fields.parent).toBe(other.ref);
    expect((await session.readOne(twin.ref)).fields.parent).toBe(other.ref);
  });

  it("creates many at once, each told once", async () => {
    const session = use();
    const requests = Array.from({ length: 60 }, (_, index) =>
      session.createRequest("story", session.written("story", { title: `One of many ${index}` })),
    );
    const twins = (await session.create(requests)).map((outcome) => doneOf(outcome).twin);
    expect(twins.map(({ fields }) => fields.title)).toEqual(requests.map(({ fields }) => fields.title));
    expect(new Set(twins.map(({ ref }) => ref)).size).toBe(60);
  });

  it("makes the others where one of a batch is refused", async () => {
    const session = use();
    const titles = ["Good one", "", "Good two"];
    const outcomes = await session.create(titles.map((title) => session.createRequest("story", { title })));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["done", "rejected", "done"]);
    const refused = outcomes[1];
    expect(refused?.kind === "rejected" && refused.message).toBeTruthy();
    expect(await session.storyTitles()).toEqual(["Good one", "Good two"]);
  });

  it("takes the rest where one field is refused, and says which in the tool's words", async (context) => {
    const session = use();
    const bad = session.harness.refused;
    if (!bad) return context.skip();
    const fields = { ...session.written("story", { title: "Half good" }), [bad.field]: bad.value };
    const made = doneOf((await session.create([session.createRequest("story", fields)]))[0]);
    expect(made.refused[bad.field]).toBeTruthy();
    expect(made.twin.fields.title).toBe("Half good");
    const again = { title: "Half better", [bad.field]: bad.value };
    const changed = doneOf((await session.update([session.updateRequest(made.twin, "story", again)]))[0]);
    expect(Object.keys(changed.refused)).toEqual([bad.field]);
    expect((await session.readOne(made.twin.ref)).fields.title).toBe("Half better");
  });

  it("writes all fields of an item in one write, and only those", async () => {
    const session = use();
    const twin = await session.make("story", FULL);
    await session.human.edit(twin.ref, { description: "A person's words" });
    const wanted = { title: "Store two cards", priority: "P3", due: "2027-01-31" };
    let after = twin;
    const cost = await session.cost(async () => ({ twin: after } = await session.change(twin, "story", wanted)));
    expect(cost.writes).toBe(1);
    const { title: _, priority: __, due: ___, ...untouched } = FULL;
    const expected = heldBy(session, { ...untouched, ...wanted, description: "A person's words" });
    expect(session.holds(await session.readOne(twin.ref), "story", expected)).toBe(true);
    expect(after.fields).toEqual((await session.readOne(twin.ref)).fields);
  });

  it("moves a status, together with other fields, in as few writes as the tool allows", async () => {
    const session = use();
    const twin = await session.make("story", { title: "On the move", status: "ready" });
    for (const status of ["in_progress", "done", "ready"]) {
      const title = `On the move, ${status}`;
      const cost = await session.cost(() => session.change(twin, "story", { status, title }));
      expect(cost.writes, status).toBeLessThanOrEqual(session.harness.statusWrites ?? 1);
      expect(session.holds(await session.readOne(twin.ref), "story", { status, title }), status).toBe(true);
    }
  });

  it("clears a field only where asked", async () => {
    const session = use();
    const twin = await session.make("story", FULL);
    const cleared: FieldValues = heldBy(session, FULL).due === FULL["due"] ? { due: null } : { description: null };
    await session.change(twin, "story", cleared);
    const after = await session.readOne(twin.ref);
    expect(session.holds(after, "story", heldBy(session, { ...FULL, ...cleared }))).toBe(true);
  });

  it("changes labels by difference: those of ours that people do not see stay", async (context) => {
    const session = use();
    const { labels } = session.human;
    if (!labels) return context.skip();
    const twin = await session.make("story", { title: "Labelled", labels: ["alpha", "beta"] });
    await labels.add(twin.ref, "status:foreign");
    await session.change(twin, "story", { labels: ["beta", "gamma"] });
    const kept = await labels.read(twin.ref);
    expect(kept).toEqual(expect.arrayContaining(["beta", "gamma", "status:foreign"]));
    expect(kept).not.toContain("alpha");
    const reading = session.lenses("story", "labels")?.read((await session.readOne(twin.ref)).fields.labels ?? null);
    expect(reading).toEqual({ kind: "value", value: ["beta", "gamma"] });
  });

  it("tells that a twin to update is gone, and carries out the others", async () => {
    const session = use();
    const [removed, kept] = [
      await session.make("story", { title: "Removed" }),
      await session.make("story", { title: "Kept" }),
    ];
    await session.human.remove(removed.ref);
    const outcomes = await session.update([
      session.updateRequest(removed, "story", { title: "Nobody there" }),
      session.updateRequest(kept, "story", { title: "Still here" }),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(["gone", "done"]);
    expect((await session.readOne(kept.ref)).fields.title).toBe("Still here");
  });

  it("leaves out what people changed since the plan, and writes the rest", async () => {
    const session = use();
    const twin = await session.make("story", { title: "Planned for", estimate: 3 });
    await session.human.edit(twin.ref, { title: "Quicker" });
    const late = { ...session.updateRequest(twin, "story", { title: "Ours" }), expect: twin.fields };
    const [outcome] = await session.update([late]);
    expect(outcome).toMatchObject({ kind: "raced", twin: { fields: { title: "Quicker" } } });
    const both = session.updateRequest(twin, "story", session.written("story", { title: "Ours", status: "done" }));
    const done = doneOf((await session.update([{ ...both, expect: twin.fields }]))[0]);
    expect(done).toMatchObject({
      raced: ["title"],
      twin: { fields: { title: "Quicker", status: both.fields.status } },
    });
  });

  it("takes its own value for no edit, where an attempt died after the write", async () => {
    const session = use();
    const twin = await session.make("story", { title: "Before" });
    const request = { ...session.updateRequest(twin, "story", { title: "After" }), expect: twin.fields };
    await session.update([request]);
    const again = doneOf((await session.update([request]))[0]);
    expect([again.raced, again.twin.fields.title]).toEqual([undefined, "After"]);
  });

  it("comes to rest: of ten rounds only the first writes", async () => {
    const session = use();
    const hub: FieldValues = {
      ...FULL,
      status: "in_review",
      estimate: 2.5,
      labels: ["two words", "Mixed"],
      priority: "P1",
    };
    const twin = await session.make("story", { title: "Oscillator" });
    const writes: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const cost = await session.cost(async () => {
        const now = await session.readOne(twin.ref);
        const due = Object.entries(hub).filter(([field, value]) =>
          differs(session, now.fields[field as never], field, value),
        );
        if (due.length > 0) await session.change(twin, "story", Object.fromEntries(due));
      });
      writes.push(cost.writes);
    }
    expect(writes.slice(1)).toEqual(Array.from({ length: 9 }, () => 0));
    expect(writes[0]).toBeGreaterThan(0);
  });
}

/** Whether a write is due: the tool can hold the hub's value, and what it holds does not stand for it. */
function differs(session: Session, held: never, field: string, value: FieldValues[keyof FieldValues]): boolean {
  const lens = session.lenses("story", field as keyof FieldValues);
  if (!lens || held === undefined || value === undefined || lens.writable === false) return false;
  return !lens.represents(held, value) && lens.write(value).kind === "value";
}

/** Those of the fields that a story has a place for in this tool. */
function heldBy(session: Session, fields: FieldValues): FieldValues {
  const entries = Object.entries(fields).filter(([field, value]) => {
    const lens = session.lenses("story", field as keyof FieldValues);
    return lens !== undefined && lens.write(value).kind === "value";
  });
  return Object.fromEntries(entries);
}
