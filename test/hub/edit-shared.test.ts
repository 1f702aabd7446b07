import { describe, expect, test } from "vitest";
import { changes, edited, hub } from "./edited.ts";
import { field, fixtureText, readText, ref, treeOf } from "./fixtures.ts";

describe("what items share", () => {
  const before = fixtureText("PROJ-2027-002");

  test("an anchored value that changes leaves its aliases a copy of their own", () => {
    expect(changes(before, [field("US-FAC-002", "labels", ["fiscal", "aeat", "nuevo"])])).toEqual([
      ["labels: &tags [fiscal, aeat]", "labels: &tags [fiscal, aeat, nuevo]"],
      ["labels: *tags", "labels: [fiscal, aeat]"],
    ]);
  });

  test("an aliased value that changes becomes the item's own", () => {
    expect(
      changes(before, [field("US-FAC-003", "labels", ["fiscal"]), field("US-FAC-001", "assignee", "tom")]),
    ).toEqual([
      ["assignee: *ana", "assignee: tom"],
      ["labels: *tags", "labels: [fiscal]"],
    ]);
  });

  test("a merged value that changes is overridden beside `<<`", () => {
    expect(changes(before, [field("US-FAC-001", "status", "done"), field("US-FAC-001", "estimate", 5)])).toEqual([
      [undefined, "status: done"],
      [undefined, "estimation: 5"],
    ]);
  });

  test("an item that others merge keeps to itself what changes", () => {
    const shared = hub(["&one", "  id: US-1", "  title: One", "  status: ready"]).replace(
      "{id: US-2, title: Two}",
      "{<<: *one, id: US-2}",
    );
    const { items } = treeOf(readText(edited(shared, [field("US-1", "title", "New")])));
    expect(items["US-2"]?.fields).toMatchObject({ title: "One", status: "ready" });
  });

  test("an item, or its refs, that is only an alias gets a copy of its own", () => {
    const shared = `x: {item: &i {id: US-9, title: Nine}, refs: &r {jira: 12e3}}\n${hub(["id: US-1", "title: One", "external_refs: *r"])}    - *i\n`;
    const after = edited(shared, [field("US-9", "title", "Ten"), ref("US-1", "linear", "PAY-1")]);
    expect(after).toContain("    - {id: US-9, title: Ten}\n");
    expect(after).toContain('      external_refs: {jira: 12e3, linear: "PAY-1"}\n');
    expect(after).toContain("x: {item: &i {id: US-9, title: Nine}, refs: &r {jira: 12e3}}\n");
  });

  test("a bomb of aliases is not let off", () => {
    const levels = Array.from({ length: 30 }, (_, index) => `b${index + 1}: &b${index + 1} [*b${index}, *b${index}]`);
    const bomb = ["b0: &b0 x", ...levels].join("\n");
    const text = `${bomb}\n${hub(["id: US-1", "title: One"])}`;
    expect(changes(text, [field("US-1", "title", "New")])).toEqual([["title: One", "title: New"]]);
  });
});
