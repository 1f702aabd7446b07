import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { printReport, printReportJson, printReportYaml } from "../../src/cli/report-text.ts";
import { buildReport } from "../../src/core/report.ts";
import type { RunFacts } from "../../src/core/run-facts.ts";
import { conflictFacts, runFacts, toolFacts } from "../core/report-facts.ts";

const print = (more: Partial<RunFacts> = {}): string[] => printReport(buildReport(runFacts(more))).split("\n");

describe("a report on the terminal", () => {
  it("ends with the contract's line", () => {
    const resolved = conflictFacts({ decided: { side: "jira", reason: "newer" } });
    const lines = print({ tools: [toolFacts("jira"), toolFacts("linear")], conflicts: [resolved] });
    expect(lines.at(-1)).toBe("SUCCESS: External sync completed. 2 tools synced, 1 conflicts resolved.");
  });

  it("tells tools, hub, findings, what to do and where to look, a line each", () => {
    const lines = print({
      tools: [toolFacts("jira", { successful: 3, rateLimit: { used: 290, limit: 300 } })],
      hub: { edits: 1, hash: "x" },
      findings: [
        { code: "no-title", severity: "warning", message: "no title", line: 12, items: ["US-1"], remedy: "Write one." },
      ],
      conflicts: [conflictFacts()],
      links: { temporal: "http://127.0.0.1:8233" },
    });
    expect(lines).toEqual([
      "PROJ-2026-001: warning, 4 of 4 operations done, 1 decision open, 45 s",
      "  jira: warning, 3 operations, 1.0 s, rate limit 290/300 - Rate limit approaching",
      "  hub: 1 edit",
      "  warning: line 12: no title [US-1]",
      "  -> Monitor Jira rate limit usage (290/300)",
      "  -> Epic EPIC-001 requires manual conflict resolution (title): track-sdlc resolve PROJ-2026-001 --conflict-id=7",
      "  -> Write one.",
      "  temporal: http://127.0.0.1:8233",
      "SUCCESS: External sync completed. 1 tools synced, 0 conflicts resolved.",
    ]);
  });

  it("tells what a pull brought, value by value, and counts what was no news", () => {
    const touched = { updated: "2026-11-20T08:00:00.000Z", url: "https://x" };
    const fields = [
      { field: "title" as const, old_value: "Store a card", new_value: "Keep a\n\u001bcard" },
      { field: "description" as const, old_value: null, new_value: "word ".repeat(40) },
      { field: "labels" as const, old_value: [], new_value: ["a", "b"] },
    ];
    const changes = [
      { tool: "jira", item: "US-1", key: "CHK-1", ...touched, fields },
      ...["US-1", "US-2"].map((item) => ({ tool: "linear", item, key: "PAY-1", ...touched, fields: [] })),
    ];
    const lines = printReport({ ...buildReport(runFacts({})), changes }).split("\n");
    expect(lines.filter((line) => /US-1|twins/.test(line))).toEqual([
      "  jira: US-1 (CHK-1) title: Store a card -> Keep a card",
      `  jira: US-1 (CHK-1) description: (none) -> ${"word ".repeat(10)}word…`,
      "  jira: US-1 (CHK-1) labels: (none) -> a, b",
      "  linear: 2 twins touched without news for the hub (--json lists them)",
    ]);
  });

  it("does not call a failure a success", () => {
    const failed = toolFacts("jira", { standing: "failed", error: { code: "AuthFailed", message: "401" } });
    expect(print({ tools: [failed, toolFacts("linear")] }).at(-1)).toBe(
      "WARNING: External sync incomplete. 1 of 2 tools synced, 0 conflicts resolved.",
    );
    expect(print({ tools: [failed] }).at(-1)).toBe(
      "ERROR: External sync failed. 0 of 1 tools synced, 0 conflicts resolved.",
    );
    expect(print({ tools: [], refused: "the hub file cannot be read" }).at(-1)).toBe(
      "ERROR: External sync failed. Nothing was done: the hub file cannot be read",
    );
  });

  it("lets no text of a vendor redraw the terminal", () => {
    const message = "gone\u001b[2J\u202Eevil\r\nSUCCESS: forged";
    const failed = toolFacts("jira", { standing: "failed", error: { code: "Rejected", message } });
    const lines = print({ tools: [failed], findings: [{ code: "x", severity: "warning", message }] });
    for (const control of ["\u001b", "\u202E", "\r"]) expect(lines.join("\n")).not.toContain(control);
    expect(lines.filter((line) => line.startsWith("SUCCESS"))).toEqual([]);
  });

  it("shows twenty findings and counts the others", () => {
    const findings = Array.from({ length: 33 }, (_, index) => ({
      code: "x",
      severity: "warning" as const,
      message: `m${index}`,
    }));
    const lines = print({ findings });
    expect(lines.filter((line) => line.startsWith("  warning: "))).toHaveLength(20);
    expect(lines).toContain("  ... and 13 more (--json shows all)");
  });
});

describe("a report in a file", () => {
  it("is the contract's document in YAML and in JSON", () => {
    const report = buildReport(runFacts({ conflicts: [conflictFacts()] }));
    expect(parse(printReportYaml(report))).toEqual({ sync_report: JSON.parse(JSON.stringify(report)) as unknown });
    expect(JSON.parse(printReportJson(report))).toEqual({ sync_report: JSON.parse(JSON.stringify(report)) as unknown });
    expect(printReportYaml(report).split("\n")[0]).toBe("sync_report:");
  });
});
