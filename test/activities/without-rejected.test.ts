import { describe, expect, it } from "vitest";
import { withoutRejected } from "../../activities/plan.ts";
import type { CreateWrite, UpdateWrite, Write } from "../../src/core/plan.ts";
import type { Intent } from "../../src/store/store.ts";

const create = (item: string, type: "epic" | "story" = "story"): CreateWrite => ({
  kind: "create",
  tool: "jira",
  item,
  type,
  generation: 0,
  fields: { title: { value: item, agreed: item } },
});
const update = (fields: UpdateWrite["fields"], tool = "jira"): UpdateWrite => ({
  kind: "update",
  tool,
  item: "US-001",
  type: "story",
  ref: "10001",
  fields,
});
const below = { parent: { value: { awaits: "EPIC-001" }, agreed: "EPIC-001" } };
const title = { title: { value: "New", agreed: "New" } };

function intents(state: Intent["state"], ...writes: readonly Write[]): Intent[] {
  return writes.map((write, position) => {
    const { tool } = write;
    return { id: `run/1/${tool}/${position}`, project: "P", run: "run", pass: 1, tool, position, write, state };
  });
}

describe("what was refused in this run", () => {
  const refused = intents("rejected", create("EPIC-001", "epic"));

  it("is not sent again in it", () => {
    expect(withoutRejected([create("EPIC-001", "epic"), create("US-002")], refused, [])).toEqual([create("US-002")]);
  });

  it("keeps no child asking for the parent that it did not become", () => {
    expect(withoutRejected([update(below)], refused, [])).toEqual([]);
    expect(withoutRejected([update({ ...below, ...title })], refused, [])).toEqual([update(title)]);
  });

  it("stands in the way of nothing at another tool, nor of a parent that is still to be made", () => {
    expect(withoutRejected([update(below, "linear")], refused, [])).toEqual([update(below, "linear")]);
    expect(withoutRejected([update(below)], intents("planned", create("EPIC-001", "epic")), [])).toEqual([
      update(below),
    ]);
  });
});
