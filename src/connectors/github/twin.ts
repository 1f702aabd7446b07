/** Issues as the planner's remote items. */
import type { FieldName, RemoteItem, ToolValue, ToolValues } from "../../core/model.ts";
import type { Binding, ToolSchema } from "../contract.ts";
import { keyOf, type IssueFacts } from "./answers.ts";
import { syncKeyIn, textIn } from "./body.ts";
import {
  ARCHIVED_LABEL,
  isOurs,
  isPointsLabel,
  isPriorityLabel,
  isTaskTypeLabel,
  namingOf,
  sameName,
  typeTold,
  type Naming,
  type WorkType,
} from "./naming.ts";
import { statusHeld } from "./status.ts";

export interface TwinScope {
  readonly binding: Binding;
  readonly schema: ToolSchema;
}

/** GitHub tells whole seconds. */
const RESOLUTION_MS = 1000;

/** @param aliases other refs by which this issue was asked for and found */
export function twinOf(scope: TwinScope, facts: IssueFacts, aliases: readonly string[] = []): RemoteItem {
  const type = typeTold(scope.binding, facts.type, facts.labels);
  const isAway = !facts.isOpen && facts.labels.some((label) => sameName(label, ARCHIVED_LABEL));
  return {
    ref: facts.ref,
    key: keyOf(facts),
    url: facts.url,
    type,
    syncKey: syncKeyIn(facts.body),
    fields: fieldsOf(scope, namingOf(scope), type, facts),
    updated: { at: new Date(facts.updatedAt).toISOString(), resolutionMs: RESOLUTION_MS },
    state: isAway ? "archived" : "live",
    ...(aliases.length > 0 ? { aliases } : {}),
  };
}

function fieldsOf({ binding }: TwinScope, naming: Naming, type: WorkType, facts: IssueFacts): ToolValues {
  const [first = null, ...others] = facts.assignees;
  const isNamed = (field: FieldName): boolean => binding.mapping.fields?.[field] !== undefined;
  return {
    title: facts.title,
    description: textIn(facts.body),
    status: statusHeld(naming, type, facts),
    priority: priorityHeld(naming, facts),
    ...(naming.estimate === null && !isNamed("estimate") ? {} : { estimate: estimateHeld(naming, facts) }),
    labels: facts.labels.filter((label) => !isOurs(naming, label)).sort(),
    // Known by its place only: no opinion until somebody has looked it up.
    ...(facts.parent?.ref === undefined && facts.parent !== null ? {} : { parent: facts.parent?.ref ?? null }),
    assignee: others.length > 0 ? [...facts.assignees].sort() : first,
    ...(isNamed("sprint") ? { sprint: facts.milestone?.number ?? null } : {}),
    ...(isNamed("due") ? { due: facts.milestone?.dueOn?.slice(0, 10) ?? null } : {}),
    task_type:
      facts.labels
        .find((label) => isTaskTypeLabel(naming, label))
        ?.slice("type:".length)
        .trim() ?? null,
  };
}

/** One value, none, or all of several that contradict. */
function single<T extends ToolValue>(values: readonly T[]): T | null | readonly T[] {
  const [first = null, ...others] = values;
  return others.length > 0 ? values : first;
}

function priorityHeld(naming: Naming, facts: IssueFacts): ToolValue {
  if (naming.priority?.kind === "field") return facts.values?.[String(naming.priority.field.id)] ?? null;
  const labels = facts.labels.filter((label) => isPriorityLabel(naming, label)).map((label) => label.toLowerCase());
  return single(labels.sort());
}

function estimateHeld(naming: Naming, facts: IssueFacts): ToolValue {
  if (naming.estimate?.kind === "field") return facts.values?.[String(naming.estimate.field.id)] ?? null;
  const texts = facts.labels.filter(isPointsLabel).map((label) => label.slice("points:".length).trim());
  return single(texts.map((text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : text)).sort());
}
