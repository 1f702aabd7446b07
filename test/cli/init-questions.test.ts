/** What `track-sdlc init` does not decide by itself. */
import { rm } from "node:fs/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { liveKeys } from "../support/sides.ts";
import { stopTemporal } from "../support/world.ts";
import { CHK, HUB, startUnbound, type UnboundWorld } from "./unbound-world.ts";

let world: UnboundWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("where several could be meant", () => {
  async function startTwice(): Promise<readonly [string, string]> {
    world = await startUnbound();
    return [
      await world.issue("Story", { summary: "Delete a card" }),
      await world.issue("Story", { summary: "Delete a card" }),
    ];
  }

  it("a script is told the candidates, and nothing is written", async () => {
    const [one, two] = await startTwice();
    const { code, err } = await world.init(["--sync=jira", ...CHK, "--yes"]);
    expect(code).toBe(3);
    const url = `${world.jira.url}/browse`;
    expect(err).toBe(
      `Nothing was written: somebody has to say what belongs together.
  US-002 "Delete a card" may be one of these in Jira:
    ${one}  ${url}/${one}
    ${two}  ${url}/${two}
    answer with --link US-002=jira:${one}, or US-002=jira:new for a new one`,
    );
    await world.expectUntouched();
  });

  it("and the same in JSON", async () => {
    const keys = await startTwice();
    const { code, out } = await world.init(["--sync=jira", ...CHK, "--yes", "--json"]);
    const { init: document } = JSON.parse(out) as { init: { status: string; tools: { jira: { questions: unknown } } } };
    expect([code, document.status]).toEqual([3, "needs-decision"]);
    expect(document.tools.jira.questions).toMatchObject([{ item: "US-002", candidates: keys.map((key) => ({ key })) }]);
    await world.expectUntouched();
  });

  it("a person is asked, and the answer holds", async () => {
    const [, two] = await startTwice();
    const { code, err } = await world.init(["--sync=jira", ...CHK], ["2", "y"]);
    expect([code, err.includes(`  2  ${two}  (${world.jira.url}/browse/${two})`)]).toEqual([0, true]);
    expect((await world.item("US-002")).refs["jira"]).toBe(two);
    await world.sync();
    expect(liveKeys(world, "jira")).toHaveLength(4);
  });

  it("a person who breaks off has nothing written", async () => {
    await startTwice();
    const { code, err } = await world.init(["--sync=jira", ...CHK], [""]);
    expect([code, err.includes("Nothing was written.")]).toEqual([3, true]);
    await world.expectUntouched();
  });

  it("a script may answer: this one, or none of them", async () => {
    const [one] = await startTwice();
    const { code } = await world.init(["--sync=jira", ...CHK, "--yes", "--link", `US-002=jira:${one.toLowerCase()}`]);
    expect([code, (await world.item("US-002")).refs["jira"]]).toEqual([0, one]);
    await world.writeHub(HUB.replaceAll("{ID}", world.project));
    await rm(world.inProject("sync-config.yaml"));
    const { out } = await world.init(["--sync=jira", ...CHK, "--yes", "--link", "US-002=jira:new"]);
    expect(out).toContain("3 to be made there by the first sync: EPIC-001, US-001, US-002");
  });

  it.each([
    ["US-404=jira:CHK-1", "--link: the hub has no item US-404."],
    ["US-002=jira:CHK-99", "--link: jira shows no CHK-99 to link US-002 to; is it in another CHK?"],
    ["US-002", '--link: "US-002" is not <item>=<tool>:<key>, as in US-001=jira:CHK-12 or US-001=jira:new.'],
    ["EPIC-001=jira:CHK-1", "--link: CHK-1 is a story in Jira, and EPIC-001 is none."],
  ])("an answer that fits nothing is refused: %s", async (link, words) => {
    await startTwice();
    const { code, err } = await world.init(["--sync=jira", ...CHK, "--yes", "--link", link]);
    expect([code, err]).toEqual([2, words]);
    await world.expectUntouched();
  });

  it("an answer is no way to link anew what is linked", async () => {
    world = await startUnbound({
      hub: HUB.replace("title: Delete", "external_refs: {jira: CHK-1}\n      title: Delete"),
    });
    await world.issue("Story", { summary: "Delete a card" });
    await world.issue("Story", { summary: "Delete a card" });
    const { code, err } = await world.init(["--sync=jira", ...CHK, "--yes", "--link", "US-002=jira:CHK-2"]);
    const words = "--link: US-002 has CHK-1 in Jira already; its external_refs say so, or an earlier sync.";
    expect([code, err, world.writes()]).toEqual([2, words, 0]);
  });

  it("one twin cannot be two items'", async () => {
    await startTwice();
    const links = ["--link", "US-002=jira:CHK-1", "--link", "US-001=jira:CHK-1"];
    const { code, err } = await world.init(["--sync=jira", ...CHK, "--yes", ...links]);
    expect([code, err]).toEqual([2, "CHK-1 of Jira would be the twin of US-001 and of US-002; link each to its own."]);
    await world.expectUntouched();
  });
});

describe("consent", () => {
  const CONFIG = "sync_config: {project_id: '{ID}'}\n";
  const many = (count: number) =>
    `project: {id: "{ID}"}\nimplementation:\n  stories:\n${Array.from({ length: count }, (_, n) => `    - {id: US-${101 + n}, title: Story ${n}, status: ready}\n`).join("")}`;

  it("to what was shown answers the bulk guard of the first sync", async () => {
    world = await startUnbound({ hub: many(51) });
    const { out } = await world.init(["--sync=jira", ...CHK, "--yes"]);
    expect(out).toContain("51 to be made there by the first sync: US-101, US-102,");
    expect(exitCodeOf(await world.sync())).toBe(0);
    expect(liveKeys(world, "jira")).toHaveLength(51);
  });

  it("is not given by looking at what is bound already", async () => {
    world = await startUnbound({ hub: `${many(51)}external_sync: {jira: {project_key: CHK}}\n`, syncConfig: CONFIG });
    expect((await world.init(["--sync=jira"])).out).toContain("All of it stands there already.");
    expect(exitCodeOf(await world.sync())).toBe(3);
    expect(liveKeys(world, "jira")).toEqual([]);
    expect((await world.init(["--sync=jira", "--yes"])).code).toBe(0);
    expect(exitCodeOf(await world.sync())).toBe(0);
  });

  it("is not given where nothing was written", async () => {
    world = await startUnbound({ hub: many(51) });
    expect((await world.init(["--sync=jira", ...CHK], ["n"])).code).toBe(3);
    await world.editHub(/$/, "external_sync: {jira: {project_key: CHK}}\n");
    expect(exitCodeOf(await world.sync())).toBe(3);
    expect(liveKeys(world, "jira")).toEqual([]);
  });
});
