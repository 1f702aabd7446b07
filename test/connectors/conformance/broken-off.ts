import { expect, it } from "vitest";
import type { CreateRequest } from "../../../src/connectors/contract.ts";
import { isSyncFailure, type SyncFailure } from "../../../src/core/errors.ts";
import type { Harness } from "./harness.ts";
import { openSession, type Session } from "./session.ts";

/** Creates that a limit stops: what was not told of was not sent, and what is begun needs no looking for. */
export function describeBrokenOff(use: () => Session): void {
  it("tells of all that it has sent, wherever a limit stops it, and goes on from there", async () => {
    const { harness } = use();
    let count = 0;
    const stops = await atEachCall(harness, async (session, calls, requests) => {
      const { isStopped, left, begun } = await brokenOff(session, calls, requests);
      const untold = left.filter(({ id }) => !begun.has(id)).map(({ fields }) => fields.title);
      const standing = await session.storyTitles();
      expect(
        standing.filter((title) => untold.includes(title)),
        "sent and not told of",
      ).toEqual([]);
      count += begun.size;
      await goOn(session, again(left, begun, []));
      return isStopped;
    });
    console.info(`${harness.name}: stopped at each of ${stops} calls, ${count} creates were begun by then`);
  });

  it("makes nothing twice, wherever a limit stops it after an answer was lost", async () => {
    const { harness } = use();
    let doubtful = 0;
    const stops = await atEachCall(harness, async (session, calls, requests) => {
      session.fault("create", { kind: "unavailable-after" });
      const { isStopped, failure, left, begun } = await brokenOff(session, calls, requests);
      const inDoubt = failure?.details.inDoubt ?? (isStopped ? [] : requests.map(({ id }) => id));
      doubtful += isStopped ? inDoubt.length : 0;
      session.sandbox.faults.clear();
      const outcomes = await session.create(again(left, begun, inDoubt));
      expect(outcomes.map(({ kind }) => kind)).toEqual(left.map(() => "done"));
      return isStopped;
    });
    console.info(`${harness.name}: stopped at each of ${stops} calls, ${doubtful} times with a create in doubt`);
  });
}

/** Plays it with a limit of no calls, of one, and so on, until none is stopped any more; how many were. */
async function atEachCall(
  harness: Harness,
  play: (session: Session, calls: number, requests: readonly CreateRequest[]) => Promise<boolean>,
): Promise<number> {
  for (let stops = 0; ; stops += 1) {
    const session = await openSession(harness);
    try {
      const isStopped = await play(session, stops, await childrenOf(session));
      expect(await session.storyTitles()).toEqual(["One", "Three", "Two"]);
      if (isStopped) continue;
      expect(stops).toBeGreaterThan(0);
      return stops;
    } finally {
      await session.sandbox.close();
    }
  }
}

/** Stories that take all the steps that a tool may need for one. */
async function childrenOf(session: Session): Promise<CreateRequest[]> {
  const epic = await session.make("epic", { title: "Above" });
  const fields = { description: "Held", status: "done", labels: ["alpha"] };
  return ["One", "Two", "Three"].map((title) =>
    session.createRequest("story", { ...session.written("story", { title, ...fields }), parent: epic.ref }),
  );
}

interface BrokenOff {
  readonly isStopped: boolean;
  readonly failure: SyncFailure | null;
  /** What was not told of as done. */
  readonly left: readonly CreateRequest[];
  /** Of those, by id, the refs of what is made. */
  readonly begun: ReadonlyMap<string, string>;
}

async function brokenOff(session: Session, calls: number, requests: readonly CreateRequest[]): Promise<BrokenOff> {
  const [told, begun] = [new Set<string>(), new Map<string, string>()];
  const failure = await session.connector
    .create(
      session.scopeThatStopsAfter(calls),
      requests,
      async ({ id }) => void told.add(id),
      async (id, ref) => void begun.set(id, ref),
    )
    .then(
      () => null,
      (error: unknown) => {
        if (isSyncFailure(error)) return error;
        throw error;
      },
    );
  for (const id of told) begun.delete(id);
  const left = requests.filter(({ id }) => !told.has(id));
  return { isStopped: failure?.code === "RateLimited", failure, left, begun };
}

/** The requests of the next attempt, which knows of what is begun and of what is in doubt. */
function again(
  left: readonly CreateRequest[],
  begun: ReadonlyMap<string, string>,
  inDoubt: readonly string[],
): CreateRequest[] {
  return left.map((request) => {
    const ref = begun.get(request.id);
    const recover = ref !== undefined || inDoubt.includes(request.id);
    return { ...request, recover, ...(ref === undefined ? {} : { begun: ref }) };
  });
}

/** The next attempt: it lists nothing. */
async function goOn(session: Session, left: readonly CreateRequest[]): Promise<void> {
  const { log } = session.sandbox;
  const mark = log.total();
  expect((await session.create(left)).map(({ kind }) => kind)).toEqual(left.map(() => "done"));
  const listing = new RegExp(session.harness.operations.changes);
  expect(
    log.since(mark).filter(({ operation }) => listing.test(operation)),
    "looked for",
  ).toEqual([]);
}
