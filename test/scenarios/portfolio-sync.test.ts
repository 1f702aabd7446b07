/** Many projects as one: what changed is found once a credential, and only those with something to do are synced. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { readHub } from "../../src/hub/read.ts";
import { readFile } from "node:fs/promises";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const PROJECTS = 12;
const idOf = (n: number): string => `PROJ-2027-${String(n).padStart(3, "0")}`;
const hubOf = (n: number): string => `project: {id: "{ID}", name: Project ${n}${n % 2 ? ", client: ACME" : ""}}
portfolio: {pme_priority: ${n === 7 ? "P1" : "P2"}}
implementation:
  stories:
    - {id: US-001, title: Story of ${n}, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(options: Partial<WorldOptions> = {}): Promise<void> {
  const others = Object.fromEntries(Array.from({ length: PROJECTS }, (_, n) => [idOf(n), hubOf(n)]));
  const files = {
    "registry/clients/ACME.yaml": "client: {code: ACME}\n",
    "registry/clients/BETA.yaml": "client: {code: BETA}\n",
  };
  world = await startWorld({ hub: hubOf(99), others, files, ...options });
}
const pathOf = (n: number): string => join(world.root, "docs/projects", idOf(n), "sdlc-tracking.yaml");
const itemOf = async (n: number) =>
  readHub(await readFile(pathOf(n), "utf8"), { projectId: idOf(n), file: "hub" }).tree!.items["US-001"]!;
const syncAll = async (...flags: string[]) => {
  const { code, out } = await world.run(["sync", "--all", "--json", ...flags]);
  return { code, ...(JSON.parse(out) as { portfolio: Record<string, unknown> }).portfolio };
};

describe("sync --all", () => {
  it("syncs what is new, is quiet, and then finds one edit on every side, each where it was made", async () => {
    await start();
    expect(await syncAll()).toMatchObject({
      code: 0,
      projects: PROJECTS + 1,
      dirty: PROJECTS + 1,
      synced: PROJECTS + 1,
      failed: [],
    });
    const { portfolio } = (await world.store.lastPortfolio())!;
    expect(await world.store.cached(`entries/${portfolio}`, Date.now())).toBeNull();
    const quiet = world.mark();
    expect(await syncAll()).toMatchObject({ code: 0, dirty: 0, synced: 0 });
    expect([quiet.requests(), quiet.writes()]).toEqual([2, 0]);
    expect((await world.run(["status"])).out).toContain("13 projects, 0 with something to do, 0 synced");

    await world.jira.human({ action: "edit", key: (await itemOf(3)).refs["jira"]!, fields: { summary: "From Jira" } });
    await world.linear.human({
      action: "edit",
      item: (await itemOf(5)).refs["linear"]!,
      fields: { title: "From Linear" },
    });
    const text = await readFile(pathOf(8), "utf8");
    await writeFile(pathOf(8), text.replace("Story of 8", "From the hub"));
    const changed = world.mark();
    expect(await syncAll()).toMatchObject({ code: 0, dirty: 3, synced: 3 });
    expect([(await itemOf(3)).fields.title, (await itemOf(5)).fields.title]).toEqual(["From Jira", "From Linear"]);
    expect(world.jira.site.find((await itemOf(8)).refs["jira"]!)?.data.summary).toBe("From the hub");
    // One write at Linear for 3, one at Jira for 5, one at each for 8; nothing was listed but the two streams.
    expect(changed.writes()).toBe(4);
    const again = world.mark();
    expect(await syncAll()).toMatchObject({ dirty: 0 });
    expect(again.writes()).toBe(0);
  });

  it("asks once for what the projects of a credential have in common", async () => {
    const keys = Array.from({ length: PROJECTS }, (_, n) => `CH${n}`);
    await start({ jira: { projects: [{ key: "CHK" }, ...keys.map((key) => ({ key }))] } });
    for (const [n, key] of keys.entries())
      await writeFile(
        pathOf(n),
        hubOf(n).replaceAll("{ID}", idOf(n)).replace("project_key: CHK", `project_key: ${key}`),
      );
    expect(await syncAll()).toMatchObject({ code: 0, synced: PROJECTS + 1 });
    const common = () => [
      world.jira.log.count("GET users/search"),
      world.jira.log.count("GET field"),
      world.linear.log.count("Describe"),
    ];
    expect(world.jira.log.count("GET project/{ref}")).toBeGreaterThan(PROJECTS);
    expect(common()).toEqual([1, 1, 1]);
    await syncAll("--force");
    // What was read a moment ago is new enough for all of them, but not for a person who has just changed something.
    expect(common()).toEqual([1, 1, 1]);
    await world.run(["sync", idOf(3), "--force"]);
    expect(common()).toEqual([2, 2, 2]);
  });

  it("takes the projects of one client, or of one priority, and misses nothing of the others", async () => {
    await start();
    expect(await syncAll("--client=ACME")).toMatchObject({ projects: 7, synced: 7 });
    expect(await syncAll("--priority=p1")).toMatchObject({ projects: 1, dirty: 0 });
    expect(await syncAll()).toMatchObject({ projects: PROJECTS + 1 });
    await world.jira.human({ action: "edit", key: (await itemOf(2)).refs["jira"]!, fields: { summary: "Meanwhile" } });
    await syncAll("--client=ACME");
    expect((await itemOf(2)).fields.title).toBe("Story of 2");
    await syncAll();
    expect((await itemOf(2)).fields.title).toBe("Meanwhile");
    expect((await world.run(["sync", "--all", "--client=ACMEE"])).code).toBe(2);
    expect((await world.run(["sync", world.project, "--all"])).err).toContain("not both");
  });

  it("misses nothing that a run of a part, or one that failed, has only looked at", async () => {
    await start();
    await syncAll();
    await world.jira.human({
      action: "edit",
      key: (await itemOf(4)).refs["jira"]!,
      fields: { summary: "Seen, not taken" },
    });
    await world.run(["sync", idOf(4), "--mode=push-only"]);
    expect((await itemOf(4)).fields.title).toBe("Story of 4");
    expect(await syncAll()).toMatchObject({ code: 0 });
    expect((await itemOf(4)).fields.title).toBe("Seen, not taken");
    expect(await syncAll()).toMatchObject({ dirty: 0 });
  });

  it("is not blinded by one container that is gone", async () => {
    await start({ jira: { projects: [{ key: "CHK" }, { key: "GONE" }] } });
    const text = await readFile(pathOf(6), "utf8");
    await writeFile(pathOf(6), text.replace("project_key: CHK", "project_key: GONE"));
    expect(await syncAll()).toMatchObject({ code: 0, synced: PROJECTS + 1 });
    world.jira.site.projects.splice(
      world.jira.site.projects.findIndex(({ key }) => key === "GONE"),
      1,
    );
    await world.jira.human({ action: "edit", key: (await itemOf(3)).refs["jira"]!, fields: { summary: "Still seen" } });
    const report = await syncAll();
    expect(report).toMatchObject({ code: 1, failed: [idOf(6)], unread: [] });
    expect((await itemOf(3)).fields.title).toBe("Still seen");
  });

  it("lets a broken hub, a question and a tool that is away cost their own projects only", async () => {
    await start();
    await syncAll();
    await writeFile(pathOf(1), `<<<<<<< ours\n${await readFile(pathOf(1), "utf8")}`);
    await mkdir(join(world.root, "docs/projects/PROJ-2027-900"));
    await writeFile(
      join(world.root, "docs/projects/PROJ-2027-900/sdlc-tracking.yaml"),
      hubOf(1).replaceAll("{ID}", "PROJ-2027-900"),
    );
    const broken = await syncAll();
    expect(broken).toMatchObject({ code: 1, failed: [idOf(1)] });
    world.jira.faults.conditions.authRevoked = true;
    await world.linear.human({
      action: "edit",
      item: (await itemOf(5)).refs["linear"]!,
      fields: { title: "Jira is away" },
    });
    const away = await syncAll();
    expect(away).toMatchObject({ code: 1, unread: ["jira: AuthFailed"] });
    expect((await itemOf(5)).fields.title).toBe("Jira is away");
    world.jira.faults.conditions.authRevoked = false;
    await syncAll();
    expect(world.jira.site.find((await itemOf(5)).refs["jira"]!)?.data.summary).toBe("Jira is away");
  });
});
