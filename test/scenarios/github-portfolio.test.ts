/** Many repositories of one token: one request tells what changed in all of them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { startGithubSandbox, type GithubSandbox } from "../../sandbox/github/index.ts";
import { readHub } from "../../src/hub/read.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const PROJECTS = 6;
const idOf = (n: number): string => `PROJ-2027-${String(n).padStart(3, "0")}`;
const repositoryOf = (n: number): string => `acme/shop-${n}`;
const hubOf = (n: number): string => `project: {id: "{ID}", name: Project ${n}}
implementation:
  epics:
    - {id: EPIC-1, title: Epic of ${n}, status: planning}
  stories:
    - {id: US-1, epic: EPIC-1, title: Story of ${n}, status: ready}
external_sync: {github: {repository: ${repositoryOf(n)}}}
`;

let world: World;
let github: GithubSandbox;
afterEach(async () => {
  await world.close();
  await github.close();
});
afterAll(stopTemporal);

const storyOf = async (n: number) => {
  const text = await readFile(join(world.root, "docs/projects", idOf(n), "sdlc-tracking.yaml"), "utf8");
  return readHub(text, { projectId: idOf(n), file: "hub" }).tree!.items["US-1"]!;
};
const syncAll = async () => {
  const { code, out } = await world.run(["sync", "--all", "--json"]);
  return { code, ...(JSON.parse(out) as { portfolio: Record<string, unknown> }).portfolio };
};
const mark = () => {
  const at = github.log.total();
  return () => github.log.since(at).map(({ operation }) => operation);
};

it("is asked once, and only what changed is synced", async () => {
  const numbers = Array.from({ length: PROJECTS }, (_, n) => n);
  github = await startGithubSandbox({ repositories: [...numbers, PROJECTS].map((n) => ({ name: repositoryOf(n) })) });
  world = await startWorld({
    hub: hubOf(PROJECTS),
    others: Object.fromEntries(numbers.map((n) => [idOf(n), hubOf(n)])),
    env: github.credentials,
  });
  expect(await syncAll()).toMatchObject({ code: 0, failed: [] });
  expect(github.host.issues.size).toBe(2 * (PROJECTS + 1));
  await syncAll();
  const quiet = mark();
  expect(await syncAll()).toMatchObject({ code: 0, dirty: 0, synced: 0 });
  expect(quiet()).toEqual(["Stream"]);

  const { refs } = await storyOf(4);
  await github.human({ action: "edit", issue: refs["github"], fields: { title: "Renamed by a person" } });
  await github.human({ action: "close", issue: refs["github"] });
  const changed = mark();
  expect(await syncAll()).toMatchObject({ code: 0, dirty: 1, synced: 1 });
  expect((await storyOf(4)).fields).toMatchObject({ title: "Renamed by a person", status: "done" });
  expect(changed().filter((operation) => operation === "GET issues")).toEqual([]);
  expect(changed().filter((operation) => !/^[A-Z][a-z]+$|^GET/.test(operation))).toEqual([]);
  const again = mark();
  expect(await syncAll()).toMatchObject({ dirty: 0 });
  expect(again()).toEqual(["Stream"]);
});
