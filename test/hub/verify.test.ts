import { describe, expect, test } from "vitest";
import { ChangePlanner } from "../../src/hub/changes.ts";
import { HubDocument } from "../../src/hub/document.ts";
import { holdsExactly } from "../../src/hub/verify.ts";
import { field } from "./fixtures.ts";

const BEFORE = `d: &d {status: ready, labels: [a]}
implementation:
  stories:
    - {<<: *d, id: US-1, title: One, ref: 12e3}
    - {<<: *d, id: US-2, title: Two}
`;

function parsed(text: string): HubDocument {
  const document = HubDocument.parse(text);
  if (!(document instanceof HubDocument)) throw new Error(document.message);
  return document;
}

/** Whether an edit of US-1's title that led to this text would be let through. */
function passes(after: string): boolean {
  const before = parsed(BEFORE);
  const { tree } = new ChangePlanner(before).plan([field("US-1", "title", "New")]);
  return holdsExactly(before, parsed(after), tree);
}

describe("the check of an edit", () => {
  test.each([
    ["exactly the edit", BEFORE.replace("One", "New")],
    ["the edit in other quotes", BEFORE.replace("One", '"New"')],
    [
      "a merge written out",
      BEFORE.replace("One", "New").replace("{<<: *d, id: US-2", "{<<: {status: ready, labels: [a]}, id: US-2"),
    ],
  ])("lets through %s", (_, after) => {
    expect(passes(after)).toBe(true);
  });

  test.each([
    ["no edit at all", BEFORE],
    ["another value", BEFORE.replace("One", "Neu")],
    ["another item's change", BEFORE.replace("One", "New").replace("Two", "2")],
    ["a number in other digits", BEFORE.replace("One", "New").replace("12e3", "12000")],
    ["a number that became a string", BEFORE.replace("One", "New").replace("12e3", '"12e3"')],
    ["a key more", BEFORE.replace("title: One", "title: New, x: 1")],
    ["a key less", BEFORE.replace("One", "New").replace(", ref: 12e3", "")],
    ["a null where nothing was", BEFORE.replace("title: One", "title: New, assignee: null")],
    ["an item more", `${BEFORE.replace("One", "New")}    - {id: US-3}\n`],
    ["an item less", BEFORE.replace("One", "New").replace(/.*US-2.*\n/, "")],
    ["what items share", BEFORE.replace("One", "New").replace("labels: [a]", "labels: [a, b]")],
    ["a list that became its only element", BEFORE.replace("One", "New").replace("[a]", "a")],
    ["other ids", BEFORE.replace("One", "New").replace("US-1", "US-7")],
  ])("stops %s", (_, after) => {
    expect(passes(after)).toBe(false);
  });
});
