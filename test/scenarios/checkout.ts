/** A small project in Jira and Linear, and people who edit its stories. */
import { expect } from "vitest";
import type { SyncReport } from "../../src/core/report.ts";
import { viewOf } from "../support/sides.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

export const HUB = `
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

/** A world whose items have their twins and are agreed. */
export async function synced(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = await startWorld({ hub: HUB, ...options });
  expect((await world.sync({ yes: true })).outcome).toBe("success");
  return world;
}

export async function inJira(world: World, id: string, fields: object): Promise<void> {
  await world.jira.human({ action: "edit", key: await world.key(id, "jira"), fields });
}
export async function inLinear(world: World, id: string, fields: object): Promise<void> {
  await world.linear.human({ action: "edit", item: await world.key(id, "linear"), fields });
}

/** The story's titles in the hub, Jira and Linear. */
export async function titles(world: World, id = "US-001"): Promise<unknown[]> {
  const item = await world.item(id);
  const shown = (["jira", "linear"] as const).map(
    (tool) => viewOf(world, tool, item.type, item.refs[tool] ?? "")?.title,
  );
  return [item.fields.title, ...shown];
}

/** What an automatic decision took away, as the audit keeps it. */
export async function keptValues(world: World, report: SyncReport): Promise<unknown[]> {
  const entries = await world.store.audit(world.project, report.run.id);
  return entries.filter(({ operation }) => operation === "keep").map(({ oldValue }) => oldValue);
}
