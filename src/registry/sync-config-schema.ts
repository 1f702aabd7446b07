/** Shape of a project's `sync-config.yaml` (contract), with the defaults that hold where it is silent or absent. */
import { z } from "zod";
import { mappingSchema } from "./mapping-schema.ts";
import { plainText, strictShape } from "./strict-shape.ts";

const SYNC_MODES = ["bidirectional", "push-only", "pull-only"] as const;
const STRATEGIES = ["last-modified-wins", "source-wins", "manual", "field-merge"] as const;
const DELETE_POLICIES = ["flag", "archive", "recreate"] as const;
const ADOPTION_POLICIES = ["ask", "hub", "tool", "newest"] as const;

/** What happens when a twin or an item is gone on one side. */
export type DeletePolicy = (typeof DELETE_POLICIES)[number];
/** Whose values hold where an item and its twin differ and were never agreed. */
export type AdoptionPolicy = (typeof ADOPTION_POLICIES)[number];

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

const toolSchema = strictShape({
  enabled: z.boolean().default(true),
  sync_mode: z.enum(SYNC_MODES).default("bidirectional"),
  /** In the tool's own names (`state`) or ours (`status`). */
  priority_fields: z.array(z.string()).default([]),
  conflict_resolution: z.enum(STRATEGIES).default("last-modified-wins"),
  deletes: z.enum(DELETE_POLICIES).default("flag"),
  adoption: z.enum(ADOPTION_POLICIES).default("ask"),
  tasks: z.boolean().default(false),
  mapping: mappingSchema.optional(),
});

const timezoneSchema = z.string().refine(isTimeZone, 'not an IANA time zone (like "Europe/Madrid")');

/** When people work; what is left out comes from the client's file, then from `DEFAULT_HOURS`. */
export const businessHoursSchema = strictShape({
  timezone: timezoneSchema.optional(),
  from: z.string().regex(TIME, 'a time is like "09:00"').optional(),
  to: z.string().regex(TIME, 'a time is like "18:00"').optional(),
  days: z.array(z.enum(DAYS)).min(1).optional(),
  holidays: z.array(z.string().regex(DATE, 'a day is like "2026-12-25"')).optional(),
});

const scheduleSchema = strictShape({
  auto_sync: z.boolean().default(true),
  frequency: z
    .string()
    .regex(/^(?:\d+[mhd]|daily|weekly|manual)$/, 'a frequency is like "30m", "2h", "1d", "daily", "weekly" or "manual"')
    .default("2h"),
  business_hours_only: z.boolean().default(true),
  /** These go before the client's, key by key. */
  timezone: timezoneSchema.optional(),
  business_hours: businessHoursSchema.omit({ timezone: true, holidays: true }).optional(),
});

const healthSchema = strictShape({
  success_threshold: z.number().min(0).max(1).default(0.95),
  performance_threshold_ms: z.number().int().positive().default(300_000),
  consistency_threshold: z.number().min(0).max(1).default(0.95),
});

const notificationsSchema = strictShape({
  success: z.boolean().default(false),
  warnings: z.boolean().default(true),
  errors: z.boolean().default(true),
  channels: z.array(z.string()).default(["{{CHAT_TOOL}}"]),
});

export const syncConfigSchema = strictShape({
  sync_config: strictShape({
    project_id: plainText(),
    tools: z.record(z.string(), toolSchema).default({}),
    schedule: scheduleSchema.prefault({}),
    health_monitoring: healthSchema.prefault({}),
    notifications: notificationsSchema.prefault({}),
  }),
});
export type SyncConfig = z.output<typeof syncConfigSchema>["sync_config"];
export type SyncConfigTool = SyncConfig["tools"][string];

/** What a project without a `sync-config.yaml` has. */
export function defaultSyncConfig(projectId: string): SyncConfig {
  return syncConfigSchema.parse({ sync_config: { project_id: projectId } }).sync_config;
}

/** What a tool has that the `sync-config.yaml` does not mention. */
export function defaultSyncConfigTool(): SyncConfigTool {
  return toolSchema.parse({});
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
