/** What a run would do in bulk is asked by number, as everything is that only a person can decide. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { conflictStateQuery, conflictWorkflowId, resolveSignal } from "../../workflows/messages.ts";
import { expectSettled, expectSilence } from "../support/invariants.ts";
import { liveKeys } from "../support/sides.ts";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";

const story = (n: number): string => `    - {id: US-${100 + n}, title: Story ${n}, status: ready, estimation: 3}\n`;
const stories = (count: number, from = 1): string => Array.from({ length: count }, (_, n) => story(n + from)).join("");
const hubOf = (count: number): string =>
  `project: {id: "{ID}", name: Checkout}\nimplementation:\n  stories:\n${stories(count)}external_sync: {jira: {project_key: CHK}}\n`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

const start = async (count: number) => void (world = await startWorld({ hub: hubOf(count) }));
const resolve = (...args: string[]) => world.run(["resolve", world.project, ...args]);
const listed = async () => (await world.run(["conflicts", world.project])).out;
const add = (count: number, from: number) => world.editHub("external_sync:", `${stories(count, from)}external_sync:`);
const inJira = () => liveKeys(world, "jira").length;
const conversation = async () => {
  const { client } = await sharedTemporal();
  return client.workflow.getHandle(conflictWorkflowId(world.project, "project"));
};

describe("a bulk create", () => {
  it("waits in the project's own conversation, and goes on when somebody says so", async () => {
    await start(55);
    const asked = await world.run(["sync", world.project]);
    expect([asked.code, asked.out]).toEqual([3, expect.stringContaining("--conflict-id=1, or sync again with --yes")]);
    expect(await listed()).toMatch(
      /the project\n\s+1\s+create 55 items in jira \(limit 50\): asked 0 min ago\n\s+proceed\s+.*\n\s+refuse\s+/,
    );
    // Somebody goes on writing meanwhile: an item more is no other plan.
    await add(1, 56);
    await world.sync();
    const { questions } = await (await conversation()).query(conflictStateQuery);
    expect(questions).toMatchObject([{ field: "bulk-create:jira", choices: ["proceed", "refuse"] }]);
    const all = await resolve("--all", "--choice=proceed");
    expect([all.code, all.err]).toEqual([3, expect.stringContaining("by its number")]);
    expect(await resolve("--conflict-id=1", "--choice=proceed", "--by=ana")).toMatchObject({ code: 0 });
    expect([inJira(), await listed()]).toEqual([56, "No open conflicts."]);
    await (await conversation()).result();
    await expectSettled(world, { tools: ["jira"] });
  });

  it("that outgrew what was shown is asked again, also where the answer comes by the form of the Temporal UI", async () => {
    await start(55);
    await world.sync();
    await add(30, 56);
    await (await conversation()).signal(resolveSignal, { choice: "proceed" });
    await expect.poll(listed, { timeout: 60_000 }).toContain("create 85 items in jira (limit 50): asked");
    expect(inJira()).toBe(0);
    expect((await resolve("--conflict-id=1", "--choice=proceed")).code).toBe(0);
    expect(inJira()).toBe(85);
  });

  it("refuse: stays quiet, lets the rest flow, and may be answered anew by its number", async () => {
    await start(3);
    await world.sync();
    await add(55, 4);
    await world.sync();
    expect((await resolve("--conflict-id=1", "--choice=refuse")).code).toBe(0);
    await expectSilence(world);
    await world.editHub("title: Story 1,", "title: Flows on,");
    expect(exitCodeOf(await world.sync())).toBe(0);
    expect([inJira(), world.jira.site.get(await world.key("US-101", "jira")).data.summary]).toEqual([3, "Flows on"]);
    expect((await resolve("--conflict-id=1", "--choice=proceed")).code).toBe(0);
    expect(inJira()).toBe(58);
    await expectSettled(world, { tools: ["jira"] });
  });

  it("is answered by --yes as well, and by a person at the terminal of the sync", async () => {
    await start(55);
    await world.sync();
    const done = await world.run(["sync", world.project], {}, ["y"]);
    expect([done.code, inJira(), await listed()]).toEqual([0, 55, "No open conflicts."]);
    await (await conversation()).result();
  });
});

describe("a bulk overwrite of the hub", () => {
  it("is asked, and an answer to what people undid in the meantime is none", async () => {
    await start(10);
    await world.sync();
    const edit = async (n: number, summary: string) =>
      world.jira.human({ action: "edit", key: await world.key(`US-${100 + n}`, "jira"), fields: { summary } });
    for (let n = 1; n <= 10; n += 1) await edit(n, `Oops ${n}`);
    expect(exitCodeOf(await world.sync())).toBe(3);
    expect(await listed()).toContain("overwrite 10 values in the hub");
    for (let n = 1; n <= 10; n += 1) await edit(n, `Story ${n}`);
    expect(exitCodeOf(await world.sync())).toBe(0);
    expect((await resolve("--conflict-id=1", "--choice=proceed")).code).toBe(2);
    await expectSettled(world, { tools: ["jira"] });
  });
});
