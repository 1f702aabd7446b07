import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchTwins, type MatchInput, type Matching } from "../../src/core/matching.ts";
import type { HubItem, ItemType, RemoteItem } from "../../src/core/model.ts";

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? Date.now());

function item(id: string, title: string | null, type: ItemType = "story", ref?: string): HubItem {
  return { id, type, fields: title === null ? {} : { title }, refs: ref === undefined ? {} : { tool: ref } };
}

function twin(
  number: number,
  title: string,
  type: ItemType | null = "story",
  more: Partial<RemoteItem> = {},
): RemoteItem {
  const updated = { at: "2026-01-01T00:00:00.000Z", resolutionMs: 1 };
  const base = { ref: String(number), key: `CHK-${number}`, url: `https://x/${number}`, type, syncKey: null };
  return { ...base, fields: { title }, updated, state: "live", ...more };
}

function match(items: readonly HubItem[], twins: readonly RemoteItem[], more: Partial<MatchInput> = {}): Matching {
  const titleOf = ({ fields }: RemoteItem) => (typeof fields.title === "string" ? fields.title : null);
  return matchTwins({ items, twins, titleOf, known: new Map(), foreignness: () => null, answers: new Map(), ...more });
}

const pairs = ({ matches }: Matching) => matches.map((one) => [one.item.id, one.twin.key, one.by]);

describe("a twin is recognised", () => {
  it("by what the store or a marker says, before everything else", () => {
    const known = new Map([["US-1", { ref: "2", by: "marker" as const }]]);
    expect(pairs(match([item("US-1", "A")], [twin(1, "A"), twin(2, "B")], { known }))).toEqual([
      ["US-1", "CHK-2", "marker"],
    ]);
  });

  it("by its ref, its key or an old key, in any case; a ref is never made up for by a title", () => {
    const twins = [twin(1, "A"), twin(2, "B", "story", { aliases: ["OLD-7"] }), twin(3, "C")];
    const items = [
      item("US-1", "x", "story", "chk-1"),
      item("US-2", "y", "story", "old-7"),
      item("US-3", "C", "story", "CHK-9"),
    ];
    const result = match(items, twins);
    expect(pairs(result)).toEqual([
      ["US-1", "CHK-1", "ref"],
      ["US-2", "CHK-2", "ref"],
    ]);
    expect(result.lost.map(({ item, ref }) => [item.id, ref])).toEqual([["US-3", "CHK-9"]]);
    expect(result.free.map(({ key }) => key)).toEqual(["CHK-3"]);
  });

  it("by the same title and type alone; blanks around it do not count, letters do", () => {
    const items = [item("US-1", "A "), item("US-2", "b"), item("EPIC-1", "C", "epic")];
    const result = match(items, [twin(1, " A"), twin(2, "B"), twin(3, "C"), twin(4, "C", null)]);
    expect(pairs(result)).toEqual([["US-1", "CHK-1", "title"]]);
    expect(result.unmatched.map(({ id }) => id)).toEqual(["US-2", "EPIC-1"]);
  });

  it("not where it is put away, another project's, or nothing is to be read", () => {
    const twins = [twin(1, "A", "story", { state: "archived" }), twin(2, "A"), twin(3, "")];
    const result = match([item("US-1", "A"), item("US-2", ""), item("US-3", null)], twins, {
      foreignness: ({ key }) => (key === "CHK-2" ? "claimed" : null),
    });
    expect([pairs(result), result.open, result.unmatched.length]).toEqual([[], [], 3]);
    expect(result.foreign.map(({ twin, why }) => [twin.key, why])).toEqual([["CHK-2", "claimed"]]);
  });
});

describe("where several could be meant", () => {
  it.each([
    ["two twins", [item("US-1", "A")], [twin(1, "A"), twin(2, "A")]],
    ["two items", [item("US-1", "A"), item("US-2", "A")], [twin(1, "A")]],
  ])("%s: nobody guesses, and nothing of it is free", (_, items, twins) => {
    const result = match(items, twins);
    expect([pairs(result), result.free, result.unmatched]).toEqual([[], [], []]);
    expect(result.open.map(({ item, candidates }) => [item.id, candidates.length])).toEqual(
      items.map(({ id }) => [id, twins.length]),
    );
  });

  it("an answer decides: this one, or a new one", () => {
    const [items, twins] = [
      [item("US-1", "A"), item("US-2", "A")],
      [twin(1, "A"), twin(2, "A"), twin(3, "A")],
    ];
    const answers = new Map([
      ["US-1", "2"],
      ["US-2", null],
    ]);
    const result = match(items, twins, { answers });
    expect(pairs(result)).toEqual([["US-1", "CHK-2", "answer"]]);
    expect([result.open, result.unmatched.map(({ id }) => id)]).toEqual([[], ["US-2"]]);
  });
});

describe("laws", () => {
  const titles = fc.constantFrom("A", "B", "C", " A", "");
  const types = fc.constantFrom<ItemType>("epic", "story");
  const items = fc
    .array(
      fc.record({ title: titles, type: types, ref: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }) }),
      { maxLength: 6 },
    )
    .map((all) =>
      all.map(({ title, type, ref }, n) => item(`I-${n}`, title, type, ref === undefined ? undefined : `CHK-${ref}`)),
    );
  const twins = fc
    .array(
      fc.record({
        title: titles,
        type: fc.option(types, { nil: null }),
        state: fc.constantFrom("live" as const, "archived" as const),
      }),
      { maxLength: 8 },
    )
    .map((all) => all.map(({ title, type, state }, n) => twin(n + 1, title, type, { state })));

  it("every item is in one place, no twin is free and somebody's, and a title match is the only one possible", () => {
    fc.assert(
      fc.property(items, twins, (items, twins) => {
        const { matches, open, lost, unmatched, free } = match(items, twins);
        const placed = [...matches, ...open, ...lost].map(({ item }) => item.id).concat(unmatched.map(({ id }) => id));
        expect(placed.toSorted()).toEqual(items.map(({ id }) => id).toSorted());
        const used = new Set([
          ...matches.map(({ twin }) => twin.ref),
          ...open.flatMap(({ candidates }) => candidates.map(({ ref }) => ref)),
        ]);
        expect(free.filter(({ ref }) => used.has(ref))).toEqual([]);
        const titled = matches.filter(({ by }) => by === "title");
        expect(new Set(titled.map(({ twin }) => twin.ref)).size).toBe(titled.length);
        for (const { item, twin } of titled) {
          expect([twin.type, String(twin.fields.title).trim()]).toEqual([item.type, String(item.fields.title).trim()]);
          expect(matches.filter((other) => other.twin.ref === twin.ref)).toHaveLength(1);
        }
      }),
      { seed, numRuns: 2000 },
    );
  });

  it("the order in which the tool lists its twins decides nothing", () => {
    fc.assert(
      fc.property(items, twins, (items, twins) => {
        const [one, other] = [match(items, twins), match(items, twins.toReversed())];
        expect(pairs(other)).toEqual(pairs(one));
        expect(other.open.map(({ item }) => item.id)).toEqual(one.open.map(({ item }) => item.id));
      }),
      { seed, numRuns: 500 },
    );
  });
});
