/** What a new user gets wrong, in four tools at once: one message each with its remedy, by `sync` and by `doctor`, and nothing lost. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { viewOf, type Tool } from "../support/sides.ts";
import type { Ran } from "../support/run-command.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const TOOLS: readonly Tool[] = ["jira", "linear", "notion", "github"];
const PLACES = { jira: "CHK", linear: "PAY", notion: "{NOTION}", github: "acme/checkout" };

const hubOf = (places: Partial<typeof PLACES>): string => {
  const { jira, linear, notion, github } = { ...PLACES, ...places };
  return `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-001, title: Store a card, status: in_progress, estimation: 3}
external_sync:
  jira: {project_key: ${jira}}
  linear: {team_id: ${linear}}
  notion: {database_id: "${notion}"}
  github: {repository: ${github}}
`;
};

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(places: Partial<typeof PLACES> = {}, syncConfig = ""): Promise<void> {
  const quirks = { rateLimit: false };
  const config = syncConfig === "" ? {} : { syncConfig: `sync_config: {project_id: "{ID}", tools: ${syncConfig}}\n` };
  world = await startWorld({ hub: hubOf(places), more: ["notion", "github"], notion: { quirks }, ...config });
}
const sync = (env = {}): Promise<Ran> => world.run(["sync", world.project], env);
const doctor = (env = {}): Promise<Ran> => world.run(["doctor"], env);

/** The lines of a tool in what a command printed; each tool has exactly one. */
function lineOf({ out }: Ran, tool: Tool): string {
  const lines = out.split("\n").filter((line) => new RegExp(`^(?:  ${tool}:|(?:ok  |FAIL) \\S+ ${tool}:)`).test(line));
  expect(lines, `${tool} in\n${out}`).toHaveLength(1);
  return lines[0] ?? "";
}

/** Each tool has the story, and nothing is left to be written. */
async function expectTwins(tools: readonly Tool[] = TOOLS): Promise<void> {
  for (const tool of tools)
    expect(viewOf(world, tool, "story", await world.key("US-001", tool))?.title, tool).toBe("Store a card");
  const mark = world.mark();
  expect((await sync()).code).toBe(0);
  expect(mark.writes()).toBe(0);
}

/** Both commands say it with these words, once, and fail; `sync` writes nothing in the tools that it names. */
async function expectTold(words: Partial<Record<Tool, readonly RegExp[]>>, env = {}): Promise<void> {
  const mark = world.mark();
  const [synced, looked] = [await sync(env), await doctor(env)];
  expect([synced.code, looked.code]).toEqual([1, 1]);
  for (const [tool, patterns] of Object.entries(words) as [Tool, readonly RegExp[]][])
    for (const ran of [synced, looked]) for (const pattern of patterns) expect(lineOf(ran, tool)).toMatch(pattern);
  if (Object.keys(words).length === TOOLS.length) expect(mark.writes()).toBe(0);
}

describe("a token that is wrong", () => {
  it("is told by the name of its variable, and all is written once it is right", async () => {
    await start();
    const wrong = { JIRA_API_TOKEN: "no", LINEAR_API_KEY: "no", NOTION_API_KEY: "no", GH_TOKEN: "no" };
    await expectTold(
      {
        jira: [/answered 401: [^.]+; check JIRA_USERNAME and JIRA_API_TOKEN/],
        linear: [/authenticate[^.]+; check LINEAR_API_KEY/],
        notion: [/API token is invalid; check NOTION_API_KEY/],
        github: [/Bad credentials; check GH_TOKEN/],
      },
      wrong,
    );
    expect((await sync()).code).toBe(0);
    await expectTwins();
  });
});

describe("a place that is not there", () => {
  it("is told by the key of the hub file, and all is written once it is right", async () => {
    const places = { jira: "CHX", linear: "PAX", notion: "11111111111141118111111111111111", github: "acme/nothing" };
    await start(places);
    await expectTold({
      jira: [/project CHX does not exist, or the account .* may not see it; check external_sync\.jira\.project_key/],
      linear: [/no team "PAX" that this key may see; check external_sync\.linear\.team_id/],
      notion: [/does not exist, or is not shared with the connection; share it .*external_sync\.notion\.database_id/],
      github: [/no repository acme\/nothing that this token may see; check external_sync\.github\.repository/],
    });
    for (const [tool, place] of Object.entries(places) as [keyof typeof places, string][])
      await world.editHub(place, tool === "notion" ? (world.notion.databases[0] ?? "") : PLACES[tool]);
    expect((await sync()).code).toBe(0);
    await expectTwins();
  });
});

describe("a place that is closed", () => {
  it("is told with what opens it, the other tools go on, and it catches up", async () => {
    await start();
    await world.notion.human({ action: "unshare" });
    await world.github.human({ action: "archiveRepository", repository: "acme/checkout" });
    await expectTold({
      notion: [/not shared with the connection; share it in Notion/],
      github: [/acme\/checkout is archived, so nothing in it can change; unarchive it under Settings/],
    });
    await world.notion.human({ action: "share" });
    await world.github.human({ action: "archiveRepository", repository: "acme/checkout", archived: false });
    expect((await sync()).code).toBe(0);
    await expectTwins();
  });

  it("is told as well where it was open before, and an edit made meanwhile is not lost", async () => {
    await start();
    await sync();
    await world.editHub("Store a card", "Keep a card");
    await world.notion.human({ action: "unshare" });
    await world.github.human({ action: "archiveRepository", repository: "acme/checkout" });
    const { code, out } = await sync();
    expect(code).toBe(1);
    expect(lineOf({ code, out, err: "" }, "notion")).toMatch(/share the database with the connection/);
    expect(lineOf({ code, out, err: "" }, "github")).toMatch(/was archived so is read-only; unarchive the repository/);
    await world.notion.human({ action: "share" });
    await world.github.human({ action: "archiveRepository", repository: "acme/checkout", archived: false });
    await world.editHub("Keep a card", "Store a card");
    expect((await sync()).code).toBe(0);
    await expectTwins();
  });

  it("is told where Issues are switched off", async () => {
    await start();
    await world.github.human({ action: "switchIssues", repository: "acme/checkout", enabled: false });
    await expectTold({ github: [/has Issues switched off; switch them on under Settings, Features/] });
  });
});

describe("an account without the right to write", () => {
  const CAN_TELL: readonly Tool[] = ["jira", "github"];

  async function restrict(isRestricted: boolean): Promise<void> {
    const withhold = isRestricted ? ["CREATE_ISSUES", "TRANSITION_ISSUES"] : [];
    await world.jira.human({ action: "permit", project: "CHK", withhold });
    const permission = isRestricted ? "read" : "write";
    await world.github.human({ action: "permit", repository: "acme/checkout", permission });
    await world.linear.human({ action: "restrict-key", write: !isRestricted });
    await world.notion.human({ action: "capable", capabilities: { insert: !isRestricted } });
  }

  it("is told of each right that is missing before the first write, and all is written once it is there", async () => {
    await start();
    await restrict(true);
    const mark = world.mark();
    const [synced, looked] = [await sync(), await doctor()];
    expect([synced.code, looked.code]).toEqual([1, 1]);
    for (const ran of [synced, looked]) {
      expect(lineOf(ran, "jira")).toMatch(
        /lacks rights in CHK: create \(Create issues\), transition \(Transition issues\)\..*permission scheme/,
      );
      expect(lineOf(ran, "github")).toMatch(
        /lacks rights in acme\/checkout: edit .*, transition .*, label \(push access\)\..*the Write role/,
      );
    }
    // Neither has a way to ask: the first write tells.
    expect(lineOf(synced, "linear")).toMatch(/Invalid scope: `write` required; give the key what it lacks/);
    expect(lineOf(synced, "notion")).toMatch(/capability to insert content; grant the connection that capability/);
    for (const tool of ["jira", "github"] as const) expect(world[tool].log.writes()).toBe(0);
    expect(world.linear.store.projects.size + world.linear.store.issues.size).toBe(0);
    expect([...world.notion.workspace.pages.values()]).toEqual([]);
    expect(mark.writes()).toBe(2);
    await restrict(false);
    expect((await sync()).code).toBe(0);
    await expectTwins();
  });

  it("is asked for where nothing is linked yet, and never again", async () => {
    await start();
    const asked = () => CAN_TELL.map((tool) => world[tool].log.since(0).filter(({ path }) => isAsking(path)).length);
    await sync();
    expect(asked()).toEqual([1, 1]);
    await world.editHub("Store a card", "Keep a card");
    await sync();
    expect(asked()).toEqual([1, 1]);
    // Where it is forgotten that they were asked for, what is linked speaks for itself.
    await world.store.dropCached("rights");
    await sync();
    expect(asked()).toEqual([1, 1]);
  });

  it("is enough to pull", async () => {
    await start({}, "{jira: {sync_mode: pull-only}, github: {sync_mode: pull-only}}");
    await restrict(true);
    const ran = await sync();
    for (const tool of CAN_TELL) expect(lineOf(ran, tool)).toMatch(/: success/);
    const looked = await doctor();
    for (const tool of CAN_TELL) expect(lineOf(looked, tool)).toMatch(/^ok /);
  });
});

function isAsking(path: string): boolean {
  return path.startsWith("/rest/api/3/mypermissions") || path === "/repos/acme/checkout";
}
