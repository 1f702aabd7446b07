import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { isSyncFailure } from "../../src/core/errors.ts";
import { readHub } from "../../src/hub/read.ts";
import { parseClient } from "../../src/registry/client.ts";
import { fillHubTemplate, fillSyncConfig } from "../../src/registry/fill-template.ts";
import { parseSyncConfig } from "../../src/registry/sync-config.ts";
import { packageRoot } from "../../src/registry/package-root.ts";
import { loadWorkspace, templateText } from "../../src/registry/workspace.ts";
import { makeWorkspace } from "./workspace-files.ts";

const workspace = loadWorkspace(packageRoot());
const { registry } = workspace;
const template = templateText(workspace, "sync-config.yaml");
const clientWith = (chat: string) =>
  parseClient({ text: `client: {code: A}\ntools: {chat: ${chat}}\n`, file: "A.yaml" }, registry);
const filled = (tools: readonly string[], more: Partial<Parameters<typeof fillSyncConfig>[1]> = {}) =>
  fillSyncConfig(template, { projectId: "P-1", tools, client: null, registry, ...more });
const configOf = (text: string) => parseSyncConfig({ text, file: "sync-config.yaml" }, registry, null);

describe("the sync-config of a new project", () => {
  it("has one block for each of its tools, the contract's where it has one, and each is on", () => {
    const { tools, project_id } = configOf(filled(["jira", "notion", "github"]));
    expect([project_id, Object.keys(tools)]).toEqual(["P-1", ["jira", "notion", "github"]]);
    expect(tools["jira"]).toMatchObject({ enabled: true, priority_fields: ["status", "assignee", "estimation"] });
    expect(tools["notion"]).toMatchObject({
      enabled: true,
      sync_mode: "push-only",
      conflict_resolution: "source-wins",
    });
    expect(tools["github"]).toMatchObject({ enabled: true, sync_mode: "bidirectional" });
  });

  it("resolves the chat through the client, else by the registry's default", () => {
    const channels = (text: string) => configOf(text).notifications.channels;
    expect(channels(filled([]))).toEqual(["slack"]);
    expect(channels(filled([], { client: clientWith("webhook") }))).toEqual(["webhook"]);
    expect(channels(filled([], { client: clientWith("[slack, webhook]") }))).toEqual(["slack", "webhook"]);
  });

  it("says whose values hold, and that tasks take part, where that was said", () => {
    const { tools } = configOf(filled(["jira", "linear"], { adoption: "newest", tasks: true }));
    for (const tool of Object.values(tools)) expect(tool).toMatchObject({ adoption: "newest", tasks: true });
  });

  it("keeps the template's comments, and leaves no placeholder", () => {
    const text = filled(["jira"]);
    expect(text).toContain('sync_mode: "bidirectional" # bidirectional | push-only | pull-only');
    expect(text).not.toMatch(/\{\{|\{project/);
  });

  it("keeps an id that is a number to YAML a name", () => {
    expect(configOf(filled([], { projectId: "2026" })).project_id).toBe("2026");
  });

  it("comes from the workspace's own template where there is one", () => {
    const own = loadWorkspace(
      makeWorkspace({
        "registry/templates/sync-config.yaml": "sync_config: {project_id: x, schedule: {frequency: 4h}}\n",
      }),
    );
    const text = fillSyncConfig(templateText(own, "sync-config.yaml"), {
      projectId: "P-1",
      tools: ["jira"],
      client: null,
      registry,
    });
    expect(configOf(text)).toMatchObject({
      project_id: "P-1",
      schedule: { frequency: "4h" },
      tools: { jira: { enabled: true } },
    });
  });

  it.each(["a: [\n", "other: {}\n"])("refuses the template %j", (text) => {
    let failure: unknown;
    try {
      fillSyncConfig(text, { projectId: "P-1", tools: [], client: null, registry });
    } catch (error) {
      failure = error;
    }
    expect(isSyncFailure(failure, "InvalidConfig")).toBe(true);
  });
});

describe("the hub of a new project", () => {
  const text = fillHubTemplate(
    templateText(workspace, "sdlc-tracking.yaml"),
    "PROJ-2026-014",
    "docs/projects/PROJ-2026-014/implementation/",
  );

  it("reads without a finding, and makes nothing up", () => {
    const { tree, findings, projectId } = readHub(text, { projectId: "PROJ-2026-014", file: "x" });
    expect([findings, projectId, Object.keys(tree?.items ?? {})]).toEqual([[], "PROJ-2026-014", ["PROJ-2026-014"]]);
    expect(parse(text)).toMatchObject({
      project: { id: "PROJ-2026-014", type: null },
      state: { currentPhase: 0, currentGate: "G0", overallProgress: 0 },
      implementation: { folder: "docs/projects/PROJ-2026-014/implementation/", epics: [], stories: [], tasks: [] },
      system: { schema_version: "1.0" },
    });
  });
});
