import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Binding, ToolSchema } from "../../../src/connectors/contract.ts";
import type { IssueFacts } from "../../../src/connectors/github/answers.ts";
import { syncKeyIn, textIn, withMarker } from "../../../src/connectors/github/body.ts";
import { labelsAfter } from "../../../src/connectors/github/inputs.ts";
import { lensTable } from "../../../src/connectors/github/mapping.ts";
import { withMentions, withoutMentions } from "../../../src/connectors/github/mentions.ts";
import { namingOf } from "../../../src/connectors/github/naming.ts";
import { twinOf } from "../../../src/connectors/github/twin.ts";
import { canonicalMarkdown } from "../../../src/core/markdown.ts";
import { mapsOf } from "../../support/maps.ts";

const KEY = "0123456789abcdef".repeat(4);
const SCHEMA: ToolSchema = {
  viewer: { login: "acme-sync" },
  repository: { id: "R_1", fullName: "acme/checkout" },
  people: [{ login: "ada", name: "Ada", email: null }],
  milestones: [],
  types: [],
  fields: [],
};
const binding = (mapping: Binding["mapping"] = {}): Binding => ({
  project: "P",
  tool: "github",
  container: { repository: "acme/checkout" },
  tasks: true,
  maps: mapsOf("github"),
  mapping,
  people: {},
});
const ISSUE: IssueFacts = {
  ref: "I_1",
  databaseId: 1,
  repository: "acme/checkout",
  number: 7,
  url: "https://github.com/acme/checkout/issues/7",
  title: "T",
  body: "",
  isOpen: true,
  reason: null,
  labels: [],
  assignees: [],
  milestone: null,
  type: null,
  parent: null,
  values: undefined,
  createdAt: "2026-11-20T10:00:00Z",
  updatedAt: "2026-11-20T10:00:00Z",
  author: null,
};
const held = (facts: Partial<IssueFacts>, mapping: Binding["mapping"] = {}) =>
  twinOf({ binding: binding(mapping), schema: SCHEMA }, { ...ISSUE, ...facts });
const lens = (field: "status" | "priority" | "estimate" | "assignee" | "labels", mapping: Binding["mapping"] = {}) =>
  lensTable(binding(mapping), SCHEMA)("story", field);

const NOTHING: Binding["mapping"] = {};
const LABELS: Binding["mapping"] = { fields: { status: "labels" } };
const PARTLY: Binding["mapping"] = { status: { story: { in_review: "Needs review" } } };

describe("a status", () => {
  const readOf = (facts: Partial<IssueFacts>, mapping: Binding["mapping"]) => {
    const reading = lens("status", mapping)?.read(held(facts, mapping).fields.status ?? null);
    return reading?.kind === "value" ? reading.value : reading?.code;
  };

  it.each<[string, Partial<IssueFacts>, Binding["mapping"], string]>([
    ["open, bare", {}, NOTHING, "ready"],
    ["open, with labels", {}, LABELS, "ready"],
    ["labelled although nobody asked", { labels: ["status:blocked"] }, NOTHING, "blocked"],
    ["labelled in another case", { labels: ["Status:In_Review"] }, LABELS, "in_review"],
    ["labelled as the binding says", { labels: ["needs review"] }, PARTLY, "in_review"],
    ["labelled for something else, bare", { labels: ["status:triage"] }, NOTHING, "ready"],
    ["labelled for something else, with labels", { labels: ["status:triage"] }, LABELS, "unmapped-status"],
    ["labelled twice", { labels: ["status:ready", "status:blocked"] }, LABELS, "ambiguous-status"],
    ["closed", { isOpen: false, reason: "completed" }, NOTHING, "done"],
    [
      "closed with a label left behind",
      { isOpen: false, reason: "completed", labels: ["status:blocked"] },
      LABELS,
      "done",
    ],
    ["closed as not planned", { isOpen: false, reason: "not_planned" }, NOTHING, "cancelled"],
    ["closed as a duplicate", { isOpen: false, reason: "duplicate" }, NOTHING, "unmapped-status"],
    ["reopened after we had put it away", { labels: ["status:archived"] }, LABELS, "ready"],
  ])("%s", (_what, facts, mapping, expected) => {
    expect(readOf(facts, mapping)).toBe(expected);
  });

  it("that GitHub cannot tell apart is no difference, and none is dragged back", () => {
    const represents = (status: string, mapping: Binding["mapping"]) =>
      lens("status", mapping)?.represents("open", status);
    const all = ["ready", "in_progress", "in_review", "blocked", "done", "cancelled"];
    const stand = (mapping: Binding["mapping"]) => all.filter((status) => represents(status, mapping));
    expect(stand(NOTHING)).toEqual(["ready", "in_progress", "in_review", "blocked"]);
    expect(stand(LABELS)).toEqual(["ready"]);
    expect(stand(PARTLY)).toEqual(["ready", "in_progress", "blocked"]);
  });

  it("is written as one label, the others of its kind away, people's own left", () => {
    const naming = namingOf({ binding: binding(LABELS), schema: SCHEMA });
    const current = ["Status:Ready", "status:blocked", "bug", "type:Story"];
    expect(labelsAfter(naming, "story", current, { status: "open:status:in_review" })).toEqual([
      "bug",
      "type:Story",
      "status:in_review",
    ]);
    expect(labelsAfter(naming, "story", current, { status: "closed:completed" })).toEqual(["bug", "type:Story"]);
    expect(labelsAfter(naming, "story", ["Status:Ready"], { status: "open:status:ready" })).toBeNull();
    const bare = namingOf({ binding: binding(), schema: SCHEMA });
    expect(labelsAfter(bare, "story", ["status:triage", "status:blocked"], { status: "open" })).toEqual([
      "status:triage",
    ]);
  });

  it("of a task that was not planned, and of an epic, is told in its own words", () => {
    const tasks = lensTable(binding(), SCHEMA)("task", "status");
    expect(tasks?.read("closed:not_planned")).toMatchObject({ kind: "none", code: "unmapped-status" });
    const epics = lensTable(binding(), SCHEMA)("epic", "status");
    expect(["open", "closed:completed", "closed:not_planned"].map((one) => epics?.read(one))).toEqual([
      { kind: "value", value: "planning" },
      { kind: "value", value: "completed" },
      { kind: "value", value: "cancelled" },
    ]);
  });
});

describe("labels of ours", () => {
  it("never enter the set, the binding's names among them", () => {
    const mapping = { ...PARTLY, priority: { P1: "hot" } };
    const labels = ["bug", "sdlc-sync", "status:x", "priority:p1", "points:3", "type:Epic", "NEEDS REVIEW", "Hot"];
    expect(held({ labels }, mapping).fields.labels).toEqual(["bug"]);
    expect(lens("labels", mapping)?.write(["hot", "bug", "Bug"])).toEqual({ kind: "value", value: ["bug"] });
  });

  it("tell a priority, one at a time", () => {
    const read = (labels: string[], mapping = NOTHING) =>
      lens("priority", mapping)?.read(held({ labels }, mapping).fields.priority ?? null);
    expect(read(["Priority:P2"])).toEqual({ kind: "value", value: "P2" });
    expect(read(["hot"], { priority: { P1: "Hot" } })).toEqual({ kind: "value", value: "P1" });
    expect(read([])).toMatchObject({ kind: "none", vacant: true });
    expect(read(["priority:p1", "priority:p3"])).toMatchObject({ kind: "none", code: "ambiguous-priority" });
    expect(read(["priority:p9"])).toMatchObject({ kind: "none", code: "unknown-priority" });
  });

  it("tell points only where the binding asks for them", () => {
    expect(lens("estimate")).toBeUndefined();
    const mapping = { fields: { estimate: "labels" } };
    const read = (labels: string[]) =>
      lens("estimate", mapping)?.read(held({ labels }, mapping).fields.estimate ?? null);
    expect(read(["points:2.5"])).toEqual({ kind: "value", value: 2.5 });
    expect(read(["points:many"])).toMatchObject({ kind: "none", code: "ambiguous-estimate" });
    expect(read(["points:1", "points:2"])).toMatchObject({ kind: "none", code: "ambiguous-estimate" });
    const naming = namingOf({ binding: binding(mapping), schema: SCHEMA });
    expect(labelsAfter(naming, "story", ["points:1", "x"], { estimate: 8 })).toEqual(["x", "points:8"]);
    expect(labelsAfter(naming, "story", ["points:1", "x"], { estimate: null })).toEqual(["x"]);
  });

  it("tell an epic and a task, and a task only where tasks are bound", () => {
    const types = (labels: string[], type: string | null = null) => held({ labels, type }).type;
    expect([
      types(["type:epic"]),
      types(["type:Task"]),
      types(["type:dev"]),
      types([], "Epic"),
      types([], "Bug"),
    ]).toEqual(["epic", "task", "story", "epic", "story"]);
    const unbound = { binding: { ...binding(), tasks: false }, schema: SCHEMA };
    expect(twinOf(unbound, { ...ISSUE, type: "Task" }).type).toBe("story");
  });
});

it("leaves a field alone that the binding keeps where GitHub has no place for it", () => {
  const mapping = { fields: { status: "Stage", estimate: "Effort", sprint: "Iteration", priority: "labels" } };
  const lenses = lensTable(binding(mapping), SCHEMA);
  const { fields } = held({}, mapping);
  for (const field of ["status", "estimate", "sprint"] as const) {
    const lens = lenses("story", field);
    expect(lens?.read(fields[field] ?? null), field).toMatchObject({ kind: "none", code: "no-such-place" });
    expect([lens?.write("ready").kind, lens?.writable, field in fields]).toEqual(["cannot", false, true]);
  }
  expect(lenses("story", "priority")?.write("P1")).toEqual({ kind: "value", value: "priority:p1" });
  expect(lenses("task", "estimate")).toMatchObject({ writable: false });
  expect(lenses("project", "title")).toBeUndefined();
});

it("has no opinion about one assignee of several", () => {
  const assignee = held({ assignees: ["sam-b", "ada"] }).fields.assignee ?? null;
  expect(lens("assignee")?.read(assignee)).toMatchObject({ kind: "none", code: "several-assignees" });
  expect(lens("assignee")?.represents(assignee, "ada")).toBe(false);
  expect(held({ assignees: ["ada"] }).fields.assignee).toBe("ada");
});

describe("the marker", () => {
  it("stands at the end, unseen, and survives what people do around it", () => {
    const body = withMarker("Text", KEY);
    expect([syncKeyIn(body), textIn(body)]).toEqual([KEY, "Text"]);
    const edited = `${body.replace(/\n/g, "\r\n")}\r\n\r\nA line below`;
    expect([syncKeyIn(edited), textIn(edited)]).toEqual([KEY, "Text\n\nA line below"]);
    expect([syncKeyIn("Text"), textIn(withMarker("", KEY))]).toEqual([null, null]);
  });

  it("of another issue that was pasted in does not count", () => {
    expect(syncKeyIn(withMarker(`Copied: ${withMarker("x", "f".repeat(64))}`, KEY))).toBe(KEY);
  });
});

describe("a mention", () => {
  it.each([
    ["Ask @ada about it", "Ask @\u200bada about it"],
    ["@acme/team: **@sam-b**!", "@\u200bacme/team: **@\u200bsam-b**!"],
    ["Mail a@b.example or see `@octokit/rest`", "Mail <a@b.example> or see `@octokit/rest`"],
    ["```\n@Override\n```", "```\n@Override\n```"],
    ["[@ada](https://x.example/@ada)", "[@\u200bada](https://x.example/@ada)"],
    ["No one at all, 3 @ 5", "No one at all, 3 @ 5"],
  ])("in %j calls nobody", (text, expected) => {
    expect(withoutMentions(canonicalMarkdown(text))).toBe(expected);
  });

  it("can always be taken back exactly, and taking it away twice changes nothing", () => {
    const words = fc.constantFrom(
      "@ada",
      "a@b.c",
      "`@x`",
      "**@y**",
      "@",
      "-",
      "\n\n",
      " ",
      "[@z](https://z.example)",
      "@@q",
      "1. ",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const text = canonicalMarkdown(parts.join(""));
        const broken = withoutMentions(text);
        expect(withMentions(broken)).toBe(text);
        expect([canonicalMarkdown(broken), withoutMentions(text)]).toEqual([broken, broken]);
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });
});
