/** What `track-sdlc init` refuses, and how it says so. */
import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { stopTemporal, type WorldOptions } from "../support/world.ts";
import { CHK, PAY, startUnbound, type UnboundWorld } from "./unbound-world.ts";

let world: UnboundWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("what is wrong is named with its remedy, and nothing is written", () => {
  const TRACKERS = {
    "registry/tool-registry.yaml":
      "capabilities: {tracking: {tools: {redmine: {name: Redmine, container: {project: {required: true}}}}}}\n",
  };

  it.each<[string, readonly string[], Readonly<Record<string, string>>, number, string]>([
    [
      "an unknown tool",
      ["--sync=jria"],
      {},
      2,
      '--sync: "jria" is not in the registry; allowed: jira, linear, notion, github, redmine. Did you mean "jira"?',
    ],
    [
      "a tool without a connector",
      ["--sync=redmine"],
      {},
      2,
      "This version has no connector for Redmine; it has them for jira, linear, notion, github",
    ],
    [
      "no place",
      ["--sync=jira"],
      {},
      2,
      "Which project_key of Jira? Give --container jira.project_key=<value>, or connections.jira.project_key in the client file, or set JIRA_PROJECT_KEY.",
    ],
    [
      "a wrong place",
      ["--sync=jira", "--container", "jira.project_key=NOPE"],
      {},
      2,
      "FAIL jira: jira: project NOPE does not exist, or the account of JIRA_USERNAME may not see it; check external_sync.jira.project_key and the project's permissions.\n     Name another place with --container jira.project_key=<value>, or correct it where the hub or the client file says it.\nNothing was written.",
    ],
    [
      "a wrong team",
      ["--sync=linear", "--container", "linear.team_id=XX"],
      {},
      2,
      'Linear has no team "XX" that this key may see',
    ],
    ["a wrong token", ["--sync=jira", ...CHK], { JIRA_API_TOKEN: "wrong" }, 1, "answered 401"],
    [
      "every tool that cannot be read",
      ["--sync=jira,linear", ...CHK, ...PAY],
      { JIRA_API_TOKEN: "wrong", LINEAR_API_KEY: "wrong" },
      1,
      "FAIL linear: ",
    ],
    ["a tool that is down", ["--sync=jira", ...CHK], { JIRA_BASE_URL: "http://127.0.0.1:9" }, 1, "FAIL jira: "],
    [
      "no credentials",
      ["--sync=linear", ...PAY],
      { LINEAR_API_KEY: "" },
      2,
      "FAIL linear: LINEAR_API_KEY not set\n     Set LINEAR_API_KEY in the environment.",
    ],
    [
      "a container key that the tool has not",
      ["--sync=jira", "--container", "jira.project=CHK"],
      {},
      2,
      '--container: "project" is not a container key of jira; allowed: project_key, epic_id.',
    ],
    [
      "a container that is none",
      ["--sync=jira", "--container", "CHK"],
      {},
      2,
      '--container: "CHK" is not <tool>.<key>=<value>, as in jira.project_key=CHK.',
    ],
    [
      "a container of a tool that is not bound",
      ["--sync=linear", ...PAY, ...CHK],
      {},
      2,
      "--container names jira, which --sync does not; add it there.",
    ],
    [
      "two places",
      ["--sync=jira", "--from=jira:EMP", ...CHK],
      {},
      2,
      "jira.project_key is given as CHK and as EMP; give one.",
    ],
    [
      "an unknown client",
      ["--sync=jira", ...CHK, "--client=ACNE"],
      {},
      2,
      'client "ACNE" has no registry/clients/ACNE.yaml',
    ],
    ["no tool at all", ["--sync="], {}, 2, "--sync needs at least one tool key, e.g. --sync=jira,linear"],
    [
      "an answer that is none",
      ["--sync=jira", ...CHK, "--adoption=mine"],
      {},
      2,
      "Allowed choices are ask, hub, tool, newest.",
    ],
  ])("%s", async (_, args, env, code, words) => {
    world = await startUnbound({ files: TRACKERS, keepsLimits: true });
    const ran = await world.run(["init", world.project, ...args, "--yes"], env);
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(words);
    await world.expectUntouched();
  });

  it.each<[string, Partial<WorldOptions>, readonly string[], string]>([
    [
      "another place",
      { hub: "external_sync: {jira: {project_key: EMP}}\n" },
      CHK,
      "external_sync.jira.project_key is EMP, and nothing that stands there is overwritten; change it there if CHK is meant.",
    ],
    [
      "a tool that is switched off",
      { hub: "external_sync: {jira: {project_key: CHK, sync_enabled: no}}\n" },
      [],
      "jira is switched off there; set external_sync.jira.sync_enabled: true first.",
    ],
    ["a syntax error", { hub: "project: {id: x\n" }, CHK, "correct it first."],
    [
      "a merge that is not resolved",
      { hub: "a: 1\n<<<<<<< ours\nb: 1\n=======\nb: 2\n>>>>>>> theirs\n" },
      CHK,
      "sdlc-tracking.yaml:2:1: unresolved merge, lines 2 to 6; correct it first.",
    ],
    [
      "another client",
      { hub: "project: {client: BETA}\n", files: { "registry/clients/BETA.yaml": "client: {code: BETA}\n" } },
      ["--client=ACME", ...CHK],
      "project.client is BETA; change it there if ACME is meant.",
    ],
    [
      "a sync-config that switches it off",
      { syncConfig: "sync_config: {project_id: '{ID}', tools: {jira: {enabled: false}}}\n" },
      CHK,
      "has enabled: false for jira; set it to true first.",
    ],
    [
      "a sync-config that says nothing of tasks",
      { syncConfig: "sync_config: {project_id: '{ID}'}\n" },
      ["--tasks", ...CHK],
      "--tasks: the project has a sync-config.yaml; set tasks: true for jira in it.",
    ],
    [
      "a block in the flat shape",
      { hub: "external_sync:\n  tracking_tool: jira\n  project_key: CHK\n" },
      ["--container", "jira.epic_id=CHK-1"],
      "in a shape that only people can add to; write epic_id: CHK-1 there.",
    ],
    [
      "a sync-config that says whose values hold",
      { syncConfig: "sync_config: {project_id: '{ID}'}\n" },
      ["--adoption=hub", ...CHK],
      "sync-config.yaml exists; set adoption in it.",
    ],
  ])("what the files say: %s", async (_, options, args, words) => {
    world = await startUnbound(options);
    const before = await world.hubText();
    const { code, err } = await world.init(["--sync=jira", ...args, "--yes"]);
    expect([code === 0, err.includes(words), err]).toEqual([false, true, err]);
    expect([await world.hubText(), world.writes()]).toEqual([before, 0]);
  });

  it("several clients, and nobody said whose project it is", async () => {
    const files = Object.fromEntries(
      ["A", "B"].map((code) => [`registry/clients/${code}.yaml`, `client: {code: ${code}}\n`]),
    );
    world = await startUnbound({ files });
    const { code, err } = await world.run(["init", "P-9", "--sync=jira", ...CHK, "--yes"]);
    expect([code, err]).toEqual([2, "There are several clients; name the project's with --client: A, B."]);
    await expect(world.read("sdlc-tracking.yaml", "P-9")).rejects.toThrow("ENOENT");
  });

  it.each([
    [["init"], "ERROR: Project ID required."],
    [
      ["init", "../x", "--sync=jira"],
      '"../x" cannot be a project\'s id: it names a folder, of letters, digits, dots, dashes and underscores.',
    ],
    [["init", "a b", "--sync=jira"], '"a b" cannot be a project\'s id'],
  ])("%j", async (args, words) => {
    world = await startUnbound();
    const { code, err } = await world.run(args);
    expect([code, err.includes(words)]).toEqual([2, true]);
  });

  it("a file that came to be meanwhile is not overwritten", async () => {
    world = await startUnbound();
    await mkdir(world.inProject(".", "P-9"), { recursive: true });
    await writeFile(world.inProject("sync-config.yaml", "P-9"), "sync_config: {project_id: P-9}\n");
    expect((await world.run(["init", "P-9", "--sync=jira", ...CHK, "--yes"])).code).toBe(0);
    expect(await world.read("sync-config.yaml", "P-9")).toBe("sync_config: {project_id: P-9}\n");
  });
});
