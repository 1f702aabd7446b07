/** The lists that the README gives operators, asked of a real server about real runs. */
import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-101, title: Story 1, status: ready, estimation: 3}
    - {id: US-102, title: Story 2, status: ready, estimation: 3}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
const MANUAL = `sync_config: {project_id: "{ID}", tools: {jira: {conflict_resolution: manual}, linear: {conflict_resolution: manual}}}\n`;
const FINE = "PROJ-2026-901";
const BROKEN = "PROJ-2026-902";
const LINEAR_ONLY = "PROJ-2026-903";

let world: World;
let startedAt: string;
beforeEach(async () => {
  startedAt = new Date().toISOString();
  const others = {
    [FINE]: HUB,
    [BROKEN]: `<<<<<<< ours\n${HUB}`,
    [LINEAR_ONLY]: HUB.replace("jira: {project_key: CHK}, ", ""),
  };
  world = await startWorld({ hub: HUB, others, syncConfig: MANUAL });
});
afterEach(() => world.close());
afterAll(stopTemporal);

/** The query below this line of the README, about this test's project and night. */
function queryOf(title: string): string {
  const query = README.split("\n").find((_, n, lines) => lines[n - 1] === `# ${title}`);
  if (query === undefined) throw new Error(`the README has no list "${title}"`);
  return query.replace(/PROJ-2026-014/, world.project).replace(/CloseTime > "[^"]+"/, `CloseTime > "${startedAt}"`);
}

async function idsOf(title: string): Promise<string[]> {
  const { client } = await sharedTemporal();
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: queryOf(title) })) ids.push(workflowId);
  return ids.toSorted();
}

it("All open conflicts of a project on its status", async () => {
  await world.sync();
  await world.editHub("title: Story 1, status: ready", "title: Story 1, status: in_progress");
  await world.editHub("title: Story 2,", "title: Hub 2,");
  await world.jira.human({ action: "transition", key: await world.key("US-101", "jira"), to: "Done" });
  await world.jira.human({ action: "edit", key: await world.key("US-102", "jira"), fields: { summary: "Jira 2" } });
  expect((await world.sync()).conflicts).toHaveLength(2);
  const list = () => idsOf("All open conflicts of a project on its status");
  await expect.poll(list, { timeout: 60_000 }).toEqual([`conflict/${world.project}/US-101`]);
  await world.run(["resolve", world.project, "--all", "--choice=hub"]);
  await expect.poll(list, { timeout: 60_000 }).toEqual([]);
});

it("What failed last night", async () => {
  await world.engine.syncProject(FINE);
  await world.engine.syncProject(BROKEN);
  const { client } = await sharedTemporal();
  const both = async () => (await client.workflow.count(`CloseTime > "${startedAt}"`)).count;
  await expect.poll(both, { timeout: 60_000 }).toBe(2);
  expect(await idsOf("What failed last night")).toEqual([`project/${BROKEN}`]);
});

it("Everything waiting for Jira", async () => {
  const refusal = { kind: "rate-limited", operation: ".*", times: 0, retryAfterSeconds: 3_600 } as const;
  world.jira.faults.add(refusal);
  world.linear.faults.add(refusal);
  const runs = [FINE, LINEAR_ONLY].map((project) => world.engine.syncProject(project));
  const ends = Promise.allSettled(runs);
  const list = () => idsOf("Everything waiting for Jira");
  await expect.poll(list, { timeout: 60_000 }).toEqual([`project/${FINE}`]);
  const { client } = await sharedTemporal();
  for (const project of [FINE, LINEAR_ONLY]) await client.workflow.getHandle(`project/${project}`).cancel();
  await ends;
  await expect.poll(list, { timeout: 60_000 }).toEqual([]);
});
