/** A hub that takes in what one tool was found to have. */
import { progressOf } from "../../core/computed.ts";
import { FIELDS_OF_TYPE } from "../../core/fields.ts";
import type { Finding } from "../../core/findings.ts";
import { namedTwins, type Matching } from "../../core/matching.ts";
import type { HubItem, ItemId, RemoteItem } from "../../core/model.ts";
import { idName, newIds } from "../../core/new-ids.ts";
import type { HubEdit } from "../../core/plan.ts";
import { takeItems } from "../../core/tracker-items.ts";
import { containerOf } from "../../connectors/sync-key.ts";
import { addToHub } from "../../hub/add.ts";
import { editHub } from "../../hub/edit.ts";
import { ITEM_TYPES } from "../../hub/keys.ts";
import type { HubDraft } from "./draft.ts";
import type { Survey } from "./survey.ts";

interface Grown {
  readonly text: string;
  readonly taken: readonly ItemId[];
  readonly findings: readonly Finding[];
}

/** The hub with the refs that were found; and of the source with what the source has and the hub has not. */
export function grow(
  { text, reading }: HubDraft,
  survey: Survey,
  matching: Matching,
  { isSource, isNew, isNamed }: { readonly isSource: boolean; readonly isNew: boolean; readonly isNamed: boolean },
): Grown {
  const { tool } = survey.tool;
  const edits = matching.matches.flatMap(({ item: { id, type }, twin, by }): HubEdit[] =>
    by === "title" || by === "answer" ? [{ kind: "ref", item: id, type, tool, ref: twin.key }] : [],
  );
  const { text: linked, skipped } = editHub(text, edits);
  const findings = skipped.map(({ edit: { item }, reason }): Finding => ({
    code: "ref-not-written",
    severity: "warning",
    tool,
    items: [item],
    message: `external_refs of ${item} could not be written: ${reason}`,
  }));
  if (!isSource) return { text: linked, taken: [], findings };
  const { items: old, quarantined } = reading.tree;
  // An open question may be about any of them: it is answered first.
  const free = matching.open.length > 0 ? [] : matching.free;
  const ids = [...Object.values(old), ...quarantined.map((id) => ({ id, type: "story" as const }))];
  const keys = free.filter(({ type }) => type === "story").map(({ key }) => key);
  const { items, findings: more } = takeItems({
    tool,
    twins: free,
    types: ITEM_TYPES.filter((type) => survey.types.includes(type)),
    lens: survey.lens,
    newId: newIds(ids, idName(keys, containerOf(survey.tool.binding), reading.projectId)),
    known: knownParents(survey, matching, reading.projectId),
  });
  const grown = addToHub(linked, { items });
  const { projectId: item } = reading;
  const progress: HubEdit = { kind: "field", item, type: "project", field: "progress", value: progressOf(items) };
  return {
    text: isNew ? editHub(grown, [progress, ...told(survey, item, isNamed)]).text : grown,
    taken: items.map(({ id }) => id),
    findings: [...findings, ...more],
  };
}

/** What the twin of the project says of it, for a hub that is new. */
function told(survey: Survey, item: ItemId, isNamed: boolean): HubEdit[] {
  const twin = projectTwin(survey);
  return FIELDS_OF_TYPE.project.flatMap((field): HubEdit[] => {
    const held = twin?.fields[field];
    const reading = held === undefined ? undefined : survey.lens("project", field)?.read(held);
    if (reading?.kind !== "value" || reading.value === null || (field === "title" && isNamed)) return [];
    return [{ kind: "field", item, type: "project", field, value: reading.value }];
  });
}

function projectTwin({ twins, tool: { projectRef } }: Survey): RemoteItem | undefined {
  return projectRef ? namedTwins(twins).get(projectRef.ref.toLowerCase()) : undefined;
}

/** Items by the ref of their twin; the project too, where it has one. */
function knownParents(
  survey: Survey,
  { matches }: Matching,
  project: ItemId,
): Parameters<typeof takeItems>[0]["known"] {
  const own = projectTwin(survey);
  return new Map<string, Pick<HubItem, "id" | "type">>([
    ...(own ? [[own.ref, { id: project, type: "project" }] as const] : []),
    ...matches.map(({ item, twin }) => [twin.ref, item] as const),
  ]);
}
