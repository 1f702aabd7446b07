import { describe, expect, it } from "vitest";
import { placesOf } from "../../../src/connectors/jira/fields.ts";
import { bindingOf } from "./harness.ts";

const NO_SCREENS = { story: [], epic: [] };

describe("a field that the binding names", () => {
  it("asks for the id where a name stands for two fields", () => {
    const fields = [1, 2].map((n) => ({ id: `customfield_${n}`, name: "Points", schema: { type: "number" } }));
    const { misplaced } = placesOf(bindingOf({ mapping: { fields: { estimate: "Points" } } }), fields, NO_SCREENS);
    expect(misplaced?.estimate).toContain("which several fields are called; give the id of one");
    expect(misplaced?.estimate).toContain('"customfield_1 (Points)", "customfield_2 (Points)"');
  });

  it("takes a custom field for one person", () => {
    const fields = [{ id: "customfield_7", name: "Tester", schema: { type: "user", custom: "userpicker" } }];
    const found = placesOf(bindingOf({ mapping: { fields: { qa_assignee: "tester" } } }), fields, NO_SCREENS);
    expect(found).toMatchObject({ fields: { qa_assignee: "customfield_7" }, misplaced: {} });
  });
});
