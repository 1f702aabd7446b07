import { rename } from "node:fs/promises";
import { afterAll, afterEach, expect, it } from "vitest";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress, priority: P1}
  stories:
    - {id: US-001, epic: EPIC-001, title: Store a card, status: ready, estimation: 3}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

it("a run whose hub disappears under it is over in the store too, and the next one is served", async () => {
  world = await startWorld({ hub: HUB });
  const { jira, root, project, store } = world;
  const folder = `${root}/docs/projects`;
  let isAway = false;
  jira.onBeforeAnswer = async () => {
    if (isAway) return;
    isAway = true;
    await rename(folder, `${folder}.away`);
  };
  const report = await world.sync();
  expect(report).toMatchObject({ outcome: "error", refused: expect.stringMatching(/^(NotFound|InvalidHub|Usage)/) });
  expect(await store.lastRun(project)).toMatchObject({ run: report.run.id, outcome: "error" });
  await rename(`${folder}.away`, folder);
  expect((await world.sync()).outcome).toBe("success");
});

it("a tool that a plan knew nothing of, because its schema was dropped meanwhile, is owed what it was read for", async () => {
  world = await startWorld({ hub: HUB });
  const { jira, project, store } = world;
  await world.sync();
  await jira.human({ action: "edit", key: "CHK-2", fields: { summary: "From Jira" } });
  // As another project does that is bound alike and had a value refused.
  jira.onBeforeAnswer = async ({ operation }) => {
    if (operation === "POST search/jql") await store.dropCached("schema");
  };
  await world.sync();
  jira.onBeforeAnswer = undefined;
  expect((await world.item("US-001")).fields.title).toBe("Store a card");
  expect((await store.standings()).get(project)?.owedAtMs).toBeLessThanOrEqual(Date.now());
  expect((await world.run(["sync", "--all"])).code).toBe(0);
  expect((await world.item("US-001")).fields.title).toBe("From Jira");
  expect((await store.standings()).get(project)?.owedAtMs).toBeNull();
});

it("a history that fails keeps no edit from flowing", async () => {
  world = await startWorld({ hub: HUB });
  const { jira } = world;
  await world.sync();
  await jira.human({ action: "edit", key: "CHK-2", fields: { summary: "From Jira" } });
  await world.editHub("title: Store a card", "title: From the hub");
  await world.editHub("Card tokenisation", "Card vault");
  jira.faults.add({ kind: "server-error", operation: "changelog", times: 0 });
  const report = await world.sync();
  expect(report.conflicts).toMatchObject([{ item: "US-001", field: "title", state: "resolved" }]);
  expect(report.run.passes).toBeLessThan(10);
  expect((await world.item("EPIC-001")).fields.title).toBe("Card vault");
  expect(["From Jira", "From the hub"]).toContain((await world.item("US-001")).fields.title);
  const titles = [...jira.site.issues.values()].map(({ data }) => data.summary);
  expect(titles).toContain("Card vault");
});
