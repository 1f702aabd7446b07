import { expect, it } from "vitest";
import type { CreateRequest } from "../../../src/connectors/contract.ts";
import { isSyncFailure, type SyncFailure } from "../../../src/core/errors.ts";
import { openSession, type Session } from "./session.ts";

/** Creates that a limit stops: what was not told of was not sent, and what is begun needs no looking for. */
export function describeBrokenOff(use: () => Session): void {
  it("tells of all that it has sent, wherever a limit stops it, and goes on from there", async () => {
    const { harness } = use();
    let [stops, begun] = [0, 0];
    for (let isStopped = true; isStopped;) {
      const session = await openSession(harness);
      try {
        const requests = await childrenOf(session);
        const attempt = await stopAfter(session, stops, requests);
        isStopped = attempt.isStopped;
        begun += attempt.left.filter(({ recover }) => recover).length;
        await goOn(session, attempt.left);
        expect(await session.storyTitles()).toEqual(["One", "Three", "Two"]);
      } finally {
        await session.sandbox.close();
      }
      stops += isStopped ? 1 : 0;
    }
    console.info(`${harness.name}: stopped at each of ${stops} calls, ${begun} creates were begun by then`);
    expect(stops).toBeGreaterThan(0);
  });
}

/** The same where the first answer is lost as well: what may stand in spite of that is named. */
export function describeLostAndBrokenOff(use: () => Session): void {
  it("makes nothing twice, wherever a limit stops it after an answer was lost", async () => {
    const { harness } = use();
    let [stops, doubtful] = [0, 0];
    for (let isStopped = true; isStopped;) {
      const session = await openSession(harness);
      try {
        const requests = await childrenOf(session);
        session.fault("create", { kind: "unavailable-after" });
        const [told, begun] = [new Set<string>(), new Map<string, string>()];
        const failure = await session.connector
          .create(
            session.scopeThatStopsAfter(stops),
            requests,
            async ({ id }) => void told.add(id),
            async (id, ref) => void begun.set(id, ref),
          )
          .then(() => null, syncFailure);
        isStopped = failure?.code === "RateLimited";
        const inDoubt = failure?.details.inDoubt ?? (isStopped ? [] : requests.map(({ id }) => id));
        doubtful += isStopped ? inDoubt.length : 0;
        const left = requests.filter(({ id }) => !told.has(id));
        const again = left.map((request): CreateRequest => {
          const ref = begun.get(request.id);
          return {
            ...request,
            recover: ref !== undefined || inDoubt.includes(request.id),
            ...(ref === undefined ? {} : { begun: ref }),
          };
        });
        session.sandbox.faults.clear();
        expect((await session.create(again)).map(({ kind }) => kind)).toEqual(left.map(() => "done"));
        expect(await session.storyTitles()).toEqual(["One", "Three", "Two"]);
      } finally {
        await session.sandbox.close();
      }
      stops += isStopped ? 1 : 0;
    }
    console.info(`${harness.name}: stopped at each of ${stops} calls, ${doubtful} times with a create in doubt`);
    expect(stops).toBeGreaterThan(0);
  });
}

function syncFailure(error: unknown): SyncFailure {
  if (isSyncFailure(error)) return error;
  throw error;
}

/** Stories that take all the steps that a tool may need for one. */
async function childrenOf(session: Session): Promise<CreateRequest[]> {
  const epic = await session.make("epic", { title: "Above" });
  const fields = { description: "Held", status: "done", labels: ["alpha"] };
  return ["One", "Two", "Three"].map((title) =>
    session.createRequest("story", { ...session.written("story", { title, ...fields }), parent: epic.ref }),
  );
}

/** The first attempt, and what it leaves to the next one. */
async function stopAfter(
  session: Session,
  calls: number,
  requests: readonly CreateRequest[],
): Promise<{ readonly isStopped: boolean; readonly left: readonly CreateRequest[] }> {
  const [told, begun] = [new Set<string>(), new Map<string, string>()];
  const isStopped = await session.connector
    .create(
      session.scopeThatStopsAfter(calls),
      requests,
      async ({ id }) => void told.add(id),
      async (id, ref) => void begun.set(id, ref),
    )
    .then(
      () => false,
      (error: unknown) => isSyncFailure(error, "RateLimited"),
    );
  const untold = requests.filter(({ id }) => !told.has(id) && !begun.has(id)).map(({ fields }) => fields.title);
  const standing = await session.storyTitles();
  expect(
    standing.filter((title) => untold.includes(title)),
    "sent and not told of",
  ).toEqual([]);
  const left = requests.filter(({ id }) => !told.has(id));
  return {
    isStopped,
    left: left.map((request) => {
      const ref = begun.get(request.id);
      return ref === undefined ? request : { ...request, recover: true, begun: ref };
    }),
  };
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
