import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../../sandbox/kit/faults.ts";
import { exitCodeOf } from "../../src/core/report.ts";
import { expectSettled, expectSilence, hubItems } from "../support/invariants.ts";
import { liveKeys, viewOf } from "../support/sides.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const EPIC = "    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}";
const STORIES = `    - {id: US-001, epic: EPIC-001, title: Store a card, status: ready, estimation: 3}
    - {id: US-002, epic: EPIC-001, title: Delete a card, status: in_progress}`;

function hub(stories: string = STORIES, tools = "{jira: {project_key: CHK}, linear: {team_id: PAY}}"): string {
  return `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
${EPIC}
  stories:
${stories}
external_sync: ${tools}
`;
}
const TOM = "tom.okafor@example.com";
const JIRA_ONLY = "{jira: {project_key: CHK}}";

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(text: string, options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: text, ...options });
}

describe("scenarios 17 and 18: a create that took effect without its answer", () => {
  const lost: readonly (readonly ["jira" | "linear", string, FaultRule])[] = [
    ["jira", "issues: connection dropped", { kind: "drop-after", operation: "POST issue/bulk$" }],
    ["jira", "issues: 503", { kind: "unavailable-after", operation: "POST issue/bulk$" }],
    ["jira", "stories only: answer cut in half", { kind: "truncated", operation: "POST issue/bulk$", nth: 2 }],
    ["jira", "issues: no answer in time", { kind: "latency", operation: "POST issue/bulk$", latencyMs: 1_500 }],
    ["linear", "issues: connection dropped", { kind: "drop-after", operation: "CreateIssue" }],
    ["linear", "issues: 503", { kind: "unavailable-after", operation: "CreateIssue" }],
    ["linear", "issues: no answer in time", { kind: "latency", operation: "CreateIssue", latencyMs: 1_500 }],
    ["linear", "a project: connection dropped", { kind: "drop-after", operation: "CreateProject" }],
    ["linear", "a project: answer cut in half", { kind: "truncated", operation: "CreateProject" }],
  ];

  it.each(lost)("%s, %s: exactly one twin each", async (tool, _what, rule) => {
    await start(hub(), { timings: { request_timeout_ms: 1_000 } });
    world[tool].faults.add(rule);
    const report = await world.sync();
    expect(report.tools[tool]?.status).toBe("success");
    expect(liveKeys(world, tool)).toHaveLength(3);
    await expectSettled(world);
  });
});

describe("a create that took effect without its answer", () => {
  it.each<["jira" | "linear", string]>([
    ["jira", "POST issue/bulk$"],
    ["linear", "CreateIssues$"],
  ])("%s: what people edit before it is found again reaches the tool all the same", async (tool, operation) => {
    const labelled = STORIES.replace("estimation: 3", "estimation: 3, labels: [pci], assignee: null");
    await start(hub(labelled, tool === "jira" ? JIRA_ONLY : "{linear: {team_id: PAY}}"));
    const nth = tool === "jira" ? 2 : 1;
    world[tool].faults.add({ kind: "unavailable-after", operation, nth });
    let creates = 0;
    world[tool].onBeforeAnswer = async (request) => {
      if (!new RegExp(operation).test(request.operation) || ++creates !== nth) return;
      await world.editHub("title: Store a card", "title: Keep a card");
      await world.editHub("estimation: 3, labels: [pci]", "estimation: 8, labels: []");
      await world.editHub("assignee: null", `assignee: ${TOM}`);
    };
    await world.sync();
    const view = viewOf(world, tool, "story", await world.key("US-001", tool));
    expect(view).toMatchObject({ title: "Keep a card", estimate: 8, labels: [], assignee: TOM });
    expect((await world.sync()).findings).toEqual([]);
    await expectSettled(world, { tools: [tool] });
  });

  it("is looked for no further back than the run that sent it", async () => {
    await start(hub(STORIES, JIRA_ONLY));
    world.jira.faults.add({ kind: "drop-after", operation: "POST issue/bulk$" });
    await world.sync();
    const asked = world.jira.log
      .all()
      .flatMap(({ operation, body }) => (operation === "POST search/jql" ? [body] : []));
    expect(asked.filter((body) => body.includes("labels ="))).toEqual([]);
    expect(asked.filter((body) => body.includes("created >="))).toEqual([
      expect.stringMatching(/created >= \\"-1[12]m\\"/),
    ]);
  });
});

describe("scenario 19: two requests race on a new item", () => {
  it("makes one twin of it in each tool, and both get an answer", async () => {
    await start(hub());
    const [one, two] = await Promise.all([world.sync(), world.sync()]);
    expect([one?.outcome, two?.outcome]).toEqual(["success", "success"]);
    expect(liveKeys(world, "jira")).toHaveLength(3);
    expect(liveKeys(world, "linear")).toHaveLength(3);
    await expectSettled(world);
  });
});

describe("scenario 20: an item that stood in the tool before, linked by a ref written by hand", () => {
  /** A story in Jira that a person made. */
  async function madeByHand(fields: object, to?: string): Promise<string> {
    const made = await world.jira.human({ action: "create", project: "CHK", type: "Story", fields });
    const { key } = made as { key: string };
    if (to !== undefined) await world.jira.human({ action: "transition", key, to });
    return key;
  }
  const story = (key: string): string =>
    `    - {id: US-001, title: Store a card, status: in_progress, estimation: 3, external_refs: {jira: ${key}}}`;

  it("is adopted without a word where it says the same, and flows both ways from then on", async () => {
    await start(hub(story("CHK-1"), JIRA_ONLY));
    const key = await madeByHand({ summary: "Store a card", points: 3 }, "In Progress");
    expect(key).toBe("CHK-1");
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(0);
    expect(report.conflicts).toEqual([]);
    expect(liveKeys(world, "jira")).toHaveLength(2);
    await world.jira.human({ action: "edit", key, fields: { summary: "Keep a card" } });
    await world.sync();
    expect((await world.item("US-001")).fields.title).toBe("Keep a card");
    await world.editHub("estimation: 3", "estimation: 5");
    await world.sync();
    expect(viewOf(world, "jira", "story", key)?.estimate).toBe(5);
    await expectSettled(world, { tools: ["jira"] });
  });

  it("asks about each field that differs, overwrites nothing, and the other fields flow", async () => {
    await start(hub(story("CHK-1"), JIRA_ONLY));
    await madeByHand({ summary: "Save a card", points: 3 }, "Done");
    const before = await world.item("US-001");
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(3);
    expect(report.conflicts.map(({ field, state }) => [field, state]).toSorted()).toEqual([
      ["status", "open"],
      ["title", "open"],
    ]);
    const asked = report.findings.filter(({ needs_decision }) => needs_decision);
    expect(asked.map(({ code }) => code)).toContain("first-agreement");
    expect((await world.item("US-001")).fields).toEqual(before.fields);
    expect(viewOf(world, "jira", "story", "CHK-1")).toMatchObject({
      title: "Save a card",
      status: "Done",
      estimate: 3,
    });
    await world.jira.human({ action: "edit", key: "CHK-1", fields: { points: 8 } });
    await world.sync();
    expect((await world.item("US-001")).fields.estimate).toBe(8);
    await expectSettled(world, { tools: ["jira"], open: ["US-001/title", "US-001/status"] });
  });

  it("makes nothing for a ref that the tool does not know, and says so once", async () => {
    await start(hub(story("CHK-99"), JIRA_ONLY));
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(3);
    const about = report.findings.filter(({ items }) => items?.includes("US-001"));
    expect(about).toMatchObject([{ tool: "jira", items: ["US-001"], needs_decision: true }]);
    expect(about[0]?.message).toContain("CHK-99");
    // The epic got its twin; the story waits.
    expect(liveKeys(world, "jira")).toEqual(["CHK-1"]);
    expect((await world.item("US-001")).refs["jira"]).toBe("CHK-99");
    await world.editHub("{jira: CHK-99}", "{jira: null}");
    expect(exitCodeOf(await world.sync())).toBe(0);
    await expectSettled(world, { tools: ["jira"] });
  });

  it("is found by a Linear identifier, whatever its case, and by its UUID", async () => {
    const ref = (id: string, value: string): string =>
      `    - {id: ${id}, title: Story ${id}, status: ready, external_refs: {linear: ${value}}}`;
    await start(hub(`${ref("US-001", "pay-1")}\n${ref("US-002", "BYUUID")}`, "{linear: {team_id: PAY}}"));
    for (const id of ["US-001", "US-002"])
      await world.linear.human({ action: "create", team: "PAY", fields: { title: `Story ${id}`, state: "Todo" } });
    await world.editHub("BYUUID", world.linear.store.findIssue("PAY-2")?.id ?? "");
    const report = await world.sync();
    expect(report.findings).toEqual([]);
    expect(liveKeys(world, "linear")).toHaveLength(3);
    await world.editHub("Story US-002", "Story of the UUID");
    await world.editHub("Story US-001", "Story of the identifier");
    await world.sync();
    expect(viewOf(world, "linear", "story", "PAY-1")?.title).toBe("Story of the identifier");
    expect(viewOf(world, "linear", "story", "PAY-2")?.title).toBe("Story of the UUID");
  });
});

describe("scenario 21: two items, one identity", () => {
  it("leaves two hub items that name one twin alone in that tool, and the rest flows", async () => {
    await start(hub());
    await world.sync();
    const key = await world.key("US-001", "jira");
    await world.editHub(/(US-002[\s\S]*?jira: )"?[\w-]+"?/, `$1${key}`);
    await world.editHub("title: Delete a card", "title: Erase a card");
    await world.editHub("title: Card tokenisation", "title: Tokens");
    const writes = world.jira.log.total();
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(3);
    const [finding, ...others] = report.findings.filter(({ code }) => code === "duplicate-ref");
    expect(finding).toMatchObject({ tool: "jira", items: ["US-001", "US-002"], needs_decision: true });
    expect(others).toEqual([]);
    expect(viewOf(world, "jira", "story", key)?.title).toBe("Store a card");
    const epic = await world.key("EPIC-001", "jira");
    expect(viewOf(world, "jira", "epic", epic)?.title).toBe("Tokens");
    // Linear knows both apart, so there the edit arrives.
    expect(viewOf(world, "linear", "story", await world.key("US-002", "linear"))?.title).toBe("Erase a card");
    expect(liveKeys(world, "jira")).toHaveLength(3);
    expect(world.jira.log.since(writes).filter(({ write }) => write)).toHaveLength(1);
  });

  it("leaves two new items alone that name one existing twin", async () => {
    const named = (id: string): string =>
      `    - {id: ${id}, title: ${id}, status: ready, external_refs: {jira: CHK-1}}`;
    await start(hub(`${named("US-001")}\n${named("US-002")}`, JIRA_ONLY));
    await world.jira.human({ action: "create", project: "CHK", type: "Story", fields: { summary: "Whose?" } });
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(3);
    expect(report.findings.map(({ code }) => code)).toContain("duplicate-ref");
    expect(viewOf(world, "jira", "story", "CHK-1")?.title).toBe("Whose?");
    expect(liveKeys(world, "jira")).toHaveLength(2);
    expect((await world.item("US-001")).fields.title).toBe("US-001");
    // Told apart again, the one asks about its title and the other gets a twin of its own.
    await world.editHub(/(US-002.*jira: )CHK-1/, "$1null");
    const corrected = await world.sync();
    expect(corrected.conflicts).toMatchObject([{ item: "US-001", field: "title", state: "open" }]);
    expect(corrected.findings.map(({ code }) => code)).toEqual(["first-agreement"]);
    expect(viewOf(world, "jira", "story", await world.key("US-002", "jira"))?.title).toBe("US-002");
    await expectSettled(world, { tools: ["jira"], open: ["US-001/title"] });
  });

  it("knows one twin by its key in any case and by its id", async () => {
    const named = (id: string, ref: string): string =>
      `    - {id: ${id}, title: ${id}, status: ready, external_refs: {jira: "${ref}"}}`;
    await start(hub(`${named("US-001", "chk-1")}\n${named("US-002", "BYID")}`, JIRA_ONLY));
    const made = await world.jira.human({ action: "create", project: "CHK", fields: { summary: "Whose?" } });
    await world.editHub("BYID", (made as { id: string }).id);
    const report = await world.sync();
    const rivals = report.findings.filter(({ code }) => code === "duplicate-ref");
    expect(rivals).toMatchObject([{ tool: "jira", items: ["US-001", "US-002"], needs_decision: true }]);
    expect(viewOf(world, "jira", "story", "CHK-1")?.title).toBe("Whose?");
    expect(liveKeys(world, "jira")).toHaveLength(2);
  });

  it("quarantines an id that is given twice, deletes nothing, and the rest flows", async () => {
    await start(hub());
    await world.sync();
    const keys = liveKeys(world, "jira");
    await world.editHub("id: US-002", "id: US-001");
    await world.editHub("title: Card tokenisation", "title: Tokens");
    const report = await world.sync();
    expect(report.findings.map(({ code }) => code)).toContain("duplicate-id");
    expect(report.findings.find(({ code }) => code === "duplicate-id")?.line).toBeGreaterThan(1);
    expect(liveKeys(world, "jira")).toEqual(keys);
    expect(liveKeys(world, "linear")).toHaveLength(3);
    expect((await hubItems(world))["EPIC-001"]?.fields.title).toBe("Tokens");
    const epic = await world.key("EPIC-001", "jira");
    expect(viewOf(world, "jira", "epic", epic)?.title).toBe("Tokens");
    // Given its own id again, everything is as before.
    await world.editHub(/id: US-001(?![\s\S]*id: US-001)/, "id: US-002");
    await world.sync();
    await expectSettled(world);
  });
});

describe("a ref that a person changes although its item has a twin", () => {
  it("is told with both keys, and the link stays", async () => {
    await start(hub(STORIES, JIRA_ONLY));
    await world.sync();
    const [own, other] = [await world.key("US-001", "jira"), "CHK-99"];
    await world.editHub(`"${own}"`, `"${other}"`);
    const report = await world.sync();
    expect(report.findings).toMatchObject([{ code: "ref-changed", items: ["US-001"], needs_decision: true }]);
    expect(report.findings[0]?.message).toContain(own);
    expect(exitCodeOf(report)).toBe(3);
    expect(liveKeys(world, "jira")).toHaveLength(3);
  });
});

describe("scenario 22: a person removes our marker", () => {
  it("keeps the link: edits flow both ways, no second twin, and the marker is nobody's edit", async () => {
    await start(hub());
    await world.sync();
    const key = await world.key("US-001", "jira");
    await world.jira.human({ action: "removeMarker", key });
    const mark = world.mark();
    const report = await world.sync();
    expect(report.summary.successful).toBe(0);
    expect(mark.writes()).toBe(0);
    await world.jira.human({ action: "edit", key, fields: { summary: "Keep a card" } });
    await world.editHub("estimation: 3", "estimation: 5");
    await world.sync();
    expect((await world.item("US-001")).fields).toMatchObject({ title: "Keep a card", estimate: 5 });
    expect(viewOf(world, "jira", "story", key)?.estimate).toBe(5);
    await expectSettled(world);
  });
});

describe("an id that comes to mean something new", () => {
  it.each(["archive", "delete"] as const)("gets a twin of its own, whatever Linear keeps (%s)", async (action) => {
    await start(hub(STORIES, "{linear: {team_id: PAY}}"));
    await world.sync();
    const dead = await world.key("US-002", "linear");
    await world.linear.human({ action, item: dead });
    await world.sync({ force: true });
    await world.writeHub((await world.hubText()).replace(/.*US-002.*\n/, ""));
    await world.sync();
    // Everything is listed anew, the dead one with its marker too.
    await world.sync({ force: true });
    await world.editHub("external_sync:", "    - {id: US-002, title: Something new, status: ready}\nexternal_sync:");
    expect((await world.sync()).findings).toEqual([]);
    const key = await world.key("US-002", "linear");
    expect([key === dead, viewOf(world, "linear", "story", key)?.title]).toEqual([false, "Something new"]);
    await expectSilence(world);
  });
});

describe("a twin made anew for one that was put away", () => {
  it("takes its place in the hub, and nothing is left to be said", async () => {
    const syncConfig = `sync_config: {project_id: "{ID}", tools: {linear: {enabled: true, deletes: recreate}}}\n`;
    await start(hub(STORIES, "{linear: {team_id: PAY}}"), { syncConfig });
    await world.sync();
    const dead = await world.key("US-002", "linear");
    await world.linear.human({ action: "archive", item: dead });
    await world.sync({ force: true });
    expect((await world.sync()).findings).toEqual([]);
    expect([(await world.item("US-002")).refs["linear"] === dead, liveKeys(world, "linear").length]).toEqual([
      false,
      3,
    ]);
  });
});
