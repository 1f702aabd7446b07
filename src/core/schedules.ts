/** The schedules of a portfolio: what is synced by itself, when, and for whom. */
import type { BusinessHours } from "./due.ts";
import type { SyncMode } from "./ports.ts";

/** As the contract names them. */
export type ScheduleKind = "sync" | "standup" | "sprint-planning" | "audit";

/** A client, or the projects of none, as far as schedules depend on it. */
export interface ScheduledClient {
  /** Empty: projects without a client. Null: there are no clients, so all projects. */
  readonly code: string | null;
  readonly hours: BusinessHours;
  readonly sprint: { readonly start: string; readonly length_days: number } | null;
}

export interface PortfolioSchedule {
  /** `sync/ACME`; `sync` where there are no clients. */
  readonly name: string;
  readonly kind: ScheduleKind;
  readonly client: string | null;
  readonly trigger: string;
  readonly hours: BusinessHours;
  /** `HH:MM` there, on these days; none: every `everyDays` from `firstDay` on. */
  readonly at: readonly string[];
  readonly days: readonly string[];
  readonly every: { readonly firstDay: string; readonly days: number } | null;
  /** Everything is read in full. */
  readonly isFull: boolean;
  readonly mode: SyncMode | null;
}

/** Triggers of schedules. `manual` projects, and those without `auto_sync`, never take part in them. */
export const SCHEDULE_TRIGGERS: { readonly [K in ScheduleKind]: string } = {
  sync: "schedule",
  standup: "daily-standup",
  "sprint-planning": "sprint-planning",
  audit: "audit",
};

const EVERY_HOURS = 2;
const STANDUP_AT = "09:00";
const AUDIT_AT = "03:00";

/** Every two hours while people work, the stand-up, each sprint's first day, and the audit on Sunday; per client. */
export function schedulesOf(clients: readonly ScheduledClient[]): PortfolioSchedule[] {
  return clients.flatMap((client): PortfolioSchedule[] => {
    const { hours, sprint } = client;
    const common = { days: hours.days, every: null, isFull: false, mode: null };
    const sync = scheduleOf(client, "sync", { ...common, at: hoursBetween(hours) });
    const standup = scheduleOf(client, "standup", { ...common, at: [STANDUP_AT] });
    const audit = scheduleOf(client, "audit", { ...common, at: [AUDIT_AT], days: ["sun"], isFull: true });
    if (!sprint) return [sync, standup, audit];
    const every = { firstDay: sprint.start, days: sprint.length_days };
    return [
      sync,
      standup,
      scheduleOf(client, "sprint-planning", { ...common, at: [hours.from], every, mode: "push-only" }),
      audit,
    ];
  });
}

type Timing = Pick<PortfolioSchedule, "at" | "days" | "every" | "isFull" | "mode">;

function scheduleOf({ code, hours }: ScheduledClient, kind: ScheduleKind, timing: Timing): PortfolioSchedule {
  const name = code === null ? kind : `${kind}/${code || "without-client"}`;
  return { name, kind, client: code, trigger: SCHEDULE_TRIGGERS[kind], hours, ...timing };
}

function hoursBetween({ from, to }: BusinessHours): string[] {
  const [hour = 0, minute = 0] = from.split(":").map(Number);
  const times: string[] = [];
  for (let at = hour; at < 24; at += EVERY_HOURS) {
    const time = `${String(at).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
    if (time < to) times.push(time);
  }
  return times;
}
