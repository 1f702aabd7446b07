/** Commands as a person runs them, over a world of stand-ins. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { conflictResolver, type SyncOptions } from "../../src/index.ts";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";
import { runCommand } from "../support/run-command.ts";

const BOUND = "external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}";
const hubOf = (stories: number, binding = BOUND): string =>
  `project: {id: "{ID}", name: Checkout}\nimplementation:\n  stories:\n${Array.from({ length: stories }, (_, n) => `    - {id: US-${101 + n}, title: Story ${n + 1}, status: ready}\n`).join("")}${binding}\n`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(options: Partial<WorldOptions> = {}): Promise<void> {
  world = await startWorld({ hub: hubOf(2), ...options });
}

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => runCommand(world, args, env);

describe("a tool that cannot be called", () => {
  it("is one failure with its remedy, and the other tool syncs", async () => {
    await start();
    const { code, out } = await run(["sync", world.project], { JIRA_BASE_URL: "http://example.com" });
    expect(code).toBe(1);
    expect(out).toContain("is not https");
    expect(out).toMatch(/linear: success, 2 operations/);
    expect((await run(["sync", world.project])).code).toBe(0);
  });
});

describe("plan", () => {
  it("shows what the bulk guard holds back, below its question", async () => {
    await start({ hub: hubOf(51) });
    const { code, out } = await run(["plan", world.project, "--tools=jira"]);
    const lines = out.split("\n");
    expect(code).toBe(3);
    expect(lines[0]).toContain("create 51 items in jira");
    expect(lines.filter((line) => line.includes("create") && line.includes("title"))).toHaveLength(51);
    expect(world.jira.log.writes()).toBe(0);
  });

  it("does not claim agreement where it could not look", async () => {
    await start();
    const { code, out } = await run(["plan", world.project], { JIRA_API_TOKEN: "wrong", LINEAR_API_KEY: "wrong" });
    expect([code, out.includes("all sides agree")]).toEqual([1, false]);
  });
});

describe("sync", () => {
  it("says who won and where the other value went", async () => {
    await start();
    await run(["sync", world.project]);
    await world.editHub("title: Story 1", "title: From the hub");
    await world.saveHubAt(-60_000);
    const key = await world.key("US-101", "jira");
    await world.jira.human({ action: "edit", key, fields: { summary: "From Jira" } });
    const { out } = await run(["sync", world.project]);
    expect(out).toMatch(/US-101\.title: jira wins over hub \(.+\); the other value is kept in the audit trail/);
  });

  it("asks first where it would change too much, and does not call that a success", async () => {
    await start({ hub: hubOf(51) });
    const { code, out } = await run(["sync", world.project]);
    expect(code).toBe(3);
    expect(out).not.toContain("SUCCESS");
    expect(out.indexOf("create 51 items")).toBeGreaterThan(-1);
  });
});

describe("a Temporal that is configured wrongly", () => {
  it.each(["sync", "status", "up", "worker"])(
    "is told by %s with its remedy, as wrong configuration",
    async (command) => {
      await start();
      const args = [command, ...(["sync", "status"].includes(command) ? [world.project] : [])];
      const { code, err } = await run(args, {
        TEMPORAL_PROFILE: "cloud",
        XDG_CONFIG_HOME: world.root,
        NOTION_API_KEY: "of a tool that nothing is asked of",
        GH_TOKEN: "of another one",
      });
      expect(code).toBe(2);
      expect(err).toMatch(
        /^TEMPORAL_PROFILE: "cloud" is not a profile of .+temporal\.toml.+Correct it, or unset it\.$/,
      );
    },
  );
});

describe("a namespace that Temporal does not have", () => {
  it.each(["sync", "status"])("is told by %s, and by doctor", async (command) => {
    await start();
    const { code, err } = await run([command, world.project], { TEMPORAL_NAMESPACE: "elsewhere" });
    expect([code, err.includes('has no namespace "elsewhere". Correct TEMPORAL_NAMESPACE')]).toEqual([2, true]);
    const { out } = await run(["doctor"], { TEMPORAL_NAMESPACE: "elsewhere" });
    expect(out).toMatch(/FAIL temporal: .+has no namespace "elsewhere"/);
  });
});

describe("a worker of tools that nobody knows", () => {
  it("is refused with those there are", async () => {
    await start();
    const { code, err } = await run(["worker", "--tools=jria"]);
    expect([
      code,
      err.includes(
        '"jria" is not a tool with a connector; allowed: jira, linear, notion, github. Did you mean "jira"?',
      ),
    ]).toEqual([2, true]);
  });
});

describe("tools that the project does not bind", () => {
  const words = 'is not bound in docs/projects/{ID}/sdlc-tracking.yaml; allowed: jira, linear. Did you mean "jira"?';

  it.each([["sync"], ["plan"], ["pull", "--since=2026-11-20T08:00:00Z"]])(
    "are wrong usage of %s, and no run is made of them",
    async (command, ...flags) => {
      await start();
      const { code, err } = await run([command, world.project, "--tools=jria", ...flags]);
      expect([code, err]).toEqual([2, `--tools: "jria" ${words.replace("{ID}", world.project)}`]);
      expect(await world.store.lastRun(world.project)).toBe(null);
      expect(await world.store.findings(world.project)).toEqual([]);
    },
  );

  it("are refused by the library as well", async () => {
    await start();
    await expect(world.sync({ tools: ["jria"] })).rejects.toMatchObject({ code: "Usage" });
    expect(await world.store.lastRun(world.project)).toBe(null);
  });

  it("do not hide that the files are wrong", async () => {
    await start({ syncConfig: "sync_config: {project_id: other}\n" });
    const { code, out } = await run(["sync", world.project, "--tools=jria"]);
    expect([code, out.includes("project_id")]).toEqual([2, true]);
  });
});

describe("the library", () => {
  it.each([
    [{ mode: "pullonly" }, 'mode: "pullonly" is not allowed'],
    [{ conflictResolution: "lww" }, "conflictResolution:"],
    [{ fields: ["titel"] }, 'fields: "titel" is not allowed'],
    [{ tools: "jira" }, "tools: is no list"],
    [{ tools: [] }, "tools: is empty"],
  ])("refuses %j before anything is asked or written", async (options, words) => {
    await start();
    const failure = world.sync(options as unknown as SyncOptions);
    await expect(failure).rejects.toMatchObject({ code: "Usage", message: expect.stringContaining(words) as string });
    expect(world.mark().requests()).toBe(0);
  });

  it("refuses a strategy that nobody knows", async () => {
    await start();
    const resolved = conflictResolver.resolve({} as never, "nonsense" as never);
    await expect(resolved).rejects.toMatchObject({ code: "Usage" });
  });
});

describe("a state folder that was cut off", () => {
  it("is as good as none", async () => {
    await start();
    await mkdir(join(world.root, ".sdlc-sync"), { recursive: true });
    await writeFile(join(world.root, ".sdlc-sync/engine.json"), '{"pid": 1');
    expect((await run(["status"])).code).toBe(0);
    expect((await run(["doctor"])).code).toBe(0);
  });
});
