import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HubTree } from "../../src/core/model.ts";
import type { HubEdit, HubFieldEdit, HubRefEdit } from "../../src/core/plan.ts";
import type { HubReading } from "../../src/hub/hub.ts";
import { readHub } from "../../src/hub/read.ts";

const ROOT = join(import.meta.dirname, "../..");
export const OWN_PROJECTS = join(ROOT, "test/fixtures/hub");
/** The portfolio of the neighbouring folder, where there is one. */
export const SHARED_PROJECTS = join(ROOT, "../shared/portfolio/docs/projects");
export const hasShared = existsSync(SHARED_PROJECTS);

export function fixtureText(project: string, folder = OWN_PROJECTS): string {
  return readFileSync(join(folder, project, "sdlc-tracking.yaml"), "utf8");
}

export function readFixture(project: string, folder = OWN_PROJECTS): HubReading {
  return readText(fixtureText(project, folder), project);
}

export function readText(text: string, projectId = "PROJ-2027-001"): HubReading {
  return readHub(text, { projectId, file: `docs/projects/${projectId}/sdlc-tracking.yaml` });
}

export function treeOf(reading: HubReading): HubTree {
  if (!reading.tree) throw new Error(`no tree: ${JSON.stringify(reading.findings)}`);
  return reading.tree;
}

/** What a finding says, where, and of what. */
export function shortFindings(reading: HubReading): unknown[] {
  return reading.findings.map(({ code, line, items }) => [code, line, ...(items ?? [])]);
}

type ListedType = "epic" | "story" | "task";

export function typeOf(id: string): ListedType {
  return id.startsWith("EPIC") ? "epic" : id.startsWith("TASK") ? "task" : "story";
}

export function field(item: string, name: HubFieldEdit["field"], value: HubFieldEdit["value"]): HubEdit {
  return { kind: "field", item, type: typeOf(item), field: name, value };
}

export function ref(item: string, tool: string, value: string): HubRefEdit {
  return { kind: "ref", item, type: typeOf(item), tool, ref: value };
}
