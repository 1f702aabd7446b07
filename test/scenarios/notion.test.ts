/** Notion beside Jira, through the whole engine and over HTTP. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { Clock } from "../../sandbox/kit/clock.ts";
import type { Page } from "../../sandbox/notion/model.ts";
import { startNotionSandbox, type NotionSandbox } from "../../sandbox/notion/index.ts";
import type { SyncReport } from "../../src/index.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const HEAD = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
`;
const STORY = `    - {id: US-001, epic: EPIC-001, title: Store a card, status: ready, estimation: 3, labels: [a, b], description: "Some **text**.", branch: feat/card, pr: "https://github.com/acme/checkout/pull/7"}
`;

let world: World;
let notion: NotionSandbox;
beforeEach(async () => {
  notion = await startNotionSandbox({ quirks: { rateLimit: false } });
});
afterEach(async () => {
  await world.close();
  await notion.close();
});
afterAll(stopTemporal);

async function start(stories = STORY, external = ""): Promise<void> {
  const bound = `jira: {project_key: CHK}, notion: {database_id: ${notion.databases[0]}${external}}`;
  world = await startWorld({ hub: `${HEAD}${stories}external_sync: {${bound}}\n`, env: notion.credentials });
}
const livePages = (): Page[] =>
  [...notion.workspace.pages.values()].filter(({ trashed, deleted }) => !trashed && !deleted);
function page(title: string): Page {
  const found = livePages().find(({ values }) => values["title"] === title);
  if (!found) throw new Error(`no page "${title}"`);
  return found;
}
const edit = (title: string, properties: object, text?: string): Promise<unknown> =>
  notion.human({ action: "edit", id: page(title).id, properties, ...(text === undefined ? {} : { text }) });
const textOf = async ({ id }: Page): Promise<string> => {
  const answer = await fetch(`${notion.url}/v1/pages/${id}/markdown`, {
    headers: { authorization: `Bearer ${notion.credentials.NOTION_API_KEY}`, "notion-version": "2026-03-11" },
  });
  return ((await answer.json()) as { markdown: string }).markdown;
};
const codes = ({ findings }: SyncReport): string[] => findings.map(({ code }) => code);

/** One more run changes nothing anywhere, and each item has one twin. */
async function expectSettled(twins = 2): Promise<void> {
  const [mark, writes, text] = [world.mark(), notion.log.writes(), await world.hubText()];
  await world.sync();
  expect([mark.writes(), notion.log.writes() - writes, await world.hubText()]).toEqual([0, 0, text]);
  expect(livePages()).toHaveLength(twins);
  expect(notion.spec.violations()).toEqual([]);
}

describe("a project bound to Jira and Notion", () => {
  it("gets a page for each item, with all that the hub says", async () => {
    await start();
    const report = await world.sync();
    expect(report.tools["notion"]).toMatchObject({ status: "success", operations: 2 });
    expect(codes(report)).toEqual([]);
    const story = page("Store a card");
    const property = (name: string): unknown =>
      story.values[notion.workspace.property(notion.workspace.source(story.source ?? ""), name)?.id ?? ""];
    expect([property("Story Points"), property("Branch"), property("PR"), property("Parent")]).toEqual([
      3,
      "feat/card",
      "https://github.com/acme/checkout/pull/7",
      [page("Card tokenisation").id],
    ]);
    expect(await textOf(story)).toBe("Some **text**.");
    expect((await world.item("US-001")).refs["notion"]).toBe(story.id);
    await expectSettled();
  });

  it("takes an edit made in Notion to the hub and to Jira", async () => {
    await start();
    await world.sync();
    await edit(
      "Store a card",
      { Name: "Store two cards", Status: "In Review", Labels: ["b", "c"], "Target Date": "2026-12-24" },
      "Some **text**.\n- more\n\t- nested",
    );
    await world.sync();
    expect((await world.item("US-001")).fields).toMatchObject({
      title: "Store two cards",
      status: "in_review",
      labels: ["b", "c"],
      due: "2026-12-24",
      description: "Some **text**.\n\n- more\n  - nested",
    });
    const issue = world.jira.site.get(await world.key("US-001", "jira"));
    expect([issue.data.summary, world.jira.site.status(issue.data).name]).toEqual(["Store two cards", "In Review"]);
    await expectSettled();
  });

  it("scenario 5: edits of one field in Jira and Notion within a minute are a tie, and no rounding decides", async () => {
    await start();
    await world.sync();
    await edit("Store a card", { Name: "From Notion" });
    await world.jira.human({
      action: "edit",
      key: await world.key("US-001", "jira"),
      fields: { summary: "From Jira" },
    });
    await world.sync();
    const { title } = (await world.item("US-001")).fields;
    expect(["From Notion", "From Jira"]).toContain(title);
    expect(page(String(title)).values["title"]).toBe(title);
    await expectSettled();
  });

  it("different paragraphs of a text edited in the hub and in Notion are both kept", async () => {
    await start(STORY.replace('"Some **text**."', '"One.\\n\\nTwo.\\n\\nThree."'));
    await world.sync();
    await edit("Store a card", {}, "One, from Notion.\nTwo.\nThree.");
    await world.editHub("Three.", "Three, from the hub.");
    await world.sync();
    expect((await world.item("US-001")).fields.description).toBe("One, from Notion.\n\nTwo.\n\nThree, from the hub.");
    expect(await textOf(page("Store a card"))).toBe("One, from Notion.\nTwo.\nThree, from the hub.");
    await expectSettled();
  });

  it("a page with what the API cannot tell keeps its text, which is one finding; the rest syncs", async () => {
    await start();
    await world.sync();
    await notion.human({ action: "addBlock", id: page("Store a card").id, block: "unknown" });
    await world.editHub("Some **text**.", "Other text.");
    await world.editHub("estimation: 3", "estimation: 5");
    const report = await world.sync();
    expect(report.findings).toMatchObject([
      { code: "locked-text", tool: "notion", field: "description", items: ["US-001"] },
    ]);
    expect(page("Store a card").blocks).toHaveLength(2);
    expect(await textOf(page("Store a card"))).toMatch(/^Some \*\*text\*\*\.\n<unknown /);
    await expectSettled();
  });

  it("scenario 36: a 503 after each write costs nothing and doubles nothing", async () => {
    await start();
    notion.faults.add({ kind: "unavailable-after", method: "POST", path: "/pages$", times: 0 });
    const report = await world.sync();
    expect([report.outcome, livePages().length, notion.log.count("POST pages")]).toEqual(["success", 2, 2]);
    notion.faults.clear();
    await expectSettled();
  });

  it("scenario 26: trashed is asked about once all is listed, and restored the link holds", async () => {
    await start();
    await world.sync();
    const { id } = page("Store a card");
    await notion.human({ action: "trash", id });
    const report = await world.sync({ force: true });
    expect(report.findings.map(({ tool, items }) => [tool, items?.[0]])).toContainEqual(["notion", "US-001"]);
    expect(notion.workspace.pages.get(id)?.trashed).toBe(true);
    await notion.human({ action: "restore", id });
    await world.sync({ force: true });
    await edit("Store a card", { Name: "Back again" });
    await world.sync();
    expect((await world.item("US-001")).fields.title).toBe("Back again");
    await expectSettled();
  });

  it("scenario 35: a property that is renamed changes nothing, one that is deleted parks its field", async () => {
    await start();
    await world.sync();
    await notion.human({ action: "renameProperty", property: "Story Points", name: "Punkte" });
    await edit("Store a card", { Punkte: 5 });
    await world.sync();
    expect((await world.item("US-001")).fields.estimate).toBe(5);
    await notion.human({ action: "deleteProperty", property: "Punkte" });
    await world.editHub("estimation: 5", "estimation: 8");
    await world.editHub("Store a card", "Store a card safely");
    await world.sync();
    expect(page("Store a card safely").values["title"]).toBe("Store a card safely");
    const { findings } = await world.sync();
    expect(findings).toMatchObject([{ code: "place-vanished", tool: "notion", field: "estimate", items: ["US-001"] }]);
    expect((await world.item("US-001")).fields.estimate).toBe(8);
    await expectSettled();
  });

  it("a database without a sync key is refused with the remedy, and Jira goes on", async () => {
    await start();
    await notion.human({ action: "deleteProperty", property: "Sync key" });
    const report = await world.sync();
    expect(report.tools["jira"]).toMatchObject({ status: "success", operations: 2 });
    expect(report.tools["notion"]).toMatchObject({
      status: "error",
      error: expect.stringContaining('"Sync key" (rich_text); run `track-sdlc doctor --fix`') as string,
    });
    expect(notion.log.writes()).toBe(0);
  });
});

describe("projects that share a data source", () => {
  const hubOf = (name: string): string =>
    `project: {id: "{ID}", name: ${name}}\nimplementation:\n  stories:\n    - {id: US-001, title: Story of ${name}, status: ready, description: Text}\nexternal_sync: {notion: {database_id: ${notion.databases[0]}}}\n`;
  const others = ["PROJ-2026-900", "PROJ-2026-901"] as const;

  it("keep to their own pages, cost one query together where nothing changed, and get each its own edit", async () => {
    await notion.close();
    // Its minute never ends, so that no text is due to be read once more.
    const start = Date.now();
    notion = await startNotionSandbox({ quirks: { rateLimit: false }, clock: new Clock(() => start) });
    await notion.human({ action: "addProperty", property: "Project", type: "select" });
    const [b, c] = others;
    world = await startWorld({
      hub: hubOf("A"),
      others: { [b]: hubOf("B"), [c]: hubOf("C") },
      env: notion.credentials,
    });
    const syncAll = async (): Promise<string> => (await world.run(["sync", "--all"])).out;
    expect(await syncAll()).toContain("3 synced");
    expect(livePages().map(({ values }) => values["title"])).toEqual(
      expect.arrayContaining(["Story of A", "Story of B", "Story of C"]),
    );
    await syncAll();
    const mark = notion.log.total();
    expect(await syncAll()).toContain("0 with something to do");
    expect(notion.log.since(mark).map(({ operation }) => operation)).toEqual(["POST data_sources/{id}/query"]);
    await edit("Story of B", { Name: "Story of B, edited" });
    expect(await syncAll()).toContain("1 synced");
    const text = await readFile(join(world.root, "docs/projects", b, "sdlc-tracking.yaml"), "utf8");
    expect(text).toContain("Story of B, edited");
    expect(livePages()).toHaveLength(3);
  });
});
