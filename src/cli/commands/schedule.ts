import { SyncFailure } from "../../core/errors.ts";
import { schedulesOf, type ScheduledClient } from "../../core/schedules.ts";
import { businessHoursOf } from "../../registry/business-hours.ts";
import { clientOf } from "../../registry/workspace.ts";
import { openSession } from "../../sync-runner.ts";
import {
  actOnSchedule,
  applySchedules,
  listSchedules,
  type ScheduleDeed,
  type ScheduleScope,
} from "../../temporal/schedules.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { printTable } from "../table.ts";

export const SCHEDULE_ACTIONS = ["apply", "list", "pause", "resume", "trigger", "remove"] as const;

export interface ScheduleCommand {
  readonly action: string;
  readonly name: string | undefined;
  readonly note: string | undefined;
  readonly json: boolean;
}

/** `track-sdlc schedule`: what syncs by itself, from the clients' files to Temporal. */
export async function scheduleCommand(context: CliContext, command: ScheduleCommand): Promise<number> {
  const { action, name, note, json } = command;
  if (!SCHEDULE_ACTIONS.some((known) => known === action))
    throw new SyncFailure("Usage", `schedule: "${action}" is none of ${SCHEDULE_ACTIONS.join(" | ")}.`);
  const isOne = action !== "apply" && action !== "list";
  if (isOne && name === undefined)
    throw new SyncFailure("Usage", `schedule ${action}: name the schedule; track-sdlc schedule list shows them.`);
  const session = await openSession(context, "if-none");
  const scope: ScheduleScope = { client: session.client, hubQueue: context.hubQueue, workspace: context.workspace };
  try {
    if (isOne) await actOnSchedule(scope, name ?? "", action as ScheduleDeed, note);
    if (action === "apply") await apply(context, scope);
    await show(context, scope, json);
    if (session.embedded) context.io.err("They fire while the engine is up: track-sdlc up.");
    return EXIT.ok;
  } finally {
    await session.close();
  }
}

async function apply(context: CliContext, scope: ScheduleScope): Promise<void> {
  const { created, updated, removed } = await applySchedules(scope, schedulesOf(clientsOf(context)));
  const parts = [`${created.length} created`, `${updated.length} brought up to date`, `${removed.length} removed`];
  context.io.err(parts.join(", "));
}

/** Every client, and the projects of none; where there are no clients, all projects together. */
function clientsOf({ workspace }: CliContext): ScheduledClient[] {
  const all = workspace.clients.map((code): ScheduledClient => {
    const client = clientOf(workspace, code);
    return { code, hours: businessHoursOf(client), sprint: client?.sprint ?? null };
  });
  const rest = { hours: businessHoursOf(null), sprint: null };
  if (all.length === 0) return [{ code: null, ...rest }];
  // The only client is that of every project.
  return all.length === 1 ? all : [...all, { code: "", ...rest }];
}

async function show({ io }: CliContext, scope: ScheduleScope, json: boolean): Promise<void> {
  const schedules = await listSchedules(scope);
  if (json) return io.out(JSON.stringify({ schedules }, null, 2));
  if (schedules.length === 0) return io.out("No schedules. Make them with: track-sdlc schedule apply");
  const rows = schedules.map(({ name, isPaused, note, next, last }) => [
    name,
    isPaused ? "paused" : "on",
    next ?? "-",
    last ?? "never",
    note ?? "",
  ]);
  io.out(printTable(["schedule", "state", "next", "last", "note"], rows));
}
