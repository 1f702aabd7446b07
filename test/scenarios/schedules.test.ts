/** What syncs by itself: made from the clients' files, kept in step with them, and left to operators to pause. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { msToTs, tsToMs } from "@temporalio/common/lib/time.js";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { sharedTemporal, startWorld, stopTemporal, type World } from "../support/world.ts";

const HUB = `project: {id: "{ID}", name: Checkout, client: ACME}
implementation:
  stories:
    - {id: US-001, title: Store a card, status: ready}
external_sync: {jira: {project_key: CHK}}
`;
const ACME = `client: {code: ACME}
tools: {tracking: [jira]}
business_hours: {timezone: Europe/Madrid, from: "09:00", to: "18:00", holidays: ["2030-01-01"]}
sprint: {start: "2026-11-23", length_days: 14}
`;
const BETA = `client: {code: BETA}\nbusiness_hours: {timezone: America/New_York}\n`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(): Promise<void> {
  world = await startWorld({
    hub: HUB,
    files: { "registry/clients/ACME.yaml": ACME, "registry/clients/BETA.yaml": BETA },
  });
}
/** A hang guard, and no measurement. */
const PATIENT = { timeout: 30_000 };

interface Listed {
  readonly name: string;
  readonly isPaused: boolean;
  readonly note: string | null;
  readonly next: string;
  readonly last: string | null;
}
const schedule = async (...args: string[]) => {
  const { code, out, err } = await world.run(["schedule", ...args, "--json"]);
  return { code, err, schedules: out ? (JSON.parse(out) as { schedules: Listed[] }).schedules : [] };
};

describe("schedules", () => {
  it("follow the clients' files, and keep an operator's pause and note", async () => {
    await start();
    const names = ["ACME", "BETA", "without-client"].flatMap((client) =>
      ["audit", "sprint-planning", "standup", "sync"].map((kind) => `${kind}/${client}`),
    );
    const expected = names.filter((name) => !name.startsWith("sprint") || name.endsWith("ACME")).toSorted();
    const applied = await schedule("apply");
    expect(applied.err).toContain("10 created, 0 brought up to date, 0 removed");
    await expect
      .poll(async () => (await schedule("list")).schedules.map(({ name }) => name), PATIENT)
      .toEqual(expected);

    await schedule("pause", "sync/ACME", "--note", "Jira migrates");
    await writeFile(
      join(world.root, "registry/clients/ACME.yaml"),
      ACME.replace("Europe/Madrid", "Asia/Tokyo").replace(/sprint.*\n/, ""),
    );
    const again = await schedule("apply");
    expect(again.err).toContain("0 created, 9 brought up to date, 1 removed");
    await expect.poll(async () => (await schedule("list")).schedules, PATIENT).toHaveLength(9);
    const { schedules } = await schedule("list");
    expect(schedules.find(({ name }) => name === "sync/ACME")).toMatchObject({ isPaused: true, note: "Jira migrates" });
    // 09:00 in Tokyo, which knows no summer time.
    const standup = schedules.find(({ name }) => name === "standup/ACME");
    expect(standup?.next).toMatch(/T00:0[01]:/);
    await schedule("resume", "sync/ACME");
    expect((await schedule("list")).schedules.find(({ name }) => name === "sync/ACME")?.isPaused).toBe(false);
  });

  it("can be fired by hand, and sync what has something to do", async () => {
    await start();
    await schedule("apply");
    await world.engine.syncProject(world.project);
    await world.editHub("Store a card", "Keep a card");
    expect((await schedule("trigger", "standup/ACME")).code).toBe(0);
    await expect.poll(async () => world.jira.site.find("CHK-1")?.data.summary, PATIENT).toBe("Keep a card");
    await expect.poll(async () => (await world.store.lastPortfolio())?.trigger, PATIENT).toBe("daily-standup");
  });

  it("scenario 48: keep to the clock of the place across summer time, and make up for one that was missed", async () => {
    await start();
    await schedule("apply");
    const { client } = await sharedTemporal();
    const ids: string[] = [];
    for await (const { scheduleId } of client.schedule.list()) if (scheduleId.endsWith("/ACME")) ids.push(scheduleId);
    const handles = ids.map((id) => client.schedule.getHandle(id));
    const told = await Promise.all(handles.map((handle) => handle.describe()));
    const firing = async (scheduleId: string, from: string, to: string): Promise<string[]> => {
      const range = { startTime: msToTs(Date.parse(from)), endTime: msToTs(Date.parse(to)) };
      const { startTime } = await client.workflowService.listScheduleMatchingTimes({
        namespace: "default",
        scheduleId,
        ...range,
      });
      return startTime.map((time) => new Date(tsToMs(time)).toISOString().slice(0, 13));
    };
    const sync = ids.find((id) => id.includes("/sync/"))!;
    const times = (day: string, hours: readonly string[]) => hours.map((hour) => `${day}T${hour}`);
    // To the hour, since each starts a little later than the next. 09:00 to 17:00 in Madrid, in winter time on Friday and in summer time on Monday, and the other way round.
    const [winter, summer] = [
      ["08", "10", "12", "14", "16"],
      ["07", "09", "11", "13", "15"],
    ];
    expect(await firing(sync, "2027-03-26", "2027-03-30")).toEqual([
      ...times("2027-03-26", winter!),
      ...times("2027-03-29", summer!),
    ]);
    expect(await firing(sync, "2027-10-29", "2027-11-02")).toEqual([
      ...times("2027-10-29", summer!),
      ...times("2027-11-01", winter!),
    ]);
    // Every other Monday at nine, by the clock of Madrid.
    const planning = ids.find((id) => id.includes("/sprint-planning/"))!;
    expect(await firing(planning, "2026-11-20", "2026-12-10")).toEqual(["2026-11-23T08", "2026-12-07T08"]);
    expect(await firing(planning, "2027-03-10", "2027-04-13")).toEqual([
      "2027-03-15T08",
      "2027-03-29T07",
      "2027-04-12T07",
    ]);
    for (const { scheduleId, policies } of told) {
      const { catchupWindow, overlap } = policies;
      expect(["SKIP", "BUFFER_ONE"]).toContain(overlap);
      const all = (await firing(scheduleId, "2027-03-01", "2027-04-01")).map((time) => Date.parse(`${time}:00:00Z`));
      const gaps = all.slice(1).map((time, n) => time - all[n]!);
      expect(Math.min(...gaps)).toBeGreaterThan(catchupWindow ?? Infinity);
    }
  });

  it("tell what there is where a name is wrong, and nothing is done", async () => {
    await start();
    await schedule("apply");
    const wrong = await schedule("pause", "sync/ACMEE");
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringContaining('none called "sync/ACMEE"; there: audit/ACME') as string,
    });
    expect((await schedule("stop")).err).toContain('"stop" is none of apply | list');
    expect((await schedule("pause")).err).toContain("name the schedule");
    for (const { name } of (await schedule("list")).schedules) await schedule("remove", name);
    await expect.poll(async () => (await schedule("list")).schedules, PATIENT).toEqual([]);
  });
});
