/** `track-sdlc doctor`, in workspaces good and bad. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startWorld, stopTemporal, type World, type WorldOptions } from "../support/world.ts";
import { runCommand } from "../support/run-command.ts";

const BOUND = "external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}";
const hubOf = (binding = BOUND): string =>
  `project: {id: "{ID}", name: Checkout}\nimplementation:\n  stories:\n    - {id: US-101, title: Store a card, status: ready}\n${binding}\n`;

describe("doctor in a workspace", () => {
  let world: World;
  afterEach(() => world.close());
  afterAll(stopTemporal);

  async function start(options: Partial<WorldOptions> = {}): Promise<void> {
    world = await startWorld({ hub: hubOf(), ...options });
  }

  it("names every tool and binding that cannot sync, each by itself", async () => {
    await start({
      others: { "PROJ-2026-900": hubOf(""), "PROJ-2026-901": hubOf("external_sync: {notion: {database_id: x}}") },
    });
    const { code, out } = await runCommand(world, ["doctor"], { JIRA_API_TOKEN: "wrong", LINEAR_API_KEY: "wrong" });
    expect(code).toBe(1);
    for (const name of [`${world.project} jira`, `${world.project} linear`, "PROJ-2026-900 binding", "PROJ-2026-901"])
      expect(out).toMatch(new RegExp(`FAIL ${name}`));
    expect(out).toContain(`ok   ${world.project}: 1 items`);
  });

  it("is content with one that can sync", async () => {
    await start();
    expect((await runCommand(world, ["doctor"])).code).toBe(0);
  });

  it("says which way each tool is signed in to, and which other one is set and not used", async () => {
    await start({ oauth: true });
    const both = { LINEAR_API_KEY: world.linear.apiKey };
    const { code, out } = await runCommand(world, ["doctor"], both);
    expect(code).toBe(0);
    expect(out).toContain(`jira: answers at ${world.jira.url}; signed in with: OAuth 2.0\n`);
    expect(out).toMatch(
      /linear: answers at .+; signed in with: OAuth 2\.0 \(goes before API key, which is set as well\)/,
    );
  });

  it("names what is missing of the way that was begun, and does not pass it over for another", async () => {
    await start();
    const { code, out } = await runCommand(world, ["doctor"], { JIRA_OAUTH_CLIENT_ID: "an-id" });
    expect(code).toBe(1);
    expect(out).toContain("jira: JIRA_OAUTH_CLIENT_SECRET is not set (signing in with: OAuth 2.0)");
    expect(out).toContain("Set JIRA_OAUTH_CLIENT_SECRET in the environment.");
    expect(out).toMatch(/ok {3}.+ linear: answers at .+; signed in with: API key\n?/);
  });

  it("says what to authorize again where a grant is gone", async () => {
    await start({ oauth: true });
    world.linear.issuer.revoke();
    const { code, out } = await runCommand(world, ["doctor"]);
    expect(code).toBe(1);
    expect(out).toMatch(/FAIL .+ linear: .*invalid_grant.*set LINEAR_OAUTH_REFRESH_TOKEN to the new refresh token/);
  });

  it("tells of a sync-config that is wrong, and checks the other projects", async () => {
    await start({ syncConfig: "sync_config: {project_id: [\n", others: { "PROJ-2026-900": hubOf() } });
    const { code, out } = await runCommand(world, ["doctor"]);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`FAIL ${world.project} binding: .*sync-config\\.yaml:\\d+:\\d+: .+\\n +Correct`));
    expect(out).toContain("ok   PROJ-2026-900 jira: answers at");
  });

  it.each(["registry/tool-registry.yaml", "sdlc-sync.yaml"])(
    "tells of a broken %s, and does the checks that need none",
    async (file) => {
      await start({ files: { [file]: "a: [\n" } });
      const { code, out } = await runCommand(world, ["doctor"]);
      expect(code).toBe(1);
      expect(out).toMatch(/ok {3}node: v/);
      expect(out).toMatch(/ok {3}temporal: answers at/);
      expect(out).toMatch(new RegExp(`FAIL workspace: .*${file.replaceAll(".", "\\.")}:\\d+:\\d+: `));
    },
  );
});

describe("doctor elsewhere", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sdlc-nowhere-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const doctor = (env: NodeJS.ProcessEnv) =>
    runCommand({ env: { XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, PATH: "", ...env }, root: folder }, [
      "doctor",
    ]);

  it("says that there is no workspace, and how to make one", async () => {
    const { code, out } = await doctor({});
    expect(code).toBe(1);
    expect(out).toMatch(/ok {3}node: v[\s\S]+ok {3}temporal: no CLI yet/);
    expect(out).toMatch(/FAIL workspace: no workspace at or above .+--root/);
  });

  it("names a TEMPORAL_CLI that cannot be run, also where no CLI is needed", async () => {
    const { out } = await doctor({ TEMPORAL_CLI: "/nowhere/temporal" });
    expect(out).toMatch(/FAIL temporal: TEMPORAL_CLI: \/nowhere\/temporal is not an executable file/);
  });

  it("names a profile that is not there", async () => {
    const { out } = await doctor({ TEMPORAL_PROFILE: "cloud" });
    expect(out).toMatch(/FAIL temporal: TEMPORAL_PROFILE: "cloud" is not a profile of/);
  });
});
