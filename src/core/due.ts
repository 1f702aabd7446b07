/** When a project is to be synced again by its own schedule. */

/** When people work, where they are. */
export interface BusinessHours {
  /** IANA name. */
  readonly timezone: string;
  /** Local times as `HH:MM`. */
  readonly from: string;
  readonly to: string;
  /** As `mon`. */
  readonly days: readonly string[];
  /** As `2026-12-25`. */
  readonly holidays: readonly string[];
}

export interface Schedule {
  /** `30m`, `2h`, `1d`, `daily`, `weekly`, or `manual`: only by hand. */
  readonly frequency: string;
  readonly businessHoursOnly: boolean;
  readonly hours: BusinessHours;
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const NAMED_MS: Readonly<Record<string, number>> = { daily: 86_400_000, weekly: 7 * 86_400_000 };
/** A schedule that fires a little early, or a run that took a while, must not cost a project its turn. */
const TOLERANCE = 0.9;

/** @param syncedAtMs epoch ms of the last sync; null where there was none */
export function isDue(schedule: Schedule, syncedAtMs: number | null, nowMs: number): boolean {
  if (schedule.frequency === "manual") return false;
  if (schedule.businessHoursOnly && !isBusinessTime(schedule.hours, nowMs)) return false;
  return syncedAtMs === null || nowMs - syncedAtMs >= everyMs(schedule.frequency) * TOLERANCE;
}

/** Whether people work now: from the first minute to before the last, on a day that is no holiday there. */
export function isBusinessTime({ timezone, from, to, days, holidays }: BusinessHours, nowMs: number): boolean {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(nowMs);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  if (!days.includes(of("weekday").toLowerCase())) return false;
  if (holidays.includes(`${of("year")}-${of("month")}-${of("day")}`)) return false;
  const time = `${of("hour")}:${of("minute")}`;
  return time >= from && time < to;
}

/** Milliseconds between two syncs. */
export function everyMs(frequency: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(frequency) ?? [];
  return NAMED_MS[frequency] ?? Number(count) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
}
