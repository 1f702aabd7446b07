/** What starts a sync, at once and never: several at a time, none for a day, and one that sees nothing any more. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";
import type { PortfolioProgress } from "../../workflows/messages.ts";

const hubOf = (n: number): string => `project: {id: "{ID}", name: Project ${n}}
implementation:
  epics:
    - {id: EPIC-001, title: Epic of ${n}, status: in_progress}
  stories:
    - {id: US-001, epic: EPIC-001, title: Story of ${n}, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
let worlds = 0;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(): Promise<void> {
  worlds += 1;
  // Few enough for one look to see all of them; other ids in each test, since its server outlives it.
  const others = Object.fromEntries([1, 2].map((n) => [`PROJ-2029-${worlds}0${n}`, hubOf(n)]));
  world = await startWorld({ hub: hubOf(0), others });
}
/** One a credential, and one more where the vendor's clock turns out to be hours ahead, as it is after `muchLater`. */
const LISTINGS = 3;

/** Until no listing shows what was made in the beginning, however far back it reaches. */
async function muchLater(): Promise<void> {
  world.jira.clock.advance(7_200_000);
  world.linear.clock.advance(7_200_000);
  await syncAll();
  await world.store.dropCached(`sight/${await accountOf("jira")}`);
}
async function syncAll() {
  const { code, out } = await world.run(["sync", "--all", "--json"]);
  return { code, ...(JSON.parse(out) as { portfolio: PortfolioProgress }).portfolio };
}

describe("scenario 47: a schedule, a merge and a person at once", () => {
  it("are served one after another, each is answered, and nothing is done twice", async () => {
    await start();
    await world.sync();
    await world.editHub("Story of 0", "Once");
    const mark = world.mark();
    const reports = await Promise.all(
      ["schedule", "gate-advancement", "manual"].map((trigger) =>
        world.engine.syncProject(world.project, {
          trigger,
          ...(trigger === "schedule" ? {} : { tools: ["jira", "linear"] }),
        }),
      ),
    );
    expect(reports.map(({ outcome }) => outcome)).toEqual(["success", "success", "success"]);
    expect(mark.writes()).toBe(2);
    await expectSettled(world);
  });
});

describe("an epic that moves", () => {
  it("is told to all tools, whichever a run was asked for", async () => {
    await start();
    await world.sync();
    await world.jira.human({ action: "transition", key: await world.key("EPIC-001", "jira"), to: "Done" });
    await world.sync({ tools: ["jira"] });
    const stateOf = async () => {
      const project = world.linear.store.projects.get((await linkOf("EPIC-001", "linear")).ref);
      return world.linear.store.projectStatuses.get(project!.statusId)?.type;
    };
    await expect.poll(stateOf, { timeout: 30_000, interval: 50 }).toBe("completed");
    const last = async () => (await world.store.lastRun(world.project))?.trigger;
    await expect.poll(last, { timeout: 30_000, interval: 50 }).toBe("epic-completed");
  });
});

describe("scenarios 49 and 50: nothing changes", () => {
  it("costs one look at each credential and no write, and is no reason for silence where a right was lost", async () => {
    await start();
    await syncAll();
    await muchLater();
    const saved = (await world.hubStat()).mtimeMs;
    const looking = world.mark();
    expect(await syncAll()).toMatchObject({ code: 0, dirty: 0, unread: [] });
    // Once an hour a credential that is told nothing reads some twins by id.
    expect(looking.requests()).toBe(LISTINGS + 3);
    const quiet = world.mark();
    for (let day = 0; day < 3; day++) expect(await syncAll()).toMatchObject({ code: 0, dirty: 0, unread: [] });
    expect([quiet.requests(), quiet.writes(), (await world.hubStat()).mtimeMs]).toEqual([3 * LISTINGS, 0, saved]);

    world.jira.faults.conditions.blind = true;
    await world.store.dropCached(`sight/${await accountOf("jira")}`);
    const blind = await world.run(["sync", "--all"]);
    expect(blind.code).toBe(1);
    expect(blind.out).toContain("jira: Forbidden; the credential sees nothing of what is linked any more");
    // Nothing is taken for deleted by that.
    expect((await world.store.projectState(world.project)).links.filter(({ gone }) => gone)).toEqual([]);
    world.jira.faults.clear();
    expect(await syncAll()).toMatchObject({ code: 0, dirty: 0, unread: [] });
  });

  it("finds what one project lost by itself, without a listing that tells of it", async () => {
    await start();
    await syncAll();
    await muchLater();
    const key = await world.key("US-001", "jira");
    await world.jira.human({ action: "delete", key });
    const { failed, dirty } = await syncAll();
    expect([failed, dirty]).toEqual([[], 1]);
    expect((await world.store.findings(world.project)).map(({ code }) => code)).toContain("deleted-in-tool");
  });
});

async function linkOf(item: string, tool: string) {
  const { links } = await world.store.projectState(world.project);
  return links.find((link) => link.item === item && link.tool === tool)!;
}
async function accountOf(tool: string): Promise<string> {
  return (await world.store.connections()).find((one) => one.tool === tool)!.account;
}
