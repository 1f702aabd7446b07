import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSource } from "../../scripts/import-rules.ts";

/** Resolves as the checker does, from the file's own folder. */
function problems(file: string, source: string): string[] {
  const resolve = (specifier: string) =>
    specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier;
  return checkSource(file, source, resolve).map(({ problem }) => problem);
}

describe("import rules catch planted defects", () => {
  const planted: [string, string, string][] = [
    ["a core that reads files", "src/core/plan.ts", 'import { readFile } from "node:fs/promises";'],
    ["a core with a clock", "src/core/plan.ts", "export const now = Date.now();"],
    ["a core with a dynamic import", "src/core/plan.ts", 'const x = await import("zod");'],
    ["a workflow that plans", "workflows/project-sync.ts", 'import { openStore } from "../src/store/open.ts";'],
    ["a workflow with node", "workflows/project-sync.ts", 'import { hostname } from "node:os";'],
    ["a connector that knows another", "src/connectors/linear/read.ts", 'import { toAdf } from "../jira/adf.ts";'],
    ["a connector that fetches", "src/connectors/linear/read.ts", 'const answer = await fetch("https://x");'],
    ["a connector with the store", "src/connectors/jira/read.ts", 'import { openStore } from "../../store/open.ts";'],
    ["a re-export counts", "src/core/plan.ts", 'export { readHub } from "../hub/read.ts";'],
    ["a middle that branches on a vendor", "activities/apply.ts", 'if (tool === "jira") return;'],
  ];
  it.each(planted)("%s", (_, file, source) => {
    expect(problems(file, source)).toHaveLength(1);
  });
});

describe("import rules let pass", () => {
  const fine: [string, string, string][] = [
    ["types of anything", "src/core/plan.ts", 'import type { Store } from "../store/store.ts";'],
    ["type-only specifiers", "src/core/plan.ts", 'import { type Store } from "../store/store.ts";'],
    ["http.ts, which fetches for all", "src/connectors/http.ts", "await fetch(url);"],
    ["a connector's own files", "src/connectors/jira/read.ts", 'import { toAdf } from "./adf.ts";'],
    ["imports in comments", "src/core/plan.ts", '// import { readFile } from "node:fs";'],
  ];
  it.each(fine)("%s", (_, file, source) => {
    expect(problems(file, source)).toEqual([]);
  });
});
