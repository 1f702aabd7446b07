/** The check of the portfolio finds each defect that is planted in it, and nothing in a portfolio that is well. */
import { describe, expect, it } from "vitest";
import type { HubItem } from "../../../src/core/model.ts";
import type { View } from "../../support/sides.ts";
import type { Deed } from "./deeds.ts";
import { brokenPromises, overBudget, type PortfolioNow, type ProjectNow } from "./promises.ts";

const item: HubItem = {
  id: "US-1",
  type: "story",
  fields: { title: "Second", status: "ready", labels: ["api"] },
  refs: { jira: "CHK-1", linear: "PAY-1" },
};
const jira: View = { title: "Second", status: "To Do", labels: ["api"] };
const linear: View = { title: "Second", status: "Todo", labels: ["api"] };
const place = { project: "P-1", item: "US-1" };
const first: Deed = { ...place, field: "title", side: "jira", kind: "set", value: "First", saw: "Zeroth" };
const second: Deed = { ...place, field: "title", side: "hub", kind: "set", value: "Second", saw: "First" };
const project: ProjectNow = {
  id: "P-1",
  bound: ["jira", "linear"],
  before: { "US-1": { ...item, fields: { title: "Zeroth", status: "ready", labels: ["api"] } } },
  items: { "US-1": item },
  audit: [],
  open: [],
  lostComments: [],
};
const well: PortfolioNow = {
  projects: [project],
  tools: {
    jira: new Map([["CHK-1", jira]]),
    linear: new Map([["PAY-1", linear]]),
    notion: new Map(),
    github: new Map(),
  },
  removed: { jira: [], linear: [], notion: [], github: [] },
  deeds: [first, second],
  stories: [],
};
const withProject = (changed: Partial<ProjectNow>): PortfolioNow => ({
  ...well,
  projects: [{ ...project, ...changed }],
});
const withItem = (changed: Partial<HubItem>): PortfolioNow =>
  withProject({ items: { "US-1": { ...item, ...changed } } });
/** Written while the hub said "Zeroth": nobody saw it, and "Second" stands. */
const unseen: Deed = { ...first, side: "linear", value: "Unseen" };

describe("a portfolio that is well", () => {
  it("breaks no promise: what was replaced was seen before", () => {
    expect(brokenPromises(well)).toEqual([]);
  });

  it("keeps an edit that lost in the trail, or in a question", () => {
    const deeds = [unseen, first, second];
    const entry = { item: "US-1", field: "title", operation: "keep", tool: "linear", oldValue: "Unseen" } as const;
    expect(brokenPromises({ ...withProject({ audit: [entry] }), deeds })).toEqual([]);
    const question = { item: "US-1", field: "title", candidates: [{ side: "linear", value: "Unseen" }] } as const;
    expect(brokenPromises({ ...withProject({ open: [question] }), deeds })).toEqual([]);
  });
});

describe("somebody who writes what stands there already", () => {
  it.each<Deed>([
    { ...second, value: "Zeroth", saw: "Zeroth" },
    { ...place, field: "status", side: "linear", kind: "set", value: "ready", saw: "Todo" },
  ])("has edited nothing that could be lost: $field in $side", (deed) => {
    const now = withItem({ fields: { ...item.fields, title: "Third", status: "in_review" } });
    const elsewhere = new Map([["PAY-1", { ...linear, title: "Third", status: "In Review" }]]);
    const tools = { ...well.tools, linear: elsewhere };
    expect(brokenPromises({ ...now, tools, deeds: [deed] })).not.toContainEqual(expect.stringMatching(/^I3/));
  });
});

describe("a planted defect", () => {
  const defects: readonly (readonly [string, PortfolioNow, RegExp])[] = [
    ["a dropped edit", { ...well, deeds: [unseen, first, second] }, /^I3 P-1: .*"Unseen".* is lost/],
    [
      "an overwritten edit of which the trail has only an update",
      {
        ...withProject({
          audit: [{ item: "US-1", field: "title", operation: "update", tool: "hub", oldValue: "Unseen" }],
        }),
        deeds: [unseen, first, second],
      },
      /^I3 P-1/,
    ],
    [
      "a label that was dropped",
      {
        ...well,
        deeds: [first, second, { ...place, field: "labels", side: "linear", kind: "add", value: "new", saw: ["api"] }],
      },
      /^I3 P-1: .*"new".* is lost/,
    ],
    [
      "a label that came back",
      {
        ...well,
        deeds: [first, second, { ...place, field: "labels", side: "hub", kind: "remove", value: "api", saw: ["api"] }],
      },
      /^I3 P-1: .*"remove"/,
    ],
    [
      "a twin that was made twice",
      { ...well, tools: { ...well.tools, jira: new Map([...well.tools.jira, ["CHK-2", jira]]) } },
      /^I5 jira: CHK-2 \(Second\) is nobody's twin/,
    ],
    ["an item without a twin", withItem({ refs: { jira: "CHK-1" } }), /^I5 P-1: US-1 has no twin in linear/],
    [
      "two items with one twin",
      withProject({ items: { "US-1": item, "US-2": { ...item, id: "US-2" } } }),
      /^I5 jira: CHK-1 is the twin of P-1\/US-1 and P-1\/US-2/,
    ],
    [
      "a side that shows something else",
      withItem({ fields: { ...item.fields, status: "done" } }),
      /^I1 P-1: US-1\/status/,
    ],
    [
      "a value that nobody wrote",
      withItem({ fields: { ...item.fields, status: "done" } }),
      /^I4 P-1: US-1\/status holds "done"/,
    ],
    [
      "an item without a twin in one of four",
      withProject({
        bound: ["jira", "linear", "notion", "github"],
        items: { "US-1": { ...item, refs: { ...item.refs, notion: "n-1" } } },
      }),
      /^I5 P-1: US-1 has no twin in github/,
    ],
    ["an item that is gone", withProject({ items: {} }), /^I7 P-1: US-1 is gone from the hub/],
    ["a new item that is gone", { ...well, stories: [{ project: "P-1", item: "US-9" }] }, /^I7 P-1: US-9 is gone/],
    [
      "a twin that was removed",
      { ...well, removed: { ...well.removed, linear: ["PAY-7"] } },
      /^I7 linear: PAY-7 was removed/,
    ],
    ["a comment that is gone", withProject({ lostComments: ["# mine"] }), /^I11 P-1: the comment "# mine" is gone/],
  ];

  it.each(defects)("is found: %s", (_, now, line) => {
    expect(brokenPromises(now)).toContainEqual(expect.stringMatching(line));
  });

  it("is found: a window with more calls than are allowed, wherever it starts", () => {
    const calls = [0, 900, 950, 1_000, 1_050, 3_000];
    expect(overBudget("jira", calls, 4, 1_000)).toEqual([]);
    expect(overBudget("jira", calls, 3, 1_000)).toEqual(["I8 jira: 4 calls in 1 s, 3 are allowed"]);
  });
});
