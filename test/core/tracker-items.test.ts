import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lens, LensTable } from "../../src/core/lens.ts";
import type { FieldValue, ItemType, RemoteItem, ToolValues } from "../../src/core/model.ts";
import { newIds } from "../../src/core/new-ids.ts";
import { takeItems, type TakeInput } from "../../src/core/tracker-items.ts";

const identity: Lens = {
  read: (value) => ({ kind: "value", value: value as FieldValue }),
  write: (value) => ({ kind: "value", value }),
  represents: (value, canonical) => JSON.stringify(value) === JSON.stringify(canonical),
};
/** States that the hub has no word for are numbers here, and an empty place is false. */
const status: Lens = {
  ...identity,
  read: (value) =>
    typeof value === "string"
      ? { kind: "value", value }
      : {
          kind: "none",
          code: "unknown-status",
          message: `no word for ${String(value)}`,
          ...(value === false && { vacant: true }),
        },
};
const lens: LensTable = (_, field) => (field === "status" ? status : field === "branch" ? undefined : identity);

function twin(key: string, type: ItemType | null, fields: ToolValues, more: Partial<RemoteItem> = {}): RemoteItem {
  const updated = { at: "2026-01-01T00:00:00.000Z", resolutionMs: 1 };
  return { ref: `ref-${key}`, key, url: key, type, syncKey: null, fields, updated, state: "live", ...more };
}

function take(twins: readonly RemoteItem[], more: Partial<TakeInput> = {}) {
  const types = ["epic", "story", "task"] as const;
  return takeItems({ tool: "t", twins, types, lens, newId: newIds([], "X"), known: new Map(), ...more });
}

describe("items of a tracker", () => {
  it("come epics first, in the order of their numbers, and name their twins", () => {
    const story = { title: "S", status: "ready" };
    const { items } = take([
      twin("X-10", "story", story),
      twin("X-9", "story", story),
      twin("X-11", "epic", { title: "E" }),
    ]);
    expect(items.map(({ id, refs }) => [id, refs["t"]])).toEqual([
      ["EPIC-001", "X-11"],
      ["US-X-001", "X-9"],
      ["US-X-002", "X-10"],
    ]);
  });

  it("hang below what their parents have become, or are already", () => {
    const known = new Map([
      ["old", { id: "EPIC-7", type: "epic" as const }],
      ["project", { id: "P", type: "project" as const }],
    ]);
    const of = (key: string, type: ItemType, parent: string) => twin(key, type, { title: key, parent });
    const { items, findings } = take(
      [
        of("X-1", "epic", "project"),
        of("X-2", "story", "ref-X-1"),
        of("X-3", "story", "old"),
        of("X-4", "task", "ref-X-2"),
        of("X-5", "story", "project"),
        of("X-6", "story", "ref-X-2"),
        of("X-7", "story", "nowhere"),
      ],
      { known },
    );
    expect(items.map(({ refs, fields }) => [refs["t"], fields.parent])).toEqual([
      ["X-1", undefined],
      ["X-2", "EPIC-001"],
      ["X-3", "EPIC-7"],
      ["X-5", undefined],
      ["X-6", undefined],
      ["X-7", undefined],
      ["X-4", "US-X-001"],
    ]);
    expect(findings.map(({ code, items }) => [code, items])).toEqual([["unknown-parent", ["US-X-004", "US-X-005"]]]);
  });

  it("say nothing where the hub has no word, and that is one finding for all of a kind", () => {
    const { items, findings } = take([
      twin("X-1", "story", { title: "A", status: 7 }),
      twin("X-2", "story", { title: "B", status: 7 }),
      twin("X-3", "story", { title: "C", status: false, branch: "no place for it" }),
      twin("X-4", "task", { title: "D", task_type: "cooking" }),
    ]);
    expect(items.map(({ fields }) => fields)).toEqual([{ title: "A" }, { title: "B" }, { title: "C" }, { title: "D" }]);
    expect(findings.map(({ code, items }) => [code, items])).toEqual([
      ["unknown-status", ["US-X-001", "US-X-002"]],
      ["unknown-task-type", ["TASK-X-001"]],
    ]);
  });

  it("are none without a title, of another type, or put away", () => {
    const { items, findings } = take([
      twin("X-1", "story", { title: " " }),
      twin("X-2", null, { title: "A" }),
      twin("X-3", "story", { title: "A" }, { state: "archived" }),
    ]);
    expect([items, findings.map(({ message }) => message)]).toEqual([[], ["X-1 has no title, so it is left out."]]);
  });

  it("hold exactly what stands for their twins' values", () => {
    const value = fc.oneof(fc.string(), fc.constant(null));
    const fields = fc.record(
      {
        title: fc.string(),
        description: value,
        assignee: value,
        estimate: fc.oneof(fc.integer(), fc.constant(null)),
        labels: fc.array(fc.string(), { maxLength: 3 }),
        due: value,
      },
      { requiredKeys: ["title"] },
    );
    fc.assert(
      fc.property(fc.array(fields, { maxLength: 6 }), (all) => {
        const twins = all.map((one, n) => twin(`X-${n + 1}`, "story", one));
        const { items } = take(twins);
        expect(items.length).toBe(all.filter(({ title }) => title.trim() !== "").length);
        for (const { refs, fields: taken } of items) {
          const there = twins.find(({ key }) => key === refs["t"])?.fields ?? {};
          for (const [field, said] of Object.entries(there)) {
            const isSaid = said !== null && said !== "" && JSON.stringify(said) !== "[]";
            expect(taken[field as keyof typeof taken]).toEqual(isSaid ? said : undefined);
          }
          expect(Object.keys(taken).filter((field) => !(field in there))).toEqual([]);
        }
      }),
      { seed: Number(process.env["SDLC_SYNC_SEED"] ?? Date.now()), numRuns: 500 },
    );
  });
});
