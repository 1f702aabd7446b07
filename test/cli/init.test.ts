/** `track-sdlc init`, over stand-ins of the trackers: what it makes, and what it links. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/core/report.ts";
import { expectSettled } from "../support/invariants.ts";
import { runCommand } from "../support/run-command.ts";
import { liveKeys, viewOf } from "../support/sides.ts";
import { stopTemporal } from "../support/world.ts";
import { changedLines } from "../hub/lines.ts";
import { CHK, HUB, PAY, startUnbound, type UnboundWorld } from "./unbound-world.ts";

let world: UnboundWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("a project that has no hub yet", () => {
  it("gets one that binds the tools, and a sync-config; the sync has nothing to complain about", async () => {
    world = await startUnbound();
    const { code, out } = await world.run([
      "init",
      "my-project",
      "--sync=jira,linear",
      ...CHK,
      ...PAY,
      "--name=It's: mine",
      "--yes",
    ]);
    expect([code, out.includes("Next: track-sdlc sync my-project")]).toEqual([0, true]);
    const hub = await world.read("sdlc-tracking.yaml", "my-project");
    expect(hub).toContain('project:\n  id: "my-project"\n  name: "It\'s: mine"\n');
    expect(hub).toContain('  folder: "docs/projects/my-project/implementation/"\n');
    expect(hub).toContain("\nexternal_sync:\n  jira: {project_key: CHK}\n  linear: {team_id: PAY}\n");
    expect(hub).not.toMatch(/\{project-|\{impl/);
    const report = await world.engine.syncProject("my-project");
    expect([report.outcome, report.findings]).toEqual(["success", []]);
    expect(Object.keys(report.tools)).toEqual(["jira", "linear"]);
  });

  it("has the contract's template for its sync-config: its tools, its client's chat", async () => {
    const client =
      "client: {code: ACME}\ntools: {tracking: [jira, linear], chat: webhook}\nconnections: {jira: {project_key: CHK}}\n";
    world = await startUnbound({ files: { "registry/clients/ACME.yaml": client } });
    expect((await world.run(["init", "my-project", "--sync=jira", "--yes"])).code).toBe(0);
    expect(await world.read("sync-config.yaml", "my-project")).toBe(
      `# Lies beside the project's sdlc-tracking.yaml. Each key under \`tools\` is a key of the registry's capabilities.tracking.tools.
sync_config:
  project_id: "my-project"
  tools:
    jira:
      enabled: true
      sync_mode: "bidirectional" # bidirectional | push-only | pull-only
      priority_fields: ["status", "assignee", "estimation"]
      conflict_resolution: "last-modified-wins" # last-modified-wins | source-wins | manual | field-merge
  schedule:
    auto_sync: true
    frequency: "2h"
    business_hours_only: true
  health_monitoring:
    success_threshold: 0.95
    performance_threshold_ms: 300000
    consistency_threshold: 0.95
  notifications:
    success: false
    warnings: true
    errors: true
    channels: ["webhook"] # resolves to the bound chat target
`,
    );
    const hub = await world.read("sdlc-tracking.yaml", "my-project");
    expect(hub).toContain("  client: ACME\n");
    expect(hub).toContain("external_sync:\n  jira: {project_key: CHK}\n");
  });

  it("is asked for all that nobody said", async () => {
    const clients = Object.fromEntries(
      ["ACME", "BETA"].map((code) => [
        `registry/clients/${code}.yaml`,
        `client: {code: ${code}}\ntools: {tracking: linear}\n`,
      ]),
    );
    world = await startUnbound({ files: clients });
    const answers = ["2", "1,2", "CHK", "PAY", "My project", "y"];
    const { code, out, err } = await world.run(["init", "my-project"], {}, answers);
    expect([code, answers]).toEqual([0, []]);
    expect(err).toContain("  1  ACME\n  2  BETA\n  3  nobody's");
    expect(out).toContain("docs/projects/my-project/sdlc-tracking.yaml (new)");
    const hub = await world.read("sdlc-tracking.yaml", "my-project");
    for (const line of ['name: "My project"', "client: BETA", "jira: {project_key: CHK}", "linear: {team_id: PAY}"])
      expect(hub).toContain(line);
  });

  it("may take all that a tracker has, and have it made in another", async () => {
    world = await startUnbound();
    const epic = await world.issue("Epic", { summary: "Card tokenisation" });
    await world.issue("Story", { summary: "Store a card", parent: epic });
    await rm(world.inProject("."), { recursive: true });
    const { code } = await world.init(["--from=jira:CHK", "--sync=linear", ...PAY, "--yes"]);
    expect(code).toBe(0);
    expect((await world.sync()).findings).toEqual([]);
    expect([liveKeys(world, "jira").length, liveKeys(world, "linear").length]).toEqual([2, 2]);
    await expectSettled(world);
  });

  it("may be begun without a tracker, and be bound later", async () => {
    world = await startUnbound();
    const { code, out } = await world.run(["init", "P-5", "--yes"]);
    expect([code, out.includes("It binds no tool yet: track-sdlc init P-5 --sync=<tools>")]).toEqual([0, true]);
    expect(await world.read("sync-config.yaml", "P-5")).toContain("\n  tools: {}\n");
    expect((await world.run(["init", "P-5", "--sync=jira", ...CHK, "--yes"])).code).toBe(0);
    const report = await world.engine.syncProject("P-5");
    expect([report.outcome, Object.keys(report.tools)]).toEqual(["success", ["jira"]]);
  });

  it("may begin a workspace", async () => {
    world = await startUnbound();
    const root = await mkdtemp(join(tmpdir(), "sdlc-new-"));
    try {
      const { code } = await runCommand({ env: world.env, root }, ["init", "P-1", "--sync=jira", ...CHK, "--yes"]);
      expect(code).toBe(0);
      expect(await readFile(join(root, "docs/projects/P-1/sdlc-tracking.yaml"), "utf8")).toContain("project_key: CHK");
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe("a hub that is there", () => {
  it("gets its bindings, and keeps every other byte", async () => {
    world = await startUnbound();
    const before = await world.hubText();
    const { code, out } = await world.init(["--sync=jira,linear", ...CHK, ...PAY, "--yes"]);
    expect([code, out.includes("3 to be made there by the first sync: EPIC-001, US-001, US-002")]).toEqual([0, true]);
    const added = "\nexternal_sync:\n  jira: {project_key: CHK}\n  linear: {team_id: PAY}\n";
    expect(await world.hubText()).toBe(before + added);
    await world.sync();
    await expectSettled(world);
  });

  it("is bound once: a second init has nothing to write", async () => {
    world = await startUnbound();
    await world.init(["--sync=jira", ...CHK, "--yes"]);
    await world.sync();
    const [text, config] = [await world.hubText(), await world.read("sync-config.yaml")];
    const { code, out } = await world.init(["--sync=jira", "--yes"]);
    expect([code, out.includes("3 linked already: "), out.includes("All of it stands there already.")]).toEqual([
      0,
      true,
      true,
    ]);
    expect([await world.hubText(), await world.read("sync-config.yaml")]).toEqual([text, config]);
  });

  it("takes one more tool beside the flat shape of the block", async () => {
    const flat = 'project: {id: "{ID}"}\nexternal_sync:\n  tracking_tool: jira\n  project_key: CHK\n';
    world = await startUnbound({ hub: flat });
    expect((await world.init(["--sync=jira,linear", ...PAY, "--yes"])).code).toBe(0);
    expect(await world.hubText()).toBe(`${flat.replace("{ID}", world.project)}  linear:\n    team_id: PAY\n`);
    expect(Object.keys((await world.sync()).tools)).toEqual(["jira", "linear"]);
  });

  it("is saved by somebody while a person looks at the preview: theirs stands", async () => {
    world = await startUnbound();
    let saved = false;
    const io = { out: () => undefined, err: () => undefined };
    const { main } = await import("../../src/cli/track-sdlc.ts");
    const told: string[] = [];
    const code = await main(["init", world.project, "--sync=jira", ...CHK], {
      ...io,
      err: (text) => told.push(text),
      env: world.env,
      cwd: world.root,
      live: null,
      ask: async (question) => {
        if (!question.startsWith("Write this?")) return "";
        await world.editHub("name: Checkout", "name: Theirs");
        saved = true;
        return "y";
      },
    });
    expect([saved, code]).toEqual([true, 1]);
    expect(told.join("\n")).toContain("was saved by somebody else meanwhile");
    expect(await world.hubText()).not.toContain("external_sync");
  });
});

describe("what stands in a tool already", () => {
  it("is linked by exact title and type; what differs is shown, and decided by one answer", async () => {
    world = await startUnbound();
    const epic = await world.issue("Epic", { summary: "Card tokenisation" });
    const story = await world.issue("Story", { summary: "Store a card", parent: epic });
    await world.issue("Epic", { summary: "Delete a card" });
    await world.issue("Story", { summary: "store a card" });
    const before = await world.hubText();
    const { code, out } = await world.init(["--sync=jira", ...CHK, "--adoption=hub", "--yes"]);
    expect(code).toBe(0);
    expect(out).toContain(`2 linked by the same title: EPIC-001 ${epic}, US-001 ${story}`);
    expect(out).toContain("1 to be made there by the first sync: US-002");
    expect(out).toContain('EPIC-001.status differs: hub "in_progress", Jira "planning"');
    expect(out).toContain("left alone there: 2 not in the hub");
    expect(changedLines(before, await world.hubText()).slice(0, 2)).toEqual([
      [
        "    - {id: EPIC-001, title: Card tokenisation, status: in_progress}   # the big one",
        `    - {id: EPIC-001, title: Card tokenisation, status: in_progress, external_refs: {jira: "${epic}"}}   # the big one`,
      ],
      [undefined, "      external_refs:"],
    ]);
    const report = await world.sync();
    expect([exitCodeOf(report), viewOf(world, "jira", "epic", epic)?.status]).toEqual([0, "In Progress"]);
    expect(liveKeys(world, "jira")).toHaveLength(5);
  });

  it("is linked by our marker, which survives a lost store", async () => {
    const hub = `${HUB}external_sync: {jira: {project_key: CHK}}\n`;
    world = await startUnbound({ hub });
    await world.sync();
    const keys = liveKeys(world, "jira");
    await world.writeHub(hub.replaceAll("{ID}", world.project));
    await writeFile(join(world.root, "sdlc-sync.yaml"), "store: {url: 'sqlite:second.db'}\n");
    const { code, out } = await world.init(["--sync=jira", "--yes"]);
    expect([code, out.includes("3 linked by our marker: EPIC-001 CHK-1, US-001 CHK-2, US-002 CHK-3")]).toEqual([
      0,
      true,
    ]);
    await world.run(["sync", world.project]);
    expect(liveKeys(world, "jira")).toEqual(keys);
  });

  it("is linked by the ref that the hub names, also in another project; one that leads nowhere is told", async () => {
    world = await startUnbound({
      hub: HUB.replace("title: Delete", "external_refs: {jira: CHK-77}\n      title: Delete").replace(
        'title: "Store a card"',
        'title: "Store a card"\n      external_refs: {jira: emp-1}',
      ),
      jira: { projects: [{ key: "CHK" }, { key: "EMP" }] },
    });
    await world.jira.human({ action: "create", project: "EMP", type: "Story", fields: { summary: "Elsewhere" } });
    const { code, out } = await world.init(["--sync=jira", ...CHK, "--yes"]);
    expect(code).toBe(3);
    expect(out).toContain("1 linked by external_refs: US-001 EMP-1");
    expect(out).toContain(
      "external_refs.jira: CHK-77 does not exist in Jira, or may not be seen; nothing is created for US-002 there",
    );
    expect(out).toContain("1 to be made there by the first sync: EPIC-001");
  });
});
