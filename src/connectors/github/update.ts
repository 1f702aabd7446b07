/** Updates: the twins are read just before, then one PATCH each with all fields; a parent takes a request of its own. */
import { isSyncFailure } from "../../core/errors.ts";
import type { RemoteItem, ToolValues } from "../../core/model.ts";
import { attempt, stepping, without } from "../attempts.ts";
import type { ReportOutcome, ReportStep, SchemaScope, UpdateRequest, WriteOutcome } from "../contract.ts";
import { unraced } from "../race.ts";
import { aftermathOf, type Aftermath } from "./aftermath.ts";
import { restIssue, type IssueFacts } from "./answers.ts";
import { syncKeyIn } from "./body.ts";
import { exchange, send } from "./client.ts";
import { dropped, editedIssue, emptied, has, isReclosed, type Input } from "./inputs.ts";
import { namingOf, type WorkType } from "./naming.ts";
import { issuesById, nameOf, pathOf, withParents } from "./nodes.ts";
import { parentsOf, place, type Parents } from "./parents.ts";
import { statusHeld } from "./status.ts";
import { twinOf } from "./twin.ts";

/** Issues that are read and written in one go: few, so that little time passes between the two. */
const TOGETHER = 10;

export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
  step?: ReportStep,
): Promise<void> {
  if (requests.length === 0) return;
  const writing = { scope, parents: await parentsOf(scope, requests), step };
  for (let start = 0; start < requests.length; start += TOGETHER) {
    const some = requests.slice(start, start + TOGETHER);
    const present = await issuesById(
      scope,
      some.map(({ ref }) => ref),
      true,
    );
    for (const request of some) {
      const issue = present.get(request.ref);
      await report(issue ? await updateOne(writing, request, issue) : { id: request.id, kind: "gone" });
    }
  }
}

interface Writing {
  readonly scope: SchemaScope;
  readonly parents: Parents;
  readonly step: ReportStep | undefined;
}

async function updateOne(writing: Writing, request: UpdateRequest, issue: IssueFacts): Promise<WriteOutcome> {
  const { scope, parents } = writing;
  const { id } = request;
  const { fields, raced } = unraced(request, twinOf(scope, issue));
  if (Object.keys(fields).length === 0) return { id, kind: "raced", twin: twinOf(scope, issue) };
  let left: Aftermath | undefined = { issue, overwrote: {} };
  const inIssue = without(fields, ["parent"]);
  const outcome = await attempt(id, inIssue, [], async (some) => {
    try {
      left = await patch(writing, { ...request, fields: some }, issue);
    } catch (error) {
      if (isSyncFailure(error, "NotFound")) left = undefined;
      throw error;
    }
    return twinOf(scope, left.issue);
  });
  if (!left) return { id, kind: "gone" };
  if (outcome.kind === "rejected") return outcome;
  const refused = { ...dropped(without(inIssue, Object.keys(outcome.refused)), outcome.twin), ...outcome.refused };
  const placed = await placedTwin(scope, fields, left.issue, outcome.twin, parents);
  const all = placed.words === undefined ? refused : { ...refused, parent: placed.words };
  const races = {
    ...(raced.length > 0 ? { raced } : {}),
    ...(Object.keys(left.overwrote).length > 0 ? { overwrote: left.overwrote } : {}),
  };
  return { id, kind: "done", twin: placed.twin, refused: all, ...races };
}

async function placedTwin(
  scope: SchemaScope,
  fields: ToolValues,
  issue: IssueFacts,
  twin: RemoteItem,
  parents: Parents,
): Promise<{ readonly twin: RemoteItem; readonly words?: string }> {
  return has(fields, "parent") ? place(scope, issue, twin, fields.parent ?? null, parents) : { twin };
}

const GET = "GET /repos/{owner}/{repo}/issues/{issue_number}";
const PATCH = "PATCH /repos/{owner}/{repo}/issues/{issue_number}";

async function patch(writing: Writing, request: UpdateRequest, present: IssueFacts): Promise<Aftermath> {
  const { scope } = writing;
  const { fields } = request;
  const [naming, type] = [namingOf(scope), request.type as WorkType];
  const before = isReclosed(fields, present) ? await reopened(writing, request, present) : present;
  const input: Input = editedIssue(naming, type, fields, before, syncKeyIn(present.body));
  const cleared = emptied(naming, fields, present);
  for (const field of cleared) await emptyField(scope, present, field);
  const isAsWanted = Object.keys(input).length === 0;
  if (isAsWanted && cleared.length === 0) return { issue: before, overwrote: {} };
  const answer = await send(scope, isAsWanted ? GET : PATCH, { ...placeIn(present), ...input }, restIssue);
  const known = present.parent?.ref === undefined ? [] : [[nameOf(present.parent), present.parent.ref] as const];
  const [shown = answer] = await withParents(scope, [answer], new Map(known));
  return aftermathOf(scope, input, present, shown);
}

/** GitHub looks at the reason of closing only where the state changes, so it is open for a moment: by nobody's wish. */
async function reopened({ scope, step }: Writing, { id, type }: UpdateRequest, issue: IssueFacts): Promise<IssueFacts> {
  const open = statusHeld(namingOf(scope), type as WorkType, { ...issue, isOpen: true, reason: null });
  return stepping(step && (() => step(id, open)), () =>
    send(scope, PATCH, { ...placeIn(issue), state: "open" }, restIssue),
  );
}

async function emptyField(scope: SchemaScope, issue: IssueFacts, field: number): Promise<void> {
  const route = "DELETE /repos/{owner}/{repo}/issues/{issue_number}/issue-field-values/{issue_field_id}";
  try {
    await exchange(scope, route, { ...placeIn(issue), issue_field_id: field });
  } catch (error) {
    // Somebody was quicker; that the issue itself is gone the edit tells.
    if (!isSyncFailure(error, "NotFound")) throw error;
  }
}

function placeIn(issue: IssueFacts): Input {
  return { ...pathOf(issue), issue_number: issue.number };
}
