/** What holds after every scenario, whatever it was about. */
import { expect } from "vitest";
import type { HubItem } from "../../src/core/model.ts";
import { readHub } from "../../src/hub/read.ts";
import { disagreements, liveKeys, type Tool } from "./sides.ts";
import type { World } from "./world.ts";

export interface Expected {
  /** Fields that wait for a person (`US-001/title`): the sides keep their own values. */
  readonly open?: readonly string[];
  /** Things in the tools that are nobody's twin. */
  readonly strangers?: Readonly<Partial<Record<Tool, readonly string[]>>>;
  /** Items that are left alone in a tool, and so have no twin there: `jira/US-001`. */
  readonly twinless?: readonly string[];
  readonly tools?: readonly Tool[];
}

/**
 * One more run writes nothing and leaves the hub file as it is, every item has exactly one twin in each tool,
 * all sides agree in their own terms, and nothing that was sent broke a vendor's published API.
 */
export async function expectSettled(world: World, expected: Expected = {}): Promise<void> {
  const tools = expected.tools ?? world.tools;
  await expectSilence(world);
  const items = await hubItems(world);
  for (const tool of tools) expectOneTwinEach(world, items, tool, expected);
  const open = expected.open ?? [];
  const known = disagreements(world, items, tools).filter(
    (text) => !open.some((field) => text.startsWith(`${field}:`)),
  );
  expect(known).toEqual([]);
  expect(violations(world)).toEqual([]);
}

/** What was sent or answered against a vendor's published API. */
function violations(world: World): readonly string[] {
  return world.tools.flatMap((tool) => {
    if (tool === "linear") return world.linear.specViolations();
    const rest = world[tool].spec.violations();
    return tool === "github" ? [...rest, ...world.github.documentViolations()] : rest;
  });
}

/** I2: with nothing changed a run makes no write to any tool and no byte of change in the hub. */
export async function expectSilence(world: World): Promise<void> {
  const quiet = world.mark();
  const before = { text: await world.hubText(), mtimeMs: (await world.hubStat()).mtimeMs };
  const report = await world.sync();
  expect(report.summary.successful).toBe(0);
  expect(quiet.writes()).toBe(0);
  expect(await world.hubText()).toBe(before.text);
  expect((await world.hubStat()).mtimeMs).toBe(before.mtimeMs);
}

/** I5: exactly one twin per item, counted in the tool itself. */
function expectOneTwinEach(
  world: World,
  items: Readonly<Record<string, HubItem>>,
  tool: Tool,
  expected: Expected,
): void {
  const twinless = new Set(expected.twinless);
  const bound = Object.values(items).filter(({ type, id }) => type !== "project" && !twinless.has(`${tool}/${id}`));
  expect(
    bound.filter(({ refs }) => refs[tool] === undefined).map(({ id }) => id),
    `without a twin in ${tool}`,
  ).toEqual([]);
  const wanted = [...bound.map(({ refs }) => refs[tool]), ...(expected.strangers?.[tool] ?? [])];
  expect(liveKeys(world, tool).toSorted()).toEqual(wanted.toSorted());
}

/** All items that the hub file holds now. */
export async function hubItems(world: World): Promise<Readonly<Record<string, HubItem>>> {
  const { tree } = readHub(await world.hubText(), { projectId: world.project, file: "sdlc-tracking.yaml" });
  if (!tree) throw new Error("the hub cannot be read");
  return tree.items;
}
