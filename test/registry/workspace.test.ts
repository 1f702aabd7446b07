import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { engineTimings } from "../../src/registry/workspace-schema.ts";
import { clientOf, findWorkspace, loadWorkspace, templateText } from "../../src/registry/workspace.ts";
import { printReportYaml } from "../../src/cli/report-text.ts";
import { buildReport } from "../../src/core/report.ts";
import { parseClient } from "../../src/registry/client.ts";
import { syncConfigSchema } from "../../src/registry/sync-config-schema.ts";
import { YamlSource } from "../../src/registry/yaml-source.ts";
import { conflictFacts, runFacts, toolFacts } from "../core/report-facts.ts";
import { syncReportSchema } from "./sync-report-schema.ts";
import { failureOf, makeWorkspace } from "./workspace-files.ts";

describe("finding the workspace", () => {
  it.each([
    ["hub files", "docs/projects/P/sdlc-tracking.yaml"],
    ["a registry", "registry/tool-registry.yaml"],
    ["clients", "registry/clients/ACME.yaml"],
    ["sdlc-sync.yaml", "sdlc-sync.yaml"],
  ])("goes up to the nearest folder with %s", (_, file) => {
    const root = makeWorkspace({ [file]: "{}" });
    mkdirSync(join(root, "a/b"), { recursive: true });
    expect(findWorkspace(join(root, "a/b"))).toBe(root);
    expect(findWorkspace(root)).toBe(root);
  });

  it("takes --root as it is, and only if it is a folder", () => {
    const root = makeWorkspace({ "empty/x": "" });
    expect(findWorkspace(root, "empty")).toBe(join(root, "empty"));
    expect(failureOf(() => findWorkspace(root, "nowhere")).message).toContain("nowhere is not a folder");
  });

  it("says what was looked for, and what to do, where there is none", () => {
    const failure = failureOf(() => findWorkspace("/"));
    expect(failure.code).toBe("InvalidConfig");
    expect(failure.message).toContain("none of the folders has docs/projects, registry/ or sdlc-sync.yaml");
    expect(failure.message).toContain("--root");
  });
});

describe("a client's file", () => {
  it("is parsed once for all its projects, and again when somebody edits it", () => {
    const file = "registry/clients/ACME.yaml";
    const root = makeWorkspace({ [file]: "client: {code: ACME, name: Acme}" });
    const workspace = loadWorkspace(root);
    const first = clientOf(workspace, "ACME");
    expect(clientOf(workspace, "ACME")).toBe(first);
    writeFileSync(join(root, file), "client: {code: ACME, name: Acme Group}");
    expect(clientOf(workspace, "ACME")?.client.name).toBe("Acme Group");
  });
});

describe("sdlc-sync.yaml", () => {
  it("may be absent: every setting has a default", () => {
    const { config } = loadWorkspace(makeWorkspace({}));
    expect(config.hub_glob).toBe("docs/projects/*/sdlc-tracking.yaml");
    expect(config.engine.request_timeout_ms).toBe(30_000);
    expect(engineTimings(config)).toMatchObject({
      slowToolAfterMs: 30_000,
      passBudgetMs: 60_000,
      passMaxWrites: 2000,
      heartbeatTimeoutMs: 30_000,
    });
  });

  it("changes one setting and leaves the others", () => {
    const root = makeWorkspace({ "sdlc-sync.yaml": "hub_glob: 'p/*/hub.yaml'\nengine: {slow_tool_after_ms: 500}\n" });
    const { config } = loadWorkspace(root);
    expect(config).toMatchObject({
      hub_glob: "p/*/hub.yaml",
      engine: { slow_tool_after_ms: 500, pass_budget_ms: 60_000 },
    });
  });

  it("may be empty", () => {
    expect(loadWorkspace(makeWorkspace({ "sdlc-sync.yaml": "# nothing yet\n" })).config.engine.pass_max_writes).toBe(
      2000,
    );
  });

  it.each([
    ["engine: {slow_tool_after: 1}", '1:10: engine.slow_tool_after: "slow_tool_after" is not a known key'],
    ["engine: {pass_max_writes: -1}", "engine.pass_max_writes: "],
    ["store: {url: mysql://x}", "store.url: a store is"],
  ])("%s is refused with its place", (text, message) => {
    const failure = failureOf(() => loadWorkspace(makeWorkspace({ "sdlc-sync.yaml": text })));
    expect(failure.code).toBe("InvalidConfig");
    expect(failure.message).toContain(message);
    expect(failure.details).toMatchObject({ file: "sdlc-sync.yaml", line: 1 });
  });
});

describe("templates", () => {
  it("come from the workspace first, then from the package", () => {
    const own = loadWorkspace(makeWorkspace({ "registry/templates/sync-config.yaml": "# ours\n" }));
    expect(templateText(own, "sync-config.yaml")).toBe("# ours\n");
    expect(templateText(own, "sync-report.yaml")).toContain("sync_report:");
  });

  it("sync-config.yaml says what the contract's says, and passes our own schema", () => {
    const text = templateText(loadWorkspace(makeWorkspace({})), "sync-config.yaml");
    const config = new YamlSource(text, "sync-config.yaml").parse(syncConfigSchema).sync_config;
    expect(config).toMatchObject({
      project_id: "{project-id}",
      tools: {
        jira: { enabled: true, sync_mode: "bidirectional", conflict_resolution: "last-modified-wins" },
        linear: { enabled: true, sync_mode: "bidirectional", conflict_resolution: "manual" },
        notion: { enabled: false, sync_mode: "push-only", conflict_resolution: "source-wins" },
      },
      schedule: { auto_sync: true, frequency: "2h", business_hours_only: true },
      notifications: { channels: ["{{CHAT_TOOL}}"] },
    });
  });

  it("sync-report.yaml has the shape of the reports we write", () => {
    const text = templateText(loadWorkspace(makeWorkspace({})), "sync-report.yaml");
    const sample = new YamlSource(text, "sync-report.yaml").parse(syncReportSchema).sync_report;
    expect(sample.tools["notion"]).toEqual({ status: "error", operations: 0, error: "Authentication failed" });
    const failed = toolFacts("jira", { standing: "failed", error: { code: "AuthFailed", message: "401" } });
    const linear = toolFacts("linear", { failed: 1, rateLimit: { used: 55, limit: 60 } });
    const ours = printReportYaml(buildReport(runFacts({ tools: [failed, linear], conflicts: [conflictFacts()] })));
    const report = new YamlSource(ours, "report.yaml").parse(syncReportSchema).sync_report;
    expect(Object.keys(report)).toEqual(expect.arrayContaining(Object.keys(sample)));
  });

  it("client.yaml is a client file once its blanks are filled", () => {
    const workspace = loadWorkspace(makeWorkspace({}));
    const client = parseClient(
      { text: templateText(workspace, "client.yaml"), file: "client.yaml" },
      workspace.registry,
    );
    expect(client).toMatchObject({ client: { code: "{CODE}" }, tools: { tracking: ["jira", "linear"] } });
  });
});
