/** Sites have a create screen and an edit screen for each issue type, and what stands on one need not be on the other. */
import { afterEach, describe, expect, it } from "vitest";
import type { CreateRequest } from "../../../src/connectors/contract.ts";
import type { FieldName } from "../../../src/core/model.ts";
import { POINTS_FIELD } from "../../../sandbox/jira/model.ts";
import type { ProjectSetup } from "../../../sandbox/jira/site.ts";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, connector, startHarness, updateRequest, type Harness } from "./harness.ts";

let h: Harness;
afterEach(() => closeHarness(h));

const start = async (setup: Omit<ProjectSetup, "key">): Promise<Harness> =>
  startHarness({ projects: [{ key: "CHK", ...setup }] });
const again = (request: CreateRequest): CreateRequest => ({ ...request, recover: true });
const refusedIn = (outcome: unknown): unknown => (outcome as { refused?: unknown }).refused;
const NOT_ON_SCREEN = (id: string): string =>
  `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`;

async function isWritable(field: FieldName): Promise<boolean> {
  const { binding, schema } = await h.redescribe();
  return connector.lenses(binding, schema)("story", field)?.writable !== false;
}

describe("a field on the edit screen only", () => {
  it("is left out of the create and set by one edit afterwards", async () => {
    h = await start({ offCreateScreen: { Story: ["duedate", "priority"] } });
    const fields = { due: "2026-12-01", priority: "1" };
    const outcomes = await h.create([1, 2, 3].map((n) => createRequest(n, fields)));
    expect(outcomes.map(refusedIn)).toEqual([{}, {}, {}]);
    expect(outcomes.map((one) => twinIn(one).fields)).toMatchObject([fields, fields, fields]);
    expect(h.sandbox.log.byOperation()).toMatchObject({
      "POST issue/bulk": 1,
      "GET issue/{ref}/editmeta": 1,
      "PUT issue/{ref}": 3,
    });
    expect(await isWritable("due")).toBe(true);
  });

  it("is known by its screen where two have one name, as soon as an issue tells", async () => {
    h = await start({ offCreateScreen: { Story: [POINTS_FIELD] } });
    expect(connector.lenses(h.scope.binding, h.scope.schema)("story", "estimate")).toBeUndefined();
    await h.create([createRequest(1)]);
    expect((await h.redescribe()).schema["fields"]).toMatchObject({ estimate: POINTS_FIELD });
  });

  it("may be the labels: ours is set with them", async () => {
    h = await start({ offCreateScreen: { Story: ["labels"] } });
    const [outcome] = await h.create([createRequest(1, { labels: ["a"] })]);
    expect(twinIn(outcome).fields.labels).toEqual(["a"]);
    expect(h.sandbox.site.get("CHK-1").data.labels).toEqual(["a", "sdlc-sync"]);
  });

  it("is set by the next attempt where the first died in between, and once", async () => {
    h = await start({ offCreateScreen: { Story: ["duedate"] } });
    const request = createRequest(1, { due: "2026-12-05", labels: ["a"] });
    h.sandbox.faults.add({ kind: "drop-before", operation: "^PUT issue/" });
    await expect(h.create([request])).rejects.toMatchObject({ code: "Unavailable" });
    for (let attempt = 0; attempt < 2; attempt++) {
      const [outcome] = await h.create([again(request)]);
      expect(twinIn(outcome).fields).toMatchObject({ due: "2026-12-05", labels: ["a"] });
    }
    expect(h.sandbox.site.issues.size).toBe(1);
    expect(h.sandbox.site.get("CHK-1").changes).toHaveLength(1);
  });

  it("is left to people who set it between the two attempts", async () => {
    h = await start({ offCreateScreen: { Story: ["duedate"] } });
    h.sandbox.faults.add({ kind: "drop-before", operation: "^PUT issue/" });
    await expect(h.create([createRequest(1, { due: "2026-12-05" })])).rejects.toMatchObject({ code: "Unavailable" });
    await h.sandbox.human({ action: "edit", key: "CHK-1", fields: { duedate: "2026-12-08" } });
    const [outcome] = await h.create([again(createRequest(1, { due: "2026-12-05" }))]);
    expect(twinIn(outcome).fields.due).toBe("2026-12-08");
  });

  it("is planned anew where somebody edits the new issue at that moment", async () => {
    h = await start({ offCreateScreen: { Story: ["duedate"] } });
    h.sandbox.onBeforeAnswer = () => {
      for (const id of h.sandbox.site.issues.keys()) h.sandbox.site.busy.add(id);
    };
    const [outcome] = await h.create([createRequest(1, { due: "2026-12-05" })]);
    h.sandbox.onBeforeAnswer = undefined;
    expect(outcome).toMatchObject({ kind: "done", raced: ["due"], refused: {} });
  });

  it("also where it left the create screen after the schema was read", async () => {
    h = await start({});
    const { screens } = h.sandbox.site.requireProject("CHK");
    const story = screens["10001"] ?? { create: [], edit: [] };
    screens["10001"] = { ...story, create: story.create.filter((id) => id !== "duedate") };
    const [outcome] = await h.create([createRequest(1, { due: "2026-12-05" })]);
    expect(outcome).toMatchObject({ kind: "done", refused: {}, twin: { fields: { due: "2026-12-05" } } });
  });
});

describe("a field on the create screen only", () => {
  it("is set by the create, and an edit of it is refused in Jira's words without cost to the rest", async () => {
    h = await start({ offEditScreen: { Story: [POINTS_FIELD] } });
    const [made] = await h.create([createRequest(1, { estimate: 5 })]);
    expect(twinIn(made).fields.estimate).toBe(5);
    expect(await isWritable("estimate")).toBe(true);
    const [outcome] = await h.update([updateRequest(twinIn(made).ref, { estimate: 8, title: "New" })]);
    expect(outcome).toMatchObject({ kind: "done", refused: { estimate: NOT_ON_SCREEN(POINTS_FIELD) } });
    expect(twinIn(outcome).fields).toMatchObject({ estimate: 5, title: "New" });
  });
});

describe("a field on neither screen", () => {
  it("is tried while no issue tells the edit screen, and not written once one does", async () => {
    h = await start({ hiddenFields: ["duedate"] });
    expect(await isWritable("due")).toBe(true);
    const outcomes = await h.create([1, 2].map((n) => createRequest(n, { due: "2026-12-05" })));
    expect(outcomes.map(refusedIn)).toEqual([1, 2].map(() => ({ due: expect.stringContaining("screen") as string })));
    expect(h.sandbox.log.byOperation()).toMatchObject({ "POST issue/bulk": 1, "GET issue/{ref}/editmeta": 1 });
    expect(h.sandbox.log.count("PUT issue/{ref}")).toBe(0);
    expect(await isWritable("due")).toBe(false);
  });

  it("is not concluded from an issue that is closed to edits, or gone", async () => {
    h = await start({ hiddenFields: ["duedate"] });
    const [made] = await h.create([createRequest(1)]);
    await h.sandbox.human({ action: "transition", key: twinIn(made).key, to: "Done" });
    expect(await isWritable("due")).toBe(true);
    const [other] = await h.create([createRequest(2)]);
    h.sandbox.faults.conditions.staleSearchMs = 60_000;
    h.sandbox.clock.advance(130_000);
    await h.sandbox.human({ action: "delete", key: twinIn(other).key });
    expect(await isWritable("due")).toBe(true);
  });
});
