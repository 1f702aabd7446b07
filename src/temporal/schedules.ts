/** The portfolio's schedules in Temporal, which fires them whether or not anybody here is up to notice. */
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type CalendarSpec,
  type Client,
  type ScheduleOptions,
  type ScheduleSpec,
} from "@temporalio/client";
import { TypedSearchAttributes } from "@temporalio/common";
import { SyncFailure } from "../core/errors.ts";
import type { PortfolioSchedule, ScheduleKind } from "../core/schedules.ts";
import { periodMs } from "../registry/registry-schema.ts";
import type { Workspace } from "../registry/workspace.ts";
import { PORTFOLIO_SYNC, SYNC_TRIGGER, WORKFLOW_QUEUE, type PortfolioInput } from "../../workflows/messages.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Sprints are planned for so long; each `schedule apply` plans on from its day. */
const PLANNED_MS = 2 * 365 * DAY_MS;
const DAY_NAMES: Readonly<Record<string, string>> = {
  mon: "MONDAY",
  tue: "TUESDAY",
  wed: "WEDNESDAY",
  thu: "THURSDAY",
  fri: "FRIDAY",
  sat: "SATURDAY",
  sun: "SUNDAY",
};
const MONTHS = [
  "JANUARY",
  "FEBRUARY",
  "MARCH",
  "APRIL",
  "MAY",
  "JUNE",
  "JULY",
  "AUGUST",
  "SEPTEMBER",
  "OCTOBER",
  "NOVEMBER",
  "DECEMBER",
];

/** One that is missed is made up for once: no window is long enough for two. */
const POLICIES: { readonly [K in ScheduleKind]: NonNullable<ScheduleOptions["policies"]> } = {
  sync: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: 110 * MINUTE_MS },
  standup: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: 30 * MINUTE_MS },
  "sprint-planning": { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: DAY_MS },
  audit: { overlap: ScheduleOverlapPolicy.BUFFER_ONE, catchupWindow: 6 * 60 * MINUTE_MS },
};

export interface ScheduleScope {
  readonly client: Client;
  /** Unique for the workspace: other workspaces' schedules are left alone. */
  readonly hubQueue: string;
  readonly workspace: Pick<Workspace, "config">;
}

/** As `track-sdlc schedule list` shows it. */
export interface ScheduleStanding {
  readonly name: string;
  readonly isPaused: boolean;
  readonly note: string | null;
  /** ISO times. */
  readonly next: string | null;
  readonly last: string | null;
}

export interface Applied {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
}

/** Makes Temporal hold exactly these schedules; a pause that an operator made, and its note, stay. */
export async function applySchedules(scope: ScheduleScope, wanted: readonly PortfolioSchedule[]): Promise<Applied> {
  const { schedule } = scope.client;
  const [created, updated]: [string[], string[]] = [[], []];
  for (const one of wanted) {
    const options = optionsOf(scope, one);
    try {
      await schedule.create(options);
      created.push(one.name);
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      const { scheduleId, ...rest } = options;
      await schedule.getHandle(scheduleId).update(({ state }) => ({ ...rest, state }));
      updated.push(one.name);
    }
  }
  const names = new Set(wanted.map(({ name }) => name));
  const removed = (await namesIn(scope)).filter((name) => !names.has(name));
  for (const name of removed) await schedule.getHandle(idOf(scope, name)).delete();
  return { created, updated, removed };
}

export async function listSchedules(scope: ScheduleScope): Promise<ScheduleStanding[]> {
  const standings = await Promise.all((await namesIn(scope)).toSorted().map((name) => standingOf(scope, name)));
  return standings.flatMap((standing) => standing ?? []);
}

/** Null for one that was removed just now: the list learns of it a little later. */
async function standingOf(scope: ScheduleScope, name: string): Promise<ScheduleStanding | null> {
  try {
    const { state, info } = await scope.client.schedule.getHandle(idOf(scope, name)).describe();
    return {
      name,
      isPaused: state.paused,
      note: state.note ?? null,
      next: info.nextActionTimes[0]?.toISOString() ?? null,
      last: info.recentActions.at(-1)?.takenAt.toISOString() ?? null,
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

export type ScheduleDeed = "pause" | "resume" | "trigger" | "remove";

/** Throws `Usage` where there is no schedule of that name. */
export async function actOnSchedule(
  scope: ScheduleScope,
  name: string,
  deed: ScheduleDeed,
  note?: string,
): Promise<void> {
  const handle = scope.client.schedule.getHandle(idOf(scope, name));
  try {
    if (deed === "pause") await handle.pause(note ?? "paused with track-sdlc");
    else if (deed === "resume") await handle.unpause(note ?? "resumed with track-sdlc");
    else if (deed === "trigger") await handle.trigger(ScheduleOverlapPolicy.SKIP);
    else await handle.delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    const known = (await namesIn(scope)).toSorted().join(", ") || "none; run track-sdlc schedule apply";
    throw new SyncFailure("Usage", `schedule: there is none called "${name}"; there: ${known}.`);
  }
}

async function namesIn(scope: ScheduleScope): Promise<string[]> {
  const prefix = idOf(scope, "");
  const names: string[] = [];
  for await (const { scheduleId } of scope.client.schedule.list())
    if (scheduleId.startsWith(prefix)) names.push(scheduleId.slice(prefix.length));
  return names;
}

function idOf({ hubQueue }: ScheduleScope, name: string): string {
  return `sdlc-sync/${hubQueue}/${name}`;
}

function optionsOf(scope: ScheduleScope, wanted: PortfolioSchedule): ScheduleOptions {
  const { hubQueue, workspace } = scope;
  const { engine, portfolio } = workspace.config;
  const { name, kind, client, trigger, isFull, mode } = wanted;
  const input: PortfolioInput = {
    trigger,
    filter: client === null ? {} : { client },
    all: isFull || mode !== null,
    ...(isFull ? { full: true } : {}),
    ...(mode === null ? {} : { mode }),
    hubQueue,
    heartbeatTimeoutMs: engine.heartbeat_timeout_ms,
    batchesInFlight: portfolio.batches_in_flight,
    ...(kind === "sync" ? { windowMs: periodMs(portfolio.spread_over) } : {}),
  };
  return {
    scheduleId: idOf(scope, name),
    spec: specOf(wanted),
    policies: { ...POLICIES[kind], pauseOnFailure: false },
    action: {
      type: "startWorkflow",
      workflowType: PORTFOLIO_SYNC,
      workflowId: `portfolio/${trigger}${client === null ? "" : `/${client}`}`,
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      staticSummary: `sync of the portfolio (${name})`,
      typedSearchAttributes: new TypedSearchAttributes([{ key: SYNC_TRIGGER, value: trigger }]),
    },
  };
}

/** In the client's own time zone; so that not all clients start in the same second, each a little later. */
function specOf({ kind, hours, at, days, every }: PortfolioSchedule): ScheduleSpec {
  const jitter = kind === "sync" ? 5 * MINUTE_MS : MINUTE_MS;
  if (every) return { calendars: firstDays(every, at[0] ?? hours.from), timezone: hours.timezone, jitter };
  const calendars = at.map((time): CalendarSpec => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    return { hour, minute, dayOfWeek: days.map((day) => DAY_NAMES[day]) as never };
  });
  const skip = kind === "audit" ? [] : hours.holidays.map(wholeDay);
  return { calendars, skip, timezone: hours.timezone, jitter };
}

/** Sprints count in days, which Temporal does in UTC only: so each first day stands for itself, by the clock of the place. */
function firstDays({ firstDay, days }: NonNullable<PortfolioSchedule["every"]>, time: string): CalendarSpec[] {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const [first, every, now] = [Date.parse(`${firstDay}T00:00:00Z`), days * DAY_MS, Date.now()];
  const next = first + Math.max(0, Math.ceil((now - DAY_MS - first) / every)) * every;
  const planned = Array.from({ length: Math.ceil(PLANNED_MS / every) }, (_, n) => new Date(next + n * every));
  return planned.map((day) => ({ ...calendarDay(day.toISOString().slice(0, 10)), hour, minute }));
}

/** A skip needs all of it, down to the second. */
function wholeDay(day: string): CalendarSpec {
  return { ...calendarDay(day), hour: "*", minute: "*", second: "*" };
}

function calendarDay(day: string): CalendarSpec {
  const [year, month = 1, dayOfMonth] = day.split("-").map(Number);
  return { year, month: MONTHS[month - 1], dayOfMonth } as CalendarSpec;
}
