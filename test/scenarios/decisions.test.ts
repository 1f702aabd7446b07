/** Questions that only people can decide, from the edit to the answer that flows everywhere. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { conflictWorkflowId, resolveSignal } from "../../workflows/messages.ts";
import { expectSettled } from "../support/invariants.ts";
import { viewOf } from "../support/sides.ts";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";

const story = (n: number): string => `    - {id: US-${100 + n}, title: Story ${n}, status: ready, estimation: 3}\n`;
const hubOf = (stories: number): string =>
  `project: {id: "{ID}", name: Checkout}\nimplementation:\n  stories:\n${Array.from({ length: stories }, (_, n) => story(n + 1)).join("")}external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}\n`;
const MANUAL = `sync_config: {project_id: "{ID}", tools: {jira: {conflict_resolution: manual}, linear: {conflict_resolution: manual}}}\n`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(stories = 1): Promise<void> {
  world = await startWorld({ hub: hubOf(stories), syncConfig: MANUAL });
  await world.sync({ yes: true });
}
const id = (n: number): string => `US-${100 + n}`;
async function dispute(n = 1): Promise<void> {
  await world.editHub(`title: Story ${n},`, `title: Hub ${n},`);
  await world.jira.human({ action: "edit", key: await world.key(id(n), "jira"), fields: { summary: `Jira ${n}` } });
}
const titleIn = async (tool: "jira" | "linear", n = 1) =>
  viewOf(world, tool, "story", await world.key(id(n), tool))?.title;
const everywhere = async (n = 1) => [
  (await world.item(id(n))).fields.title,
  await titleIn("jira", n),
  await titleIn("linear", n),
];
const conversation = async (n = 1) => {
  const { client } = await sharedTemporal();
  return client.workflow.getHandle(conflictWorkflowId(world.project, id(n)));
};

describe("an open question", () => {
  it("is listed with every side's value, decided by its number, and flows everywhere at once", async () => {
    await start();
    await dispute();
    const planned = await world.run(["plan", world.project]);
    expect([planned.code, planned.out]).toEqual([3, expect.stringContaining("hub: Hub 1 | jira: Jira 1")]);
    const asked = await world.run(["sync", world.project]);
    expect(asked.code).toBe(3);
    expect(asked.out).toContain(`--conflict-id=1`);
    const { out } = await world.run(["conflicts", world.project]);
    expect(out).toMatch(
      /US-101\n\s+1\s+title: changed on both sides, asked 0 min ago\n\s+hub\s+Hub 1 .*\n\s+jira\s+Jira 1 {2}\(Ana Ruiz, /,
    );
    const done = await world.run(["resolve", world.project, "--conflict-id=1", "--choice=jira", "--by=ana"]);
    expect([done.code, done.err]).toEqual([0, expect.stringContaining("title of US-101 is decided")]);
    expect(await everywhere()).toEqual(["Jira 1", "Jira 1", "Jira 1"]);
    await (await conversation()).result();
    expect((await world.run(["conflicts"])).out).toBe("No open conflicts.");
    await expectSettled(world);
    const kept = (await world.store.audit(world.project)).filter(({ operation }) => operation === "keep");
    expect(kept).toMatchObject([{ field: "title", tool: "hub", oldValue: "Hub 1", reason: "answered by a person" }]);
  });

  it("is answered from the Temporal UI's own form, while nobody works, by the next worker", async () => {
    await start();
    await dispute();
    await world.sync();
    await world.engine.close();
    await (await conversation()).signal(resolveSignal, { value: "Neither of them" });
    await world.sync();
    await expect
      .poll(() => everywhere(), { timeout: 60_000 })
      .toEqual(["Neither of them", "Neither of them", "Neither of them"]);
    await (await conversation()).result();
  });

  it("is asked anew when the loser changes again, and what was written down then decides nothing (12)", async () => {
    await start();
    await dispute();
    await world.sync();
    await world.jira.human({
      action: "edit",
      key: await world.key("US-101", "jira"),
      fields: { summary: "Jira again" },
    });
    const late = await world.run(["resolve", world.project, "--conflict-id=1", "--choice=hub"]);
    expect(late.code).toBe(3);
    expect((await world.run(["conflicts", world.project])).out).toContain("Jira again");
    expect(await everywhere()).toEqual(["Hub 1", "Jira again", "Story 1"]);
    expect((await world.run(["resolve", world.project, "--conflict-id=1", "--choice=hub"])).code).toBe(0);
    expect(await everywhere()).toEqual(["Hub 1", "Hub 1", "Hub 1"]);
  });

  it("answered twice, too late, or with nonsense gets a clear reply (13)", async () => {
    await start();
    await dispute();
    await world.sync();
    const resolve = (...args: string[]) => world.run(["resolve", world.project, ...args]);
    expect(await resolve("--conflict-id=1", "--choice=linear")).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        '"linear" has no value for title of US-101; choose one of hub, jira, newest',
      ) as string,
    });
    expect(await resolve("--conflict-id=1", "--value=")).toMatchObject({
      code: 2,
      err: expect.stringContaining("title cannot be empty") as string,
    });
    expect(await resolve("--conflict-id=7", "--choice=hub")).toMatchObject({
      code: 2,
      err: expect.stringContaining("has no conflict 7; open: 1") as string,
    });
    expect(await resolve("--conflict-id=1")).toMatchObject({
      code: 2,
      err: expect.stringContaining("nobody is here to ask") as string,
    });
    expect((await resolve("--conflict-id=1", "--choice=hub", "--by=ana")).code).toBe(0);
    const again = await resolve("--conflict-id=1", "--choice=hub");
    expect([again.code, again.err]).toEqual([0, expect.stringContaining("closed: it was answered with hub by ana")]);
    expect((await resolve("--conflict-id=1", "--choice=jira")).code).toBe(2);
    expect(await everywhere()).toEqual(["Hub 1", "Hub 1", "Hub 1"]);
  });

  it("closes itself when the sides agree, and when the strategy no longer asks", async () => {
    await start(2);
    await dispute(1);
    await dispute(2);
    await world.sync();
    await world.jira.human({ action: "edit", key: await world.key("US-101", "jira"), fields: { summary: "Hub 1" } });
    const report = await world.sync();
    expect(report.conflicts.map(({ id: number, state }) => [number, state])).toEqual([[2, "open"]]);
    await (await conversation(1)).result();
    await world.sync({ conflictResolution: "source-wins" });
    await (await conversation(2)).result();
    expect(await everywhere(2)).toEqual(["Hub 2", "Hub 2", "Hub 2"]);
  });

  it("is decided by a person at the terminal, one answer for all of its kind", async () => {
    await start(3);
    for (const n of [1, 2, 3]) await dispute(n);
    await world.sync();
    const done = await world.run(["resolve", world.project, "--all"], {}, ["9", "2", "y"]);
    expect(done.code).toBe(0);
    expect(done.err).toContain("[1] hub");
    for (const n of [1, 2, 3]) expect(await everywhere(n)).toEqual([`Jira ${n}`, `Jira ${n}`, `Jira ${n}`]);
  });

  it("on a bad day all are decided at once, and the rest flows meanwhile (14)", async () => {
    await start(12);
    await world.editHub("estimation: 3", "estimation: 8");
    for (let n = 1; n <= 12; n += 1) await dispute(n);
    await world.sync({ yes: true });
    expect((await world.item("US-101")).fields.estimate).toBe(8);
    expect(viewOf(world, "linear", "story", await world.key("US-101", "linear"))?.estimate).toBe(8);
    const done = await world.run(["resolve", world.project, "--all", "--choice=newest"]);
    expect(done.err.match(/is decided/g)).toHaveLength(12);
    expect((await world.run(["conflicts", world.project])).out).toBe("No open conflicts.");
    expect(await everywhere(12)).toEqual(["Jira 12", "Jira 12", "Jira 12"]);
  });
});
