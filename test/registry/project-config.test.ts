import { describe, expect, it } from "vitest";
import { CONFIG, jira, resolve, config } from "./resolving.ts";
import { failureOf, hubReading } from "./workspace-files.ts";

describe("sync-config.yaml", () => {
  it("may bind a tool that the hub does not, where its container is known", () => {
    const env = { LINEAR_TEAM_ID: "PAY" };
    const { tools } = resolve(hubReading([jira]), { files: config("{linear: {}}"), env });
    expect(tools.map(({ tool }) => tool)).toEqual(["jira", "linear"]);
    expect(resolve(hubReading([jira]), { files: config("{linear: {}}") }).findings).toMatchObject([
      { code: "incomplete-binding" },
    ]);
  });

  it("sets thresholds and channels; {{CHAT_TOOL}} is the bound chat", () => {
    const files = {
      [CONFIG]:
        'sync_config: {project_id: PROJ-2026-001, health_monitoring: {success_threshold: 0.9}, notifications: {channels: ["{{CHAT_TOOL}}", webhook]}}',
    };
    const project = resolve(hubReading([jira]), { files });
    expect(project.health).toEqual({
      success_threshold: 0.9,
      performance_threshold_ms: 300_000,
      consistency_threshold: 0.95,
    });
    expect(project.notifications).toEqual({
      success: false,
      warnings: true,
      errors: true,
      channels: ["slack", "webhook"],
    });
  });

  it.each([
    [
      "of another project",
      "sync_config: {project_id: PROJ-2026-002}",
      'sync_config.project_id is "PROJ-2026-002", but it lies beside the hub file of PROJ-2026-001',
    ],
    [
      "with a misspelt mode",
      "sync_config: {project_id: PROJ-2026-001, tools: {jira: {sync_mode: bidirectionl}}}",
      '"bidirectionl" is not allowed here; allowed: bidirectional, push-only, pull-only. Did you mean "bidirectional"?',
    ],
    [
      "with a misspelt key",
      "sync_config: {project_id: PROJ-2026-001, tools: {jira: {conflict_resolutoin: manual}}}",
      'Did you mean "conflict_resolution"?',
    ],
    [
      "with an unknown tool",
      "sync_config: {project_id: PROJ-2026-001, tools: {jirra: {}}}",
      'sync_config.tools.jirra: "jirra" is not in the registry',
    ],
    [
      "with an unknown field",
      "sync_config: {project_id: PROJ-2026-001, tools: {jira: {priority_fields: [status, stautsx]}}}",
      'sync_config.tools.jira.priority_fields[1]: "stautsx" is not a field of jira; allowed: title',
    ],
    [
      "with a time zone nobody knows",
      "sync_config: {project_id: PROJ-2026-001, schedule: {timezone: Mars/Olympus}}",
      "not an IANA time zone",
    ],
    ["without a project", "sync_config: {}", "sync_config.project_id: "],
  ])("%s is refused", (_, text, message) => {
    const failure = failureOf(() => resolve(hubReading([jira]), { files: { [CONFIG]: text } }));
    expect(failure.code).toBe("InvalidConfig");
    expect(failure.message).toContain(message);
  });
});
