/** What table tests ask of a plan. */
import type { FieldName, FieldValue, Side } from "../../../src/core/model.ts";
import type { FieldConflict, Plan } from "../../../src/core/plan.ts";
import { Project, STORY } from "../project-fixture.ts";

export function story(tools: readonly string[] = ["jira", "linear"]): Project {
  return new Project(STORY, tools);
}

/** The value that a plan writes to a tool. */
export function written(plan: Plan, tool: string, field: FieldName): unknown {
  const write = plan.writes.find((one) => one.tool === tool && one.kind === "update");
  return write?.kind === "update" ? write.fields[field]?.value : undefined;
}

export function hubEdit(plan: Plan, field: FieldName): FieldValue | undefined {
  const edit = plan.hubEdits.find((one) => one.kind === "field" && one.field === field);
  return edit?.kind === "field" ? edit.value : undefined;
}

export function sides(conflict: FieldConflict | undefined): readonly Side[] {
  return conflict?.candidates.map(({ side }) => side) ?? [];
}

export function isEmpty(plan: Plan): boolean {
  const lists = [
    plan.writes,
    plan.hubEdits,
    plan.baseUpdates,
    plan.hubBase,
    plan.conflicts,
    plan.deletions,
    plan.findings,
    plan.guards,
  ];
  return lists.every((list) => list.length === 0);
}
