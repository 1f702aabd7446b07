/** Scenarios 23, 25, 26 and 35 in four tools: what goes missing in one of them, and what comes back. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { OTHER_POINTS_FIELD, POINTS_FIELD } from "../../sandbox/jira/model.ts";
import { expectSettled } from "../support/invariants.ts";
import { liveKeys, viewOf, type Tool } from "../support/sides.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const TOOLS: readonly Tool[] = ["jira", "linear", "notion", "github"];

const hubOf = (stories: number): string => `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
${Array.from({ length: stories }, (_, n) => `    - {id: US-${n + 101}, title: Story ${n + 1}, status: ready, estimation: 3}\n`).join("")}external_sync:
  jira: {project_key: CHK}
  linear: {team_id: PAY}
  notion: {database_id: "{NOTION}"}
  github: {repository: acme/checkout}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

const configOf = (tools: string): Pick<WorldOptions, "syncConfig"> => ({
  syncConfig: `sync_config: {project_id: "{ID}", tools: ${tools}}\n`,
});

async function start(stories = 3, options: Partial<WorldOptions> = {}): Promise<void> {
  const notion = { quirks: { rateLimit: false } };
  const config = configOf("{github: {mapping: {fields: {status: labels, estimate: labels}}}}");
  world = await startWorld({ hub: hubOf(stories), more: ["notion", "github"], notion, ...config, ...options });
  expect((await world.sync({ yes: true })).summary.failed).toBe(0);
}
/** Everything is read anew, so that what is gone is noticed. */
const notice = () => world.sync({ force: true });
const id = (n: number): string => `US-${100 + n}`;
const counts = (): number[] => TOOLS.map((tool) => liveKeys(world, tool).length);
const others = (tool: Tool, gone: number, all: number): number[] =>
  TOOLS.map((one) => (one === tool ? all - gone : all));
const titleIn = async (tool: Tool, n: number): Promise<unknown> =>
  viewOf(world, tool, "story", await world.key(id(n), tool))?.title;

/** As people delete in each of them; Notion's trash is its deletion. */
async function deleteIn(tool: Tool, n: number): Promise<void> {
  const key = await world.key(id(n), tool);
  if (tool === "jira") await world.jira.human({ action: "delete", key });
  if (tool === "linear") await world.linear.human({ action: "delete", item: key });
  if (tool === "notion") await world.notion.human({ action: "trash", id: key });
  if (tool === "github") await world.github.human({ action: "delete", issue: key });
}

describe("scenario 23: deleted in one tool, untouched elsewhere", () => {
  it.each(TOOLS)("%s: it is proposed, and nothing is resurrected or deleted", async (tool) => {
    await start();
    await deleteIn(tool, 1);
    const report = await notice();
    expect([exitCodeOf(report), counts()]).toEqual([3, others(tool, 1, 3)]);
    expect(report.recommendations[0]).toMatch(
      new RegExp(`US-101 requires a decision \\((?:deleted|archived) in ${tool};`),
    );
    await world.editHub("Story 1,", "Lives on,");
    await world.sync();
    const elsewhere = TOOLS.filter((one) => one !== tool);
    expect(await Promise.all(elsewhere.map((one) => titleIn(one, 1)))).toEqual(elsewhere.map(() => "Lives on"));
    expect(counts()).toEqual(others(tool, 1, 3));
  });
});

describe("scenario 25: many gone at once", () => {
  it.each(TOOLS)("%s: a listing that comes back empty or halved deletes nothing", async (tool) => {
    await start(12);
    for (const kind of ["empty-listing", "short-listing"] as const) {
      world[tool].faults.add({ kind, operation: LISTING[tool], times: 1 });
      await notice();
      expect([world[tool].faults.hits.get(kind), counts()]).toEqual([1, others(tool, 0, 12)]);
      expect(await world.store.openConflicts(world.project)).toEqual([]);
    }
    await expectSettled(world);
  });

  it.each(TOOLS)("%s: when they are really gone it is one alarm, and none of it is acted on", async (tool) => {
    await start(12);
    for (let n = 1; n <= 8; n += 1) await deleteIn(tool, n);
    const report = await notice();
    expect([exitCodeOf(report), report.recommendations]).toEqual([
      3,
      [expect.stringMatching(new RegExp(`8 items are gone from ${tool} at once \\(limit 5\\)`))],
    ]);
    await world.sync();
    expect(counts()).toEqual(others(tool, 8, 12));
  });
});

/** In the words of each stand-in's log. */
const LISTING: Readonly<Record<Tool, string>> = {
  jira: "^POST search/jql$",
  linear: "^(?:Changes|IssueChanges|Issues)",
  notion: "query$",
  github: "^GET issues$",
};

describe("scenario 26: put away, then restored", () => {
  // Jira and GitHub delete for good; what a person closes there is a status.
  it.each(["linear", "notion"] as const)("%s: the link is intact, and edits flow both ways again", async (tool) => {
    await start();
    const key = await world.key("US-101", tool);
    await deleteIn(tool, 1);
    expect(exitCodeOf(await notice())).toBe(3);
    if (tool === "linear") await world.linear.human({ action: "restore", item: key });
    else await world.notion.human({ action: "restore", id: key });
    expect(exitCodeOf(await notice())).toBe(0);
    if (tool === "linear") await world.linear.human({ action: "edit", item: key, fields: { title: "Back again" } });
    else await world.notion.human({ action: "edit", id: key, properties: { Name: "Back again" } });
    await world.sync();
    expect(await world.key("US-101", tool)).toBe(key);
    expect(await Promise.all(TOOLS.map((one) => titleIn(one, 1)))).toEqual(TOOLS.map(() => "Back again"));
    await expectSettled(world);
  });
});

describe("scenario 35: a field is renamed or deleted between runs", () => {
  const GITHUB: Partial<WorldOptions> = {
    ...configOf("{}"),
    github: {
      repositories: [{ name: "acme/checkout", fields: [{ name: "Story Points", kind: "number", options: [] }] }],
    },
  };
  const mapping = (fields: string): Partial<WorldOptions> => ({
    ...GITHUB,
    ...configOf(
      `{jira: {mapping: {fields: ${fields}}}, notion: {mapping: {fields: {estimate: Story Points}}}, github: {mapping: {fields: {estimate: Story Points}}}}`,
    ),
  });

  async function deleteField(tool: Tool): Promise<void> {
    if (tool === "jira")
      for (const field of [OTHER_POINTS_FIELD, POINTS_FIELD]) await world.jira.human({ action: "deleteField", field });
    if (tool === "notion") await world.notion.human({ action: "deleteProperty", property: "Story Points" });
    if (tool === "github")
      await world.github.human({ action: "deleteField", repository: "acme/checkout", field: "Story Points" });
    // Linear's fields are its own: what a team can do is to estimate no more.
    if (tool === "linear") for (const team of world.linear.store.teams.values()) team.issueEstimationType = "notUsed";
  }

  async function expectParked(tool: Tool, code: string): Promise<void> {
    await deleteField(tool);
    await world.editHub("Story 1, status: ready, estimation: 3", "Goes on, status: ready, estimation: 5");
    await world.sync();
    const { findings } = await world.sync({ force: true });
    expect(findings).toMatchObject([{ code, tool, field: "estimate" }]);
    expect(findings[0]?.remedy).toBeDefined();
    expect(await Promise.all(TOOLS.map((one) => titleIn(one, 1)))).toEqual(TOOLS.map(() => "Goes on"));
    expect((await world.item("US-101")).fields.estimate).toBe(5);
    const mark = world.mark();
    await world.sync();
    expect(mark.writes()).toBe(0);
  }

  it.each(TOOLS)("%s: one that it found by itself is parked and told, the rest flows", async (tool) => {
    await start(3, GITHUB);
    await expectParked(tool, "place-vanished");
  });

  it.each(["jira", "notion", "github"] as const)(
    "%s: one that the binding names is parked and told with the candidates, by doctor too",
    async (tool) => {
      await start(3, mapping(`{estimate: ${POINTS_FIELD}}`));
      await expectParked(tool, "no-such-place");
      const { code, out } = await world.run(["doctor"]);
      expect(code).toBe(1);
      expect(out).toMatch(
        new RegExp(
          `FAIL \\S+ ${tool}: the binding keeps estimate in ".+", which .*; correct mapping\\.fields\\.estimate`,
        ),
      );
    },
  );

  it("jira: another field of the usual name, on no screen, is not taken for what people cleared", async () => {
    await start(3, GITHUB);
    await world.jira.human({ action: "deleteField", field: POINTS_FIELD });
    await notice();
    await notice();
    expect((await world.item("US-101")).fields.estimate).toBe(3);
  });

  it("a rename changes nothing where the field is known by its id", async () => {
    await start(3, mapping(`{estimate: ${POINTS_FIELD}}`));
    await world.jira.human({ action: "renameField", field: POINTS_FIELD, name: "Punkte" });
    await world.editHub("Story 1, status: ready, estimation: 3", "Story 1, status: ready, estimation: 5");
    expect((await notice()).findings).toEqual([]);
    expect(viewOf(world, "jira", "story", await world.key("US-101", "jira"))?.estimate).toBe(5);
  });
});
