import { describe, expect, it } from "vitest";
import type { ItemType } from "../../../src/core/model.ts";
import { STATUS_VALUES } from "../../../src/core/fields.ts";
import { statusLens } from "../../../src/connectors/linear/status.ts";
import { statusMap, type StatusKind } from "../../../src/core/maps.ts";
import type { Lens } from "../../../src/core/lens.ts";
import { mapsOf } from "../../support/maps.ts";

/** States as `name:type`, whose names are their ids. */
function lensOf(
  states: string,
  options: { type?: ItemType; projects?: boolean; overrides?: Record<string, string> } = {},
): Lens {
  const kind = options.projects ? "epic_project" : ((options.type ?? "story") as StatusKind);
  const live = states.split(", ").map((text, position) => {
    const [name = "", type = ""] = text.split(":");
    return { id: name, name, type, position };
  });
  return statusLens(statusMap(mapsOf("linear"), kind), live, options.overrides);
}

const TEAM =
  "Triage:triage, Backlog:backlog, Todo:unstarted, In Progress:started, In Review:started, Done:completed, Canceled:canceled, Duplicate:duplicate";
const PROJECTS =
  "Backlog:backlog, Planned:planned, In Progress:started, Paused:paused, Completed:completed, Canceled:canceled";
const written = (lens: Lens, value: string): string => {
  const result = lens.write(value);
  return result.kind === "value" ? (result.value as string) : result.code;
};
const reading = (lens: Lens, state: string): string => {
  const result = lens.read(state);
  return result.kind === "value" ? (result.value as string) : result.code;
};

describe("a story's status in a usual team", () => {
  const lens = lensOf(TEAM);
  it.each([
    ["ready", "Todo"],
    ["in_progress", "In Progress"],
    ["in_review", "In Review"],
    ["done", "Done"],
    ["cancelled", "Canceled"],
    ["blocked", "In Progress"],
    ["sleeping", "unknown-status"],
  ])("%s is written as %s", (value, state) => expect(written(lens, value)).toBe(state));

  it.each([
    ["Backlog", "ready"],
    ["Todo", "ready"],
    ["In Review", "in_review"],
    ["Canceled", "cancelled"],
    ["Triage", "unmapped-status"],
    ["Duplicate", "unmapped-status"],
    ["Of another team", "unknown-status"],
  ])("%s is read as %s", (state, value) => expect(reading(lens, state)).toBe(value));

  it("lets the state of work stand for blocked, which the team has no state for", () => {
    expect(lens.represents("In Progress", "blocked")).toBe(true);
    expect(lens.represents("In Progress", "in_progress")).toBe(true);
    expect(lens.represents("In Review", "blocked")).toBe(false);
    expect(lens.represents("In Progress", "in_review")).toBe(false);
    expect(lens.represents("Backlog", "ready")).toBe(true);
    expect(lens.represents("Triage", "ready")).toBe(false);
  });

  it("has no empty status", () => {
    expect(lens.write(null)).toMatchObject({ kind: "cannot", code: "no-status" });
    expect(lens.represents("Todo", null)).toBe(false);
  });
});

describe("states that people named themselves", () => {
  it("are told by their type, where it has only one", () => {
    const lens = lensOf("Next:unstarted, Doing:started, Shipped:completed, Dropped:canceled");
    expect(STATUS_VALUES.story.map((value) => written(lens, value))).toEqual([
      "Next",
      "Doing",
      "Doing",
      "Shipped",
      "Doing",
      "Dropped",
    ]);
    expect(reading(lens, "Doing")).toBe("in_progress");
  });

  it("are refused where two could be meant, and named in the message", () => {
    const lens = lensOf("Todo:unstarted, Coding:started, Testing:started, Done:completed");
    expect(lens.write("in_progress")).toMatchObject({
      kind: "cannot",
      code: "ambiguous-status",
      message: expect.stringContaining('"Coding", "Testing"'),
    });
    expect(reading(lens, "Testing")).toBe("in_progress");
    expect(lens.represents("Testing", "in_progress")).toBe(true);
    expect(written(lens, "done")).toBe("Done");
  });

  it("are told apart by the binding, by name or id", () => {
    const overrides = { in_progress: "Coding", in_review: "testing" };
    const lens = lensOf("Todo:unstarted, Coding:started, Testing:started, Done:completed", { overrides });
    expect([written(lens, "in_progress"), written(lens, "in_review")]).toEqual(["Coding", "Testing"]);
    expect([reading(lens, "Coding"), reading(lens, "Testing")]).toEqual(["in_progress", "in_review"]);
  });

  it("are reported where the binding names one that is gone", () => {
    expect(lensOf(TEAM, { overrides: { in_review: "QA" } }).write("in_review")).toMatchObject({
      kind: "cannot",
      code: "unknown-status",
      message: expect.stringContaining('"QA"'),
    });
  });

  it("are missing altogether", () => {
    expect(written(lensOf("Todo:unstarted"), "done")).toBe("no-such-status");
  });

  it("keep a claim on their name, whatever their type says", () => {
    const lens = lensOf("Todo:unstarted, Blocked:unstarted, Work:started, Done:completed");
    expect(written(lens, "ready")).toBe("Todo");
    expect(written(lens, "blocked")).toBe("Blocked");
    expect(reading(lens, "Blocked")).toBe("blocked");
  });
});

describe("an epic's status", () => {
  it.each([
    ["planning", "Planned"],
    ["in_progress", "In Progress"],
    ["on_hold", "Paused"],
    ["blocked", "Paused"],
    ["completed", "Completed"],
    ["cancelled", "Canceled"],
  ])("as a project: %s is written as %s and stays so", (value, status) => {
    const lens = lensOf(PROJECTS, { type: "epic", projects: true });
    expect(written(lens, value)).toBe(status);
    expect(lens.represents(status, value)).toBe(true);
  });

  it("as a project: backlog is read as planning", () => {
    expect(reading(lensOf(PROJECTS, { type: "epic", projects: true }), "Backlog")).toBe("planning");
  });

  it("as an issue: the team's states", () => {
    const lens = lensOf(TEAM, { type: "epic" });
    expect(STATUS_VALUES.epic.map((value) => written(lens, value))).toEqual([
      "Todo",
      "In Progress",
      "In Progress",
      "Done",
      "In Progress",
      "Canceled",
    ]);
  });
});

describe("a task's status", () => {
  it("has no cancelled", () => {
    const lens = lensOf(TEAM, { type: "task" });
    expect(STATUS_VALUES.task.map((value) => written(lens, value))).toEqual([
      "Todo",
      "In Progress",
      "Done",
      "In Progress",
    ]);
    expect(reading(lens, "Canceled")).toBe("unmapped-status");
  });
});
