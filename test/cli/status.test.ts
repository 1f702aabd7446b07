/** `track-sdlc status` before, during and after a run. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { linksToShow, printLinks } from "../../src/cli/twin-links.ts";
import { doingInWords, printProgress } from "../../src/cli/progress-text.ts";
import { projectWorkflowId } from "../../workflows/messages.ts";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";
import { runCommand, type Ran } from "../support/run-command.ts";

const HUB = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - {id: US-001, title: Store a card, status: ready}
    - {id: US-002, title: Delete a card, status: ready}
external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;

describe("a run as status tells it", () => {
  let world: World;
  afterEach(() => world.close());
  afterAll(stopTemporal);

  it("is what its workflow does now, and afterwards its report", async () => {
    world = await startWorld({ hub: HUB });
    let [one, all, document] = ["", "", {} as { under_way: { progress: { step: string } } | null }];
    world.jira.onBeforeAnswer = async ({ operation }) => {
      if (operation !== "POST issue/bulk") return;
      one = (await runCommand(world, ["status", world.project])).out;
      // Temporal's search learns of a new run a moment after the run itself.
      while (!all.includes("running")) all = (await runCommand(world, ["status"])).out;
      document = JSON.parse((await runCommand(world, ["status", world.project, "--json"])).out) as typeof document;
    };
    await world.sync();
    expect(one).toMatch(/a run is under way since 2\S+: writing to the tools, pass 1.*\n {2}jira: answered\n/);
    expect(one).not.toContain("has not ended");
    expect(all).toMatch(new RegExp(`^${world.project} +running {2}writing to the tools, pass 1`, "m"));
    expect(document.under_way?.progress.step).toBe("applying");
    const after = await runCommand(world, ["status", world.project]);
    expect(after.out).not.toContain("under way");
    expect(after.out).toContain("SUCCESS: External sync completed.");
    expect(after.out).toContain("twins: jira 2, linear 2 (--links shows all)");
    expect(after.out).not.toContain("/browse/CHK-1");
    expect((await runCommand(world, ["status", world.project, "--links"])).out).toContain("/browse/CHK-1");
  });

  it("is named by the report of whoever waited for its end", async () => {
    world = await startWorld({ hub: HUB });
    const { client } = await sharedTemporal();
    const accepted = async () =>
      (await client.workflow.getHandle(projectWorkflowId(world.project)).fetchHistory()).events?.filter(
        (event) => event.workflowExecutionUpdateAcceptedEventAttributes,
      ).length ?? 0;
    let second: Promise<Ran> | undefined;
    world.jira.onBeforeAnswer = async ({ operation }) => {
      if (operation !== "POST issue/bulk") return;
      second = runCommand(world, ["sync", world.project, "--force"]);
      while ((await accepted()) < 2) await new Promise((resolve) => setImmediate(resolve));
    };
    const first = await world.sync();
    const { out } = await second!;
    expect(first.summary.successful).toBeGreaterThan(0);
    const { successful: count } = first.summary;
    expect(out).toContain(`finished what run ${first.run.id} began: ${count} operations done, in its own report`);
  });

  it("is the last report where no Temporal answers", async () => {
    world = await startWorld({ hub: HUB });
    await world.sync();
    const { code, out } = await runCommand(world, ["status", world.project], { TEMPORAL_ADDRESS: "127.0.0.1:1" });
    expect([code, out.includes("SUCCESS: External sync completed.")]).toEqual([0, true]);
  });
});

describe("progress in words", () => {
  const progress = {
    project: "P",
    run: "r",
    pass: 2,
    step: "waiting",
    standings: [{ tool: "jira", state: "waiting" as const, untilMs: Date.UTC(2026, 10, 20, 9) }],
    written: 1,
    waitingUntilMs: Date.UTC(2026, 10, 20, 9),
  };

  it("names until when it waits, and for whom", () => {
    expect(printProgress({ project: "P", since: "2026-11-20T08:00:00.000Z", progress }).split("\n")).toEqual([
      "P: a run is under way since 2026-11-20T08:00:00.000Z: waiting for a tool until 2026-11-20T09:00:00.000Z, pass 2, 1 write acknowledged",
      "  jira: asked us to wait until 2026-11-20 09:00:00 UTC",
    ]);
  });

  it("says when nobody works on it", () => {
    expect(doingInWords(null)).toBe("no worker answers; the next sync goes on with it");
  });
});

describe("the links of twins", () => {
  const links = ["jira", "linear"].flatMap((tool) =>
    Array.from({ length: 126 }, (_, n) => ({ tool, item: `US-${100 + n}`, key: `K-${n}`, url: `https://x/${n}` })),
  );

  it("are counted a tool, and shown for the items that somebody should look at", () => {
    const lines = printLinks(linksToShow(links, new Set(["US-103"])))
      .join("\n")
      .split("\n");
    expect(lines[0]).toBe("twins: jira 126, linear 126 (--links shows all)");
    expect(lines.slice(2).map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      ["US-103", "jira"],
      ["US-103", "linear"],
    ]);
  });

  it("never flood the terminal unasked", () => {
    const all = new Set(links.map(({ item }) => item));
    const lines = printLinks(linksToShow(links, all)).join("\n").split("\n");
    expect(lines).toHaveLength(1 + 1 + 20 + 1);
    expect(lines.at(-1)).toBe("... and 232 more that have findings or conflicts");
    expect(printLinks(linksToShow(links, null)).join("\n").split("\n")).toHaveLength(1 + 1 + 252);
  });
});
