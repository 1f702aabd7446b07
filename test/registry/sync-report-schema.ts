/** The contract's `sync_report`, key by key; what is ours beside it is free. */
import { z } from "zod";

const count = z.number().int().nonnegative();

const tool = z.strictObject({
  status: z.enum(["success", "warning", "error"]),
  operations: count,
  duration_ms: count.optional(),
  rate_limit_used: z
    .string()
    .regex(/^\d+\/\d+$/)
    .optional(),
  warnings: z.array(z.string()).optional(),
  error: z.string().optional(),
});

export const syncReportSchema = z.strictObject({
  sync_report: z.looseObject({
    project_id: z.string(),
    timestamp: z.string(),
    duration_ms: count,
    summary: z.strictObject({ total_operations: count, successful: count, failed: count, skipped: count }),
    tools: z.record(z.string(), tool),
    data_consistency: z.strictObject({
      score: z.number().min(0).max(1),
      drifts_found: count,
      drifts_resolved: count,
      manual_review_required: count,
    }),
    recommendations: z.array(z.string()),
  }),
});
