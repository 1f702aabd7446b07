/** `track-sdlc import` of a tracker whose epics are projects, and of several trackers at once. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled, hubItems } from "../support/invariants.ts";
import { stopTemporal } from "../support/world.ts";
import { startWithoutHub, type UnboundWorld } from "./unbound-world.ts";

const ANA = "ana.ruiz@example.com";
const TEXT = "Two paragraphs\n\nand `code`";

let world: UnboundWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("import of a Linear team", () => {
  it("takes projects as epics and issues as stories, and the sync after it writes nothing", async () => {
    world = await startWithoutHub();
    const project = {
      action: "create",
      kind: "project",
      fields: { name: "Card tokenisation", priority: 2, content: TEXT },
    };
    await world.linear.human(project);
    const fields = {
      title: "Store a card",
      project: "Card tokenisation",
      state: "In Review",
      estimate: 3,
      assignee: ANA,
      labels: ["pci"],
      description: TEXT,
    };
    await world.linear.human({ action: "create", fields });
    await world.linear.human({ action: "create", fields: { title: "Loose", priority: 4 } });
    const mark = world.mark();
    const { code, out } = await world.run(["import", "linear:PAY", `--project=${world.project}`, "--yes"]);
    expect([code, out.includes("3 taken into the hub: EPIC-001, US-PAY-001, US-PAY-002")]).toEqual([0, true]);
    const items = await hubItems(world);
    expect(items["US-PAY-001"]?.fields).toMatchObject({
      parent: "EPIC-001",
      status: "in_review",
      estimate: 3,
      assignee: ANA,
      labels: ["pci"],
    });
    expect(items["US-PAY-002"]?.fields).toMatchObject({ title: "Loose", priority: "P3" });
    const report = await world.sync();
    expect([report.outcome, report.findings, mark.writes()]).toEqual(["success", [], 0]);
    await expectSettled(world, { tools: ["linear"] });
  });

  it("takes parent issues of a bound project as epics, and the project itself as the project", async () => {
    world = await startWithoutHub();
    const made = await world.linear.human({ action: "create", kind: "project", fields: { name: "Checkout" } });
    const { id } = made as { id: string };
    const create = async (fields: object) =>
      ((await world.linear.human({ action: "create", fields })) as { identifier: string }).identifier;
    const epic = await create({ title: "Card tokenisation", project: "Checkout" });
    await create({ title: "Store a card", project: "Checkout", parent: epic });
    await create({ title: "Elsewhere" });
    const args = ["import", "linear:PAY", `--project=${world.project}`, "--container", `linear.project_id=${id}`];
    expect((await world.run([...args, "--yes"])).code).toBe(0);
    const items = await hubItems(world);
    expect(items[world.project]?.fields.title).toBe("Checkout");
    expect(Object.keys(items)).toEqual([world.project, "EPIC-001", "US-PAY-001"]);
    expect(items["US-PAY-001"]?.fields).toMatchObject({ title: "Store a card", parent: "EPIC-001" });
    const mark = world.mark();
    const report = await world.sync();
    expect([report.findings, report.conflicts, mark.writes()]).toEqual([[], [], 0]);
  });

  it("is made in Jira by the next sync where that is bound too", async () => {
    world = await startWithoutHub();
    await world.linear.human({ action: "create", fields: { title: "Loose" } });
    const there = await world.issue("Story", { summary: "Loose" });
    await world.linear.human({ action: "create", fields: { title: "New to Jira" } });
    const args = [
      "import",
      "linear:PAY",
      `--project=${world.project}`,
      "--sync=jira",
      "--container",
      "jira.project_key=CHK",
      "--yes",
    ];
    const { code, out } = await world.run(args);
    expect(code).toBe(0);
    expect(out).toContain(`1 linked by the same title: US-PAY-001 ${there}`);
    expect(out).toContain("1 to be made there by the first sync: US-PAY-002");
    await world.sync();
    await expectSettled(world);
  });
});
