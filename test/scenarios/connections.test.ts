/** A credential that is refused is left alone everywhere, told once, asked again, and caught up with when it is back. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { connectionWorkflowId, type PortfolioProgress } from "../../workflows/messages.ts";
import { sharedTemporal, startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";

const hubOf = (n: number): string => `project: {id: "{ID}", name: Project ${n}}
implementation:
  stories:
    - {id: US-001, title: Story of ${n}, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

let world: World;
/** Other ids in each test: what is synced by itself when a world ends may stay open on the server that they share. */
let others: string[] = [];
let worlds = 0;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(probeAfter: string, options: Partial<WorldOptions> = {}): Promise<void> {
  worlds += 1;
  others = [1, 2, 3].map((n) => `PROJ-2028-${worlds}0${n}`);
  world = await startWorld({
    hub: hubOf(0),
    others: Object.fromEntries(others.map((id, n) => [id, hubOf(n + 1)])),
    settings: { connections: { probe_after: probeAfter, probe_max: probeAfter } },
    ...options,
  });
}
const pathOf = (id: string): string => join(world.root, "docs/projects", id, "sdlc-tracking.yaml");
async function retitle(id: string, title: string): Promise<void> {
  const text = await readFile(pathOf(id), "utf8");
  await writeFile(pathOf(id), text.replace(/title: [^,]*/, `title: ${title}`));
}
const titlesIn = {
  jira: () => [...world.jira.site.issues.values()].map(({ data }) => data.summary).toSorted(),
  linear: () => [...world.linear.store.issues.values()].map(({ title }) => title).toSorted(),
};
const syncAll = async () => {
  const { code, out } = await world.run(["sync", "--all", "--json"]);
  const { portfolio } = JSON.parse(out) as { portfolio: PortfolioProgress };
  return { code, ...portfolio };
};
interface ToolsDocument {
  readonly tools: readonly { readonly tool: string; readonly state: string; readonly waiting: number }[];
  readonly paused: readonly { readonly tool: string; readonly note: string | null }[];
}
async function tools(...args: string[]): Promise<ToolsDocument> {
  return JSON.parse((await world.run(["tools", ...args, "--json"])).out) as ToolsDocument;
}
const stateOf = async (tool: string) => (await tools()).tools.find((one) => one.tool === tool);
const refusals = () => world.jira.log.since(0).filter(({ status }) => status === 401).length;

describe("scenario 38: a credential that is revoked", () => {
  it("pauses its tool in every project, while the others go on, and catches up by itself when it is back", async () => {
    await start("1s");
    expect(await syncAll()).toMatchObject({ code: 0, synced: 4 });
    world.jira.faults.conditions.authRevoked = true;
    for (const id of others) await retitle(id, `Without Jira ${id.at(-1)}`);

    const report = await world.engine.syncProject(others[0]!, { trigger: "schedule" });
    expect(report.tools["jira"]).toMatchObject({
      status: "error",
      error: expect.stringMatching(/^Authentication failed/),
    });
    expect(report.errors).toMatchObject([{ tool: "jira", severity: "critical", retryCount: 0 }]);
    const asked = refusals();
    const second = await world.engine.syncProject(others[1]!, { trigger: "schedule" });
    expect(second.tools["jira"]?.error).toMatch(/refused since .+, so nothing was sent/);
    await syncAll();
    expect(titlesIn.linear()).toEqual(["Story of 0", "Without Jira 1", "Without Jira 2", "Without Jira 3"]);
    expect(titlesIn.jira()).toContain("Story of 1");
    expect(await stateOf("jira")).toMatchObject({ state: "refused", waiting: 3 });
    expect(await stateOf("linear")).toMatchObject({ state: "ok", waiting: 0 });
    const { client } = await sharedTemporal();
    const [record] = (await world.store.connections()).filter(({ tool }) => tool === "jira");
    const handle = client.workflow.getHandle(connectionWorkflowId(record!.account));
    expect(await handle.describe()).toMatchObject({ status: { name: "RUNNING" } });
    // Three projects, one look at the changes, and the probes: nobody hammers at a closed door.
    expect(refusals() - asked).toBeLessThan(30);

    world.jira.faults.conditions.authRevoked = false;
    await expect
      .poll(titlesIn.jira, { timeout: 30_000, interval: 100 })
      .toEqual(["Story of 0", "Without Jira 1", "Without Jira 2", "Without Jira 3"]);
    expect(await handle.describe()).toMatchObject({ status: { name: "COMPLETED" } });
    expect(await stateOf("jira")).toMatchObject({ state: "ok", waiting: 0 });
    await expect.poll(async () => (await syncAll()).dirty, { timeout: 30_000 }).toBe(0);
  });

  it("is tried at once by who syncs by hand, and by `tools resume`", async () => {
    await start("1h");
    await syncAll();
    world.jira.faults.conditions.authRevoked = true;
    await retitle(others[0]!, "By hand");
    await world.engine.syncProject(others[0]!, { trigger: "schedule" });
    const { code, out, err } = await world.run(["tools", "resume", "jira"]);
    expect([code, err]).toEqual([1, expect.stringContaining("still refused: correct the credential")]);
    expect(out).toMatch(/jira .+ refused since .+, asked again .+ 1 projects/);
    world.jira.faults.conditions.authRevoked = false;
    expect((await world.run(["tools", "resume", "jira"])).err).toContain("accepted again");
    await expect.poll(titlesIn.jira, { timeout: 30_000, interval: 100 }).toContain("By hand");
  });
});

describe("a tool that somebody pauses", () => {
  it("takes part in nothing until it is resumed, and then what waited for it is synced", async () => {
    await start("1h");
    await syncAll();
    const paused = await tools("pause", "jira", "--note", "site migration", "--by", "ana");
    expect(paused.paused).toMatchObject([{ tool: "jira", note: "site migration" }]);
    const quiet = world.jira.log.total();
    await retitle(others[0]!, "While paused");
    await world.linear.human({ action: "edit", item: await keyIn(others[1]!, "linear"), fields: { title: "There" } });
    expect(await syncAll()).toMatchObject({ code: 0, synced: 2, unread: [] });
    const report = await world.engine.syncProject(others[0]!);
    expect(report).toMatchObject({ outcome: "warning" });
    expect(report.tools["jira"]).toMatchObject({
      status: "warning",
      warnings: [expect.stringMatching(/^Paused by ana since .+ \(site migration\)/)],
    });
    expect(report.recommendations).toContain("Let Jira take part again when it may: track-sdlc tools resume jira");
    expect(world.jira.log.total()).toBe(quiet);
    expect(await syncAll()).toMatchObject({ dirty: 0 });
    expect(await stateOf("jira")).toMatchObject({ state: "paused", waiting: 2 });

    expect((await world.run(["tools", "resume", "jira"])).err).toContain("2 projects waited for jira");
    expect(titlesIn.jira()).toEqual(["Story of 0", "Story of 3", "There", "While paused"]);
    expect(await stateOf("jira")).toMatchObject({ state: "ok", waiting: 0 });
    expect((await world.run(["tools", "resume", "jira"])).err).toContain("jira was not paused");
  });

  it("is named as the registry names it", async () => {
    await start("1h");
    const wrong = await world.run(["tools", "pause", "jria"]);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('Did you mean "jira"?')]);
    expect((await world.run(["tools", "stop"])).err).toContain("none of list | pause | resume");
    expect((await world.run(["tools", "pause"])).err).toContain("name the tool");
    expect((await world.run(["tools"])).out).toContain("No tool was called so far.");
  });
});

describe("the age of a credential", () => {
  it("is told before it is over", async () => {
    await start("1h", { env: { TOKEN_ROTATION_DAYS: "5", ALERT_BEFORE_EXPIRY_DAYS: "5" } });
    await world.sync();
    const report = await world.sync();
    expect(report.findings.filter(({ code }) => code === "credential-rotation")).toMatchObject([
      { tool: "jira", remedy: expect.stringContaining("JIRA_API_TOKEN") },
      { tool: "linear", remedy: expect.stringContaining("LINEAR_API_KEY") },
    ]);
    expect((await world.run(["tools"])).out).toMatch(/jira .+ 0 of 5 days, replace it soon/);
    const wrong = await world.run(["tools"], { TOKEN_ROTATION_DAYS: "soon" });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('TOKEN_ROTATION_DAYS: "soon"')]);
  });
});

async function keyIn(id: string, tool: string): Promise<string> {
  const { links } = await world.store.projectState(id);
  return links.find((link) => link.tool === tool && link.item === "US-001")!.key;
}
