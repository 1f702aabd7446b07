/** A mapping that does not fit: one message each with the candidates, by `sync` and by `doctor`, before it is written by. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { deliveryWorkflow, type Workflow } from "../../sandbox/jira/model.ts";
import { viewOf, type Tool } from "../support/sides.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-001, title: Store a card, status: in_review, priority: P1, estimation: 3}
external_sync:
  jira: {project_key: CHK}
  linear: {team_id: PAY}
  notion: {database_id: "{NOTION}"}
  github: {repository: acme/checkout}
`;
const TOOLS: readonly Tool[] = ["jira", "linear", "notion", "github"];

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

const configOf = (mapping: string, tools = TOOLS): string =>
  `sync_config: {project_id: "{ID}", tools: {${tools.map((tool) => `${tool}: {mapping: ${mapping}}`).join(", ")}}}\n`;

/** GitHub with an organization whose fields tell status and priority. */
const FIELDS = [
  { name: "State", kind: "single_select", options: ["Ready", "In Progress", "In Review", "Blocked"] },
  { name: "Priority", kind: "single_select", options: ["High", "Medium", "Low"] },
] as const;

async function start(syncConfig: string, options: Partial<WorldOptions> = {}): Promise<void> {
  const github = { repositories: [{ name: "acme/checkout", fields: FIELDS }] };
  const notion = { quirks: { rateLimit: false } };
  world = await startWorld({ hub: HUB, syncConfig, more: ["notion", "github"], notion, github, ...options });
}

/** What `sync` warns of and what `doctor` fails with, by tool: the same words. */
async function told(): Promise<Partial<Record<string, string[]>>> {
  const { findings } = await world.sync();
  const { code, out } = await world.run(["doctor"]);
  const own = findings.filter(({ severity }) => severity === "warning");
  expect(code).toBe(own.length > 0 ? 1 : 0);
  for (const { tool, message, remedy } of own) {
    expect(out).toContain(`FAIL ${world.project} ${String(tool)}: ${message}`);
    expect(remedy).toBeDefined();
  }
  const byTool = Map.groupBy(own, ({ tool }) => tool ?? "");
  return Object.fromEntries([...byTool].map(([tool, some]) => [tool, some.map(({ message }) => message)]));
}
const shown = async (tool: Tool) => viewOf(world, tool, "story", await world.key("US-001", tool));

/** Everything but the field is there. */
async function expectOthersSynced(): Promise<void> {
  for (const tool of TOOLS) expect((await shown(tool))?.title, tool).toBe("Store a card");
}

describe("a mapping that names what is not there", () => {
  it("a status: told with the states that are, and written once it is mended", async () => {
    const mapping = "{status: {story: {in_review: Reveiw}}}";
    const tools = configOf(mapping, ["jira", "linear", "notion"]);
    const github = "github: {mapping: {fields: {status: State}, status: {story: {in_review: Reveiw}}}}";
    await start(tools.replace(/\}\}\n$/, `, ${github}}}\n`));
    expect(await told()).toEqual({
      jira: [
        expect.stringMatching(
          /names status "Reveiw", which this workflow does not have: there are "To Do", .*"In Review"/,
        ),
      ],
      linear: [expect.stringMatching(/names state "Reveiw", which Linear does not have: there are .*"In Review"/)],
      notion: [
        expect.stringMatching(
          /names status "Reveiw", which the property "Status" does not have: there are .*"In Review"/,
        ),
      ],
      github: [
        'the mapping names status "Reveiw", which the field "State" does not have: there are "Ready", "In Progress", "In Review", "Blocked"',
      ],
    });
    await expectOthersSynced();
    const config = join(world.root, "docs/projects", world.project, "sync-config.yaml");
    await writeFile(config, configOf("{status: {story: {in_review: In Review}}}").replaceAll("{ID}", world.project));
    await world.sync();
    for (const tool of ["jira", "linear", "notion"] as const) expect((await shown(tool))?.status).toBe("In Review");
  });

  it("a priority: told with those that are", async () => {
    await start(configOf("{priority: {P1: Hihg}}"));
    expect(await told()).toEqual({
      jira: [
        'the mapping names priority "Hihg", which this project does not have: there are "Highest", "High", "Medium", "Low", "Lowest"',
      ],
      linear: [
        'the mapping names priority "Hihg", which Linear does not have: there are "none", "urgent", "high", "medium", "low"',
      ],
      notion: [
        'the mapping names priority "Hihg", which the property "Priority" does not have: there are "P1", "P2", "P3"',
      ],
      github: [
        'the mapping names priority "Hihg", which the field "Priority" does not have: there are "High", "Medium", "Low"',
      ],
    });
    await expectOthersSynced();
  });

  it("a field: told with those that could hold it, and Linear's cannot be named at all", async () => {
    await start(configOf("{fields: {estimate: Punkte}}"));
    expect(await told()).toEqual({
      jira: [
        expect.stringMatching(
          /keeps estimate in "Punkte", which is no field of this site; .*: there are "customfield_/,
        ),
      ],
      linear: [
        'mapping.fields.estimate: Linear keeps estimate in one place only, so "Punkte" changes nothing; no field of it can be named.',
      ],
      notion: [expect.stringMatching(/which is no property of the data source; .*: there is "Story Points"/)],
      github: [expect.stringMatching(/which GitHub does not have here; .*: there is "labels"/)],
    });
    await expectOthersSynced();
  });

  it("a field of another type: told with those that fit", async () => {
    await start(configOf("{fields: {estimate: Status}}", ["jira", "notion"]));
    expect(await told()).toEqual({
      jira: [expect.stringMatching(/keeps estimate in "Status", which is not a number; .*"customfield_10016/)],
      notion: [expect.stringMatching(/is a property of type status, and must be number; .*"Story Points"/)],
    });
    await expectOthersSynced();
  });

  it("what tells twins apart: nothing is written to Notion, and the others go on", async () => {
    await start(configOf("{fields: {type: Labels}}", ["notion"]));
    const ran = await world.run(["sync", world.project]);
    expect([ran.code, world.notion.log.writes()]).toEqual([1, 0]);
    expect(ran.out).toMatch(
      /notion: error.*mapping\.fields\.type is "Labels", which is a property of type multi_select/,
    );
    expect((await shown("jira"))?.title).toBe("Store a card");
  });
});

describe("a status that two states are called", () => {
  const twice: Workflow = (() => {
    const workflow = deliveryWorkflow();
    const [first] = workflow.statuses.filter(({ name }) => name === "In Review");
    if (!first) throw new Error("no review in the usual workflow");
    return { ...workflow, statuses: [...workflow.statuses, { ...first, id: "10999" }] };
  })();

  it("is refused with the ids of both, and taken by one of them", async () => {
    const jira = { projects: [{ key: "CHK", workflows: { Story: twice } }] };
    await start(configOf("{status: {story: {in_review: In Review}}}", ["jira"]), { jira });
    const { jira: messages = [] } = await told();
    expect(messages).toHaveLength(1);
    const [, id] = /"In Review" \(id (\d+)\), "In Review" \(id 10999\) .*by its id/.exec(messages[0] ?? "") ?? [];
    await expectOthersSynced();
    const config = join(world.root, "docs/projects", world.project, "sync-config.yaml");
    const text = configOf(`{status: {story: {in_review: "${id}"}}}`, ["jira"]).replaceAll("{ID}", world.project);
    await writeFile(config, text);
    expect(await told()).toEqual({});
    expect((await shown("jira"))?.status).toBe("In Review");
  });
});
