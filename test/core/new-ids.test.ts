import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ItemType } from "../../src/core/model.ts";
import { idName, newIds } from "../../src/core/new-ids.ts";

type Listed = Exclude<ItemType, "project">;
const taken = (type: Listed, ...ids: string[]) => ids.map((id) => ({ id, type }));

describe("new ids", () => {
  it.each<[string, readonly { id: string; type: Listed }[], Listed, readonly string[]]>([
    ["of an empty hub", [], "epic", ["EPIC-001", "EPIC-002"]],
    ["of an empty hub", [], "story", ["US-CHK-001", "US-CHK-002"]],
    ["of an empty hub", [], "task", ["TASK-CHK-001"]],
    ["go on behind the highest", taken("story", "US-PAY-007", "US-PAY-041", "x"), "story", ["US-PAY-042"]],
    ["are as wide as those there are", taken("epic", "E1", "E9"), "epic", ["E10", "E11"]],
    ["have the head that most have", taken("story", "A-1", "B-8", "B-9"), "story", ["B-10"]],
    [
      "step over what another type has",
      [...taken("story", "US-CHK-001"), ...taken("epic", "us-chk-002")],
      "story",
      ["US-CHK-003"],
    ],
  ])("%s: %j", (_, ids, type, expected) => {
    const next = newIds(ids, "CHK");
    expect(expected.map(() => next(type))).toEqual(expected);
  });

  it("are never there already, whatever the hub has", () => {
    const type = fc.constantFrom<Listed>("epic", "story", "task");
    const id = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.tuple(fc.constantFrom("US-CHK-", "EPIC-", "e"), fc.nat(20)).map(([a, b]) => `${a}${b}`),
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ id, type }), { maxLength: 12 }),
        fc.array(type, { minLength: 1, maxLength: 8 }),
        (ids, types) => {
          const next = newIds(ids, "CHK");
          const fresh = types.map((one) => next(one).toLowerCase());
          const all = [...ids.map(({ id }) => id.toLowerCase()), ...fresh];
          expect(new Set(fresh).size).toBe(fresh.length);
          expect(new Set(all).size).toBe(new Set(ids.map(({ id }) => id.toLowerCase())).size + fresh.length);
        },
      ),
      { seed: Number(process.env["SDLC_SYNC_SEED"] ?? Date.now()), numRuns: 1000 },
    );
  });
});

it.each([
  [["CHK-1", "CHK-2", "OLD-9"], "10000", "P-1", "CHK"],
  [["5f0c7a10-1b7e-4c55-9d0a-2f6f1a8e9b10"], "PAY", "P-1", "PAY"],
  [["acme/checkout#12"], "acme/checkout", "PROJ-2026-014", "CHECKOUT"],
  [[], "0a1b2c3d-4e5f", "PROJ-2026-014", "014"],
])("the name in the ids of %j in %s of %s is %s", (keys, container, project, name) => {
  expect(idName(keys, container, project)).toBe(name);
});
