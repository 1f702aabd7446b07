import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findTool, parseRegistry, requireTool } from "../../src/registry/registry.ts";
import { periodMs } from "../../src/registry/registry-schema.ts";
import { failureOf } from "./workspace-files.ts";

const shipped = {
  text: readFileSync(new URL("../../registry/tool-registry.yaml", import.meta.url), "utf8"),
  file: "shipped",
};
const registry = parseRegistry([shipped]);

describe("the shipped registry", () => {
  it("has the four tracking targets and their credentials", () => {
    const tools = registry.capabilities["tracking"]?.tools ?? {};
    expect(Object.fromEntries(Object.entries(tools).map(([key, { env }]) => [key, env]))).toEqual({
      jira: ["JIRA_SERVER", "JIRA_USERNAME", "JIRA_API_TOKEN"],
      linear: ["LINEAR_API_KEY"],
      notion: ["NOTION_API_KEY"],
      github: ["GH_TOKEN"],
    });
  });

  it("has the contract's rate limits as the first rows", () => {
    const first = (key: string) => findTool(registry, "tracking", key)?.rateLimits[0];
    expect(first("jira")).toEqual({ name: "requests", limit: 300, periodMs: 60_000, scope: "credential" });
    expect(first("linear")).toEqual({ name: "requests", limit: 60, periodMs: 60_000, scope: "credential" });
    expect(first("notion")).toEqual({ name: "requests", limit: 3, periodMs: 1000, scope: "credential" });
  });

  it("has an override of the base URL for every tool that is called", () => {
    const urls = ["jira", "linear", "notion", "github"].map((key) => findTool(registry, "tracking", key)?.baseUrlEnv);
    expect([...urls, findTool(registry, "chat", "slack")?.baseUrlEnv]).toEqual([
      "JIRA_BASE_URL",
      "LINEAR_API_URL",
      "NOTION_BASE_URL",
      "GITHUB_API_URL",
      "SLACK_API_URL",
    ]);
  });

  it("takes github-issues for github", () => {
    expect(requireTool(registry, "tracking", { key: "github-issues", where: "--tools" }).key).toBe("github");
  });

  it("names what is allowed, and the nearest, where a key is unknown", () => {
    const failure = failureOf(() => requireTool(registry, "tracking", { key: "jirra", where: "--tools" }));
    expect(failure.code).toBe("InvalidConfig");
    expect(failure.message).toBe(
      '--tools: "jirra" is not in the registry; allowed: jira, linear, notion, github. Did you mean "jira"?',
    );
  });
});

describe("a workspace's registry", () => {
  const override = (text: string) => parseRegistry([shipped, { text, file: "registry/tool-registry.yaml" }]);

  it("replaces lists and scalars, keeps the rest of the entry", () => {
    const text =
      "capabilities: {tracking: {tools: {jira: {rate_limits: [{name: requests, limit: 10, per: 30s, scope: credential}]}}}}";
    const jira = findTool(override(text), "tracking", "jira");
    expect(jira?.rateLimits).toEqual([{ name: "requests", limit: 10, periodMs: 30_000, scope: "credential" }]);
    expect(jira?.env).toEqual(["JIRA_SERVER", "JIRA_USERNAME", "JIRA_API_TOKEN"]);
  });

  it("adds a tool", () => {
    const merged = override("capabilities: {tracking: {tools: {redmine: {env: [REDMINE_URL, REDMINE_API_KEY]}}}}");
    expect(findTool(merged, "tracking", "redmine")).toMatchObject({ name: "redmine", available: true, rateLimits: [] });
    expect(findTool(merged, "tracking", "jira")).toBeDefined();
  });

  it.each([
    [
      "a default that is no tool",
      "capabilities: {tracking: {default: jra}}",
      '1:36: capabilities.tracking.default: "jra" is not in the registry',
    ],
    [
      "a misspelt key",
      "capabilities:\n  tracking:\n    tools:\n      jira:\n        rate_limit: []\n",
      '5:9: capabilities.tracking.tools.jira.rate_limit: "rate_limit" is not a known key; allowed: ',
    ],
    [
      "a period nobody knows",
      "capabilities: {tracking: {tools: {jira: {rate_limits: [{name: a, limit: 1, per: fortnight, scope: item}]}}}}",
      "capabilities.tracking.tools.jira.rate_limits[0].per: a period is",
    ],
    [
      "a period of no time",
      "capabilities: {tracking: {tools: {jira: {rate_limits: [{name: a, limit: 1, per: 0s, scope: item}]}}}}",
      "capabilities.tracking.tools.jira.rate_limits[0].per: a period is",
    ],
    [
      "a scope nobody knows",
      "capabilities: {tracking: {tools: {jira: {rate_limits: [{name: a, limit: 1, per: hour, scope: items}]}}}}",
      '"items" is not allowed here; allowed: credential, item. Did you mean "item"?',
    ],
    ["a syntax error", "capabilities: {tracking: [\n", "registry/tool-registry.yaml:2:1: "],
    ["a key given twice", "meta: {}\nmeta: {}\n", "registry/tool-registry.yaml:2:1: Map keys must be unique"],
    [
      "aliases that multiply",
      `meta: {a: &a [1,1,1,1,1,1,1,1,1,1], b: &b [${"*a,".repeat(30)}], c: &c [${"*b,".repeat(30)}], d: [${"*c,".repeat(30)}]}`,
      "registry/tool-registry.yaml: Excessive alias count",
    ],
    ["two documents", "meta: {}\n---\nmeta: {}\n", "registry/tool-registry.yaml:2:1: "],
  ])("refuses %s with its place", (_, text, message) => {
    const failure = failureOf(() => override(text));
    expect(failure.code).toBe("InvalidConfig");
    expect(failure.message).toContain(message);
    expect(failure.details.file).toBe("registry/tool-registry.yaml");
    expect(failure.details.line).toBeGreaterThan(0);
  });
});

describe("periods", () => {
  it.each([
    ["second", 1000],
    ["minute", 60_000],
    ["hour", 3_600_000],
    ["2s", 2000],
    ["30s", 30_000],
    ["5 minutes", 300_000],
  ])("%s", (per, ms) => {
    expect(periodMs(per)).toBe(ms);
  });
});
