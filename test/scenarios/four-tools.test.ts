/** What holds for Jira and Linear holds where Notion and GitHub are bound beside them: their edits, faults and absences. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../../sandbox/kit/faults.ts";
import { exitCodeOf, type SyncReport } from "../../src/core/report.ts";
import type { FieldName, FieldValue } from "../../src/core/model.ts";
import { createSyncEngine } from "../../src/index.ts";
import { editInGithub, editInNotion } from "../support/hands.ts";
import { expectSettled } from "../support/invariants.ts";
import { allKeys, liveKeys, viewOf } from "../support/sides.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const MINUTE = 60_000;
const ANA = "ana.ruiz@example.com";
const STORIES = `    - {id: US-001, epic: EPIC-001, title: Store a card, status: in_progress, estimation: 3, assignee: ${ANA}}
    - {id: US-002, epic: EPIC-001, title: Delete a card, status: in_progress}
`;
const SYNC_CONFIG = `sync_config:
  project_id: "{ID}"
  tools:
    github: {mapping: {fields: {status: labels, estimate: labels}}}
`;
const TOOLS = ["jira", "linear", "notion", "github"] as const;
const ADDED = ["notion", "github"] as const;
type Added = (typeof ADDED)[number];

/** How each of them calls its requests. */
const OPERATIONS: Readonly<Record<Added, Readonly<Record<"list" | "read" | "create" | "update", string>>>> = {
  notion: {
    list: "^POST data_sources/{id}/query$",
    read: "^GET pages/{id}$",
    create: "^POST pages$",
    update: "^PATCH pages/{id}$",
  },
  github: {
    list: "^GET issues$|^Changes$",
    read: "^Read",
    create: "^POST issues$|^CreateIssue$",
    update: "^PATCH issues/{n}$",
  },
};

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

function hub(stories = STORIES): string {
  return `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
${stories}external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}, notion: {database_id: "{NOTION}"}, github: {repository: acme/checkout}}
`;
}

async function start(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: hub(), syncConfig: SYNC_CONFIG, more: ADDED, ...options });
}
/** All twins there and agreed. */
async function synced(options: Partial<WorldOptions> = {}): Promise<void> {
  await start(options);
  expect((await world.sync({ yes: true })).findings).toEqual([]);
}

async function edit(tool: Added, id: string, field: FieldName, value: FieldValue): Promise<void> {
  const { type } = await world.item(id);
  const by = tool === "notion" ? editInNotion : editInGithub;
  await by(world, { key: await world.key(id, tool), type, field, value });
}
/** As the hub and the four tools show it. */
async function shown(field: "title" | "estimate" | "assignee", id = "US-001"): Promise<unknown[]> {
  const { type, fields, refs } = await world.item(id);
  return [fields[field], ...TOOLS.map((tool) => viewOf(world, tool, type, refs[tool] ?? "")?.[field])];
}
const everywhere = (value: FieldValue): unknown[] => Array(5).fill(value);
async function keptValues(report: SyncReport): Promise<unknown[]> {
  const entries = await world.store.audit(world.project, report.run.id);
  return entries.filter(({ operation }) => operation === "keep").map(({ oldValue }) => oldValue);
}
/** Does it once, when the first request of that name is about to be answered. */
function before(tool: Added, operation: string, deed: () => Promise<void>): { done: boolean } {
  const once = { done: false };
  world[tool].onBeforeAnswer = async (request) => {
    if (once.done || !new RegExp(operation).test(request.operation)) return;
    once.done = true;
    await deed();
  };
  return once;
}

describe.each(ADDED)("%s beside the others", (tool) => {
  const operation = OPERATIONS[tool];

  it("scenario 9: an edit there is one write to each other tool, and never loops", async () => {
    await synced();
    await edit(tool, "US-001", "title", "Keep a card");
    const mark = world.mark();
    const report = await world.sync();
    expect([mark.writes(), report.hub.edits]).toEqual([3, 1]);
    expect(await shown("title")).toEqual(everywhere("Keep a card"));
    await expectSettled(world);
    expect(mark.writes()).toBe(3);
  });

  it("scenarios 1 and 2: one field edited on three sides has one winner, or is one question with all candidates", async () => {
    await synced();
    const threeTitles = async (round: string): Promise<void> => {
      const { fields } = await world.item("US-001");
      await world.editHub(`title: ${String(fields.title)}`, `title: Hub ${round}`);
      await world.saveHubAt(-10 * MINUTE);
      await edit(tool, "US-001", "title", `Tool ${round}`);
      for (const { clock } of TOOLS.map((one) => world[one])) clock.advance(2 * MINUTE);
      await world.jira.human({
        action: "edit",
        key: await world.key("US-001", "jira"),
        fields: { summary: `Jira ${round}` },
      });
    };
    await threeTitles("one");
    const report = await world.sync({ conflictResolution: "last-modified-wins" });
    expect(await shown("title")).toEqual(everywhere("Jira one"));
    expect((await keptValues(report)).toSorted()).toEqual(["Hub one", "Tool one"]);
    await threeTitles("two");
    const asked = await world.sync({ conflictResolution: "manual" });
    expect(asked.conflicts).toMatchObject([
      { field: "title", sides: ["hub", ...["jira", tool].toSorted()], state: "open" },
    ]);
    const id = String(asked.conflicts[0]?.id);
    expect((await world.run(["resolve", world.project, `--conflict-id=${id}`, `--choice=${tool}`])).code).toBe(0);
    expect(await shown("title")).toEqual(everywhere("Tool two"));
    await expectSettled(world);
  });

  it("scenario 6: its clock is ten minutes fast, and the edit that was made last still wins", async () => {
    await synced();
    world[tool].clock.skewMs = 10 * MINUTE;
    await edit(tool, "US-001", "title", "Made first, by a clock that is fast");
    for (const { clock } of TOOLS.map((one) => world[one])) clock.advance(3 * MINUTE);
    await world.jira.human({
      action: "edit",
      key: await world.key("US-001", "jira"),
      fields: { summary: "Made last" },
    });
    for (const { clock } of TOOLS.map((one) => world[one])) clock.advance(-3 * MINUTE);
    const report = await world.sync();
    expect(await shown("title")).toEqual(everywhere("Made last"));
    expect(report.findings.filter(({ code }) => code === "clock-skew").map((one) => one.tool)).toEqual([tool]);
    await expectSettled(world);
  });

  it("scenario 7: an edit between our listing and our write is seen and kept", async () => {
    await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    await world.saveHubAt(-10 * MINUTE);
    const quick = before(tool, operation.list, () => edit(tool, "US-001", "title", "Quicker"));
    const report = await world.sync();
    expect(quick.done).toBe(true);
    expect(await shown("title")).toEqual(everywhere("Quicker"));
    expect(await keptValues(report)).toEqual(["From the hub"]);
    await expectSettled(world);
  });

  it("scenario 7: an edit of another field while our write is on its way survives beside it", async () => {
    await synced();
    await world.editHub("title: Store a card", "title: From the hub");
    const quick = before(tool, operation.read, () => edit(tool, "US-001", "estimate", 8));
    await world.sync();
    expect(quick.done).toBe(true);
    expect(await shown("title")).toEqual(everywhere("From the hub"));
    await world.sync();
    expect(await shown("estimate")).toEqual(everywhere(8));
    await expectSettled(world);
  });

  it.each<[string, FaultRule["kind"]]>([
    ["18: dropped after the create", "drop-after"],
    ["40: an answer cut in half", "truncated"],
    ["36: refused for its rate in mid-batch", "rate-limited"],
  ])("scenario %s: exactly one twin each", async (_, kind) => {
    await start();
    world[tool].faults.add({ kind, operation: operation.create, nth: 2, retryAfterSeconds: 1 });
    const report = await world.sync({ yes: true });
    expect(report.tools[tool]?.status).toBe("success");
    expect(allKeys(world, tool)).toHaveLength(3);
    await expectSettled(world);
  });

  it("scenarios 18 and 25: dropped after the create, and the look-up for it comes back empty: one twin each", async () => {
    await start();
    world[tool].faults.add({ kind: "drop-after", operation: operation.create, nth: 2 });
    const lie = before(tool, operation.create, async () =>
      world[tool].faults.add({ kind: "empty-listing", operation: operation.list }),
    );
    const report = await world.sync({ yes: true });
    expect([lie.done, world[tool].faults.hits.get("empty-listing")]).toEqual([true, 1]);
    expect(report.tools[tool]?.status).toBe("success");
    expect(liveKeys(world, tool)).toHaveLength(3);
    await expectSettled(world);
  });

  it.each<FaultRule["kind"]>(["drop-after", "unavailable-after"])(
    "scenario 40: an update whose answer is lost (%s) leaves no wrong base behind",
    async (kind) => {
      await synced();
      await world.editHub("title: Store a card", "title: Keep a card");
      world[tool].faults.add({ kind, operation: operation.update });
      await world.sync();
      expect(await shown("title")).toEqual(everywhere("Keep a card"));
      await edit(tool, "US-001", "title", "Store a card");
      await world.sync();
      expect(await shown("title")).toEqual(everywhere("Store a card"));
      await expectSettled(world);
    },
  );

  it("scenario 22: people remove our marker, and the link survives", async () => {
    await synced();
    const key = await world.key("US-001", tool);
    if (tool === "github") await world.github.human({ action: "removeMarker", issue: key });
    else await world.notion.human({ action: "edit", id: key, properties: { "Sync key": "" } });
    await edit(tool, "US-001", "title", "Keep a card");
    await world.sync();
    expect(await world.key("US-001", tool)).toBe(key);
    expect(await shown("title")).toEqual(everywhere("Keep a card"));
    await expectSettled(world);
  });

  it("scenario 31: unassigned on purpose there, it is so everywhere, once", async () => {
    await synced();
    expect(await shown("assignee")).toEqual(everywhere(ANA));
    await edit(tool, "US-001", "assignee", null);
    await world.sync();
    expect((await world.item("US-001")).fields.assignee ?? null).toBeNull();
    expect((await shown("assignee")).slice(1)).toEqual(Array(4).fill(null));
    await expectSettled(world);
  });

  it("scenario 27: lines removed from the hub file are proposed for the archive, and not imported again", async () => {
    await synced();
    const text = await world.hubText();
    await world.writeHub(
      text
        .split("\n")
        .filter((line) => !line.includes("id: US-002"))
        .join("\n"),
    );
    const report = await world.sync();
    expect(exitCodeOf(report)).toBe(3);
    expect(report.findings.map(({ items }) => items?.[0])).toContain("US-002");
    expect(liveKeys(world, tool)).toHaveLength(3);
    await world.sync();
    expect(await world.hubText()).not.toContain("US-002");
    expect(liveKeys(world, tool)).toHaveLength(3);
  });

  it("scenarios 38 and 39: its credential is refused and comes back: the others go on, and it catches up to the latest state", async () => {
    await synced();
    world[tool].faults.conditions.authRevoked = true;
    await world.editHub("title: Store a card", "title: Keep a card");
    const report = await world.sync();
    expect(report.tools[tool]?.status).toBe("error");
    expect((await shown("title")).filter((title) => title === "Keep a card")).toHaveLength(4);
    await world.editHub("title: Keep a card", "title: Seal a card");
    await world.sync();
    world[tool].faults.conditions.authRevoked = false;
    const mark = world[tool].log.writes();
    await world.sync();
    expect(await shown("title")).toEqual(everywhere("Seal a card"));
    expect(world[tool].log.writes() - mark).toBe(1);
    await expectSettled(world);
  });
});

it("scenario 20: a store that remembers nothing links all four by their markers, and makes nothing", async () => {
  await synced();
  const [keys, text] = [TOOLS.map((tool) => liveKeys(world, tool)), await world.hubText()];
  await world.engine.close();
  await world.writeHub(
    hub()
      .replaceAll("{ID}", world.project)
      .replaceAll("{NOTION}", world.notion.databases[0] ?? ""),
  );
  await writeFile(join(world.root, "sdlc-sync.yaml"), "store: {url: 'sqlite:second.db'}\n");
  const second = createSyncEngine({ root: world.root, env: world.env });
  const mark = world.mark();
  const report = await second.syncProject(world.project);
  expect([report.outcome, report.findings, mark.writes()]).toEqual(["success", [], 0]);
  expect(TOOLS.map((tool) => liveKeys(world, tool))).toEqual(keys);
  expect(await world.hubText()).toBe(text);
  await second.close();
});
