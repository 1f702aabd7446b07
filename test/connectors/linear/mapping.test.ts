import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FieldName, FieldValue, ItemType, ToolValue } from "../../../src/core/model.ts";
import { estimateLens } from "../../../src/connectors/linear/estimate.ts";
import { FIELDS_OF_TYPE } from "../../../src/core/fields.ts";
import { idOf } from "../../../sandbox/linear/seed.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({
    tasks: true,
    people: { ana: "ana@acme.test", ghost: "nobody@acme.test", chief: idOf.user("ben@acme.test") },
    seed: {
      users: [
        { email: "sync@acme.test" },
        { email: "ana@acme.test", name: "Ana Pérez", displayName: "anap" },
        { email: "ben@acme.test", name: "Ben Okafor", displayName: "ben" },
        { email: "ben2@acme.test", name: "Ben Okafor", displayName: "ben2" },
        { email: "gone@acme.test", name: "Gone Girl", displayName: "gone", active: false },
        { email: "Mixed@Acme.test", name: "Mixed Case", displayName: "mixed" },
      ],
      labels: [{ name: "Bug" }, { name: "Area", group: true }],
      cycles: [
        { team: "PAY", number: 7, name: "Sprint 7" },
        { team: "PAY", number: 8 },
        { team: "PAY", number: 9, name: "Twin" },
        { team: "PAY", number: 10, name: "twin" },
      ],
    },
  });
});
afterAll(() => bench.close());

function written(field: FieldName, value: FieldValue, type: ItemType = "story"): ToolValue | { code: string } {
  const result = bench.lens(type, field).write(value);
  return result.kind === "value" ? result.value : { code: result.code };
}

describe("what has a place in Linear", () => {
  it.each<[ItemType, readonly FieldName[]]>([
    ["epic", ["title", "description", "status", "priority", "labels", "due"]],
    [
      "story",
      ["title", "description", "status", "priority", "estimate", "labels", "due", "parent", "assignee", "sprint", "pr"],
    ],
    ["task", ["title", "status", "parent", "assignee", "task_type"]],
    ["project", []],
  ])("of a %s: %j", (type, fields) => {
    const table = connector.lenses(bench.scope.binding, bench.scope.schema);
    expect(FIELDS_OF_TYPE[type].filter((field) => table(type, field))).toEqual(fields);
  });
});

describe("people", () => {
  it.each<[string, ToolValue | { code: string }]>([
    ["ana@acme.test", idOf.user("ana@acme.test")],
    ["ANA@ACME.TEST", idOf.user("ana@acme.test")],
    ["ana", idOf.user("ana@acme.test")],
    ["@anap", idOf.user("ana@acme.test")],
    ["Ana Pérez", idOf.user("ana@acme.test")],
    ["chief", idOf.user("ben@acme.test")],
    ["ben", idOf.user("ben@acme.test")],
    ["mixed@acme.test", idOf.user("Mixed@Acme.test")],
    ["Ben Okafor", { code: "ambiguous-person" }],
    ["gone@acme.test", { code: "inactive-person" }],
    ["ghost", { code: "unknown-person" }],
    ["somebody", { code: "unknown-person" }],
  ])("%s is written as %j", (person, expected) => expect(written("assignee", person)).toEqual(expected));

  it("are read as the identity map or their e-mail names them", () => {
    const lens = bench.lens("story", "assignee");
    const read = (email: string): unknown => lens.read(idOf.user(email));
    expect(read("ana@acme.test")).toEqual({ kind: "value", value: "ana" });
    expect(read("ben@acme.test")).toEqual({ kind: "value", value: "chief" });
    expect(read("Mixed@Acme.test")).toEqual({ kind: "value", value: "mixed@acme.test" });
    expect(read("gone@acme.test")).toEqual({ kind: "value", value: "gone@acme.test" });
    expect(lens.read("an unknown id")).toMatchObject({ kind: "none", code: "unknown-person" });
    expect(lens.read(null)).toEqual({ kind: "value", value: null });
  });

  it("stand for every spelling of theirs", () => {
    const lens = bench.lens("story", "assignee");
    const ana = idOf.user("ana@acme.test");
    for (const name of ["ana", "anap", "Ana Pérez", "ana@acme.test"]) expect(lens.represents(ana, name)).toBe(true);
    expect(lens.represents(ana, "ben")).toBe(false);
    expect(lens.represents(ana, null)).toBe(false);
    expect(lens.represents(null, null)).toBe(true);
  });
});

describe("estimates", () => {
  const scale = (type: string, extended = false, allowZero = false): ReturnType<typeof estimateLens> =>
    estimateLens({ type, extended, allowZero });

  it.each<[string, boolean, number, ToolValue | undefined]>([
    ["fibonacci", false, 5, 5],
    ["fibonacci", false, 4, 5],
    ["fibonacci", false, 2.5, 3],
    ["fibonacci", false, 0.5, 1],
    ["fibonacci", false, 8.5, undefined],
    ["fibonacci", false, 34, undefined],
    ["fibonacci", true, 13, 13],
    ["fibonacci", true, 17, 21],
    ["exponential", false, 5, 4],
    ["exponential", false, 6, 8],
    ["linear", false, 3.4, 3],
    ["linear", true, 7, 7],
    ["tShirt", false, 8, 8],
    ["fibonacci", false, 0, undefined],
    ["fibonacci", false, -1, undefined],
  ])("on the %s scale (extended: %s) %d is written as %s", (type, extended, points, expected) => {
    const result = scale(type, extended)?.write(points);
    expect(result?.kind === "value" ? result.value : undefined).toBe(expected);
    if (expected === undefined) expect(result).toMatchObject({ code: "out-of-scale" });
    else expect(scale(type, extended)?.represents(expected, points)).toBe(true);
  });

  it("has no place in a team that does not estimate", () => expect(scale("notUsed")).toBeUndefined());

  it("keeps what the scale no longer has, as long as nobody changes it", () => {
    expect(scale("exponential")?.read(3)).toEqual({ kind: "value", value: 3 });
    expect(scale("exponential")?.represents(3, 3)).toBe(true);
  });

  it("takes zero where the team allows it", () => {
    expect(scale("linear", false, true)?.write(0)).toEqual({ kind: "value", value: 0 });
  });
});

describe("values that do not fit", () => {
  it.each<[FieldName, FieldValue, ItemType, string]>([
    ["title", "x".repeat(81), "epic", "too-long"],
    ["title", " ", "story", "no-title"],
    ["title", null, "story", "no-title"],
    ["due", "2026-02-30", "story", "not-a-date"],
    ["due", "next week", "story", "not-a-date"],
    ["labels", ["Bug", "area"], "story", "label-is-group"],
    ["sprint", "Sprint 99", "story", "unknown-sprint"],
    ["sprint", "Twin", "story", "ambiguous-sprint"],
    ["pr", "acme/checkout#77", "story", "not-a-url"],
    ["priority", "P9", "story", "unknown-priority"],
  ])("%s %j of a %s... is %s... %s", (field, value, type, code) => {
    expect(written(field, value, type)).toEqual({ code });
  });

  it.each<[FieldName, FieldValue, ItemType, ToolValue]>([
    ["title", "x".repeat(81), "story", "x".repeat(81)],
    ["title", "Two\n lines ", "story", "Two lines"],
    ["due", "2026-09-30T10:00:00Z", "story", "2026-09-30"],
    ["due", null, "story", null],
    ["labels", ["bug", "BUG", "New one", "status:ready", " "], "story", ["Bug", "New one"]],
    ["sprint", "sprint 7", "story", idOf.cycle("PAY", 7)],
    ["sprint", "8", "story", idOf.cycle("PAY", 8)],
    ["sprint", "Cycle 8", "story", idOf.cycle("PAY", 8)],
    ["pr", "https://github.com/acme/checkout/pull/77", "story", ["https://github.com/acme/checkout/pull/77"]],
    ["priority", "P1", "story", 2],
    ["priority", "P2", "story", 3],
    ["priority", "P3", "story", 4],
    ["priority", null, "story", 0],
    ["description", "- a\n- b", "story", "- a\n- b"],
    ["description", "", "story", null],
  ])("%s %j of a %s is written as %j", (field, value, type, expected) => {
    expect(written(field, value, type)).toEqual(expected);
    expect(bench.lens(type, field).represents(expected, value)).toBe(true);
  });
});

describe("priorities", () => {
  it.each([
    [1, "P1"],
    [2, "P1"],
    [3, "P2"],
    [4, "P3"],
  ])("%i is read as %s and stands for it", (number, value) => {
    const lens = bench.lens("story", "priority");
    expect(lens.read(number)).toEqual({ kind: "value", value });
    expect(lens.represents(number, value)).toBe(true);
    expect(lens.represents(number, value === "P2" ? "P3" : "P2")).toBe(false);
  });

  it("no priority is no opinion: it clears nothing, and stands for nothing but an empty hub", () => {
    const lens = bench.lens("story", "priority");
    expect(lens.read(0)).toMatchObject({ kind: "none", vacant: true });
    expect(lens.represents(0, null)).toBe(true);
    expect(lens.represents(0, "P2")).toBe(false);
  });

  it("follow the binding where it names others", async () => {
    const own = await startBench({ mapping: { priority: { P1: "urgent", P2: "high", P3: "4" } } });
    const lens = own.lens("story", "priority");
    expect([1, 2, 3, 4].map((number) => lens.read(number))).toMatchObject(
      ["P1", "P2", "P2", "P3"].map((value) => ({ value })),
    );
    expect(lens.write("P2")).toEqual({ kind: "value", value: 2 });
    expect(lens.represents(2, "P1")).toBe(false);
    await own.close();
  });
});
