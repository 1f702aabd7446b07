import { describe, expect, it } from "vitest";
import { followUpOf } from "../../src/core/follow-up.ts";
import type { HubBase } from "../../src/core/model.ts";
import type { AgreedValue } from "../../src/core/plan.ts";

const BASE = { "EPIC-1": { type: "epic", fields: { status: "planning", title: "One" } } } as unknown as HubBase;
const epic = (field: "status" | "title", value: string, item = "EPIC-1"): AgreedValue => ({
  item,
  type: "epic",
  field,
  value,
});

describe("what an epic's new status starts", () => {
  it.each([
    ["of a run of some tools: all tools", { tools: ["jira"] }, "in_progress", { trigger: "epic-status" }],
    ["of a run of some fields: all of it", { fields: ["status" as const] }, "blocked", { trigger: "epic-status" }],
    ["of a whole run: nothing more", {}, "in_progress", null],
    ["completed: a look at everything", {}, "completed", { trigger: "epic-completed", full: true }],
    [
      "completed in a run of some tools: the same",
      { tools: ["jira"] },
      "completed",
      { trigger: "epic-completed", full: true },
    ],
    ["completed in a run that looks at everything: nothing more", { full: true }, "completed", null],
    ["completed in a forced run: nothing more", { force: true }, "completed", null],
  ])("%s", (_, restriction, status, expected) => {
    expect(followUpOf({ trigger: "manual", ...restriction }, [epic("status", status)], BASE)).toEqual(expected);
  });

  it("is nothing for other fields, for what was agreed already, for what is agreed for the first time, and for stories", () => {
    const request = { trigger: "manual", tools: ["jira"] };
    const story: AgreedValue = { ...epic("status", "done"), type: "story" };
    const others = [epic("title", "Two"), epic("status", "planning"), epic("status", "in_progress", "EPIC-2"), story];
    expect(followUpOf(request, others, BASE)).toBeNull();
  });
});
