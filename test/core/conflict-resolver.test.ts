import { describe, expect, test } from "vitest";
import { resolveConflict } from "../../src/core/conflict-resolver.ts";
import type { DataConflict } from "../../src/core/conflict-resolver.ts";

const title: DataConflict = {
  field: "title",
  localValue: "Enhanced User Authentication",
  remoteValue: "User Authentication Enhancement",
  lastModified: { local: "2026-03-17T14:30:00Z", remote: "2026-03-17T15:45:00Z" },
};

describe("resolving one conflict by strategy", () => {
  test("the remote title wins under last-modified-wins because it is newer", () => {
    expect(resolveConflict(title, "last-modified-wins")).toEqual({
      ...title,
      resolution: "remote",
      value: "User Authentication Enhancement",
    });
  });

  test.each([
    ["older", "2026-03-17T14:29:59Z"],
    ["of the same moment", "2026-03-17T14:30:00Z"],
    ["the same moment in another time zone", "2026-03-17T15:30:00+01:00"],
    ["not a time at all", "yesterday"],
  ])("the local value stays where the remote one is %s", (_, remote) => {
    const conflict = { ...title, lastModified: { ...title.lastModified, remote } };
    expect(resolveConflict(conflict, "last-modified-wins").resolution).toBe("local");
  });

  test("source-wins takes the hub, manual asks, field-merge asks where nothing can be merged", () => {
    expect(resolveConflict(title, "source-wins")).toMatchObject({ resolution: "local", value: title.localValue });
    expect(resolveConflict(title, "manual")).toMatchObject({ resolution: "manual", value: title.localValue });
    expect(resolveConflict({ ...title, baseValue: "Auth" }, "field-merge").resolution).toBe("manual");
  });

  test("field-merge brings labels together and applies each removal", () => {
    const labels: DataConflict = {
      ...title,
      field: "labels",
      baseValue: ["a", "y"],
      localValue: ["a", "y", "z"],
      remoteValue: ["a", "x"],
    };
    expect(resolveConflict(labels, "field-merge")).toMatchObject({ resolution: "merged", value: ["a", "z", "x"] });
    const { baseValue: _, ...unknown } = labels;
    expect(resolveConflict(unknown, "field-merge").resolution).toBe("manual");
  });

  test("field-merge joins edits of different paragraphs, and asks where they touch", () => {
    const text: DataConflict = {
      ...title,
      field: "description",
      baseValue: "one\n\ntwo\n\nthree",
      localValue: "ONE\n\ntwo\n\nthree",
      remoteValue: "one\n\ntwo\n\nTHREE",
    };
    expect(resolveConflict(text, "field-merge")).toMatchObject({ resolution: "merged", value: "ONE\n\ntwo\n\nTHREE" });
    const touching = { ...text, remoteValue: "uno\n\ntwo\n\nthree" };
    expect(resolveConflict(touching, "field-merge").resolution).toBe("manual");
  });

  test("equal values are no conflict, whatever the strategy", () => {
    const same = { ...title, remoteValue: title.localValue };
    expect(resolveConflict(same, "manual").resolution).toBe("local");
  });
});
