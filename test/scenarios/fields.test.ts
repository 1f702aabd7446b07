import { afterAll, afterEach, describe, expect, it } from "vitest";
import { deliveryWorkflow, ROOT_CAUSE_FIELD, type Workflow } from "../../sandbox/jira/model.ts";
import type { ProjectSetup } from "../../sandbox/jira/site.ts";
import { expectSettled, expectSilence } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const HEAD = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
`;
const TAIL = `external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
const STORY = "    - {id: US-001, epic: EPIC-001, title: Store a card, status: ready, estimation: 3}\n";

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(stories = STORY, options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: HEAD + stories + TAIL, ...options });
}

const jiraWith = (workflow: Workflow): Partial<WorldOptions> => ({
  jira: { projects: [{ key: "CHK", workflows: { Story: workflow } }] },
});
/** The usual workflow with its transitions changed. */
function workflowWith(change: (transitions: Workflow["transitions"]) => Workflow["transitions"]): Workflow {
  const workflow = deliveryWorkflow();
  return { ...workflow, transitions: change(workflow.transitions) };
}
/** The story's status, in the hub; the epic's stays. */
const restate = (status: string) => world.editHub(/(id: US-001.*status: )\w+/, `$1${status}`);
async function jiraIssue(id = "US-001") {
  return world.jira.site.get(await world.key(id, "jira"));
}
/** Ids of the statuses that the issue was moved to. */
async function jiraMoves(): Promise<(string | null)[]> {
  const items = (await jiraIssue()).changes.flatMap((change) => change.items);
  return items.filter(({ fieldId }) => fieldId === "status").map(({ to }) => to);
}
async function jiraStatus(): Promise<string> {
  return world.jira.site.status((await jiraIssue()).data).name;
}
async function linearIssue(id = "US-001") {
  return world.linear.store.findIssue(await world.key(id, "linear"))!;
}
async function linearState(): Promise<string | undefined> {
  return world.linear.store.states.get((await linearIssue()).stateId)?.name;
}

describe("scenario 28: a status is reached by transitions only", () => {
  it("two hops away: taken, through the state between", async () => {
    await start();
    await world.sync();
    await restate("in_review");
    expect((await world.sync()).outcome).toBe("success");
    expect(await jiraMoves()).toEqual(["3", "10101"]);
    expect(await jiraStatus()).toBe("In Review");
    await expectSettled(world);
  });

  const refusals: readonly (readonly [string, Workflow, string])[] = [
    ["refused by the workflow", workflowWith((all) => all.filter(({ name }) => name !== "Accept")), 'towards "Done"'],
    [
      "a screen wants a field",
      workflowWith((all) => all.map((one) => (one.name === "Accept" ? { ...one, requires: [ROOT_CAUSE_FIELD] } : one))),
      'transition "Accept": This field is required.',
    ],
  ];

  it.each(refusals)(
    "%s: parked with Jira's words, the rest syncs, and nobody asks again",
    async (_, workflow, words) => {
      await start(STORY.replace("ready", "in_review"), jiraWith(workflow));
      await world.sync();
      await world.editHub("status: in_review, estimation: 3", "status: done, estimation: 5");
      const report = await world.sync();
      expect(report.findings).toMatchObject([
        { code: "not-applied", tool: "jira", field: "status", items: ["US-001"] },
      ]);
      expect(report.findings[0]?.message).toContain(words);
      expect([await jiraStatus(), await linearState()]).toEqual(["In Review", "Done"]);
      expect((await jiraIssue()).data.custom).toMatchObject({ customfield_10016: 5 });
      expect((await world.item("US-001")).fields.status).toBe("done");
      await expectSettled(world, { open: ["US-001/status"] });
      expect((await world.sync()).findings).toHaveLength(1);
    },
  );

  it("a refused status is over as soon as a person moves the issue there", async () => {
    await start(STORY.replace("ready", "in_review"), jiraWith(refusals[0]![1]));
    await world.sync();
    await restate("done");
    await world.sync();
    await world.jira.human({ action: "transition", key: await world.key("US-001", "jira"), to: "Done" });
    expect((await world.sync()).findings).toEqual([]);
    await expectSettled(world);
  });

  it("a refused status gives way to the next edit of it, on either side", async () => {
    await start(STORY.replace("ready", "in_review"), jiraWith(refusals[0]![1]));
    await world.sync();
    await restate("done");
    await world.sync();
    await restate("in_progress");
    expect((await world.sync()).findings).toEqual([]);
    expect(await jiraStatus()).toBe("In Progress");
    await restate("done");
    await world.sync();
    await world.jira.human({ action: "transition", key: await world.key("US-001", "jira"), to: "Cancelled" });
    await world.sync();
    expect((await world.item("US-001")).fields.status).toBe("cancelled");
    await expectSettled(world);
  });
});

describe("scenario 29: statuses are known by their id", () => {
  it("renamed in Jira and in Linear: no write, and the next change goes to the renamed one", async () => {
    await start(STORY.replace("ready", "in_progress"));
    await world.sync();
    await world.jira.human({
      action: "renameStatus",
      project: "CHK",
      type: "Story",
      status: "In Progress",
      name: "Doing",
    });
    await world.linear.human({ action: "rename-state", team: "PAY", from: "In Progress", to: "Doing" });
    const mark = world.mark();
    const report = await world.sync({ force: true });
    expect([mark.writes(), report.hub.edits, report.findings]).toEqual([0, 0, []]);
    await restate("in_review");
    await world.sync();
    await restate("in_progress");
    await world.sync();
    expect([await jiraStatus(), await linearState()]).toEqual(["Doing", "Doing"]);
    await expectSilence(world);
  });

  it("renamed to what nobody knows: no opinion, and no write", async () => {
    await start(STORY.replace("ready", "in_review"));
    await world.sync();
    await world.jira.human({
      action: "renameStatus",
      project: "CHK",
      type: "Story",
      status: "In Review",
      name: "Peers",
    });
    const mark = world.mark();
    const report = await world.sync({ force: true });
    expect([mark.writes(), report.hub.edits]).toEqual([0, 0]);
    expect(report.findings).toMatchObject([{ code: "unmapped-status", tool: "jira", items: ["US-001"] }]);
    expect((await world.item("US-001")).fields.status).toBe("in_review");
    await expectSilence(world);
  });

  const TWO_JIRA: Workflow = {
    statuses: [
      { id: "1", name: "To Do", category: "new" },
      { id: "2", name: "Coding", category: "indeterminate" },
      { id: "3", name: "Testing", category: "indeterminate" },
      { id: "4", name: "Done", category: "done" },
    ],
    transitions: ["1", "2", "3", "4"].map((to) => ({ id: `${to}1`, name: `to ${to}`, to })),
  };
  const TWO_LINEAR = [
    { name: "Todo", type: "unstarted" },
    { name: "Coding", type: "started" },
    { name: "Testing", type: "started" },
    { name: "Done", type: "completed" },
  ];
  const twoOfOne: Partial<WorldOptions> = {
    ...jiraWith(TWO_JIRA),
    linearSeed: { teams: [{ key: "PAY", states: TWO_LINEAR }] },
  };

  it("two states of one category: refused before any write, and the item syncs otherwise", async () => {
    await start(STORY.replace("ready", "in_progress"), twoOfOne);
    const report = await world.sync();
    expect(report.findings.map(({ code, tool, items }) => [code, tool, items])).toEqual([
      ["ambiguous-status", "jira", ["US-001"]],
      ["ambiguous-status", "linear", ["US-001"]],
    ]);
    expect([await jiraStatus(), await linearState()]).toEqual(["To Do", "Todo"]);
    expect(await jiraMoves()).toEqual([]);
    expect((await world.item("US-001")).fields.status).toBe("in_progress");
    await expectSettled(world, { open: ["US-001/status"] });
  });

  it("two states of one category: the project's mapping names the one that is meant", async () => {
    const mapping = "{status: {story: {in_progress: Coding, in_review: Testing}}}";
    await start(STORY.replace("ready", "in_progress"), {
      ...twoOfOne,
      syncConfig: `sync_config: {project_id: "{ID}", tools: {jira: {mapping: ${mapping}}, linear: {mapping: ${mapping}}}}\n`,
    });
    expect((await world.sync()).findings).toEqual([]);
    expect([await jiraStatus(), await linearState()]).toEqual(["Coding", "Coding"]);
    await world.linear.human({ action: "state", item: await world.key("US-001", "linear"), to: "Testing" });
    await world.sync();
    expect([await jiraStatus(), (await world.item("US-001")).fields.status]).toEqual(["Testing", "in_review"]);
    await expectSilence(world);
  });
});

describe("scenario 32: scales that do not match", () => {
  it("settle in the first run, and ten more write nothing", async () => {
    const stories = ["P1", "P2", "P3"].flatMap((priority, n) =>
      [0.5, 2.5, 4, 13].map(
        (points, m) =>
          `    - {id: US-${n}${m}0, epic: EPIC-001, title: Story ${n} ${m}, status: ready, priority: ${priority}, estimation: ${points}}\n`,
      ),
    );
    await start(stories.join(""));
    await world.sync();
    await world.jira.human({ action: "edit", key: await world.key("US-000", "jira"), fields: { priority: "Highest" } });
    await world.jira.human({ action: "edit", key: await world.key("US-200", "jira"), fields: { priority: "Lowest" } });
    await world.linear.human({ action: "edit", item: await world.key("US-010", "linear"), fields: { priority: 1 } });
    const [text, mark] = [await world.hubText(), world.mark()];
    for (let round = 1; round <= 10; round++) {
      const report = await world.sync({ force: round % 2 === 0 });
      expect([round, mark.writes(), report.hub.edits]).toEqual([round, 0, 0]);
    }
    expect(await world.hubText()).toBe(text);
    expect((await jiraIssue("US-010")).data.custom).toMatchObject({ customfield_10016: 2.5 });
    expect((await linearIssue("US-010")).estimate).toBe(3);
  });
});

describe("scenario 34: values that a tool cannot hold", () => {
  const LONG = "Keep every card ".repeat(20).trim();

  it.each([
    ["a story's title", STORY.replace("Store a card", LONG), "US-001", "jira", "title"],
    ["an epic's title", STORY, "EPIC-001", "linear", "title"],
    ["points beyond the scale", STORY.replace("estimation: 3", "estimation: 40"), "US-001", "linear", "estimate"],
  ] as const)("%s: one typed finding, and the item syncs", async (_, stories, item, tool, field) => {
    const hub = (HEAD + stories + TAIL).replace(
      "Card tokenisation",
      item === "EPIC-001" ? LONG.slice(0, 120) : "Cards",
    );
    await start("", { hub });
    const report = await world.sync();
    expect(report.findings.map((one) => [one.tool, one.field, one.items])).toEqual([[tool, field, [item]]]);
    expect(report.outcome).toBe("warning");
    expect(report.summary.failed).toBe(0);
    expect((await world.item(item)).refs).toMatchObject({ jira: expect.any(String), linear: expect.any(String) });
    await expectSettled(world, { open: [`${item}/${field}`] });
    await restate("in_progress");
    await world.sync();
    expect([await jiraStatus(), await linearState()]).toEqual(["In Progress", "In Progress"]);
    await expectSettled(world, { open: [`${item}/${field}`] });
  });

  it("half points are exact in Jira, rounded in Linear, and the hub keeps its own", async () => {
    await start(STORY.replace("estimation: 3", "estimation: 2.5"));
    expect((await world.sync()).findings).toEqual([]);
    expect([(await jiraIssue()).data.custom["customfield_10016"], (await linearIssue()).estimate]).toEqual([2.5, 3]);
    await expectSettled(world, { open: ["US-001/estimate"] });
    expect((await world.item("US-001")).fields.estimate).toBe(2.5);
  });

  it("a label with a blank is written as Jira can, and stays as it is in the hub and Linear", async () => {
    await start(STORY.replace("estimation: 3", 'labels: ["needs review", pci]'));
    expect((await world.sync()).findings).toEqual([]);
    expect((await jiraIssue()).data.labels).toEqual(["needs-review", "pci", "sdlc-sync"]);
    await expectSettled(world, { open: ["US-001/labels"] });
    await world.jira.human({
      action: "edit",
      key: await world.key("US-001", "jira"),
      fields: { labels: ["needs-review", "gdpr", "sdlc-sync"] },
    });
    await world.sync();
    expect((await world.item("US-001")).fields.labels).toEqual(["needs review", "gdpr"]);
    await expectSettled(world, { open: ["US-001/labels"] });
  });

  it("a date with a time is its day in both tools, and is never rewritten in the hub", async () => {
    await start(STORY.replace("estimation: 3", 'due: "2026-12-18T10:00:00Z"'));
    const report = await world.sync();
    const { fields } = await world.item("US-001");
    const held = [(await jiraIssue()).data.duedate, (await linearIssue()).dueDate];
    expect([fields.due, held, report.findings]).toEqual(["2026-12-18", ["2026-12-18", "2026-12-18"], []]);
    expect(await world.hubText()).toContain('due: "2026-12-18T10:00:00Z"');
    await expectSettled(world);
  });
});

describe("a site whose create and edit screens differ", () => {
  const due = (day: string) => world.editHub(/(id: US-001.*estimation: 3).*\}/, `$1, due: 2026-12-${day}}`);
  const onSite = (setup: Partial<ProjectSetup>): Partial<WorldOptions> => ({
    jira: { projects: [{ key: "CHK", ...setup }] },
  });

  it("on the edit screen only: the first run sets it, and later edits flow", async () => {
    await start(STORY.replace("}", ", due: 2026-12-01}"), onSite({ offCreateScreen: { Story: ["duedate"] } }));
    await world.sync();
    expect((await jiraIssue()).data.duedate).toBe("2026-12-01");
    await due("02");
    await world.sync();
    expect((await jiraIssue()).data.duedate).toBe("2026-12-02");
    await expectSettled(world);
  });

  it("on the create screen only: an edit is refused once, told each time, and the rest flows", async () => {
    await start(STORY.replace("}", ", due: 2026-12-01}"), onSite({ offEditScreen: { Story: ["duedate"] } }));
    await world.sync();
    await due("02");
    await world.editHub("title: Store a card", "title: Keep a card");
    const told = expect.arrayContaining([
      expect.objectContaining({
        code: "not-applied",
        message: expect.stringContaining("appropriate screen") as string,
      }),
    ]) as unknown;
    expect((await world.sync()).findings).toEqual(told);
    expect((await jiraIssue()).data).toMatchObject({ duedate: "2026-12-01", summary: "Keep a card" });
    const mark = world.mark();
    expect((await world.sync()).findings).toEqual(told);
    expect([mark.writes(), (await linearIssue()).dueDate]).toEqual([0, "2026-12-02"]);
  });
});
