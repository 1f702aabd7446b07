import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { categoryStatusLens, type CategorisedState } from "../../src/connectors/category-status.ts";
import { statusLens as githubStatusLens } from "../../src/connectors/github/status.ts";
import type { Naming, WorkType } from "../../src/connectors/github/naming.ts";
import { directed, rowOf, statusMap, type StatusKind, type ValueMap } from "../../src/core/maps.ts";
import { numberLensOf } from "../../src/connectors/plain-lenses.ts";
import { priorityLens } from "../../src/connectors/jira/scales.ts";
import { PRIORITY_VALUES, STATUS_VALUES } from "../../src/core/fields.ts";
import type { Lens } from "../../src/core/lens.ts";
import { loadWorkspace, settingsOf } from "../../src/registry/workspace.ts";
import { mapsOf } from "../support/maps.ts";
import { failureOf, makeWorkspace } from "./workspace-files.ts";

const SEED = Number(process.env["SDLC_SYNC_SEED"] ?? 20261121);
const TOOLS = ["jira", "linear", "notion", "github"];
const KINDS: readonly StatusKind[] = ["epic", "epic_project", "story", "task"];
const WORDS = { none: "", foreign: "", unmapped: () => "", missing: () => "", misnamed: () => "" };

const maps = TOOLS.flatMap((tool) =>
  KINDS.flatMap((kind) => {
    const map = mapsOf(tool).status[kind];
    return map ? [{ tool, kind, map }] : [];
  }),
);

describe("the shipped maps", () => {
  it.each(maps)("$tool has a row for every status of an $kind", ({ kind, map }) => {
    const values = STATUS_VALUES[kind === "epic_project" ? "epic" : kind];
    expect(map.toTool.map(({ value }) => value).sort()).toEqual([...values].sort());
  });

  it.each(TOOLS)("%s has a row for every priority", (tool) => {
    expect(mapsOf(tool).priority.toTool.map(({ value }) => value)).toEqual(PRIORITY_VALUES);
  });

  it.each(maps.filter(({ tool }) => tool !== "github"))(
    "$tool reads each status of an $kind as what was written, or as the one that holds it",
    ({ tool, map }) => {
      const law = fc.property(someStates(map), (states) => {
        const reads = tool === "linear" ? "all" : "written";
        const lens = categoryStatusLens({ map, states, overrides: {}, reads, words: WORDS });
        for (const { value } of map.toTool) readsAsWritten(lens, map, value);
      });
      fc.assert(law, { seed: SEED, numRuns: 500 });
    },
  );

  it.each(["epic", "story", "task"] as const)(
    "github reads each status of an %s so, with labels and without",
    (kind) => {
      const map = statusMap(mapsOf("github"), kind);
      for (const { value } of map.toTool) {
        readsAsWritten(githubStatusLens(naming(kind, false), kind), map, value);
        const labelled = githubStatusLens(naming(kind, true), kind);
        const written = labelled.write(value);
        expect(written.kind === "value" && labelled.read(written.value)).toEqual({ kind: "value", value });
      }
    },
  );

  it("jira reads each priority as what was written, whatever names the site has", () => {
    const map = mapsOf("jira").priority;
    const names = fc
      .subarray(Object.keys(map.toHub.names))
      .map((some) => some.map((name, id) => ({ id: `${id}`, name })));
    const law = fc.property(names, (priorities) => {
      const lens = priorityLens(priorities, map);
      for (const value of PRIORITY_VALUES) {
        const written = lens.write(value);
        if (written.kind === "value") expect(lens.read(written.value)).toEqual({ kind: "value", value });
      }
    });
    fc.assert(law, { seed: SEED, numRuns: 200 });
  });
});

/** A workflow with some of the names that are known, each in any category, and states of names that nobody knows. */
function someStates(map: ValueMap): fc.Arbitrary<CategorisedState[]> {
  const names = [...Object.keys(map.toHub.names), "Coding", "Parked"];
  const categories = [...map.toTool.flatMap((row) => row.categories), "other"];
  const state = fc.record({ name: fc.constantFrom(...names), category: fc.constantFrom(...categories) });
  return fc
    .uniqueArray(state, { selector: ({ name }) => name, maxLength: names.length })
    .map((states) => states.map((one, id) => ({ ...one, id: `s${id}` })));
}

/** Where the value can be written at all. */
function readsAsWritten(lens: Lens, map: ValueMap, value: string): void {
  const written = lens.write(value);
  if (written.kind !== "value") return;
  const reading = lens.read(written.value);
  expect(reading.kind === "value" ? [value, ...holdersOf(map, value)] : []).toContain(
    reading.kind === "value" ? reading.value : reading.message,
  );
}

function holdersOf(map: ValueMap, value: string): string[] {
  const holder = rowOf(map, value)?.heldBy;
  return holder === undefined ? [] : [holder, ...holdersOf(map, holder)];
}

function naming(kind: WorkType, labelled: boolean): Naming {
  const github = mapsOf("github");
  const rows = statusMap(github, kind).toTool.flatMap(({ value, label }) => (label ? [[value, label] as const] : []));
  const names = new Map(labelled ? rows : []);
  return {
    maps: github,
    status: labelled ? { kind: "labels" } : null,
    statusNames: { epic: names, story: names, task: names },
    priority: { kind: "labels" },
    priorityNames: new Map(),
    estimate: null,
  };
}

describe("a workspace's own maps", () => {
  const load = (tool: string, text: string) => loadWorkspace(makeWorkspace({ [`registry/maps/${tool}.yaml`]: text }));
  const jiraOf = (text: string) => load("jira", text).registry.capabilities["tracking"]?.tools["jira"]?.maps;

  it("are laid over the package's: lists replace, the rest stays", () => {
    const own =
      "status: {story: {to_tool: {in_review: {names: [Code Review]}}, to_hub: {names: {Code Review: in_review}}}}";
    const map = jiraOf(own)?.status.story;
    expect(map && rowOf(map, "in_review")).toMatchObject({ names: ["Code Review"], heldBy: "in_progress" });
    expect(map && rowOf(map, "ready")).toEqual(rowOf(statusMap(mapsOf("jira"), "story"), "ready"));
    expect(map?.toHub.names).toMatchObject({ "code review": "in_review", "in review": "in_review", "to do": "ready" });
  });

  it("keep a field from being written where it is only pulled", () => {
    const pulled = jiraOf("fields: {estimate: {direction: pull}}");
    const lens = numberLensOf("a number");
    expect(pulled && directed(pulled, () => lens)("story", "estimate")?.writable).toBe(false);
    expect(directed(mapsOf("jira"), () => lens)("story", "estimate")).toBe(lens);
  });

  it("call for a look at every project when they change", () => {
    const settings = (text: string) => settingsOf(load("jira", text), "docs/projects/P/sdlc-tracking.yaml", null);
    expect(settings("fields: {due: {direction: pull}}")).not.toBe(settings("fields: {}"));
  });

  it.each([
    [
      "status: {story: {to_tool: {finished: {names: [Done]}}}}",
      'registry/maps/jira.yaml:1:28: status.story.to_tool.finished: "finished" is not a known key; allowed: ready, in_progress',
    ],
    [
      "status:\n  story:\n    to_tool:\n      in_review: {names: [Code Review]}\n",
      'registry/maps/jira.yaml:4:18: status.story.to_tool.in_review: "Code Review" reads as nothing; add it to to_hub.names as "in_review".',
    ],
    [
      "status: {task: {to_tool: {blocked: {names: [Done]}}}}",
      'status.task.to_tool.blocked: "Done" is claimed by "done" as well; one value only has it.',
    ],
    [
      "status: {story: {to_hub: {names: {Done: blocked}}}}",
      '"Done" reads as "blocked"; add it to to_hub.names as "done".',
    ],
    ["status: {story: {to_hub: {names: {Done: dnoe}}}}", 'status.story.to_hub.names.Done: "dnoe" is not allowed here'],
    [
      "status: {story: {to_tool: {in_progress: {held_by: in_review}}}}",
      'held_by leads in a circle from "in_progress".',
    ],
    [
      "status: {task: {to_tool: {blocked: {held_by: parked}}}}",
      '"parked" is not a value that can hold another; allowed: todo',
    ],
    ["priority: {to_tool: {P1: {names: []}}}", '"P1" has neither a name nor a label, a category or held_by.'],
    ["fields: {pr: {direction: both}}", "the direction of pr is push, because the hub owns it; it says both."],
    [
      "fields: {due: {direction: push}}",
      "the direction of due is both or pull, because people edit it in tools; it says push.",
    ],
    ["fields: {due: {aliases: [summary]}}", '"summary" is a name of "title" as well; one field only has it.'],
  ])("are refused with line, column and remedy: %s", (text, message) => {
    const failure = failureOf(() => load("jira", text));
    expect(failure).toMatchObject({ code: "InvalidConfig" });
    expect(failure.message).toContain(message);
  });

  it("are refused where no tool has that name", () => {
    const failure = failureOf(() => load("jirra", "fields: {}"));
    expect(failure.message).toContain('registry/maps/jirra.yaml: "jirra" is not in the registry');
    expect(failure.message).toContain('Did you mean "jira"?');
  });
});
