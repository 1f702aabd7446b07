/** People who edit while a sync is under way. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled } from "../support/invariants.ts";
import { stopTemporal, type World } from "../support/world.ts";
import { HUB, inJira, inLinear, keptValues, synced, titles } from "./checkout.ts";

const MINUTE = 60_000;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("scenario 7: an edit between our read and our write", () => {
  it.each([
    ["jira", "older", -MINUTE, "Quicker", "From the hub"],
    ["linear", "older", -MINUTE, "Quicker", "From the hub"],
    ["jira", "newer", MINUTE, "From the hub", "Quicker"],
    ["linear", "newer", MINUTE, "From the hub", "Quicker"],
  ] as const)("is seen in %s where the hub's is %s, and the loser is kept", async (tool, _, hubAt, winner, loser) => {
    world = await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(hubAt);
    const sandbox = world[tool];
    const listing = /search|Changes/i;
    let edited = false;
    // The listing is answered as it was; the person is quicker than the write.
    sandbox.onBeforeAnswer = async ({ operation }) => {
      if (edited || !listing.test(operation)) return;
      edited = true;
      await (tool === "jira"
        ? inJira(world, "US-001", { summary: "Quicker" })
        : inLinear(world, "US-001", { title: "Quicker" }));
    };
    const report = await world.sync();
    expect(edited).toBe(true);
    expect(await titles(world)).toEqual(Array(3).fill(winner));
    expect(await keptValues(world, report)).toEqual([loser]);
    await expectSettled(world);
  });
});

describe("scenario 7: an edit in the very moment of our write", () => {
  it.each(["jira", "linear"] as const)("that %s lets us overwrite is told, and kept in the audit", async (tool) => {
    world = await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    const sandbox = world[tool];
    let edited = false;
    // Everything has been read; the write has left and is not there yet.
    sandbox.onArrival = async ({ operation }) => {
      if (edited || !/^PUT issue|UpdateIssue/.test(operation)) return undefined;
      edited = true;
      await (tool === "jira"
        ? inJira(world, "US-001", { summary: "Quicker" })
        : inLinear(world, "US-001", { title: "Quicker" }));
      return undefined;
    };
    const report = await world.sync();
    expect(edited).toBe(true);
    expect(await titles(world)).toEqual(Array(3).fill("From the hub"));
    expect(await keptValues(world, report)).toEqual(["Quicker"]);
    expect(report.findings).toMatchObject([{ code: "overwritten-edit", tool, field: "title", items: ["US-001"] }]);
    await expectSettled(world);
  });

  it.each(["jira", "linear"] as const)("leaves no word in %s where nobody was quicker", async (tool) => {
    world = await synced();
    await (tool === "jira" ? inJira(world, "US-001", { points: 8 }) : inLinear(world, "US-001", { estimate: 8 }));
    await world.editHub("title: Store a card", "title: From the hub");
    expect((await world.sync()).findings).toEqual([]);
    await world.editHub("title: From the hub", "title: Again from the hub");
    expect((await world.sync()).findings).toEqual([]);
  });
});

describe("scenario 7: an edit of another field while our write is on its way", () => {
  it.each(["jira", "linear"] as const)("%s: both edits survive", async (tool) => {
    world = await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    const sandbox = world[tool];
    let reads = 0;
    // The read before the write is answered as it was; the person is quicker than the write.
    sandbox.onBeforeAnswer = async ({ operation }) => {
      if (!/bulkfetch|Nodes|Read/i.test(operation) || ++reads !== 1) return;
      await (tool === "jira" ? inJira(world, "US-001", { points: 8 }) : inLinear(world, "US-001", { estimate: 8 }));
    };
    await world.sync();
    expect(reads).toBeGreaterThan(0);
    expect(await titles(world)).toEqual(Array(3).fill("From the hub"));
    expect((await world.item("US-001")).fields.estimate).toBe(8);
    await expectSettled(world);
  });
});

describe("scenario 8: an edit while a listing is being paged", () => {
  const count = 120;
  const many = HUB.replace(
    "external_sync:",
    `${Array.from({ length: count }, (_, n) => `    - {id: US-${100 + n}, title: Story ${100 + n}, status: ready}\n`).join("")}external_sync:`,
  );

  it("after its page was read is there by the next run at the latest", async () => {
    world = await synced({ hub: many });
    const keys = { jira: await world.key("US-100", "jira"), linear: await world.key("US-100", "linear") };
    let pages = 0;
    // Forced: everything is listed again, in more than one page.
    world.jira.onBeforeAnswer = async ({ operation }) => {
      if (!/search/.test(operation) || ++pages !== 1) return;
      await world.jira.human({ action: "edit", key: keys.jira, fields: { summary: "Edited behind the page" } });
    };
    await world.sync({ force: true });
    world.jira.onBeforeAnswer = undefined;
    expect(pages).toBeGreaterThan(1);
    await world.sync();
    expect(await titles(world, "US-100")).toEqual(Array(3).fill("Edited behind the page"));
    await expectSettled(world);
  });
});
