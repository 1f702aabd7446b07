/** What the tests of all connectors ask for, and what they are told. */
import type { CreateRequest, ReportOutcome, Scope, WriteOutcome } from "../../src/connectors/contract.ts";
import type { Http } from "../../src/connectors/http.ts";
import type { RemoteItem, ToolValues } from "../../src/core/model.ts";

/** The same connector and stand-in, where requests go another way. */
export function sendingBy<S extends Scope>(scope: S, send: Http["send"]): S {
  return { ...scope, http: Object.create(scope.http, { send: { value: send } }) as Http };
}

/** A story, unless `over` says otherwise. */
export function createRequest(n: number, fields: ToolValues = {}, over: Partial<CreateRequest> = {}): CreateRequest {
  return {
    id: `r${n}`,
    item: `US-${n}`,
    type: "story",
    syncKey: String(n).padStart(64, "0"),
    fields: { title: `Story ${n}`, ...fields },
    recover: false,
    ...over,
  };
}

/** Outcomes in the order they were told; those told before a failure are lost with it, as for a worker that dies. */
export async function collect(write: (report: ReportOutcome) => Promise<void>): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = [];
  await write(async (outcome) => void outcomes.push(outcome));
  return outcomes;
}

/** The twin of a request that went through; fails with what was told instead. */
export function twinIn(outcome: WriteOutcome | undefined): RemoteItem {
  if (outcome?.kind === "done") return outcome.twin;
  throw new Error(`not done: ${JSON.stringify(outcome)}`);
}
