import type { ReportOutcome, ReportStep, SchemaScope, UpdateRequest, WriteOutcome } from "../contract.ts";
import { without } from "../attempts.ts";
import { unraced } from "../race.ts";
import { editOrWords } from "./edit.ts";
import { finishAll, toolsOf, type Tools, type Written } from "./finish.ts";
import { fetchIssues, fetchOne } from "./read.ts";
import { statusOf, type JiraIssue } from "./schema.ts";
import { twinOf } from "./twin.ts";

/** Issues that are read, written and read again in one go: few, so that little time passes between the three. */
const TOGETHER = 20;

/**
 * Updates twins: one PUT for all fields of an issue, then its transition. The present state is read first,
 * for labels change by delta, a transition starts from somewhere, and people may have been quicker.
 */
export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
  step?: ReportStep,
): Promise<void> {
  const tools = toolsOf(scope, step);
  for (let at = 0; at < requests.length; at += TOGETHER) {
    await updateSome(tools, requests.slice(at, at + TOGETHER), report);
  }
}

async function updateSome(tools: Tools, requests: readonly UpdateRequest[], report: ReportOutcome): Promise<void> {
  const { scope, client } = tools;
  const present = await fetchIssues(scope, client, [...new Set(requests.map(({ ref }) => ref))]);
  const byRef = new Map(present.flatMap((issue) => [[issue.id, issue] as const, [issue.key, issue] as const]));
  const written: Written[] = [];
  try {
    for (const request of requests) {
      // Left out of a bulk answer is not gone yet.
      const issue = byRef.get(request.ref) ?? (await fetchOne(scope, client, request.ref));
      const outcome = issue ? await updateOne(tools, request, issue) : { id: request.id, kind: "gone" as const };
      if ("kind" in outcome) await report(outcome);
      else written.push(outcome);
    }
  } finally {
    await finishAll(tools, written, report);
  }
}

/** Writes what people have not changed since the plan; what is left to do comes back as `Written`. */
async function updateOne(tools: Tools, request: UpdateRequest, present: JiraIssue): Promise<Written | WriteOutcome> {
  const { id } = request;
  const twin = twinOf(tools.scope, present);
  const { fields, raced } = unraced(request, twin);
  if (Object.keys(fields).length === 0) return { id, kind: "raced", twin };
  const left = { ...request, fields };
  const outcome = await editOrWords(tools, left, present);
  if (outcome === "conflict") return { id, kind: "raced", twin };
  if ("words" in outcome) return { id, kind: "rejected", message: outcome.words };
  const isMoved = isMovedSince(left, present, outcome.issue);
  const all = isMoved ? [...raced, "status" as const] : raced;
  const rest = isMoved ? { ...left, fields: without(fields, ["status"]) } : left;
  return { request: rest, ...outcome, ...(all.length > 0 ? { raced: all } : {}) };
}

/** Whether somebody moved the issue elsewhere while its fields were written: their answer shows it. */
function isMovedSince({ fields, steps = [] }: UpdateRequest, before: JiraIssue, after: JiraIssue): boolean {
  const [from, at] = [statusOf(before), statusOf(after)];
  return fields.status !== undefined && at !== from && at !== fields.status && !steps.includes(at);
}
