import { describe, expect, it } from "vitest";
import type { BusinessHours } from "../../src/core/due.ts";
import { schedulesOf, type ScheduledClient } from "../../src/core/schedules.ts";

const hours: BusinessHours = {
  timezone: "Europe/Madrid",
  from: "08:30",
  to: "17:00",
  days: ["mon", "tue", "wed", "thu"],
  holidays: [],
};
const client = (code: string | null, over: Partial<ScheduledClient> = {}): ScheduledClient => ({
  code,
  hours,
  sprint: null,
  ...over,
});

describe("the schedules of a portfolio", () => {
  it("are the contract's: business hours, stand-up and Sunday, in each client's own time", () => {
    expect(schedulesOf([client("ACME")])).toMatchObject([
      {
        name: "sync/ACME",
        trigger: "schedule",
        at: ["08:30", "10:30", "12:30", "14:30", "16:30"],
        days: hours.days,
        isFull: false,
      },
      { name: "standup/ACME", trigger: "daily-standup", at: ["09:00"], days: hours.days },
      { name: "audit/ACME", trigger: "audit", at: ["03:00"], days: ["sun"], isFull: true },
    ]);
  });

  it("plan a sprint on its first day, by pushing, where the client says when sprints are", () => {
    const sprint = { start: "2026-11-23", length_days: 14 };
    const planning = schedulesOf([client("ACME", { sprint })]).find(({ kind }) => kind === "sprint-planning");
    expect(planning).toMatchObject({ every: { firstDay: "2026-11-23", days: 14 }, mode: "push-only", at: ["08:30"] });
  });

  it("have names of their own for each client, for projects without one, and for all", () => {
    const names = (...codes: (string | null)[]) =>
      schedulesOf(codes.map((code) => client(code))).map(({ name }) => name);
    expect(names("A", "")).toEqual([
      "sync/A",
      "standup/A",
      "audit/A",
      "sync/without-client",
      "standup/without-client",
      "audit/without-client",
    ]);
    expect(names(null)).toEqual(["sync", "standup", "audit"]);
  });

  it("never sync after hours, however long the day", () => {
    const late = client("L", { hours: { ...hours, from: "00:00", to: "23:59" } });
    const [sync] = schedulesOf([late]);
    expect(sync?.at).toHaveLength(12);
    const short = schedulesOf([client("S", { hours: { ...hours, from: "09:00", to: "10:00" } })])[0];
    expect(short?.at).toEqual(["09:00"]);
  });
});
