import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Binding, SchemaScope } from "../../../src/connectors/contract.ts";
import type { Lens } from "../../../src/core/lens.ts";
import type { FieldName } from "../../../src/core/model.ts";
import { closeHarness, connector, optionId, startHarness, type Harness } from "./harness.ts";

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => closeHarness(harness));

const human = (action: string, more: object): Promise<unknown> => harness.sandbox.human({ action, ...more });
const user = (name: string): string => harness.sandbox.workspace.users.find((one) => one.name === name)?.id ?? "";
const lens = (field: FieldName, scope: SchemaScope = harness.scope, type: "epic" | "story" | "task" = "story"): Lens =>
  harness.lens(type, field, scope);
const withBinding = (over: Partial<Binding>): Promise<SchemaScope> => harness.redescribe(over);
const id = (role: "status" | "priority" | "sprint", name: string): string => optionId(harness.scope, role, name);

describe("statuses", () => {
  it("are options by name, then by group; what nobody mapped is none", async () => {
    const status = lens("status");
    expect(status.write("in_review")).toEqual({ kind: "value", value: id("status", "In Review") });
    expect(status.read(id("status", "Won't Do"))).toMatchObject({ kind: "none", code: "unmapped-status" });
    expect(status.read("gone")).toMatchObject({ kind: "none", code: "unknown-status" });
    expect(status.read(null)).toMatchObject({ kind: "none", vacant: true });
    expect(status.write(null)).toMatchObject({ kind: "cannot", code: "no-status" });
    expect(lens("status", harness.scope, "epic").write("planning")).toEqual(status.write("ready"));
  });

  it("are the only option of their group where no name tells, and refused where there are two", async () => {
    await human("renameOption", { property: "Status", option: "To Do", name: "Offen" });
    expect(lens("status", await withBinding({})).write("ready")).toEqual({
      kind: "value",
      value: id("status", "To Do"),
    });
    await human("addOption", { property: "Status", name: "Neu", group: "To-do" });
    const written = lens("status", await withBinding({})).write("ready");
    expect(written).toMatchObject({
      kind: "cannot",
      code: "ambiguous-status",
      message: expect.stringContaining('"Offen", "Neu"') as string,
    });
  });

  it("follow the binding's words, and say where those lead nowhere", async () => {
    const scope = await withBinding({ mapping: { status: { story: { cancelled: "Won't Do", done: "Shipped" } } } });
    expect(lens("status", scope).read(id("status", "Won't Do"))).toEqual({ kind: "value", value: "cancelled" });
    expect(lens("status", scope).write("done")).toMatchObject({
      kind: "cannot",
      message: expect.stringContaining('"Shipped"') as string,
    });
  });

  it("borrow another's option where the property has none of their own", async () => {
    await human("removeOption", { property: "Status", option: "In Review" });
    const status = lens("status", await withBinding({}));
    const held = id("status", "In Progress");
    expect(status.write("in_review")).toEqual({ kind: "value", value: held });
    expect([status.represents(held, "in_review"), status.read(held)]).toEqual([
      true,
      { kind: "value", value: "in_progress" },
    ]);
  });

  it("may be a select, whose emptiness says nothing", async () => {
    await human("deleteProperty", { property: "Status" });
    await human("addProperty", { property: "Status", type: "select", options: ["Done", "To Do"] });
    const scope = await withBinding({});
    expect(lens("status", scope).write("done")).toMatchObject({ kind: "value" });
    const twin = await harness.createOne(1);
    expect((await connector.read(scope, [twin.ref])).items[0]?.fields.status).toBeNull();
  });
});

describe("other options", () => {
  it("hold priorities by their usual names or the binding's, and clear", async () => {
    expect(lens("priority").write("P2")).toEqual({ kind: "value", value: id("priority", "P2") });
    expect(lens("priority").write(null)).toEqual({ kind: "value", value: null });
    await human("renameOption", { property: "Priority", option: "P1", name: "Sofort" });
    expect(lens("priority", await withBinding({})).write("P1")).toMatchObject({
      kind: "cannot",
      code: "unknown-priority",
    });
    expect(lens("priority", await withBinding({})).read(id("priority", "P1"))).toMatchObject({
      kind: "none",
      code: "unmapped-priority",
    });
    const scope = await withBinding({ mapping: { priority: { P1: "sofort" } } });
    expect(lens("priority", scope).write("P1")).toEqual({ kind: "value", value: id("priority", "P1") });
  });

  it("hold sprints that exist, and make none", () => {
    expect(lens("sprint").write("sprint 8")).toEqual({ kind: "value", value: id("sprint", "Sprint 8") });
    expect(lens("sprint").write("Sprint 9")).toMatchObject({ kind: "cannot", code: "unknown-sprint" });
    expect(lens("sprint").read("gone")).toMatchObject({ kind: "none", code: "unknown-sprint" });
  });

  it.each([
    ["labels", ["a, b"], "label-comma"],
    ["labels", ["x".repeat(101)], "too-long"],
    ["labels", Array.from({ length: 101 }, (_, n) => `l${n}`), "too-many"],
    ["pr", "feat/x", "not-a-url"],
    ["pr", `https://example.com/${"x".repeat(2000)}`, "too-long"],
    ["branch", "x".repeat(200_001), "too-long"],
    ["due", "2026-12-24T10:00:00Z", "not-a-date"],
    ["estimate", "five", "not-a-number"],
    ["title", "\n ", "empty-title"],
    ["description", "x".repeat(400_001), "too-long"],
  ] as const)("cannot hold %s as %.20j: %s", (field, value, code) => {
    expect(lens(field).write(value)).toMatchObject({ kind: "cannot", code });
  });

  it("cuts a title that is too long for a new page only", () => {
    const written = lens("title").write("word ".repeat(50_000));
    expect(written).toMatchObject({ kind: "cannot", code: "too-long", instead: expect.stringMatching(/…$/) as string });
  });

  it("take a target date's range and time for its last day, and leave them so", async () => {
    const twin = await harness.createOne(1);
    await human("edit", {
      id: twin.ref,
      properties: { "Target Date": { start: "2026-12-01", end: "2026-12-24", time_zone: null } },
    });
    const held = (await harness.readOne(twin.ref)).fields.due ?? null;
    expect(lens("due").read(held)).toEqual({ kind: "value", value: "2026-12-24" });
    expect([lens("due").represents(held, "2026-12-24"), lens("due").represents(held, "2026-12-01")]).toEqual([
      true,
      false,
    ]);
    expect(lens("due").read("2026-12-24T23:30:00.000+01:00")).toEqual({ kind: "value", value: "2026-12-24" });
  });
});

describe("people and parents", () => {
  it("are found by e-mail, name or map; a hidden e-mail is no opinion", async () => {
    expect(lens("assignee").write("ada@example.com")).toEqual({ kind: "value", value: user("Ada Lovelace") });
    expect(lens("assignee").write("Sam Lee")).toMatchObject({ kind: "cannot", code: "ambiguous-person" });
    expect(lens("assignee").read(user("Grace Hopper"))).toMatchObject({ kind: "none", code: "hidden-email" });
    const scope = await withBinding({ people: { grace: user("Grace Hopper") } });
    expect(lens("assignee", scope).read(user("Grace Hopper"))).toEqual({ kind: "value", value: "grace" });
    expect(lens("assignee").write("Sync")).toMatchObject({ kind: "cannot", code: "unassignable-person" });
  });

  it("are written as guests where the map names their id, though no list shows them", async () => {
    const guest = user("Guest Reader");
    expect(lens("assignee").write("gus")).toMatchObject({ kind: "cannot", code: "unknown-person" });
    for (const named of [guest, guest.replace(/-/g, "")]) {
      const scope = await withBinding({ people: { gus: named } });
      expect(lens("assignee", scope).write("gus")).toEqual({ kind: "value", value: guest });
    }
    expect((await harness.createOne(1, { assignee: guest })).fields.assignee).toBe(guest);
  });

  it("say nothing where there are several", async () => {
    const [one, other] = [
      await harness.createOne(1, {}, { type: "epic" }),
      await harness.createOne(2, {}, { type: "epic" }),
    ];
    const twin = await harness.createOne(3);
    const Assignee = ["ada@example.com", "sam.a@example.com"];
    await human("edit", { id: twin.ref, properties: { Parent: [one.ref, other.ref], Assignee } });
    const { fields } = await harness.readOne(twin.ref);
    expect(lens("parent").read(fields.parent ?? null)).toMatchObject({ kind: "none", code: "several-parents" });
    expect(lens("assignee").read(fields.assignee ?? null)).toMatchObject({ kind: "none", code: "several-people" });
    expect(lens("assignee").represents(fields.assignee ?? null, "ada@example.com")).toBe(false);
  });
});

describe("a schema that drifts", () => {
  it.each(["deleteProperty", "retypeProperty"])(
    "parks the field of a property after %s, and no other",
    async (action) => {
      const twin = await harness.createOne(1, { estimate: 3, labels: ["x"] });
      await human(action, { property: "Story Points", type: "rich_text" });
      const stale = await harness.readOne(twin.ref);
      expect(stale.fields).not.toHaveProperty("estimate");
      expect(stale.fields).toMatchObject({ labels: ["x"], title: "Story 1" });
      const [outcome] = await harness.update([
        { id: "u", item: "US-1", type: "story", ref: twin.ref, fields: { estimate: 5, title: "New" } },
      ]);
      expect(outcome).toMatchObject({
        kind: "done",
        refused: { estimate: expect.any(String) as string },
        twin: { fields: { title: "New" } },
      });
      const fresh = await withBinding({});
      expect(connector.lenses(fresh.binding, fresh.schema)("story", "estimate")).toBeUndefined();
    },
  );
});
