/** A database that lacks what the hub's fields need: shown, and made by `init` and `doctor --fix` alone. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-101, title: Store a card, status: in_progress, estimation: 3}
external_sync: {notion: {database_id: "{NOTION}"}}
`;
/** As people make one: a title, and a number that is called like our key. */
const BARE = [{ name: "Name", type: "title" }] as const;
const TAKEN = [...BARE, { name: "Sync key", type: "number" }] as const;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(
  properties: readonly { name: string; type: "title" | "number" }[] = BARE,
  hub = HUB,
): Promise<void> {
  const databases = [{ name: "Delivery", dataSources: [{ name: "Delivery", properties }] }];
  world = await startWorld({ hub, more: ["notion"], notion: { databases } });
}
const columns = (): string[] =>
  [...world.notion.workspace.sources.values()].flatMap(({ properties }) => properties.map(({ name }) => name));

describe("doctor", () => {
  it("names what is missing, and changes nothing", async () => {
    await start();
    const { code, out } = await world.run(["doctor"]);
    expect([code, columns()]).toEqual([1, ["Name"]]);
    expect(out).toContain(`FAIL ${world.project} notion: ${world.project}: the Notion data source`);
    expect(out).toContain(
      'lacks the property "Type" (select) and "Sync key" (rich_text); run `track-sdlc doctor --fix`',
    );
  });

  it("makes it with --fix, and the project syncs", async () => {
    await start();
    const { code, out } = await world.run(["doctor", "--fix"]);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(
        'made property "Type" (select), property "Sync key" (rich_text), property "Status" (status)',
      ),
    ]);
    expect(columns()).toEqual(expect.arrayContaining(["Name", "Type", "Sync key", "Status", "Story Points", "Parent"]));
    expect((await world.sync()).findings).toEqual([]);
    await expectSettled(world, { tools: ["notion"] });
    expect((await world.run(["doctor", "--fix"])).out).not.toContain("made");
  });

  it("touches nothing that has the name already, and says what to do", async () => {
    await start(TAKEN);
    const { code, out } = await world.run(["doctor", "--fix"]);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('a property of another type is called "Sync key": rename it'),
    ]);
    expect(
      world.notion.workspace.sources
        .values()
        .next()
        .value?.properties.find(({ name }) => name === "Sync key")?.type,
    ).toBe("number");
  });
});

describe("init", () => {
  const init = (...more: string[]) =>
    world.run([
      "init",
      "fresh",
      "--sync=notion",
      "--container",
      `notion.database_id=${world.notion.databases[0]}`,
      ...more,
    ]);

  it("shows what is missing, and from a script leaves it to --yes", async () => {
    await start();
    const { code, err } = await init();
    expect([code, columns()]).toEqual([3, ["Name"]]);
    expect(err).toContain('lacks property "Type" (select), property "Sync key" (rich_text)');
    expect(err).toContain("--yes makes what is missing.\nNothing was written.");
    expect((await init("--yes")).err).toContain(
      `Made in Notion ${world.notion.databases[0]}: property "Type" (select)`,
    );
    expect(columns()).toContain("Sync key");
  });

  it("asks a person, who may say no", async () => {
    await start();
    const args = [
      "init",
      "fresh",
      "--sync=notion",
      "--name=Fresh",
      "--container",
      `notion.database_id=${world.notion.databases[0]}`,
    ];
    expect([(await world.run(args, {}, ["n"])).code, columns()]).toEqual([3, ["Name"]]);
    expect((await world.run(args, {}, ["y", "y"])).code).toBe(0);
    expect(columns()).toContain("Sync key");
  });
});
