/** What `track-sdlc import` refuses, and which project it makes where none is named. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { readHub } from "../../src/hub/read.ts";
import { stopTemporal } from "../support/world.ts";
import { startWithoutHub, type UnboundWorld } from "./unbound-world.ts";

let world: UnboundWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("what is wrong is named, and nothing is written", () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, number, string]>([
    ["no source", ["import"], {}, 2, "import: name the tracker and the place in it, as in jira:CHK."],
    [
      "no place",
      ["import", "jira"],
      {},
      2,
      '"jira" names no project_key of Jira; give one behind a colon, as in jira:NAME.',
    ],
    [
      "an unknown tool",
      ["import", "jria:CHK"],
      {},
      2,
      '"jria" is not in the registry; allowed: jira, linear, notion, github. Did you mean "jira"?',
    ],
    [
      "an unknown place",
      ["import", "jira:NOPE"],
      {},
      2,
      "jira: project NOPE does not exist, or the account of JIRA_USERNAME may not see it",
    ],
    ["a wrong token", ["import", "jira:CHK"], { JIRA_API_TOKEN: "wrong" }, 1, "check JIRA_USERNAME and JIRA_API_TOKEN"],
    [
      "no token",
      ["import", "jira:CHK"],
      { JIRA_API_TOKEN: "" },
      2,
      "JIRA_API_TOKEN not set\n     Set JIRA_API_TOKEN in the environment.",
    ],
    ["an id that is no folder", ["import", "jira:CHK", "--project=../x"], {}, 2, '"../x" cannot be a project\'s id'],
  ])("%s", async (_, args, env, code, words) => {
    world = await startWithoutHub();
    const ran = await world.run([...args, "--yes"], env);
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(words);
    await expect(world.hubText()).rejects.toThrow("ENOENT");
  });

  it("names the project that has the place already, where none was named", async () => {
    world = await startWithoutHub({
      others: { "PROJ-2026-900": 'project: {id: "{ID}"}\nexternal_sync: {jira: {project_key: chk}}\n' },
    });
    const { code, err } = await world.run(["import", "jira:CHK", "--yes"]);
    expect([code, err]).toEqual([
      2,
      "PROJ-2026-900 has CHK of Jira already: --project=PROJ-2026-900 adds what it lacks, another id makes a second project of it.",
    ]);
  });

  it("gives a project without a name the next number of the year", async () => {
    const year = new Date().getFullYear();
    const other = 'project: {id: "{ID}"}\n';
    world = await startWithoutHub({ others: { [`PROJ-${year}-041`]: other, [`PROJ-${year - 1}-900`]: other } });
    await world.issue("Story", { summary: "Store a card" });
    expect((await world.run(["import", "jira:CHK", "--yes"])).code).toBe(0);
    const path = `docs/projects/PROJ-${year}-042/sdlc-tracking.yaml`;
    const hub = readHub(await readFile(join(world.root, path), "utf8"), { projectId: `PROJ-${year}-042`, file: path });
    expect([hub.findings, Object.keys(hub.tree?.items ?? {}).length]).toEqual([[], 2]);
  });
});
