import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf, type SyncReport } from "../../src/core/report.ts";
import { expectSettled } from "../support/invariants.ts";
import { stopTemporal, type World } from "../support/world.ts";
import { inJira, inLinear, keptValues, synced, titles } from "./checkout.ts";

const MINUTE = 60_000;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("scenario 1: one field edited in the hub and in one tool", () => {
  const config = (strategy: string): string =>
    `sync_config:\n  project_id: "{ID}"\n  tools:\n    linear: {conflict_resolution: ${strategy}}\n    jira: {conflict_resolution: last-modified-wins}\n`;

  async function clash(strategy: string, hubSavedAtMs = -MINUTE): Promise<SyncReport> {
    world = await synced({ syncConfig: config(strategy) });
    await world.editHub("title: Store a card", "title: Keep a card");
    await world.saveHubAt(hubSavedAtMs);
    await inLinear(world, "US-001", { title: "Vault a card" });
    await world.jira.human({ action: "transition", key: await world.key("US-001", "jira"), to: "In Progress" });
    const report = await world.sync();
    // Whatever becomes of the title, the status flows.
    expect((await world.item("US-001")).fields.status).toBe("in_progress");
    return report;
  }

  it("last-modified-wins: the newer edit is everywhere, the older one in the audit", async () => {
    const report = await clash("last-modified-wins");
    expect(await titles(world)).toEqual(Array(3).fill("Vault a card"));
    expect(await keptValues(world, report)).toEqual(["Keep a card"]);
    expect(report.conflicts).toMatchObject([{ item: "US-001", field: "title", state: "resolved", winner: "linear" }]);
    expect(exitCodeOf(report)).toBe(0);
    await expectSettled(world);
  });

  it("last-modified-wins: a hub that was saved later wins over the tool", async () => {
    const report = await clash("last-modified-wins", MINUTE);
    expect(await titles(world)).toEqual(Array(3).fill("Keep a card"));
    expect(await keptValues(world, report)).toEqual(["Vault a card"]);
    await expectSettled(world);
  });

  it("source-wins: the hub's edit is everywhere, though the tool's is newer and kept in the audit", async () => {
    const report = await clash("source-wins");
    expect(await titles(world)).toEqual(Array(3).fill("Keep a card"));
    expect(await keptValues(world, report)).toEqual(["Vault a card"]);
    await expectSettled(world);
  });

  it.each(["manual", "field-merge"])("%s: the title is a question, each side keeps its own", async (strategy) => {
    const report = await clash(strategy);
    expect(exitCodeOf(report)).toBe(3);
    expect(report.conflicts).toMatchObject([{ item: "US-001", field: "title", state: "open", strategy }]);
    expect(await titles(world)).toEqual(["Keep a card", "Store a card", "Vault a card"]);
    await expectSettled(world, { open: ["US-001/title"] });
  });

  it("a strategy given with the run holds for that run", async () => {
    world = await synced({ syncConfig: config("manual") });
    await world.editHub("title: Store a card", "title: Keep a card");
    await inLinear(world, "US-001", { title: "Vault a card" });
    expect(exitCodeOf(await world.sync())).toBe(3);
    expect(exitCodeOf(await world.sync({ conflictResolution: "source-wins" }))).toBe(0);
    expect(await titles(world)).toEqual(Array(3).fill("Keep a card"));
    await expectSettled(world);
  });
});

describe("scenario 2: one field edited on three sides", () => {
  async function threeTitles(strategy: "last-modified-wins" | "manual"): Promise<SyncReport> {
    world = await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(-MINUTE);
    await inLinear(world, "US-001", { title: "From Linear" });
    world.jira.clock.advance(5);
    await inJira(world, "US-001", { summary: "From Jira" });
    return world.sync({ conflictResolution: strategy });
  }

  it("has one winner by time, and the audit keeps both losers", async () => {
    const report = await threeTitles("last-modified-wins");
    expect(await titles(world)).toEqual(Array(3).fill("From Jira"));
    expect((await keptValues(world, report)).toSorted()).toEqual(["From Linear", "From the hub"]);
    await expectSettled(world);
  });

  it("or is one question with all three candidates", async () => {
    const report = await threeTitles("manual");
    expect(report.conflicts).toMatchObject([{ field: "title", sides: ["hub", "jira", "linear"], state: "open" }]);
    const [open] = await world.store.openConflicts(world.project);
    expect(open?.conflict).toMatchObject({
      candidates: [{ value: "From the hub" }, { value: "From Jira" }, { value: "From Linear" }],
    });
    expect(await titles(world)).toEqual(["From the hub", "From Jira", "From Linear"]);
  });
});

describe("scenarios 3, 4, 10 and 11: edits that fit together", () => {
  it("different fields, equal edits, labels and paragraphs need no question under any strategy", async () => {
    world = await synced({
      syncConfig: `sync_config:\n  project_id: "{ID}"\n  tools:\n    linear: {conflict_resolution: manual}\n    jira: {conflict_resolution: manual}\n`,
    });
    const description = (first: string, second: string): string => `${first}\n\n${second}`;
    await world.editHub("title: Store a card", "title: Keep a card");
    await world.editHub("[payments, pci]", "[payments, pci, zed]");
    await world.editHub("Cards are stored.", "Cards are encrypted, then stored.");
    await inJira(world, "US-001", {
      summary: "Keep a card",
      labels: ["payments", "pci", "sdlc-sync", "xray"],
      points: 5,
    });
    await inLinear(world, "US-001", {
      title: "Keep a card",
      labels: ["payments"],
      priority: 2,
      description: description("Cards are stored.", "They stay for a year."),
    });
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(0);
    expect(report.conflicts).toEqual([]);
    const { fields } = await world.item("US-001");
    expect(fields).toMatchObject({ title: "Keep a card", estimate: 5, priority: "P1" });
    expect([...(fields.labels as string[])].toSorted()).toEqual(["payments", "xray", "zed"]);
    expect(String(fields.description).trim()).toBe(
      description("Cards are encrypted, then stored.", "They stay for a year."),
    );
    expect(await world.hubText()).toContain("# by stand-up");
    await expectSettled(world);
  });

  it("one edit made everywhere is written nowhere", async () => {
    world = await synced();
    const mark = world.mark();
    await world.editHub("title: Store a card", "title: Keep a card");
    await inJira(world, "US-001", { summary: "Keep a card" });
    await inLinear(world, "US-001", { title: "Keep a card" });
    const report = await world.sync();
    expect(mark.writes()).toBe(0);
    expect(report.hub.edits).toBe(0);
    await expectSettled(world);
  });

  it("one paragraph edited on two sides is a question", async () => {
    world = await synced();
    await inJira(world, "US-001", { description: "Cards are sealed.\n\nThey stay until the customer leaves." });
    await inLinear(world, "US-001", { description: "Cards are burnt.\n\nThey stay until the customer leaves." });
    const report = await world.sync({ conflictResolution: "field-merge" });
    expect(exitCodeOf(report)).toBe(3);
    expect(report.conflicts).toMatchObject([{ field: "description", sides: ["jira", "linear"] }]);
    expect(String((await world.item("US-001")).fields.description)).toContain("Cards are stored.");
  });
});

describe("scenario 6: vendors whose clocks are wrong", () => {
  /** Makes an edit this much later than now, by all clocks. */
  async function later(milliseconds: number, edit: () => Promise<void>): Promise<void> {
    for (const { clock } of [world.jira, world.linear]) clock.advance(milliseconds);
    await edit();
    for (const { clock } of [world.jira, world.linear]) clock.advance(-milliseconds);
  }

  it("finds the edit that was made last, and tells of both clocks", async () => {
    world = await synced();
    world.jira.clock.skewMs = 10 * MINUTE;
    world.linear.clock.skewMs = -10 * MINUTE;
    await inJira(world, "US-001", { summary: "Made first, by a clock that is fast" });
    await later(8_000, () => inLinear(world, "US-001", { title: "Made last, by a clock that is slow" }));
    await inLinear(world, "US-002", { title: "Made first, slow" });
    await later(8_000, () => inJira(world, "US-002", { summary: "Made last, fast" }));
    const report = await world.sync();
    expect(await titles(world, "US-001")).toEqual(Array(3).fill("Made last, by a clock that is slow"));
    expect(await titles(world, "US-002")).toEqual(Array(3).fill("Made last, fast"));
    const skewed = report.findings.filter(({ code }) => code === "clock-skew").map(({ tool }) => tool);
    expect(skewed.toSorted()).toEqual(["jira", "linear"]);
    await expectSettled(world);
  });

  it("calls no winner by rounding: times that were set right are no finer than the correction", async () => {
    world = await synced();
    world.jira.clock.skewMs = 10 * MINUTE;
    world.linear.clock.skewMs = -10 * MINUTE;
    await inJira(world, "US-001", { summary: "From Jira" });
    await later(200, () => inLinear(world, "US-001", { title: "From Linear" }));
    const report = await world.sync();
    expect(report.conflicts).toMatchObject([{ field: "title", winner: "jira", reason: "edited at the same time" }]);
    expect(await keptValues(world, report)).toEqual(["From Linear"]);
    await expectSettled(world);
  });
});

describe("scenario 9: an edit in one tool", () => {
  it.each(["jira", "linear"] as const)(
    "%s: reaches the hub and the other tool by one write each, and never loops",
    async (tool) => {
      world = await synced();
      await (tool === "jira"
        ? inJira(world, "US-001", { summary: "Keep a card" })
        : inLinear(world, "US-001", { title: "Keep a card" }));
      const mark = world.mark();
      const report = await world.sync();
      expect(await titles(world)).toEqual(Array(3).fill("Keep a card"));
      expect(mark.writes()).toBe(1);
      expect(report.hub.edits).toBe(1);
      await world.sync();
      await world.sync();
      expect(mark.writes()).toBe(1);
      await expectSettled(world);
    },
  );
});
