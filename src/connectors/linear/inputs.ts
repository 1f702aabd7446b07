/** Canonical fields (already in Linear's terms) as the inputs of its mutations. */
import type { LinearDocument } from "@linear/sdk";
import type { FieldName, ToolValue, ToolValues } from "../../core/model.ts";

type IssueInput = Partial<LinearDocument.IssueUpdateInput>;
type ProjectInput = Partial<LinearDocument.ProjectUpdateInput>;

/** Fields that go into an issue's own input; labels and attachments take their own way. */
export function issueInput(fields: ToolValues): IssueInput {
  return {
    ...(has(fields, "title") ? { title: text(fields.title) } : {}),
    ...(has(fields, "description") ? { description: text(fields.description) ?? "" } : {}),
    ...(has(fields, "status") ? { stateId: text(fields.status) } : {}),
    ...(has(fields, "priority") ? { priority: number(fields.priority) ?? 0 } : {}),
    ...(has(fields, "estimate") ? { estimate: number(fields.estimate) } : {}),
    ...(has(fields, "due") ? { dueDate: text(fields.due) } : {}),
    ...(has(fields, "assignee") ? { assigneeId: text(fields.assignee) } : {}),
    ...(has(fields, "sprint") ? { cycleId: text(fields.sprint) } : {}),
  };
}

export function projectInput(fields: ToolValues): ProjectInput {
  return {
    ...(has(fields, "title") ? { name: text(fields.title) } : {}),
    ...(has(fields, "description") ? { content: text(fields.description) ?? "" } : {}),
    ...(has(fields, "status") ? { statusId: text(fields.status) } : {}),
    ...(has(fields, "priority") ? { priority: number(fields.priority) ?? 0 } : {}),
    ...(has(fields, "due") ? { targetDate: text(fields.due) } : {}),
  };
}

export function has(fields: ToolValues, field: FieldName): boolean {
  return fields[field] !== undefined;
}

export function text(value: ToolValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

export function texts(value: ToolValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function number(value: ToolValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
