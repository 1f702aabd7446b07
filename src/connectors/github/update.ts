/** Updates: the twins are read just before, then one PATCH each with all fields; a parent takes a request of its own. */
import { isSyncFailure } from "../../core/errors.ts";
import type { RemoteItem, ToolValues } from "../../core/model.ts";
import { attempt, without } from "../attempts.ts";
import type { ReportOutcome, SchemaScope, UpdateRequest, WriteOutcome } from "../contract.ts";
import { unraced } from "../race.ts";
import { aftermathOf, type Aftermath } from "./aftermath.ts";
import { restIssue, type IssueFacts } from "./answers.ts";
import { syncKeyIn } from "./body.ts";
import { exchange, send } from "./client.ts";
import { dropped, editedIssue, emptied, has, isReclosed, type Input } from "./inputs.ts";
import { namingOf, type WorkType } from "./naming.ts";
import { issuesById, nameOf, pathOf, withParents } from "./nodes.ts";
import { parentsOf, place, type Parents } from "./parents.ts";
import { twinOf } from "./twin.ts";

/** Issues that are read and written in one go: few, so that little time passes between the two. */
const TOGETHER = 10;

export async function update(
  scope: SchemaScope,
  requests: readonly UpdateRequest[],
  report: ReportOutcome,
): Promise<void> {
  if (requests.length === 0) return;
  const parents = await parentsOf(scope, requests);
  for (let start = 0; start < requests.length; start += TOGETHER) {
    const some = requests.slice(start, start + TOGETHER);
    const present = await issuesById(
      scope,
      some.map(({ ref }) => ref),
      true,
    );
    for (const request of some) {
      const issue = present.get(request.ref);
      await report(issue ? await updateOne(scope, request, issue, parents) : { id: request.id, kind: "gone" });
    }
  }
}

async function updateOne(
  scope: SchemaScope,
  request: UpdateRequest,
  issue: IssueFacts,
  parents: Parents,
): Promise<WriteOutcome> {
  const { id } = request;
  const { fields, raced } = unraced(request, twinOf(scope, issue));
  if (Object.keys(fields).length === 0) return { id, kind: "raced", twin: twinOf(scope, issue) };
  let left: Aftermath | undefined = { issue, overwrote: {} };
  const inIssue = without(fields, ["parent"]);
  const outcome = await attempt(id, inIssue, [], async (some) => {
    try {
      left = await patch(scope, request.type as WorkType, some, issue);
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

async function patch(scope: SchemaScope, type: WorkType, fields: ToolValues, present: IssueFacts): Promise<Aftermath> {
  const naming = namingOf(scope);
  let before = present;
  if (isReclosed(fields, present)) before = await send(scope, PATCH, { ...placeIn(present), state: "open" }, restIssue);
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
