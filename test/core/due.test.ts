import { describe, expect, it } from "vitest";
import { everyMs, isBusinessTime, isDue, type BusinessHours, type Schedule } from "../../src/core/due.ts";

const HOURS: BusinessHours = {
  timezone: "Europe/Madrid",
  from: "09:00",
  to: "18:00",
  days: ["mon", "tue", "wed", "thu", "fri"],
  holidays: ["2026-12-25"],
};
const MADRID: Schedule = { frequency: "2h", businessHoursOnly: true, hours: HOURS };
const at = (time: string): number => Date.parse(time);

describe("business hours", () => {
  it.each([
    ["2026-11-23T08:00:00Z", true, "Monday 09:00 in winter"],
    ["2026-11-23T07:59:59Z", false, "a second before"],
    ["2026-11-23T16:59:00Z", true, "17:59"],
    ["2026-11-23T17:00:00Z", false, "18:00"],
    ["2026-11-22T11:00:00Z", false, "Sunday noon"],
    ["2026-07-06T07:00:00Z", true, "Monday 09:00 in summer"],
    ["2026-03-27T08:00:00Z", true, "the last 09:00 before summer time"],
    ["2026-03-30T07:00:00Z", true, "the first 09:00 after it"],
    ["2026-03-30T16:30:00Z", false, "18:30 in the new time, which was 17:30"],
    ["2026-10-26T08:00:00Z", true, "the first 09:00 after the end of summer time"],
    ["2026-12-25T11:00:00Z", false, "Christmas, a Friday"],
    ["2026-12-24T23:30:00Z", false, "half past midnight of Christmas there"],
  ])("%s: %s (%s)", (time, expected) => {
    expect(isBusinessTime(HOURS, at(time))).toBe(expected);
  });

  it("are those of the place", () => {
    expect(isBusinessTime({ ...HOURS, timezone: "America/New_York" }, at("2026-11-23T08:00:00Z"))).toBe(false);
    expect(isBusinessTime({ ...HOURS, timezone: "Asia/Kathmandu" }, at("2026-11-23T03:15:00Z"))).toBe(true);
  });
});

describe("a project is due", () => {
  const noon = at("2026-11-23T11:00:00Z");
  const hours = (count: number): number => noon - count * 3_600_000;
  it.each<[Partial<Schedule>, number | null, boolean]>([
    [{}, null, true],
    [{}, hours(2), true],
    [{}, hours(1.85), true],
    [{}, hours(1.5), false],
    [{ frequency: "daily" }, hours(5), false],
    [{ frequency: "daily" }, hours(23), true],
    [{ frequency: "weekly" }, hours(24), false],
    [{ frequency: "30m" }, hours(0.5), true],
    [{ frequency: "manual" }, null, false],
  ])("%j after %s: %s", (over, syncedAt, expected) => {
    expect(isDue({ ...MADRID, ...over }, syncedAt, noon)).toBe(expected);
  });

  it("outside business hours only where its schedule says so", () => {
    const night = at("2026-11-23T23:00:00Z");
    expect(isDue(MADRID, null, night)).toBe(false);
    expect(isDue({ ...MADRID, businessHoursOnly: false }, null, night)).toBe(true);
  });

  it("every frequency of a file has a length", () => {
    expect(["30m", "2h", "1d", "daily", "weekly"].map(everyMs)).toEqual([1.8e6, 7.2e6, 8.64e7, 8.64e7, 6.048e8]);
  });
});
