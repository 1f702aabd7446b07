/** A sync report as people read it on a terminal, and as files hold it. */
import { stringify } from "yaml";
import type { FieldValue } from "../core/model.ts";
import type { ReportChange, ReportFinding, SyncReport, ToolReport } from "../core/report.ts";
import { shortened } from "../core/shortened.ts";

const FINDINGS_SHOWN = 20;
const VALUE_SHOWN = 60;

/** Some lines, the last of them the contract's: what happened, what is open, what to do. */
export function printReport(report: SyncReport): string {
  const lines = [
    `${report.project_id}: ${report.outcome}, ${operations(report)}, ${seconds(report.duration_ms)}`,
    ...(report.finished_first ?? []).map(
      ({ run, successful }) =>
        `  finished what run ${run} began: ${counted(successful, "operation")} done, in its own report`,
    ),
    ...Object.entries(report.tools).map(([tool, facts]) => toolLine(tool, facts)),
    ...(report.hub.edits > 0 ? [`  hub: ${counted(report.hub.edits, "edit")}`] : []),
    ...changeLines(report.changes ?? []),
    ...conflictLines(report),
    ...findingLines(report.findings),
    ...report.recommendations.map((sentence) => `  -> ${oneLine(sentence)}`),
    ...Object.entries(report.links).map(([name, url]) => `  ${name}: ${url}`),
    endLine(report),
  ];
  return lines.join("\n");
}

/** The contract's document, `sync_report` at its root. */
export function printReportYaml(report: SyncReport): string {
  return stringify({ sync_report: report }, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** As YAML, for programs. */
export function printReportJson(report: SyncReport): string {
  return JSON.stringify({ sync_report: report }, null, 2);
}

/** `SUCCESS: External sync completed. 2 tools synced, 1 conflicts resolved.` */
function endLine(report: SyncReport): string {
  const all = Object.values(report.tools);
  const synced = all.filter(({ status }) => status !== "error").length;
  const resolved = report.conflicts.filter(({ state }) => state === "resolved").length;
  if (report.refused !== undefined) return `ERROR: External sync failed. Nothing was done: ${oneLine(report.refused)}`;
  const asks = report.findings.filter(({ code, needs_decision: asked }) => asked && code.startsWith("bulk-"));
  if (asks.length > 0 && report.summary.total_operations === 0 && report.hub.edits === 0)
    return "WARNING: Nothing was written: this run would change too much at once without being asked.";
  if (report.outcome !== "error")
    return `SUCCESS: External sync completed. ${synced} tools synced, ${resolved} conflicts resolved.`;
  const share = `${synced} of ${all.length} tools synced, ${resolved} conflicts resolved`;
  return synced > 0 ? `WARNING: External sync incomplete. ${share}.` : `ERROR: External sync failed. ${share}.`;
}

function operations({ summary, data_consistency: { manual_review_required: open } }: SyncReport): string {
  const parts = [
    `${summary.successful} of ${counted(summary.total_operations, "operation")} done`,
    ...(summary.failed > 0 ? [`${summary.failed} failed`] : []),
    ...(summary.skipped > 0 ? [`${summary.skipped} skipped`] : []),
    ...(open > 0 ? [`${counted(open, "decision")} open`] : []),
  ];
  return parts.join(", ");
}

function toolLine(
  tool: string,
  { status, operations: count, duration_ms: ms, rate_limit_used: used, ...more }: ToolReport,
): string {
  const facts = [
    status,
    counted(count, "operation"),
    seconds(ms),
    ...(used === undefined ? [] : [`rate limit ${used}`]),
  ];
  const notes = [...(more.error === undefined ? [] : [more.error]), ...(more.warnings ?? [])];
  return `  ${tool}: ${facts.join(", ")}${notes.length > 0 ? ` - ${notes.map(oneLine).join("; ")}` : ""}`;
}

/** What came from the tools, value by value; what was touched there without news for the hub is only counted. */
function changeLines(changes: readonly ReportChange[]): string[] {
  const told = changes.flatMap(({ tool, item, key, fields }) =>
    fields.map(
      ({ field, old_value: before, new_value: after }) =>
        `  ${tool}: ${item} (${key}) ${field}: ${inShort(before)} -> ${inShort(after)}`,
    ),
  );
  const silent = Map.groupBy(
    changes.filter(({ fields }) => fields.length === 0),
    ({ tool }) => tool,
  );
  const counts = [...silent].map(
    ([tool, { length }]) =>
      `  ${tool}: ${counted(length, "twin")} touched without news for the hub (--json lists ${length === 1 ? "it" : "them"})`,
  );
  return [...told, ...counts];
}

/** A value on a line; long texts are cut. */
function inShort(value: FieldValue): string {
  const text = Array.isArray(value) ? value.join(", ") : String(value ?? "");
  return text === "" ? "(none)" : shortened(oneLine(text), VALUE_SHOWN);
}

/** What was decided, and for whom: the loser is told where its value went. */
function conflictLines({ conflicts }: SyncReport): string[] {
  const decided = conflicts.filter(({ state }) => state === "resolved");
  const lines = decided.slice(0, FINDINGS_SHOWN).map(({ item, field, winner, sides, reason }) => {
    const losers = sides.filter((side) => side !== winner).join(" and ");
    return `  ${item}.${field}: ${winner} wins over ${losers} (${oneLine(reason ?? "decided")}); the other value is kept in the audit trail`;
  });
  return decided.length > FINDINGS_SHOWN
    ? [...lines, `  ... and ${decided.length - FINDINGS_SHOWN} more decided`]
    : lines;
}

function findingLines(findings: readonly ReportFinding[]): string[] {
  const told = findings.filter(({ severity }) => severity !== "info");
  // What only a person can take further must not hide behind what is merely good to know.
  const shown = told.toSorted((a, b) => Number(b.needs_decision === true) - Number(a.needs_decision === true));
  const lines = shown.slice(0, FINDINGS_SHOWN).map(findingLine);
  return shown.length > FINDINGS_SHOWN
    ? [...lines, `  ... and ${shown.length - FINDINGS_SHOWN} more (--json shows all)`]
    : lines;
}

function findingLine({ severity, tool, line, message, items }: ReportFinding): string {
  const where = [tool ?? "", line === undefined ? "" : `line ${line}`].filter(Boolean).join(", ");
  const whom =
    items && items.length > 0
      ? ` [${items.slice(0, 5).join(", ")}${items.length > 5 ? `, +${items.length - 5}` : ""}]`
      : "";
  return `  ${severity}: ${where === "" ? "" : `${where}: `}${oneLine(message)}${whom}`;
}

/** Texts from files and vendors: no line breaks, no escape or direction controls that could redraw the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, " ").trim();
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
