import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { FieldValue } from "../../src/core/model.ts";
import { expectSettled, hubItems } from "../support/invariants.ts";
import { standsFor, viewOf } from "../support/sides.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";
import { CLEARS, EDITS, holds, hubFor, ITEM, makeEdit, type FieldEdit } from "./pair-edits.ts";

const TOOLS = ["jira", "linear", "notion", "github"] as const;
const SIDES = ["hub", ...TOOLS] as const;
type Origin = (typeof SIDES)[number];

/** GitHub has labels and milestones for what its issues have no place for. */
const CONFIG = `sync_config:
  project_id: "{ID}"
  tools:
    jira: {tasks: true}
    linear: {tasks: true}
    notion: {tasks: true}
    github: {tasks: true, mapping: {fields: {status: labels, estimate: labels, sprint: milestone}}}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function synced(edits: readonly FieldEdit[]): Promise<void> {
  const sprints = [1, 2].map((id) => ({ id, name: `Sprint ${id}`, state: "active" as const }));
  world = await startWorld({
    hub: hubFor(edits),
    syncConfig: CONFIG,
    more: ["notion", "github"],
    jira: { projects: [{ key: "CHK", sprints }] },
    linearSeed: { cycles: sprints.map(({ id, name }) => ({ team: "PAY", number: id, name })) },
  });
  for (const { name } of sprints) await world.notion.human({ action: "addOption", property: "Sprint", name });
  expect((await world.sync({ yes: true })).findings).toEqual([]);
  await expectSettled(world);
}

/** What is not as edited, as `story/title: linear "Old"`. */
async function missing(edits: readonly FieldEdit[]): Promise<string[]> {
  const items = await hubItems(world);
  return edits.flatMap((one) => {
    const { type, field, becomes } = one;
    const item = items[ITEM[type]];
    const wrong: [string, unknown][] = [];
    if (!isSame(item?.fields[field], becomes)) wrong.push(["hub", item?.fields[field]]);
    for (const tool of TOOLS.filter((tool) => holds(tool, one))) {
      const parentKey = field === "parent" ? (items[String(becomes)]?.refs[tool] ?? null) : null;
      const shown = viewOf(world, tool, type, item?.refs[tool] ?? "")?.[field];
      const stands = shown !== undefined && standsFor(tool, type, field, becomes, shown, parentKey);
      if (!stands) wrong.push([tool, shown]);
    }
    return wrong.map(([side, value]) => `${type}/${field}: ${side} ${JSON.stringify(value)}`);
  });
}

/** In a hub file no labels, an empty list and null say the same. */
function isSame(said: FieldValue | undefined, wanted: FieldValue): boolean {
  const plain = (value: FieldValue | undefined): string =>
    typeof value === "object" && value !== null ? [...value].toSorted().join() : String(value ?? "").trim();
  return plain(said) === plain(wanted);
}

async function editEverywhere(edits: readonly FieldEdit[], origin: Origin): Promise<void> {
  await synced(edits);
  const made = edits.filter((edit) => origin === "hub" || holds(origin, edit));
  for (const one of made) await makeEdit(world, origin, one);
  expect(made.length).toBeGreaterThan(edits.length / 2);
  const before = origin === "hub" ? 0 : world[origin].log.writes();
  const report = await world.sync({ yes: true });
  expect(report.findings).toEqual([]);
  expect(report.conflicts).toEqual([]);
  expect(await missing(made)).toEqual([]);
  // Where an edit was made it stands already: nothing is written back.
  if (origin !== "hub") expect(world[origin].log.writes() - before).toBe(0);
  await expectSettled(world);
}

describe("every ordered pair of sides", () => {
  it.each(SIDES)(
    "an edit of each field in %s is on all other sides after one run, and then nothing is written",
    (origin) => editEverywhere(EDITS, origin),
  );
  it.each(SIDES)("a field emptied on purpose in %s is empty everywhere after one run", (origin) =>
    editEverywhere(CLEARS, origin),
  );
});
