import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { readHub } from "../../src/hub/read.ts";
import { conflictWorkflowId, projectWorkflowId } from "../../workflows/messages.ts";
import { startProgram } from "../chaos/worker-process.ts";
import { expectSettled } from "../support/invariants.ts";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";
import { Workers } from "../support/workers.ts";

const hubOf = (title: string): string => `project: {id: "{ID}", name: ${title}}
implementation:
  stories:
    - {id: US-001, title: ${title}, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
const OTHER = "PROJ-2027-001";
const MANUAL = `sync_config: {project_id: "{ID}", tools: {jira: {conflict_resolution: manual}, linear: {conflict_resolution: manual}}}\n`;

let world: World;
const workers = new Workers();
afterEach(async () => {
  // All deployments of this server share the workflows' queue.
  await world.run(["deployment", "unset-current"]);
  await workers.kill();
  await world.close();
});
afterAll(stopTemporal);

const worker = (...flags: string[]) => workers.start(world, ...flags);

/** The build that a workflow's last task was done on. */
async function buildOf(workflowId: string): Promise<string | null | undefined> {
  const { client } = await sharedTemporal();
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
}

/** Keys of the other project's story. */
async function twinsOf(project: string): Promise<Record<"jira" | "linear", string[]>> {
  const text = await readFile(join(world.root, "docs/projects", project, "sdlc-tracking.yaml"), "utf8");
  const refs = readHub(text, { projectId: project, file: project }).tree?.items["US-001"]?.refs ?? {};
  return { jira: [refs["jira"] ?? "none"], linear: [refs["linear"] ?? "none"] };
}

describe("builds of the workers", () => {
  it("take over one after the other: runs stay where they began, questions move on", async () => {
    const deployment = { TEMPORAL_DEPLOYMENT_NAME: "take-over" };
    world = await startWorld({
      hub: hubOf("Store a card"),
      others: { [OTHER]: hubOf("Another") },
      syncConfig: MANUAL,
      env: deployment,
      timings: { request_timeout_ms: 60_000, slow_tool_after_ms: 120_000 },
    });
    const { project } = world;
    const first = await worker("--build-id=one");
    expect(first.err).toMatch(/Build one of take-over is not current \(no build is\)/);
    const made = await world.run(["deployment", "set-current", "one"]);
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/one +current .*sync\.workflows/)]);
    await world.sync();
    await world.editHub("title: Store a card", "title: From the hub");
    const key = await world.key("US-001", "jira");
    await world.jira.human({ action: "edit", key, fields: { summary: "From Jira" } });
    await world.sync();
    const question = conflictWorkflowId(project, "US-001");
    await expect.poll(() => buildOf(question)).toBe("one");

    let goOn = (): void => undefined;
    const going = new Promise<void>((resolve) => (goOn = resolve));
    // Only the first one: the answer to the question is written there as well.
    const held = new Promise<void>((resolve) => {
      world.linear.onBeforeAnswer = async ({ write }) => {
        if (!write) return;
        world.linear.onBeforeAnswer = undefined;
        resolve();
        await going;
      };
    });
    const old = world.run(["sync", OTHER]);
    await held;
    await worker("--build-id=two");
    expect((await world.run(["deployment", "set-current", "two"])).out).toMatch(/two +current/);
    expect((await world.run(["resolve", project, "--conflict-id=1", "--choice=jira"])).code).toBe(0);
    await expect.poll(() => buildOf(question)).toBe("two");
    expect(await buildOf(projectWorkflowId(project))).toBe("two");
    goOn();
    expect((await old).code).toBe(0);
    expect(await buildOf(projectWorkflowId(OTHER))).toBe("one");
    await expectSettled(world, { strangers: await twinsOf(OTHER) });
  });

  it("are off again with unset-current, and a worker without a build says where the runs go", async () => {
    world = await startWorld({ hub: hubOf("Store a card"), env: { TEMPORAL_DEPLOYMENT_NAME: "back" } });
    expect((await world.run(["deployment", "list"])).out).toContain("versions are off");
    const versioned = await worker("--build-id=one");
    await world.run(["deployment", "set-current", "one"]);
    await versioned.stop();
    const plain = await worker();
    expect(plain.err).toContain("back sends its runs to build one; a worker without --build-id gets none of them.");
    const { code, out } = await world.run(["deployment", "unset-current"]);
    expect([code, out]).toEqual([0, expect.not.stringContaining("current")]);
    await world.sync();
    await expectSettled(world);
  });

  it("are not made current by mistake", async () => {
    world = await startWorld({ hub: hubOf("Store a card") });
    expect(await world.run(["deployment", "set-current"])).toMatchObject({ code: 2 });
    expect(await world.run(["deployment", "lsit"])).toMatchObject({ code: 2 });
    expect(await world.run(["worker", "--build-id="])).toMatchObject({
      code: 2,
      err: expect.stringContaining("empty"),
    });
  });
});

describe("up with a build", () => {
  it("makes it current once it takes work", async () => {
    world = await startWorld({
      hub: hubOf("Store a card"),
      env: { TEMPORAL_DEPLOYMENT_NAME: "by-up", TEMPORAL_WORKER_BUILD_ID: "seven" },
    });
    const up = workers.keep(startProgram(["up", "--root", world.root], world.env));
    await up.said("Working for");
    expect(up.err).toContain("Build seven of by-up is current.");
    await world.sync();
    expect(await buildOf(projectWorkflowId(world.project))).toBe("seven");
  });
});
