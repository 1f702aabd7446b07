/** What becomes of an item that is deleted somewhere: asked, answered, and never undone or repeated by itself. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { conflictWorkflowId, resolveSignal } from "../../workflows/messages.ts";
import { expectSettled, expectSilence } from "../support/invariants.ts";
import { liveKeys } from "../support/sides.ts";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";

const story = (n: number): string => `    - {id: US-${100 + n}, title: Story ${n}, status: ready, estimation: 3}\n`;
const hubOf = (stories: number): string =>
  `project: {id: "{ID}", name: Checkout}\nimplementation:\n  stories:\n${Array.from({ length: stories }, (_, n) => story(n + 1)).join("")}external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}\n`;
const configOf = (deletes: string): string =>
  `sync_config: {project_id: "{ID}", tools: {jira: {deletes: ${deletes}}, linear: {deletes: ${deletes}}}}\n`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(stories = 3, deletes = "flag"): Promise<void> {
  world = await startWorld({ hub: hubOf(stories), syncConfig: configOf(deletes) });
  await world.sync({ yes: true });
}
const id = (n: number): string => `US-${100 + n}`;
const deleteIn = async (tool: "jira" | "linear", n = 1) => {
  const key = await world.key(id(n), tool);
  if (tool === "jira") await world.jira.human({ action: "delete", key });
  else await world.linear.human({ action: "delete", item: key });
};
/** Everything is read anew, so that what is gone is noticed. */
const notice = () => world.sync({ force: true });
const resolve = (...args: string[]) => world.run(["resolve", world.project, ...args]);
const listed = async () => (await world.run(["conflicts", world.project])).out;
const counts = () => [liveKeys(world, "jira").length, liveKeys(world, "linear").length];
const conversation = async (item: string) => {
  const { client } = await sharedTemporal();
  return client.workflow.getHandle(conflictWorkflowId(world.project, item));
};

describe("deleted in one tool (23)", () => {
  it("is asked by number as everything is, and nothing is resurrected or deleted meanwhile", async () => {
    await start();
    await deleteIn("jira");
    const planned = await world.run(["plan", world.project, "--force"]);
    expect([planned.code, planned.out]).toEqual([3, expect.stringMatching(/deletion +asks +US-101 +deleted in jira/)]);
    const report = await notice();
    expect([exitCodeOf(report), report.data_consistency.manual_review_required]).toEqual([3, 1]);
    expect(report.recommendations).toEqual([
      `Story US-101 requires a decision (deleted in jira; live in the hub, linear): track-sdlc resolve ${world.project} --conflict-id=1`,
    ]);
    expect(await listed()).toMatch(
      /US-101\n\s+1\s+deleted in jira; live in the hub, linear: asked 0 min ago\n\s+archive\s+.*\n\s+recreate\s+.*\n\s+keep\s+/,
    );
    expect((await (await conversation("US-101")).describe()).status.name).toBe("RUNNING");
    await world.editHub("title: Story 1", "title: Lives on");
    expect((await world.sync()).data_consistency.manual_review_required).toBe(1);
    expect(world.linear.store.findIssue(await world.key("US-101", "linear"))?.title).toBe("Lives on");
    expect(counts()).toEqual([2, 3]);
  });

  it("keep: it is asked no more, whatever is edited, until it is gone elsewhere too", async () => {
    await start();
    await deleteIn("jira");
    await notice();
    const done = await resolve("--conflict-id=1", "--choice=keep", "--by=ana");
    expect([done.code, done.err]).toEqual([0, expect.stringContaining("is decided")]);
    await (await conversation("US-101")).result();
    expect(await listed()).toMatch(
      /^No open conflicts\.\n\nAnswered, and asked no more .*\n.* 1 {2}US-101: deleted in jira; live in the hub, linear: keep, by ana$/,
    );
    expect(counts()).toEqual([2, 3]);
    await world.editHub("title: Story 1", "title: Lives on");
    expect(exitCodeOf(await notice())).toBe(0);
    await expectSilence(world);
    await deleteIn("linear");
    expect(exitCodeOf(await notice())).toBe(3);
    expect(await listed()).toContain("deleted in jira; archived in linear; live in the hub; edited since: title");
  });

  it("keep, and then another mind: the old number is answered again", async () => {
    await start();
    await deleteIn("jira");
    await notice();
    await resolve("--conflict-id=1", "--choice=keep");
    await (await conversation("US-101")).result();
    expect(await resolve("--conflict-id=1", "--choice=recreate")).toMatchObject({ code: 0 });
    await expectSettled(world);
    expect(counts()).toEqual([3, 3]);
  });

  it("recreate: one new twin where it was deleted, with what the hub says now", async () => {
    await start();
    const dead = await world.key("US-101", "jira");
    await deleteIn("jira");
    await notice();
    expect((await resolve("--conflict-id=1", "--choice=recreate")).code).toBe(0);
    expect(await world.key("US-101", "jira")).not.toBe(dead);
    await expectSettled(world);
    await (await conversation("US-101")).result();
  });

  it("archive, by the form of the Temporal UI: the others put it away, and it stays away", async () => {
    await start();
    await deleteIn("jira");
    await notice();
    await (await conversation("US-101")).signal(resolveSignal, { choice: "archive" });
    await (await conversation("US-101")).result();
    expect(counts()).toEqual([2, 2]);
    expect(await world.hubText()).toContain("Story 1");
    await notice();
    await expectSilence(world);
    await world.linear.human({ action: "restore", item: await world.key("US-101", "linear") });
    expect(exitCodeOf(await notice())).toBe(3);
    expect(counts()).toEqual([2, 3]);
  });

  it("gets a clear reply to what is no answer, and is not answered by the way", async () => {
    await start();
    await deleteIn("jira");
    await notice();
    expect(await resolve("--conflict-id=1", "--choice=newest")).toMatchObject({
      code: 2,
      err: expect.stringContaining("choose one of archive, recreate, keep") as string,
    });
    expect(await resolve("--conflict-id=1", "--value=x")).toMatchObject({ code: 2 });
    const all = await resolve("--all", "--choice=newest");
    expect([all.code, all.err]).toEqual([3, expect.stringContaining("Left open: conflict 1")]);
    expect((await resolve("--all", "--choice=keep")).code).toBe(0);
    expect(await listed()).toContain("No open conflicts.");
  });
});

describe("deleted in one tool, edited in another since (24)", () => {
  it("the edit is kept and asked about, even where archives are approved", async () => {
    await start(3, "archive");
    await deleteIn("jira");
    await world.linear.human({
      action: "edit",
      item: await world.key("US-101", "linear"),
      fields: { title: "Still needed" },
    });
    const report = await world.sync({ force: true, yes: true });
    expect([exitCodeOf(report), counts()]).toEqual([3, [2, 3]]);
    expect((await world.item("US-101")).fields.title).toBe("Still needed");
    expect(await listed()).toMatch(/edited since: title.*\n\s+since then, in hub: title\s+Still needed/);
    expect(exitCodeOf(await world.sync({ yes: true }))).toBe(3);
    expect((await resolve("--conflict-id=1", "--choice=archive")).code).toBe(0);
    expect(counts()).toEqual([2, 2]);
  });

  it("an answer to what was shown before the edit decides nothing", async () => {
    await start();
    await deleteIn("jira");
    await notice();
    await world.editHub("title: Story 1", "title: Still needed");
    const late = await resolve("--conflict-id=1", "--choice=archive");
    expect([late.code, counts()]).toEqual([3, [2, 3]]);
    expect(await listed()).toContain("since then, in hub: title  Still needed");
  });
});

describe("edited in the moment in which it is put away", () => {
  it("it stays, and is asked about with the edit", async () => {
    await start();
    await deleteIn("jira");
    await notice();
    const item = await world.key("US-101", "linear");
    let edited = false;
    // The listing is answered as it was; the person is quicker than the archive.
    world.linear.onBeforeAnswer = async ({ operation }) => {
      if (edited || !/Changes/.test(operation)) return;
      edited = true;
      await world.linear.human({ action: "edit", item, fields: { title: "Quicker" } });
    };
    expect((await resolve("--conflict-id=1", "--choice=archive")).code).toBe(3);
    expect([edited, counts()]).toEqual([true, [2, 3]]);
    expect((await world.item("US-101")).fields.title).toBe("Quicker");
    expect(await listed()).toContain("since then, in hub: title  Quicker");
  });
});

describe("the archive policy", () => {
  it("proposes where nothing was edited, by number or by --yes", async () => {
    await start(3, "archive");
    await deleteIn("jira", 1);
    await deleteIn("jira", 2);
    expect(exitCodeOf(await notice())).toBe(3);
    expect((await resolve("--conflict-id=1", "--choice=archive")).code).toBe(3);
    expect(counts()).toEqual([1, 2]);
    expect(exitCodeOf(await world.sync({ yes: true }))).toBe(0);
    expect(counts()).toEqual([1, 1]);
    expect(await listed()).toContain("No open conflicts.");
    await expectSilence(world);
  });
});

describe("many gone at once (25)", () => {
  async function wave(): Promise<void> {
    await start(12);
    for (let n = 1; n <= 8; n += 1)
      await world.linear.human({ action: "archive", item: await world.key(id(n), "linear") });
  }

  it("is one alarm with a number; keep: none of it is acted on, and it is over when they are back", async () => {
    await wave();
    const report = await notice();
    expect([exitCodeOf(report), report.recommendations]).toEqual([
      3,
      [
        `Project ${world.project} requires a decision (8 items are gone from linear at once (limit 5)): track-sdlc resolve ${world.project} --conflict-id=1`,
      ],
    ]);
    expect((await resolve("--conflict-id=1", "--choice=keep")).code).toBe(0);
    await (await conversation("project")).result();
    expect([exitCodeOf(await notice()), counts()]).toEqual([0, [12, 4]]);
    for (let n = 1; n <= 8; n += 1)
      await world.linear.human({ action: "restore", item: await world.key(id(n), "linear") });
    await notice();
    await expectSettled(world);
  });

  it("gone: each is asked about from then on, and many are answered alike", async () => {
    await wave();
    await notice();
    expect((await resolve("--conflict-id=1", "--choice=gone")).code).toBe(3);
    expect((await world.store.openConflicts(world.project)).map(({ conflict }) => conflict.kind)).toEqual(
      Array.from({ length: 8 }, () => "deletion"),
    );
    const done = await world.run(["resolve", world.project, "--all"], {}, ["keep", "y"]);
    expect([done.code, counts()]).toEqual([0, [12, 4]]);
    expect(await listed()).toContain("No open conflicts.");
  });
});

describe("an item's lines are removed from the hub (27)", () => {
  it("is asked once for all tools, not imported again, and over when they are back", async () => {
    await start();
    const text = await world.hubText();
    await world.editHub(/.*US-101.*\n/, "");
    expect(exitCodeOf(await world.sync())).toBe(3);
    expect(await listed()).toMatch(/US-101\n\s+1\s+removed from the hub; live in jira, linear/);
    await notice();
    expect([await world.hubText(), counts()]).toEqual([text.replace(/.*US-101.*\n/, ""), [3, 3]]);
    await world.writeHub(text);
    await world.sync();
    await (await conversation("US-101")).result();
    await expectSettled(world);
  });

  it("archive puts all twins away, keep leaves them", async () => {
    await start();
    await world.editHub(/.*US-101.*\n.*US-102.*\n/, "");
    await world.sync();
    expect((await resolve("--conflict-id=1", "--choice=archive")).code).toBe(3);
    expect(counts()).toEqual([2, 2]);
    expect((await resolve("--conflict-id=2", "--choice=keep")).code).toBe(0);
    expect([exitCodeOf(await notice()), counts()]).toEqual([0, [2, 2]]);
    await expectSilence(world);
  });
});

describe("a run of a part of the project", () => {
  it("neither asks, closes nor changes what it did not look at", async () => {
    await start();
    await deleteIn("jira", 1);
    await deleteIn("jira", 2);
    await notice();
    await resolve("--conflict-id=2", "--choice=keep");
    const before = await world.store.openConflicts(world.project);
    await world.sync({ tools: ["linear"] });
    await world.sync({ tools: ["jira"] });
    await world.sync({ fields: ["title"] });
    expect(await world.store.openConflicts(world.project)).toEqual(before);
    expect(await world.store.settledConflicts(world.project)).toHaveLength(1);
    expect((await notice()).data_consistency.manual_review_required).toBe(1);
  });
});
