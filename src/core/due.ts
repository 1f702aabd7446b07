/** When a project is to be synced again by its own schedule. */

export interface Schedule {
  /** `30m`, `2h`, `1d`, `daily`, `weekly`, or `manual`: only by hand. */
  readonly frequency: string;
  readonly business_hours_only: boolean;
  /** IANA name. */
  readonly timezone: string;
  /** Local times as `HH:MM`, and days as `mon`. */
  readonly business_hours: { readonly from: string; readonly to: string; readonly days: readonly string[] };
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const NAMED_MS: Readonly<Record<string, number>> = { daily: 86_400_000, weekly: 7 * 86_400_000 };
/** A schedule that fires a little early, or a run that took a while, must not cost a project its turn. */
const TOLERANCE = 0.9;

/** @param syncedAtMs epoch ms of the last sync; null where there was none */
export function isDue(schedule: Schedule, syncedAtMs: number | null, nowMs: number): boolean {
  if (schedule.frequency === "manual") return false;
  if (schedule.business_hours_only && !isBusinessTime(schedule, nowMs)) return false;
  return syncedAtMs === null || nowMs - syncedAtMs >= everyMs(schedule.frequency) * TOLERANCE;
}

/** Whether people work now: in the schedule's time zone, from the first minute to before the last. */
export function isBusinessTime({ timezone, business_hours: hours }: Schedule, nowMs: number): boolean {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(nowMs);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  const time = `${of("hour")}:${of("minute")}`;
  return hours.days.includes(of("weekday").toLowerCase()) && time >= hours.from && time < hours.to;
}

/** Milliseconds between two syncs. */
export function everyMs(frequency: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(frequency) ?? [];
  return NAMED_MS[frequency] ?? Number(count) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
}
