import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from "@temporalio/workflow";
import {
  progressQuery,
  requestSyncSignal,
  requestSyncUpdate,
  SYNC_OUTCOME,
  SYNC_TOOL,
  CONFLICT_FIELD,
  type ProjectSyncInput,
  type RunAnswer,
} from "./messages.ts";
import { RequestQueue } from "./request-queue.ts";
import { SyncRun } from "./sync-run.ts";

/**
 * The only writer of its project (workflow id `project/<id>`). Serves requests one run after another
 * and ends when none is left; a request that arrives during a run is served by the next one.
 */
export async function projectSync(input: ProjectSyncInput): Promise<RunAnswer | null> {
  const queue = new RequestQueue();
  let current: SyncRun | undefined;
  let last: RunAnswer | null = null;

  setHandler(requestSyncSignal, (request) => void queue.add(request), {
    description: "Sync this project once more with these options.",
  });
  setHandler(
    requestSyncUpdate,
    async (request) => {
      const ticket = queue.add(request);
      await condition(() => ticket.answer !== undefined);
      return ticket.answer!;
    },
    { description: "Sync this project and answer when that run has ended." },
  );
  setHandler(progressQuery, () => current?.progress() ?? SyncRun.idle(input.project));
  if (input.request) queue.add(input.request);

  await condition(() => queue.size > 0);
  while (queue.size > 0) {
    const ticket = queue.take()!;
    current = new SyncRun(input, ticket.request, setCurrentDetails);
    last = await current.execute();
    upsertSearchAttributes([
      { key: SYNC_OUTCOME, value: last.outcome },
      { key: SYNC_TOOL, value: [...current.tools] },
      { key: CONFLICT_FIELD, value: [...current.conflictFields] },
    ]);
    ticket.answer = last;
    // The answers must be out before this run may close; a request that comes with them is still served.
    await condition(() => queue.size > 0 || allHandlersFinished());
  }
  return last;
}
