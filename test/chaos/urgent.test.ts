/** Scenario 37: an edit that somebody waits for, while thousands of items go to the same credentials under their real limits. */
import { afterAll, afterEach, expect, it } from "vitest";
import { largeHub } from "../support/large-hub.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

/** Set by heavy runs: under the vendors' real limits it takes its minutes. */
const BACKFILL = process.env["SDLC_SYNC_BACKFILL"];
const ITEMS = Number(BACKFILL ?? 2_000);
const SMALL = { epics: 4, stories: 46 };
const SMALL_PROJECTS = 20;
const LARGE = { epics: 100, stories: ITEMS - 100 - SMALL_PROJECTS * 50 };
const PROMISED_MS = 30_000;
const HANG_GUARD_MS = Number(process.env["SDLC_SYNC_HANG_GUARD_MS"] ?? 240_000);

const smallId = (n: number): string => `PROJ-2027-${String(n).padStart(3, "0")}`;
const LARGE_ID = "PROJ-2027-900";
const HUB = `project: {id: "{ID}", name: Shop}
portfolio: {pme_priority: P2}
implementation:
  stories:
    - {id: US-001, title: Open the shop, status: ready}
external_sync: {jira: {project_key: URG}, linear: {team_id: URG}}
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

/** Nearly a minute's budget has gone: whoever calls now waits for the window to move. */
async function saturated(): Promise<void> {
  await expect
    .poll(() => [world.jira.log.total() >= 270, world.linear.log.total() >= 50], { timeout: HANG_GUARD_MS })
    .toEqual([true, true]);
}

const title = `an urgent edit passes a backfill of ${ITEMS} items, again and again, and the backfill goes on`;

it.skipIf(BACKFILL === undefined)(`${title}${BACKFILL === undefined ? " (heavy runs only)" : ""}`, async () => {
  const keys = Array.from({ length: SMALL_PROJECTS }, (_, n) => `BF${n}`);
  const small = keys.map((key, n) => [
    smallId(n),
    largeHub({ ...SMALL, seed: n, jira: { project_key: key }, linear: { team_id: "OPS" } }),
  ]);
  world = await startWorld({
    hub: HUB,
    keepsLimits: true,
    others: { [LARGE_ID]: largeHub({ ...LARGE, seed: 99 }), ...Object.fromEntries(small) },
    timings: { slow_tool_after_ms: 30_000, heartbeat_timeout_ms: 60_000, request_timeout_ms: 60_000 },
    jira: { projects: ["CHK", "URG", ...keys].map((key) => ({ key })) },
    linearSeed: { teams: ["PAY", "URG", "OPS"].map((key) => ({ key })) },
  });
  await world.sync();
  const backfill = [LARGE_ID, ...keys.map((_, n) => smallId(n))].map((project) =>
    world.engine.syncProject(project, { trigger: "schedule", yes: true }).catch(() => null),
  );
  await saturated();
  const seen: number[] = [];
  for (const words of ["Open the doors", "Open the web shop", "Open both"]) {
    await world.editHub(/title: Open.*?,/, `title: ${words},`);
    const startedAt = performance.now();
    await world.sync({ trigger: "webhook" });
    seen.push(performance.now() - startedAt);
    expect(world.jira.site.find(await world.key("US-001", "jira"))?.data.summary).toBe(words);
    expect(world.linear.store.findIssue(await world.key("US-001", "linear"))?.title).toBe(words);
  }
  console.log(`urgent edits during the backfill: ${seen.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(", ")}`);
  expect(Math.max(...seen)).toBeLessThan(PROMISED_MS);
  const before = world.mark();
  await expect.poll(() => before.writes(), { timeout: HANG_GUARD_MS }).toBeGreaterThan(20);
  expect(await Promise.race([Promise.all(backfill), Promise.resolve("under way")])).toBe("under way");
});
