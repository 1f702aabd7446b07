import { describe, expect, test } from "vitest";
import { isSyncFailure } from "../../src/core/errors.ts";
import type { HubEdit } from "../../src/core/plan.ts";
import { editHub } from "../../src/hub/edit.ts";
import { changes, edited, hub } from "./edited.ts";
import { field, fixtureText, readText, ref, treeOf } from "./fixtures.ts";
import { changedLines } from "./lines.ts";

describe("a scalar keeps its own style", () => {
  test.each([
    ["title: Plain # why", "New title", "title: New title # why"],
    ['title: "Quoted"', "New", 'title: "New"'],
    ["title: 'Single'", "It's", "title: 'It''s'"],
    ["title: 'Single'", "two\nlines?", 'title: "two\\nlines?"'],
    ["title: Plain", "No", 'title: "No"'],
    ["title: Plain", "007", 'title: "007"'],
    ["title: Plain", "12e3", 'title: "12e3"'],
    ["title: Plain", "a: b", 'title: "a: b"'],
    ["title: Plain", "a #b", 'title: "a #b"'],
    ["title: Plain", 'say "x"', 'title: say "x"'],
    ["title: Plain", "trailing ", 'title: "trailing "'],
    ["title: Plain", "🙃 ünï", "title: 🙃 ünï"],
    ["title: Plain", "bell\u0007", 'title: "bell\\a"'],
    ["title: !!str 12", "13", 'title: !!str "13"'],
    ["title: &t Plain", "New", "title: &t New"],
    ["title:   Plain", "New", "title:   New"],
    ["title: Plain\n        in two lines", "New", "title: New"],
  ])("%j becomes %j", (line, value, expected) => {
    const before = hub(["id: US-1", ...line.split("\n")]);
    const after = edited(before, [field("US-1", "title", value)]);
    if (!/lines\?/.test(value)) expect(after).toContain(`      ${expected}\n`);
    expect(treeOf(readText(after)).items["US-1"]?.fields.title).toBe(value);
  });

  test.each([
    ["estimation: 5", 8, "estimation: 8"],
    ['estimation: "5"', 8, 'estimation: "8"'],
    ["estimation: 5   # half?", 2.5, "estimation: 2.5   # half?"],
    ["estimation:", 3, "estimation: 3"],
    ["estimation:   # later", 3, "estimation: 3   # later"],
    ["estimation: ~", 3, "estimation: 3"],
    ["estimation: 5", null, "estimation: null"],
    ["estimation: 1e1", 10, undefined],
  ])("%j becomes %j", (line, value, expected) => {
    const before = hub(["id: US-1", "title: One", line]);
    const wanted = expected === undefined ? [] : [[line, expected]];
    expect(changes(before, [field("US-1", "estimate", value)])).toEqual(wanted);
  });

  test("a bare date stays bare, a quoted one quoted, a new one is quoted", () => {
    const due = (line: string) => changes(hub(["id: US-1", "title: One", line]), [field("US-1", "due", "2027-02-03")]);
    expect(due("due: 2027-01-01")).toEqual([["due: 2027-01-01", "due: 2027-02-03"]]);
    expect(due("due: '2027-01-01'")).toEqual([["due: '2027-01-01'", "due: '2027-02-03'"]]);
    expect(due("branch: x")).toEqual([[undefined, 'due: "2027-02-03"']]);
  });

  test("a null is spelled as the item spells nulls", () => {
    const before = hub(["id: US-1", "title: One", "branch: ~", "assignee: ana", "pr:"]);
    expect(changes(before, [field("US-1", "assignee", null)])).toEqual([["assignee: ana", "assignee: ~"]]);
  });
});

describe("a text block", () => {
  const block = (header: string, body: readonly string[]) =>
    hub(["id: US-1", "title: One", header, ...body, "status: ready"]);

  test("keeps header, comment, depth and line ends", () => {
    const before = block("description: |  # markdown", ["    One.", "", "    Two."]).replaceAll("\n", "\r\n");
    expect(changes(before, [field("US-1", "description", "One.\n\nTwo, and three.\n")])).toEqual([
      ["Two.\r", "Two, and three.\r"],
    ]);
  });

  test("says by its header that the text ends without a line end", () => {
    const before = block("description: |", ["  One."]);
    expect(changes(before, [field("US-1", "description", "One.")])).toEqual([["description: |", "description: |-"]]);
  });

  test("keeps an indentation digit and adds one where the text starts with blanks", () => {
    expect(changes(block("description: |4", ["      deep"]), [field("US-1", "description", "  deeper\n")])).toEqual([
      ["deep", "deeper"],
    ]);
    const after = edited(block("description: |", ["    flat"]), [field("US-1", "description", "  deep\nflat\n")]);
    expect(after).toContain("      description: |4\n            deep\n          flat\n");
  });

  test("is folded as wide as it was", () => {
    const before = block("description: >-", ["  words that are folded", "  by hand at this width", "", "  second"]);
    const value = "words that are folded by hand at this width and more\nsecond";
    expect(changes(before, [field("US-1", "description", value)])).toEqual([[undefined, "and more"]]);
  });

  test("gives way to quotes for what it cannot hold, and to null", () => {
    const before = block("description: |", ["  One.", "  Two."]);
    expect(edited(before, [field("US-1", "description", "cr\r\nlf")])).toContain(
      '      description: "cr\\r\\nlf"\n      status:',
    );
    expect(edited(before, [field("US-1", "description", null)])).toContain("      description: null\n      status:");
    expect(edited(before, [field("US-1", "description", "")])).toContain('      description: ""\n      status:');
  });

  test("comes into being where a line becomes a text, and in a flow item stays one line", () => {
    const before = hub(["id: US-1", "title: One", "description: short # why", "status: ready"]);
    const after = edited(before, [field("US-1", "description", "a\n\nb"), field("US-2", "description", "a\nb")]);
    expect(after).toContain("      description: |- # why\n        a\n\n        b\n      status: ready\n");
    expect(after).toContain('{id: US-2, title: Two, description: "a\\nb"}');
  });
});

describe("a list is changed element by element", () => {
  const labels = (line: string, wanted: readonly string[]) =>
    changes(hub(["id: US-1", "title: One", ...line.split("\n")]), [field("US-1", "labels", wanted)]);

  test.each([
    ["labels: [a, 'b', c]", ["a", "b", "c", "d"], "labels: [a, 'b', c, d]"],
    ["labels: [a, 'b', c]", ["a", "c"], "labels: [a, c]"],
    ["labels: [a, 'b', c]", ["b", "c"], "labels: ['b', c]"],
    ["labels: [a, 'b', c]", ["a", "b"], "labels: [a, 'b']"],
    ["labels: [ a, b ]  # why", ["x", "b"], "labels: [ x, b ]  # why"],
    ["labels: [a, b,]", [], "labels: []"],
    ["labels: []", ["a, b", "No"], 'labels: ["a, b", "No"]'],
    ["labels: ~", ["a"], "labels: [a]"],
    ["labels:", ["a"], "labels: [a]"],
    ['labels: ["a"]', ["a", "b"], 'labels: ["a", "b"]'],
    ["labels: [a, sdlc-sync]", ["b"], "labels: [sdlc-sync, b]"],
    ["labels: [2026, b]", ["2026"], "labels: [2026]"],
  ])("%s with %j", (line, wanted, expected) => {
    expect(labels(line, wanted)).toEqual([[line, expected]]);
  });

  test("block lists gain and lose lines, and their comments stay", () => {
    const block = "labels:\n  - a   # the first\n  - b\n  # between\n  - c";
    expect(labels(block, ["a", "b", "c", "d"])).toEqual([[undefined, "- d"]]);
    expect(labels(block, ["a", "c"])).toEqual([["- b", undefined]]);
    expect(labels(block, ["b", "c"])).toEqual([["- a   # the first", "# the first"]]);
    expect(labels(block, ["x", "b", "c"])).toEqual([["- a   # the first", "- x   # the first"]]);
    expect(labels(block, [])).toEqual([
      ["labels:", "labels: []"],
      ["- a   # the first", "# the first"],
      ["- b", undefined],
      ["- c", undefined],
    ]);
  });

  test("flow lists over several lines gain a line", () => {
    expect(labels("labels: [\n  a, # the first\n  b # the last\n  ]", ["a", "b", "c"])).toEqual([
      ["b # the last", "b, # the last"],
      [undefined, "c"],
    ]);
  });

  test("a new list is written as the file writes such lists", () => {
    const blockList = fixtureText("PROJ-2027-001").replace("      labels: [loyalty, core]\n", "");
    const after = edited(blockList, [field("US-LOY-001", "labels", ["a", "b"])]);
    expect(changedLines(blockList, after).map(([, now]) => now)).toEqual([
      "      labels:",
      "        - a",
      "        - b",
    ]);
  });
});

describe("new keys and refs", () => {
  test("go behind the keys that people write before them", () => {
    const before = hub(["id: US-1", "title: One   # first", "status: ready", "x-note: last"]);
    const edits = [
      field("US-1", "description", "Text"),
      field("US-1", "parent", "EPIC-2"),
      field("US-1", "assignee", "ana"),
    ];
    expect(edited(before, edits)).toContain(
      [
        "- id: US-1",
        "  epic: EPIC-2",
        "  title: One   # first",
        "  description: Text",
        "  status: ready",
        "  assignee: ana",
        "  x-note: last",
      ].join("\n    "),
    );
  });

  test("external_refs come into being in the item's own style", () => {
    const before = hub(["id: US-1", "title: One"]);
    const after = edited(before, [
      ref("US-1", "jira", "CHK-1"),
      ref("US-1", "linear", "12e3"),
      ref("US-2", "jira", "CHK-2"),
    ]);
    expect(after).toContain('      title: One\n      external_refs:\n        jira: "CHK-1"\n        linear: "12e3"\n');
    expect(after).toContain('{id: US-2, title: Two, external_refs: {jira: "CHK-2"}}');
  });

  test.each([
    ["external_refs: {}", 'external_refs: {jira: "CHK-1"}'],
    ["external_refs: {jira: null, linear: ~}", 'external_refs: {jira: "CHK-1", linear: ~}'],
    ["external_refs: {linear: x}", 'external_refs: {linear: x, jira: "CHK-1"}'],
    ["external_refs: {jira: , linear: x}", 'external_refs: {jira: "CHK-1" , linear: x}'],
    ["external_refs: {jira, linear: x}", 'external_refs: {jira: "CHK-1", linear: x}'],
    ["external_refs: null", 'external_refs: {jira: "CHK-1"}'],
    ["external_refs:", 'external_refs: {jira: "CHK-1"}'],
  ])("%s", (line, expected) => {
    expect(changes(hub(["id: US-1", "title: One", line]), [ref("US-1", "jira", "CHK-1")])).toEqual([[line, expected]]);
  });

  test("a flow item over several lines gains lines; JSON stays JSON", () => {
    const lines = ["{", "  id: US-1, # the id", "  title: One # the title", "}"];
    expect(changes(hub(lines), [field("US-1", "status", "done"), ref("US-1", "jira", "CHK-1")])).toEqual([
      ["title: One # the title", "title: One, # the title"],
      [undefined, "status: done,"],
      [undefined, 'external_refs: {jira: "CHK-1"}'],
    ]);
    const json =
      '{"project": {"id": "PROJ-2027-001"}, "implementation": {"stories": [{"id": "US-1", "title": "One"}]}}';
    const after = edited(json, [
      field("US-1", "status", "done"),
      field("US-1", "labels", ["a"]),
      ref("US-1", "jira", "X-1"),
    ]);
    const story = (JSON.parse(after) as { implementation: { stories: unknown[] } }).implementation.stories[0];
    expect(story).toEqual({ id: "US-1", title: "One", status: "done", labels: ["a"], external_refs: { jira: "X-1" } });
  });

  test("a file without a last line end gets none, a BOM and CRLF stay", () => {
    const before = `\uFEFF${hub(["id: US-1", "title: One"], "\r\n")
      .trimEnd()
      .replace(/\r\n[^\n]*$/, "")}`;
    const after = edited(before, [field("US-1", "status", "done"), ref("US-1", "jira", "CHK-1")]);
    expect(after).toBe(`${before}\r\n      status: done\r\n      external_refs:\r\n        jira: "CHK-1"`);
  });

  test("a task that moves below an epic leaves its story", () => {
    const before = fixtureText("PROJ-2027-001");
    expect(changes(before, [field("TASK-LOY-001", "parent", "EPIC-002")])).toEqual([
      ["story: US-LOY-001", "story: null"],
      [undefined, "epic: EPIC-002"],
    ]);
  });

  test("the project's own fields stand in their blocks", () => {
    const before = fixtureText("PROJ-2027-001");
    const project = { kind: "field", item: "PROJ-2027-001", type: "project" } as const;
    expect(
      changes(before, [
        { ...project, field: "health", value: "Red" },
        { ...project, field: "title", value: "Loyalty" },
      ]),
    ).toEqual([
      ["name: Loyalty programme", "name: Loyalty"],
      [
        "state: {currentPhase: 4, currentGate: G3, overallProgress: 0.25, health: Green}",
        "state: {currentPhase: 4, currentGate: G3, overallProgress: 0.25, health: Red}",
      ],
    ]);
  });
});

describe("what is not edited", () => {
  test.each([
    [field("US-9", "title", "x"), "the file has no story US-9"],
    [{ ...field("US-1", "title", "x"), type: "epic" } as HubEdit, "the file has no epic US-1"],
    [field("US-1", "health", "Red"), "a story has no health in the hub file"],
    [field("US-1", "estimate", Number.NaN), "NaN is no number"],
    [field("US-1", "estimate", 5), 'estimation holds "five", which only a person can correct'],
    [field("US-1", "parent", "EPIC-1"), 'epic holds "EPIC-9", which only a person can correct'],
    [ref("US-1", "jira", "X-1"), "external_refs of US-1 is no map"],
  ])("%j", (edit, reason) => {
    const before = hub(["id: US-1", "title: One", "estimation: five", "epic: EPIC-9", "external_refs: [a]"]);
    const { text, skipped } = editHub(before, [edit, field("US-2", "title", "Two, edited")]);
    expect(skipped).toEqual([{ edit, reason: expect.stringContaining(reason) as string }]);
    expect(changedLines(before, text)).toHaveLength(1);
  });

  test("both of two items with one id", () => {
    const { text, skipped } = editHub(fixtureText("PROJ-2027-003"), [field("US-DAT-001", "title", "x")]);
    expect(skipped).toHaveLength(1);
    expect(text).toBe(fixtureText("PROJ-2027-003"));
  });

  test("what would need a copy of half the file, while the rest of the edits is made", () => {
    const many = Array.from({ length: 200 }, (_, index) => `    - {id: US-1${index}, title: T, status: ready}\n`).join(
      "",
    );
    const before = `${hub(["id: US-1", "title: One"]).replace("stories:", "stories: &all")}${many}x-archive: *all\n`;
    const edits = [field("US-1", "title", "x"), field("EPIC-1", "title", "why"), field("US-2", "title", "z")];
    const { text, skipped } = editHub(before, edits);
    expect(skipped.map(({ edit }) => edit.item)).toEqual(["US-1", "US-2"]);
    expect(changedLines(before, text)).toEqual([["    - {id: EPIC-1, title: E1}", "    - {id: EPIC-1, title: why}"]]);
  });

  test("a file that must not be acted on", () => {
    const edit = () => editHub(fixtureText("PROJ-2027-004"), [field("US-1", "title", "x")]);
    expect(edit).toThrow("unresolved merge, lines 4 to 8");
    try {
      edit();
    } catch (error) {
      expect(isSyncFailure(error, "InvalidHub")).toBe(true);
    }
  });

  test("what the file says already", () => {
    const before = fixtureText("PROJ-2027-001");
    const items = Object.values(treeOf(readText(before)).items);
    const edits = items.flatMap(({ id, type, fields }) =>
      Object.entries(fields).map(([name, value]) => ({ kind: "field", item: id, type, field: name, value }) as HubEdit),
    );
    expect(edits.length).toBeGreaterThan(30);
    expect(editHub(before, edits)).toEqual({ text: before, skipped: [] });
  });
});
