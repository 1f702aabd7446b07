import { describe, expect, it } from "vitest";
import type { FieldName, ItemType } from "../../src/core/model.ts";
import { givenValue } from "../../src/core/given-value.ts";

const given = (field: FieldName, value: unknown, type: ItemType = "story") => {
  const result = givenValue(type, field, value);
  return result.kind === "value" ? { value: result.value } : result.why;
};

describe("a value that somebody types", () => {
  it.each<[FieldName, unknown, unknown]>([
    ["title", "  Store\n a card ", { value: "Store a card" }],
    ["title", "", "title cannot be empty"],
    ["title", "   ", "title cannot be empty"],
    ["assignee", " ", { value: null }],
    ["estimate", " ", { value: null }],
    ["status", null, "status cannot be empty"],
    ["status", "In_Review", { value: "in_review" }],
    ["status", "almost", '"almost" is none of ready, in_progress, in_review, done, blocked, cancelled'],
    ["priority", "p1", { value: "P1" }],
    ["estimate", "3.5", { value: 3.5 }],
    ["estimate", 0, { value: 0 }],
    ["estimate", "three", '"three" is no number'],
    ["estimate", "", { value: null }],
    ["due", "2026-02-28", { value: "2026-02-28" }],
    ["due", "2026-02-30", '"2026-02-30" is no day (YYYY-MM-DD)'],
    ["labels", "api, checkout,,", { value: ["api", "checkout"] }],
    ["labels", ["api", " b "], { value: ["api", "b"] }],
    ["labels", [1], "it is no list of texts"],
    ["description", "a\n\nb", { value: "a\n\nb" }],
    ["assignee", { email: "x" }, "it is neither text nor a number"],
  ])("%s: %j", (field, value, expected) => {
    expect(given(field, value)).toEqual(expected);
  });

  it("is one of its item's own kind", () => {
    expect(given("status", "completed", "epic")).toEqual({ value: "completed" });
    expect(given("status", "completed")).toContain("none of");
    expect(given("health", "red", "project")).toEqual({ value: "Red" });
  });
});
