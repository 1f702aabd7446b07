import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FILE_FIELDS,
  planUpdate,
  type ItemFile,
  type UpdateInput,
  type UpdatePlan,
} from "../../src/core/item-files.ts";
import type { FieldValues, HubItem, HubTree, Stamp } from "../../src/core/model.ts";

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? Date.now());
const at = (day: number): Stamp => ({ at: `2026-01-${String(day).padStart(2, "0")}T00:00:00.000Z`, resolutionMs: 1 });

function file(id: string, fields: FieldValues, more: Partial<ItemFile> = {}): ItemFile {
  const type = id.toLowerCase().startsWith("epic") ? "epic" : "story";
  return { path: `${id}.md`, id, type, fields, refs: {}, lines: { id: 2 }, isCriticalBug: false, ...more };
}

function story(id: string, fields: FieldValues): HubItem {
  return { id, type: "story", fields, refs: {} };
}

function treeOf(...items: HubItem[]): HubTree {
  return { items: Object.fromEntries(items.map((item) => [item.id, item])), quarantined: [] };
}

/** The file is the newer one unless told otherwise. */
function plan(tree: HubTree, files: readonly ItemFile[], more: Partial<UpdateInput> = {}): UpdatePlan {
  return planUpdate({ tree, files, seen: {}, hubTime: () => at(1), fileTime: () => at(2), ...more });
}

/** The hub as the plan leaves it. */
function applied(tree: HubTree, { added, edits }: UpdatePlan): HubTree {
  const items = { ...tree.items, ...Object.fromEntries(added.map((item) => [item.id, item])) };
  for (const { item, field, value } of edits) {
    const old = items[item];
    if (old) items[item] = { ...old, fields: { ...old.fields, [field]: value } };
  }
  return { ...tree, items };
}

const edited = ({ edits }: UpdatePlan) => edits.map(({ item, field, value }) => [item, field, value]);

describe("of an item of the hub a file tells", () => {
  const hub = treeOf(story("US-1", { title: "One", status: "ready", branch: null }));

  it("status, branch and pull request alone", () => {
    const said = { title: "Other", status: "done", branch: "b", pr: "p", assignee: "ana", estimate: 5 };
    expect(edited(plan(hub, [file("us-1", said)]))).toEqual([
      ["US-1", "status", "done"],
      ["US-1", "branch", "b"],
      ["US-1", "pr", "p"],
    ]);
  });

  it.each<[string, Partial<UpdateInput>, unknown[]]>([
    ["the newer word", {}, [["US-1", "status", "done"]]],
    ["nothing where it is older", { fileTime: () => at(1), hubTime: () => at(2) }, []],
    ["nothing where both are as old", { fileTime: () => at(1) }, []],
    ["nothing where nobody knows when", { fileTime: () => undefined }, []],
    ["nothing new", { seen: { "US-1": { status: { file: "done", hub: "in_review" } } } }, []],
    [
      "what was changed in it alone, however old",
      { seen: { "US-1": { status: { file: "blocked", hub: "ready" } } }, fileTime: () => at(1), hubTime: () => at(2) },
      [["US-1", "status", "done"]],
    ],
    [
      "nothing where the hub was changed too, and later",
      {
        seen: { "US-1": { status: { file: "blocked", hub: "in_review" } } },
        fileTime: () => at(1),
        hubTime: () => at(2),
      },
      [],
    ],
  ])("%s", (_, more, expected) => {
    expect(edited(plan(hub, [file("US-1", { status: "done" })], more))).toEqual(expected);
  });
});

describe("laws", () => {
  const ids = fc.constantFrom("US-1", "us-2", "US-3", "EPIC-1", "epic-2");
  const status = fc.constantFrom("ready", "in_progress", "done");
  const fields = fc.record(
    {
      title: fc.constantFrom("A", "B"),
      status,
      branch: fc.constantFrom("x", "y", null),
      pr: fc.constantFrom("p", null),
      parent: fc.constantFrom("EPIC-1", "epic-2", "US-1", "?"),
    },
    { requiredKeys: [] },
  );
  const files = fc.array(
    fc.tuple(ids, fields).map(([id, said]) => file(id, said)),
    { maxLength: 6 },
  );
  const items = fc.uniqueArray(fc.tuple(fc.constantFrom("US-1", "US-2", "US-3"), fields), {
    selector: ([id]) => id,
    maxLength: 3,
  });
  const trees = items.map((all) =>
    treeOf(...all.map(([id, { parent: _, ...said }]) => story(id, { title: "T", ...said }))),
  );

  it("a second look finds nothing to do, and says nothing of what it kept", () => {
    fc.assert(
      fc.property(trees, files, fc.boolean(), (tree, files, isNewer) => {
        const times = isNewer ? {} : { fileTime: () => at(1), hubTime: () => at(2) };
        const first = plan(tree, files, times);
        const again = plan(applied(tree, first), files, { ...times, seen: first.seen });
        expect([again.added, again.edits, again.findings.filter(({ code }) => code === "older-file")]).toEqual([
          [],
          [],
          [],
        ]);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it("nothing is cleared, nothing but three fields is touched, and nothing is made up", () => {
    fc.assert(
      fc.property(trees, files, (tree, files) => {
        const { added, edits } = plan(tree, files);
        for (const { item, field, value } of edits) {
          expect([value === null, (FILE_FIELDS as readonly string[]).includes(field)]).toEqual([false, true]);
          expect(files.some((one) => one.id.toUpperCase() === item && one.fields[field] === value)).toBe(true);
        }
        const all = [...Object.keys(tree.items), ...added.map(({ id }) => id)];
        expect(new Set(all).size).toBe(all.length);
        for (const { id, fields } of added) {
          const { parent } = fields;
          if (parent !== undefined)
            expect([all.includes(String(parent)), String(parent).startsWith("EPIC")]).toEqual([true, true]);
          expect(files.filter((one) => one.id.toUpperCase() === id)).toHaveLength(1);
        }
      }),
      { seed, numRuns: 2000 },
    );
  });
});
