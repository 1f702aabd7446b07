/** `track-sdlc update`: what item files say, brought into the hub, and from there to the trackers. */
import { execFileSync } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { expectSettled, hubItems } from "../support/invariants.ts";
import { viewOf } from "../support/sides.ts";
import { stopTemporal } from "../support/world.ts";
import { HUB, startWithFiles, story, type ItemFilesWorld } from "./item-files-world.ts";

let world: ItemFilesWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("what the files say", () => {
  it("changes status, branch and pull request in the hub, and computes progress; not a byte more", async () => {
    world = await startWithFiles();
    const pr = "https://github.com/acme/checkout/pull/7";
    await world.file(
      "stories/us-chk-001.md",
      story("us-chk-001", `status: in_review\nbranch: feat/CHK-1\npr: ${pr}\nassignee: tom`),
    );
    await world.file(
      "epics/epic-001.md",
      "id: EPIC-001\ntitle: Another title\ntype: epic\nstatus: in_progress\npriority: P1",
    );
    await world.file("INDEX.md", "# Index\n");
    await world.file("handoffs/dev-to-qa/h.md", "type: handoff\nid: US-CHK-002\nstatus: blocked");
    const changed = await world.changes(async () => {
      const { code, out } = await world.update("--phase=5");
      expect(code).toBe(0);
      expect(out).toContain("2 item files read, 5 values changed");
      expect(out).toContain("Next: track-sdlc sync");
    });
    expect(changed).toEqual([
      ["  currentPhase: 4 # 0 to 8", "  currentPhase: 5 # 0 to 8"],
      [
        "    - {id: EPIC-001, title: Card tokenisation, status: planning}",
        "    - {id: EPIC-001, title: Card tokenisation, status: in_progress}",
      ],
      ["      status: ready", "      status: in_review"],
      ["      branch: null", "      branch: feat/CHK-1"],
      [undefined, `      pr: ${pr}`],
    ]);
  });

  it("adds what the hub lacks, below its epic, in the hub's style", async () => {
    world = await startWithFiles();
    await world.file(
      "epics/epic-002.md",
      "id: epic-002\ntitle: 'Refunds: all'\ntype: epic\nstatus: planning\nestimation_sp: 21",
    );
    const more =
      "epic: EPIC-002\nstatus: done\nestimation: 3\nlabels: [pci]\nexternal_refs: {jira: null, confluence: X-1, linear: PAY-9}";
    await world.file("stories/us-chk-003.md", story("us-chk-003", more));
    await world.file(
      "tasks/task-1.md",
      "id: TASK-CHK-001\ntitle: Rotate keys\nstatus: todo\ntask_type: devops\nstory: US-CHK-003",
    );
    const changed = await world.changes(async () => expect((await world.update()).code).toBe(0));
    expect(changed).toEqual([
      ["  overallProgress: 0.50   # ours", "  overallProgress: 0.67   # ours"],
      [undefined, '    - {id: EPIC-002, title: "Refunds: all", status: planning, estimation_sp: 21}'],
      ...[
        "",
        "    - id: US-CHK-003",
        "      epic: EPIC-002",
        "      title: Store a card",
        "      status: done",
        "      estimation: 3",
        "      labels: [pci]",
        "      external_refs:",
        '        linear: "PAY-9"',
        "  tasks:",
        "    - id: TASK-CHK-001",
        "      story: US-CHK-003",
        "      title: Rotate keys",
        "      type: devops",
        "      status: todo",
      ].map((line): [undefined, string] => [undefined, line]),
    ]);
    const { out } = await world.update();
    expect(out).toBe(`${world.project}: 3 item files read, nothing to change`);
  });

  it("names the newest handoff of each kind, and leaves what people wrote there", async () => {
    world = await startWithFiles({
      hub: HUB.replace("  stories:", "  handoffs: {qa_to_security: by mail}\n  stories:"),
    });
    const path = `docs/projects/${world.project}/implementation/handoffs`;
    for (const [name, kind] of [
      ["dev-to-qa/31", "dev-to-qa"],
      ["dev-to-qa/32", "dev-to-qa"],
      ["qa-to-security/31", "qa-to-security"],
      ["x", "else"],
    ])
      await world.file(`handoffs/${name}.md`, `type: handoff\nhandoff_type: ${kind}`);
    const changed = await world.changes(async () => expect((await world.update()).out).toContain("handoff dev_to_qa"));
    expect(changed).toEqual([
      [
        "  handoffs: {qa_to_security: by mail}",
        `  handoffs: {qa_to_security: by mail, dev_to_qa: ${path}/dev-to-qa/32.md}`,
      ],
    ]);
    await world.file("handoffs/dev-to-qa/33.md", "type: handoff\nhandoff_type: dev-to-qa");
    await world.update();
    expect(await world.hubText()).toContain(`dev_to_qa: ${path}/dev-to-qa/33.md}`);
  });

  it("reaches the trackers by the sync that it asks for", async () => {
    world = await startWithFiles();
    await world.sync();
    await world.saveHubAt(-3_600_000);
    await world.file("stories/us-chk-001.md", story("US-CHK-001", "status: in_progress"));
    await world.file("stories/us-chk-003.md", story("US-CHK-003", "status: ready"));
    const { code, out } = await world.update("--sync");
    expect([code, out.includes("SUCCESS: External sync completed. 1 tools synced, 0 conflicts resolved.")]).toEqual([
      0,
      true,
    ]);
    expect(viewOf(world, "jira", "story", await world.key("US-CHK-001", "jira"))?.status).toBe("In Progress");
    await expectSettled(world, { tools: ["jira"] });
  });

  it("is one JSON document, with the sync's report in it", async () => {
    world = await startWithFiles();
    await world.file("stories/us-chk-003.md", story("US-CHK-003", "status: ready"));
    const { code, out } = await world.update("--phase=5", "--sync", "--json");
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      {
        update: {
          project: world.project,
          status: "written",
          files: 1,
          added: [{ item: "US-CHK-003", type: "story" }],
          changed: [
            { item: world.project, field: "phase", value: 5 },
            { item: world.project, field: "progress", value: 0.33 },
          ],
          findings: [],
        },
        sync_report: { project_id: world.project, outcome: "success" },
      },
    ]);
  });
});

describe("an old file", () => {
  it("never takes back what came from a tracker", async () => {
    world = await startWithFiles();
    await world.file("stories/us-chk-001.md", story("us-chk-001", "status: ready"), -3_000_000);
    expect((await world.update("--sync")).code).toBe(0);
    const key = await world.key("US-CHK-001", "jira");
    await world.jira.human({ action: "transition", key, to: "Done" });
    await world.sync();
    const { out } = await world.update("--sync");
    expect(out).toContain("1 item file read");
    expect(out).not.toContain("status");
    expect([(await world.item("US-CHK-001")).fields.status, viewOf(world, "jira", "story", key)?.status]).toEqual([
      "done",
      "Done",
    ]);
  });

  it("nor where nobody remembers what it said: the newer holds, and the other is told once", async () => {
    world = await startWithFiles();
    await world.file("stories/us-chk-001.md", story("us-chk-001", "status: in_review"), -7_200_000);
    const { code, out } = await world.update();
    expect(code).toBe(0);
    const path = `docs/projects/${world.project}/implementation/stories/us-chk-001.md:5`;
    expect(out).toContain(`${path}: status "in_review" is older than the hub's "ready", which is kept`);
    expect((await world.item("US-CHK-001")).fields.status).toBe("ready");
    expect((await world.update()).out).not.toContain("older");
  });

  it("is as old as its line in git", async () => {
    world = await startWithFiles();
    await world.file("stories/us-chk-001.md", story("us-chk-001", "status: in_review"));
    const git = (date: string, ...args: string[]) =>
      execFileSync("git", ["-c", "user.name=Ana", "-c", "user.email=a@example.com", ...args], {
        cwd: world.root,
        env: { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      });
    git("2026-01-01T00:00:00Z", "init", "-q");
    git("2026-01-01T00:00:00Z", "add", "docs");
    git("2026-01-01T00:00:00Z", "commit", "-qm", "old");
    await world.editHub("status: ready", "status: blocked");
    git("2026-02-01T00:00:00Z", "commit", "-qam", "hub");
    expect((await world.update()).out).toContain('status "in_review" is older than the hub\'s "blocked"');
    expect((await world.item("US-CHK-001")).fields.status).toBe("blocked");
  });

  it("that is edited again is news, also where its words are those of the hub's past", async () => {
    world = await startWithFiles();
    await world.file("stories/us-chk-001.md", story("us-chk-001", "status: in_review"));
    await world.update();
    await world.editHub("status: in_review", "status: blocked");
    expect((await world.update()).out).not.toContain("changed");
    await world.saveHubAt(-60_000);
    await world.file("stories/us-chk-001.md", story("us-chk-001", "status: in_progress"));
    await world.update();
    expect((await world.item("US-CHK-001")).fields.status).toBe("in_progress");
  });

  it("does not fill again what people emptied in the hub", async () => {
    world = await startWithFiles();
    await world.file("stories/us-chk-001.md", story("us-chk-001", "branch: feat/x"));
    await world.update();
    await world.editHub("branch: feat/x", "branch: null");
    await world.update();
    expect((await world.item("US-CHK-001")).fields.branch).toBe(null);
  });

  it("that says nothing clears nothing", async () => {
    world = await startWithFiles({ hub: HUB.replace("branch: null", "branch: feat/y") });
    await world.file("stories/us-chk-001.md", story("us-chk-001", 'status: null\nbranch: ""\npr: ~'));
    expect(await world.changes(() => world.update())).toEqual([]);
  });
});

describe("health", () => {
  const withFacts = (facts: string) => HUB.replace("implementation:\n", `${facts}\nimplementation:\n`);

  it.each([
    ["timeline: {days_behind_schedule: 11}", "Red"],
    ["timeline: {days_behind_schedule: 10}", "Yellow"],
    ["timeline: {days_behind_schedule: 5}", "Green"],
    ["timeline: {days_behind_schedule: null}", "Yellow"],
    ["metrics: {velocity: 8}", "Yellow"],
  ])("of a project with %s is %s", async (facts, health) => {
    world = await startWithFiles({ hub: withFacts(facts) });
    const changed = await world.changes(() => world.update());
    expect((await hubItems(world))[world.project]?.fields.health).toBe(health);
    expect(changed.length).toBe(health === "Yellow" ? 0 : 1);
  });

  it("is Red for as long as a critical bug is open", async () => {
    world = await startWithFiles();
    await world.file(
      "stories/us-chk-001.md",
      story("us-chk-001", "story_type: Bug\npriority: P1\nstatus: in_progress"),
    );
    await world.update();
    expect((await hubItems(world))[world.project]?.fields.health).toBe("Red");
    await world.saveHubAt(-60_000);
    await world.file("stories/us-chk-001.md", story("us-chk-001", "story_type: Bug\npriority: P1\nstatus: done"));
    await world.update();
    expect((await hubItems(world))[world.project]?.fields.health).toBe("Green");
  });
});

describe("what is wrong is named", () => {
  it.each([
    [["update"], "ERROR: Project ID required."],
    [
      ["update", "PROJ-9"],
      "ERROR: Project PROJ-9 not found in docs/projects/ (here: track-sdlc init PROJ-9 --sync=<tools>)",
    ],
    [["update", "../x"], "ERROR: Project ../x not found in docs/projects/"],
    [["update", "PROJ-1", "--phase=9"], "give a phase from 0 to 8"],
    [["update", "PROJ-1", "--phase=five"], "give a phase from 0 to 8"],
  ])("%j", async (args, words) => {
    world = await startWithFiles();
    const { code, err } = await world.run(args);
    expect([code, err.includes(words), err]).toEqual([2, true, err]);
  });

  it("a folder without a tracking file", async () => {
    world = await startWithFiles();
    await mkdir(join(world.root, "docs/projects/EMPTY"));
    const { code, err } = await world.run(["update", "EMPTY"]);
    expect([code, err]).toEqual([
      2,
      "ERROR: No tracking file found. Run: /lidr-track-sdlc EMPTY init (here: track-sdlc init EMPTY --sync=<tools>)",
    ]);
  });

  it("a hub that must not be acted on: nothing is written", async () => {
    world = await startWithFiles({ hub: "project: {id: x\n" });
    await world.file("stories/us-chk-003.md", story("US-CHK-003", "status: ready"));
    const before = await world.hubText();
    const { code, err } = await world.update();
    expect([code, err.includes("sdlc-tracking.yaml:"), await world.hubText()]).toEqual([1, true, before]);
  });

  it("a project without an implementation folder has only its phase to change", async () => {
    world = await startWithFiles();
    await rm(world.folder, { recursive: true, force: true });
    expect(await world.changes(() => world.update("--phase=6"))).toEqual([
      ["  currentPhase: 4 # 0 to 8", "  currentPhase: 6 # 0 to 8"],
    ]);
  });
});
