/** Shape of `sdlc-sync.yaml` at the root of a workspace; the file and every key of it are optional. */
import { z } from "zod";
import type { Timings } from "../core/ports.ts";
import { PERIOD } from "./registry-schema.ts";
import { strictShape } from "./strict-shape.ts";

const ms = (preset: number) => z.number().int().positive().default(preset);

const engineSchema = strictShape({
  /** A tool that has not answered by then is left out of the pass. */
  slow_tool_after_ms: ms(30_000),
  /** Time one apply may take before the pass is committed. */
  pass_budget_ms: ms(60_000),
  pass_max_writes: ms(2000),
  heartbeat_timeout_ms: ms(30_000),
  activity_timeout_ms: ms(600_000),
  /** A tool none of whose workers takes its step within this time is left out of the pass, as one that is down. */
  queue_timeout_ms: ms(600_000),
  /** Wait before a step whose worker died is started again; doubles up to `retry_max_wait_ms`. */
  retry_wait_ms: ms(1_000),
  retry_max_wait_ms: ms(30_000),
  /** Deadline of one request to a tool. */
  request_timeout_ms: ms(30_000),
  outage_wait_ms: ms(2_000),
  outage_max_wait_ms: ms(60_000),
  outage_tries: ms(3),
});

export const workspaceFileSchema = strictShape({
  hub_glob: z.string().default("docs/projects/*/sdlc-tracking.yaml"),
  store: strictShape({
    /** `sqlite:<path>` relative to the root, or `postgres://...`; `${ENV}` references are replaced. */
    url: z
      .string()
      .regex(
        /^(?:sqlite:.+|postgres(?:ql)?:\/\/.+|\$\{[A-Z][A-Z0-9_]*\})$/,
        'a store is "sqlite:<path>" or "postgres://..."',
      )
      .default("sqlite:.sdlc-sync/store.db"),
  }).prefault({}),
  engine: engineSchema.prefault({}),
  portfolio: strictShape({
    /** Batches of ten projects that are synced at the same time. */
    batches_in_flight: z.number().int().positive().default(3),
    /** A scheduled run starts its batches evenly over this long. */
    spread_over: z.string().regex(PERIOD, 'a period is like "30m" or "1 hour"').default("30m"),
  }).prefault({}),
  connections: strictShape({
    /** A refused credential is tried again after this long; the wait doubles up to `probe_max`. */
    probe_after: z.string().regex(PERIOD, 'a period is like "1m"').default("1m"),
    probe_max: z.string().regex(PERIOD, 'a period is like "15m"').default("15m"),
  }).prefault({}),
  conflicts: strictShape({
    /** People are reminded of a question after this long, and again each time it has passed. */
    remind_after: z.string().regex(PERIOD, 'a period is like "12 hours" or "1d"').default("1d"),
  }).prefault({}),
});
export type WorkspaceFile = z.output<typeof workspaceFileSchema>;

/** The engine's timings, as the workflows take them. */
export function engineTimings({ engine }: WorkspaceFile): Timings {
  return {
    slowToolAfterMs: engine.slow_tool_after_ms,
    passBudgetMs: engine.pass_budget_ms,
    passMaxWrites: engine.pass_max_writes,
    heartbeatTimeoutMs: engine.heartbeat_timeout_ms,
    activityTimeoutMs: engine.activity_timeout_ms,
    queueTimeoutMs: engine.queue_timeout_ms,
    retryWaitMs: engine.retry_wait_ms,
    retryMaxWaitMs: engine.retry_max_wait_ms,
    outageWaitMs: engine.outage_wait_ms,
    outageMaxWaitMs: engine.outage_max_wait_ms,
    outageTries: engine.outage_tries,
  };
}
