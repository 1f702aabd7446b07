import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf, type SyncReport } from "../../src/core/report.ts";
import { expectSettled } from "../support/invariants.ts";
import { viewOf } from "../support/sides.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const HUB = `
project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
    - id: US-001
      epic: EPIC-001
      title: Store a card      # by stand-up
      description: |
        Cards are stored.

        They stay until the customer leaves.
      status: ready
      estimation: 3
      labels: [payments, pci]
    - {id: US-002, epic: EPIC-001, title: Delete a card, status: in_progress}
external_sync:
  jira: {project_key: CHK}
  linear: {team_id: PAY}
`;
const MINUTE = 60_000;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

/** A world whose items have their twins and are agreed. */
async function synced(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: HUB, ...options });
  expect((await world.sync({ yes: true })).outcome).toBe("success");
}

async function inJira(id: string, fields: object): Promise<void> {
  await world.jira.human({ action: "edit", key: await world.key(id, "jira"), fields });
}
async function inLinear(id: string, fields: object): Promise<void> {
  await world.linear.human({ action: "edit", item: await world.key(id, "linear"), fields });
}

/** The story's titles in the hub, Jira and Linear. */
async function titles(id = "US-001"): Promise<unknown[]> {
  const item = await world.item(id);
  const shown = (["jira", "linear"] as const).map(
    (tool) => viewOf(world, tool, item.type, item.refs[tool] ?? "")?.title,
  );
  return [item.fields.title, ...shown];
}

/** What an automatic decision took away, as the audit keeps it. */
async function keptValues(report: SyncReport): Promise<unknown[]> {
  const entries = await world.store.audit(world.project, report.run.id);
  return entries.filter(({ operation }) => operation === "keep").map(({ oldValue }) => oldValue);
}

describe("scenario 1: one field edited in the hub and in one tool", () => {
  const config = (strategy: string): string =>
    `sync_config:\n  project_id: "{ID}"\n  tools:\n    linear: {conflict_resolution: ${strategy}}\n    jira: {conflict_resolution: last-modified-wins}\n`;

  async function clash(strategy: string, hubSavedAtMs = -MINUTE): Promise<SyncReport> {
    await synced({ syncConfig: config(strategy) });
    await world.editHub("title: Store a card", "title: Keep a card");
    await world.saveHubAt(hubSavedAtMs);
    await inLinear("US-001", { title: "Vault a card" });
    await world.jira.human({ action: "transition", key: await world.key("US-001", "jira"), to: "In Progress" });
    const report = await world.sync();
    // Whatever becomes of the title, the status flows.
    expect((await world.item("US-001")).fields.status).toBe("in_progress");
    return report;
  }

  it("last-modified-wins: the newer edit is everywhere, the older one in the audit", async () => {
    const report = await clash("last-modified-wins");
    expect(await titles()).toEqual(Array(3).fill("Vault a card"));
    expect(await keptValues(report)).toEqual(["Keep a card"]);
    expect(report.conflicts).toMatchObject([{ item: "US-001", field: "title", state: "resolved", winner: "linear" }]);
    expect(exitCodeOf(report)).toBe(0);
    await expectSettled(world);
  });

  it("last-modified-wins: a hub that was saved later wins over the tool", async () => {
    const report = await clash("last-modified-wins", MINUTE);
    expect(await titles()).toEqual(Array(3).fill("Keep a card"));
    expect(await keptValues(report)).toEqual(["Vault a card"]);
    await expectSettled(world);
  });

  it("source-wins: the hub's edit is everywhere, though the tool's is newer and kept in the audit", async () => {
    const report = await clash("source-wins");
    expect(await titles()).toEqual(Array(3).fill("Keep a card"));
    expect(await keptValues(report)).toEqual(["Vault a card"]);
    await expectSettled(world);
  });

  it.each(["manual", "field-merge"])("%s: the title is a question, each side keeps its own", async (strategy) => {
    const report = await clash(strategy);
    expect(exitCodeOf(report)).toBe(3);
    expect(report.conflicts).toMatchObject([{ item: "US-001", field: "title", state: "open", strategy }]);
    expect(await titles()).toEqual(["Keep a card", "Store a card", "Vault a card"]);
    await expectSettled(world, { open: ["US-001/title"] });
  });

  it("a strategy given with the run holds for that run", async () => {
    await synced({ syncConfig: config("manual") });
    await world.editHub("title: Store a card", "title: Keep a card");
    await inLinear("US-001", { title: "Vault a card" });
    expect(exitCodeOf(await world.sync())).toBe(3);
    expect(exitCodeOf(await world.sync({ conflictResolution: "source-wins" }))).toBe(0);
    expect(await titles()).toEqual(Array(3).fill("Keep a card"));
    await expectSettled(world);
  });
});

describe("scenario 2: one field edited on three sides", () => {
  async function threeTitles(strategy: "last-modified-wins" | "manual"): Promise<SyncReport> {
    await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(-MINUTE);
    await inLinear("US-001", { title: "From Linear" });
    world.jira.clock.advance(5);
    await inJira("US-001", { summary: "From Jira" });
    return world.sync({ conflictResolution: strategy });
  }

  it("has one winner by time, and the audit keeps both losers", async () => {
    const report = await threeTitles("last-modified-wins");
    expect(await titles()).toEqual(Array(3).fill("From Jira"));
    expect((await keptValues(report)).toSorted()).toEqual(["From Linear", "From the hub"]);
    await expectSettled(world);
  });

  it("or is one question with all three candidates", async () => {
    const report = await threeTitles("manual");
    expect(report.conflicts).toMatchObject([{ field: "title", sides: ["hub", "jira", "linear"], state: "open" }]);
    const [open] = await world.store.openConflicts(world.project);
    expect(open?.conflict).toMatchObject({
      candidates: [{ value: "From the hub" }, { value: "From Jira" }, { value: "From Linear" }],
    });
    expect(await titles()).toEqual(["From the hub", "From Jira", "From Linear"]);
  });
});

describe("scenarios 3, 4, 10 and 11: edits that fit together", () => {
  it("different fields, equal edits, labels and paragraphs need no question under any strategy", async () => {
    await synced({
      syncConfig: `sync_config:\n  project_id: "{ID}"\n  tools:\n    linear: {conflict_resolution: manual}\n    jira: {conflict_resolution: manual}\n`,
    });
    const description = (first: string, second: string): string => `${first}\n\n${second}`;
    await world.editHub("title: Store a card", "title: Keep a card");
    await world.editHub("[payments, pci]", "[payments, pci, zed]");
    await world.editHub("Cards are stored.", "Cards are encrypted, then stored.");
    await inJira("US-001", { summary: "Keep a card", labels: ["payments", "pci", "sdlc-sync", "xray"], points: 5 });
    await inLinear("US-001", {
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
    await synced();
    const mark = world.mark();
    await world.editHub("title: Store a card", "title: Keep a card");
    await inJira("US-001", { summary: "Keep a card" });
    await inLinear("US-001", { title: "Keep a card" });
    const report = await world.sync();
    expect(mark.writes()).toBe(0);
    expect(report.hub.edits).toBe(0);
    await expectSettled(world);
  });

  it("one paragraph edited on two sides is a question", async () => {
    await synced();
    await inJira("US-001", { description: "Cards are sealed.\n\nThey stay until the customer leaves." });
    await inLinear("US-001", { description: "Cards are burnt.\n\nThey stay until the customer leaves." });
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
    await synced();
    world.jira.clock.skewMs = 10 * MINUTE;
    world.linear.clock.skewMs = -10 * MINUTE;
    await inJira("US-001", { summary: "Made first, by a clock that is fast" });
    await later(8_000, () => inLinear("US-001", { title: "Made last, by a clock that is slow" }));
    await inLinear("US-002", { title: "Made first, slow" });
    await later(8_000, () => inJira("US-002", { summary: "Made last, fast" }));
    const report = await world.sync();
    expect(await titles("US-001")).toEqual(Array(3).fill("Made last, by a clock that is slow"));
    expect(await titles("US-002")).toEqual(Array(3).fill("Made last, fast"));
    const skewed = report.findings.filter(({ code }) => code === "clock-skew").map(({ tool }) => tool);
    expect(skewed.toSorted()).toEqual(["jira", "linear"]);
    await expectSettled(world);
  });

  it("calls no winner by rounding: times that were set right are no finer than the correction", async () => {
    await synced();
    world.jira.clock.skewMs = 10 * MINUTE;
    world.linear.clock.skewMs = -10 * MINUTE;
    await inJira("US-001", { summary: "From Jira" });
    await later(200, () => inLinear("US-001", { title: "From Linear" }));
    const report = await world.sync();
    expect(report.conflicts).toMatchObject([{ field: "title", winner: "jira", reason: "edited at the same time" }]);
    expect(await keptValues(report)).toEqual(["From Linear"]);
    await expectSettled(world);
  });
});

describe("scenario 7: an edit between our read and our write", () => {
  it.each(["jira", "linear"] as const)("is seen in %s and kept, and nothing is blindly overwritten", async (tool) => {
    await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(-MINUTE);
    const sandbox = world[tool];
    const listing = /search|Changes/i;
    let edited = false;
    // The listing is answered as it was; the person is quicker than the write.
    sandbox.onBeforeAnswer = async ({ operation }) => {
      if (edited || !listing.test(operation)) return;
      edited = true;
      await (tool === "jira" ? inJira("US-001", { summary: "Quicker" }) : inLinear("US-001", { title: "Quicker" }));
    };
    const report = await world.sync();
    expect(edited).toBe(true);
    expect(await titles()).toEqual(Array(3).fill("Quicker"));
    expect(await keptValues(report)).toEqual(["From the hub"]);
    await expectSettled(world);
  });
});

describe("scenario 7: an edit in the very moment of our write", () => {
  it.each(["jira", "linear"] as const)("that %s lets us overwrite is told, and kept in the audit", async (tool) => {
    await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    const sandbox = world[tool];
    let edited = false;
    // Everything has been read; the write has left and is not there yet.
    sandbox.onArrival = async ({ operation }) => {
      if (edited || !/^PUT issue|UpdateIssue/.test(operation)) return undefined;
      edited = true;
      await (tool === "jira" ? inJira("US-001", { summary: "Quicker" }) : inLinear("US-001", { title: "Quicker" }));
      return undefined;
    };
    const report = await world.sync();
    expect(edited).toBe(true);
    expect(await titles()).toEqual(Array(3).fill("From the hub"));
    expect(await keptValues(report)).toEqual(["Quicker"]);
    expect(report.findings).toMatchObject([{ code: "overwritten-edit", tool, field: "title", items: ["US-001"] }]);
    await expectSettled(world);
  });

  it.each(["jira", "linear"] as const)("leaves no word in %s where nobody was quicker", async (tool) => {
    await synced();
    await (tool === "jira" ? inJira("US-001", { points: 8 }) : inLinear("US-001", { estimate: 8 }));
    await world.editHub("title: Store a card", "title: From the hub");
    expect((await world.sync()).findings).toEqual([]);
    await world.editHub("title: From the hub", "title: Again from the hub");
    expect((await world.sync()).findings).toEqual([]);
  });
});

describe("scenario 7: an edit of another field while our write is on its way", () => {
  it.each(["jira", "linear"] as const)("%s: both edits survive", async (tool) => {
    await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    const sandbox = world[tool];
    let reads = 0;
    // The read before the write is answered as it was; the person is quicker than the write.
    sandbox.onBeforeAnswer = async ({ operation }) => {
      if (!/bulkfetch|Nodes|Read/i.test(operation) || ++reads !== 1) return;
      await (tool === "jira" ? inJira("US-001", { points: 8 }) : inLinear("US-001", { estimate: 8 }));
    };
    await world.sync();
    expect(reads).toBeGreaterThan(0);
    expect(await titles()).toEqual(Array(3).fill("From the hub"));
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
    await synced({ hub: many });
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
    expect(await titles("US-100")).toEqual(Array(3).fill("Edited behind the page"));
    await expectSettled(world);
  });
});

describe("scenario 9: an edit in one tool", () => {
  it.each(["jira", "linear"] as const)(
    "%s: reaches the hub and the other tool by one write each, and never loops",
    async (tool) => {
      await synced();
      await (tool === "jira"
        ? inJira("US-001", { summary: "Keep a card" })
        : inLinear("US-001", { title: "Keep a card" }));
      const mark = world.mark();
      const report = await world.sync();
      expect(await titles()).toEqual(Array(3).fill("Keep a card"));
      expect(mark.writes()).toBe(1);
      expect(report.hub.edits).toBe(1);
      await world.sync();
      await world.sync();
      expect(mark.writes()).toBe(1);
      await expectSettled(world);
    },
  );
});
