import { describe, expect, test } from "vitest";
import { isSyncFailure } from "../../src/core/errors.ts";
import { addToHub, type HubAdditions, type NewItem } from "../../src/hub/add.ts";
import { editHub } from "../../src/hub/edit.ts";
import { fixtureText, hasShared, readText, SHARED_PROJECTS, treeOf, typeOf } from "./fixtures.ts";
import { changedLines } from "./lines.ts";
import { randomHub } from "./random-hub.ts";
import { randomOf, type Random } from "./random.ts";

function item(id: string, fields: NewItem["fields"], refs: NewItem["refs"] = {}): NewItem {
  return { id, type: typeOf(id), fields, refs };
}

const STORY = item("US-9", { title: "Nine: the last", status: "ready", estimate: 3 }, { jira: "CHK-9" });

function added(before: string, additions: HubAdditions): string {
  return changedLines(before, addToHub(before, additions))
    .map(([old, now]) => (old === undefined ? now : `${old} => ${now ?? "(gone)"}`))
    .join("\n");
}

describe("a new item is written as its neighbours are", () => {
  test.each<[string, string, string]>([
    [
      "in lines of its own, with refs as the others have them",
      "implementation:\n  stories:\n    - id: US-1\n      title: One\n      external_refs: {jira: CHK-1}\n# end\n",
      '    - id: US-9\n      title: "Nine: the last"\n      status: ready\n      estimation: 3\n      external_refs: {jira: "CHK-9"}',
    ],
    [
      "on one line",
      "implementation:\n  stories:\n  - {id: US-1, title: One}\n",
      '  - {id: US-9, title: "Nine: the last", status: ready, estimation: 3, external_refs: {jira: "CHK-9"}}',
    ],
    [
      "with a blank line where they stand apart, as deep as they are",
      "implementation:\n    stories:\n        -   id: US-1\n            title: One\n\n        -   id: US-2\n            title: Two\n\nx: 1\n",
      '        -   id: US-9\n            title: "Nine: the last"\n            status: ready\n            estimation: 3\n            external_refs:\n                jira: "CHK-9"\n',
    ],
    [
      "in a list on one line",
      "implementation: {stories: [{id: US-1, title: One}]}\n",
      'implementation: {stories: [{id: US-1, title: One}]} => implementation: {stories: [{id: US-1, title: One}, {id: US-9, title: "Nine: the last", status: ready, estimation: 3, external_refs: {jira: "CHK-9"}}]}',
    ],
  ])("%s", (_, before, expected) => {
    expect(added(before, { items: [STORY] })).toBe(expected);
  });

  test.each<[string, string]>([
    ["an empty list", "implementation:\n  epics: []\n  stories: [] # none yet\n  tasks: []\n"],
    ["no list", "implementation:\n  folder: docs/\nx: 1\n"],
    ["a list that is null", "implementation:\n  stories: ~\n  tasks:\n    - {id: TASK-1, title: T}\n"],
    ["a key without value at the end of the file", "implementation:\n  stories:"],
    ["nothing at all below implementation", "implementation:\nx: 1\n"],
    ["no implementation", "project: {id: P}\n\nx: 1\n"],
    ["an empty map", "implementation: {}\nx: 1\n"],
    ["no line end", "project: {id: P}"],
    ["windows line ends", "project: {id: P}\r\nimplementation:\r\n  stories: []\r\n"],
    ["a file on one line", "{project: {id: P}, implementation: {stories: []}}"],
  ])("where there is %s", (_, before) => {
    const items = [STORY, item("US-10", { title: "Ten", description: "a\n\n- b\n", labels: ["x", "y z"] })];
    const after = addToHub(before, { items });
    const { tree } = readText(after);
    expect(tree?.items["US-9"]).toEqual(STORY);
    expect(tree?.items["US-10"]?.fields).toMatchObject({ description: "a\n\n- b\n", labels: ["x", "y z"] });
    expect(/\r/.test(after)).toBe(/\r/.test(before));
    if (before.includes("\r")) expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("a new story hangs below an epic that is as new", () => {
    const after = addToHub("project: {id: P}\n", {
      items: [
        item("US-1", { title: "One", parent: "EPIC-001" }),
        item("EPIC-001", { title: "E", status: "planning" }),
        item("TASK-1", { title: "T", parent: "US-1" }),
        item("TASK-2", { title: "U", parent: "EPIC-001" }),
      ],
    });
    expect(after).toContain("  epics:\n    - id: EPIC-001\n      title: E\n      status: planning\n  stories:\n");
    const { items } = treeOf(readText(after));
    expect(["US-1", "TASK-1", "TASK-2"].map((id) => items[id]?.fields.parent)).toEqual([
      "EPIC-001",
      "US-1",
      "EPIC-001",
    ]);
  });

  test("a list that is shared by an anchor gives its alias a copy", () => {
    const before = "implementation:\n  stories: &all\n    - {id: US-1, title: One}\nseen: *all\n";
    const after = addToHub(before, { items: [item("US-2", { title: "Two" })] });
    expect(after).toContain("seen: [{id: US-1, title: One}]");
  });

  test.each([
    "x: &all [{id: US-1, title: One}]\nimplementation: {stories: *all}\n",
    "x: &all {stories: []}\nimplementation: *all\n",
    "x: &all {stories: []}\nimplementation: {<<: *all}\n",
    "implementation: {stories: none}\n",
  ])("what is another's is left to people: %j", (before) => {
    let failure: unknown;
    try {
      addToHub(before, { items: [STORY] });
    } catch (error) {
      failure = error;
    }
    expect(isSyncFailure(failure, "InvalidHub")).toBe(true);
  });
});

describe("a binding is added", () => {
  const bindings = { linear: { team_id: "PAY" } };

  test.each<[string, string, string]>([
    ["to a block on one line", "external_sync: {jira: {project_key: CHK}}\n", ", linear: {team_id: PAY}}"],
    [
      "to a block of lines",
      "external_sync:\n  jira:\n    project_key: CHK\nx: 1\n",
      "\n  linear:\n    team_id: PAY\nx",
    ],
    [
      "to the flat shape",
      "external_sync:\n  tracking_tool: jira\n  project_key: STA\n",
      "STA\n  linear:\n    team_id: PAY\n",
    ],
    ["where there is none", "project: {id: P}\n", "project: {id: P}\nexternal_sync:\n  linear: {team_id: PAY}\n"],
    [
      "with a blank line, where the file has them",
      "a: 1\n\nb: 2\n",
      "b: 2\n\nexternal_sync:\n  linear: {team_id: PAY}\n",
    ],
    ["to an empty key", "external_sync:\nx: 1\n", "external_sync: {linear: {team_id: PAY}}\nx"],
    ["to a block that lacks the key", "external_sync:\n  linear:\n    last_sync: null\n", "null\n    team_id: PAY\n"],
  ])("%s", (_, before, expected) => {
    const after = addToHub(before, { bindings });
    expect(after).toContain(expected);
    expect(readText(after).bindings.find(({ tool }) => tool === "linear")?.container["team_id"]).toBe("PAY");
  });

  test("and names that are numbers to YAML are quoted; so is the client", () => {
    const after = addToHub("project:\n  id: P\n", { bindings: { x: { team: "007" } }, client: "ACME" });
    expect(after).toBe('project:\n  id: P\n  client: ACME\nexternal_sync:\n  x: {team: "007"}\n');
  });
});

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? (Date.now() ^ (process.pid << 8)) & 0x7fffffff);
const runs = Number(process.env["SDLC_SYNC_PROPERTY_RUNS"] ?? 300);

describe("laws of additions", () => {
  test(`${runs} random layouts keep what they hold and get what is added (SDLC_SYNC_SEED=${seed})`, () => {
    let refused = 0;
    for (let run = 0; run < runs; run += 1) {
      const random = randomOf(seed + run);
      const { text } = randomHub(random);
      const context = `SDLC_SYNC_SEED=${seed + run}\n${text}`;
      const before = treeOf(readText(text)).items;
      const items = newItems(random);
      let after: string;
      try {
        after = addToHub(text, { items });
      } catch (error) {
        // A list that stands elsewhere by an anchor is the people's.
        if (isSyncFailure(error, "InvalidHub") && /shared/.test(error.message)) {
          refused += 1;
          continue;
        }
        throw new Error(`${context}\n${String(error)}`, { cause: error });
      }
      const now = treeOf(readText(after)).items;
      expect(now, context).toEqual({ ...before, ...Object.fromEntries(items.map((one) => [one.id, one])) });
      for (const [old, line] of changedLines(text, after))
        if (old !== undefined)
          expect([line !== undefined, line], `${context}\n${old} => ${line}`).toEqual([true, line]);
      const edits = items.flatMap(({ id, type, fields }) =>
        Object.entries(fields).map(([name, value]) => ({ kind: "field", item: id, type, field: name, value }) as never),
      );
      expect(editHub(after, edits).text, "nothing is left to say").toBe(after);
    }
    expect(refused / runs, "share of files that could not take it").toBeLessThan(0.1);
  });
});

const TITLES = ["Plain", "a: b", "No", "007", "#x", " lead", 'q"', "ünï 🙃", "- dash", "[x]"];

function newItems(random: Random): NewItem[] {
  const pick = <T>(values: readonly T[]): T => random.pick(values);
  return ["EPIC-901", "US-901", "US-902", "TASK-901"].flatMap((id) => {
    if (random.next() < 0.3) return [];
    const text = pick(["one line", "two\nlines", "- a\n- b\n", "   deep\nx"]);
    const more = typeOf(id) === "task" ? {} : { description: text, labels: pick([["a"], ["a b", "c"]]) };
    return [
      item(id, { title: pick(TITLES), ...more, estimate: pick([0.5, 3]) }, random.next() < 0.5 ? { jira: "12e3" } : {}),
    ];
  });
}

describe.skipIf(!hasShared)("the portfolio in ../shared", () => {
  test.each(["PROJ-2026-014", "PROJ-2026-027", "PROJ-2026-031", "PROJ-2026-042", "PROJ-2026-073"])(
    "%s grows by a story, and by lines alone",
    (project) => {
      const before = fixtureText(project, SHARED_PROJECTS);
      const after = addToHub(before, { items: [STORY] });
      const changes = changedLines(before, after);
      expect(changes.filter(([old]) => old !== undefined)).toEqual([]);
      expect(readText(after, project).tree?.items["US-9"]).toEqual(STORY);
    },
  );
});
