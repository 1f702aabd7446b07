import { inspect } from "node:util";
import { expect, it } from "vitest";
import type { FaultKind } from "../../../sandbox/kit/faults.ts";
import type { CreateRequest, WriteOutcome } from "../../../src/connectors/contract.ts";
import { isSyncFailure } from "../../../src/core/errors.ts";
import { doneOf, type Session } from "./session.ts";

/** Faults after which a create may have taken effect. */
const LOST_ANSWERS: readonly FaultKind[] = ["drop-after", "truncated", "unavailable-after"];

/** What goes wrong on the way, and what never may. */
export function describeFailures(use: () => Session): void {
  it.each(LOST_ANSWERS)("leaves exactly one twin when a create's answer is lost (%s)", async (kind) => {
    const session = use();
    const requests = ["Lost one", "Lost two"].map((title) =>
      session.createRequest("story", session.written("story", { title })),
    );
    session.fault("create", { kind });
    if (kind === "unavailable-after" && session.harness.namesSaved === true) {
      for (const outcome of await session.create(requests)) doneOf(outcome);
    } else {
      const failure = await session.failure("Unavailable", () => session.create(requests));
      expect(failure.details.outcomeUnknown).toBe(true);
    }
    const recovered = await session.create(requests.map((request) => ({ ...request, recover: true })));
    const refs = recovered.map((outcome) => doneOf(outcome).twin.ref);
    const stories = (await session.changes()).items.filter(({ type }) => type === "story");
    expect(stories.map(({ ref }) => ref).toSorted()).toEqual(refs.toSorted());
    expect(stories.map(({ fields }) => fields.title as string).toSorted()).toEqual(["Lost one", "Lost two"]);
  });

  it("leaves exactly one twin however often a create is recovered", async () => {
    const session = use();
    const request = session.createRequest("epic", session.written("epic", { title: "Once" }));
    const refs = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      refs.add(doneOf((await session.create([{ ...request, recover: round > 0 }]))[0]).twin.ref);
    }
    expect(refs.size).toBe(1);
    expect((await session.changes()).items.filter(({ type }) => type === "epic")).toHaveLength(1);
  });

  it.each(["empty-listing", "short-listing"] as const)(
    "keeps one twin where look-ups tell too little (%s)",
    async (kind) => {
      const session = use();
      const { lookUp } = session.harness.operations;
      for (let times = 1; times <= 2; times += 1) {
        const request = session.createRequest("story", session.written("story", { title: `Lost ${times}` }));
        session.fault("create", { kind: "drop-after" });
        await session.failure("Unavailable", () => session.create([request]));
        if (lookUp !== undefined) session.sandbox.faults.add({ operation: lookUp, kind, times });
        await untilAnswered(session, { ...request, recover: true });
        session.sandbox.faults.clear();
        // Vendors count requests by the minute.
        session.sandbox.clock.advance(60_000);
        const { items } = await session.changes();
        const standing = items.filter(({ type, fields }) => type === "story" && fields.status !== "closed:duplicate");
        expect(standing.length, `twins after ${times} such answers`).toBe(times);
      }
      if (lookUp !== undefined) expect(session.sandbox.faults.hits.get(kind)).toBe(3);
    },
  );

  it.each([
    ["a failure", false],
    ["a death, after which all that is untold is in doubt", true],
  ])("loses and doubles nothing when a long batch breaks off in the middle by %s", async (_, isDead) => {
    const session = use();
    const requests = Array.from({ length: 120 }, (_, index) =>
      session.createRequest("story", session.written("story", { title: `Batch ${index}` })),
    );
    const told = new Map<string, string>();
    const tell = async (outcome: WriteOutcome): Promise<void> => void told.set(outcome.id, doneOf(outcome).twin.ref);
    session.fault("create", { kind: "drop-after", nth: 2 });
    const failure = await session.failure("Unavailable", () => session.connector.create(session.scope, requests, tell));
    const { inDoubt = [] } = failure.details;
    const untold = requests
      .filter(({ id }) => !told.has(id))
      .map((request) => ({ ...request, recover: isDead || inDoubt.includes(request.id) }));
    expect(inDoubt.length).toBeGreaterThan(0);
    expect(untold.length, "what is in doubt and what was not sent").toBeGreaterThan(inDoubt.length);
    expect(told.size, "what came before is told").toBeGreaterThan(0);
    await session.connector.create(session.scope, untold, tell);
    // Vendors count requests by the minute.
    session.sandbox.clock.advance(60_000);
    const listed = (await session.changes()).items.filter(({ type }) => type === "story").map(({ ref }) => ref);
    expect(listed.toSorted()).toEqual([...told.values()].toSorted());
    expect(listed).toHaveLength(120);
  });

  it("sends nothing where nothing is asked", async () => {
    const session = use();
    const cost = await session.cost(async () => {
      await session.create([]);
      await session.update([]);
      await session.connector.archive(session.scope, []);
      await session.connector.read(session.scope, []);
    });
    expect(cost.requests).toBe(0);
  });

  it("creates what never arrived", async () => {
    const session = use();
    const request = session.createRequest("story", session.written("story", { title: "Second try" }));
    session.fault("create", { kind: "drop-before" });
    await session.failure("Unavailable", () => session.create([request]));
    const { twin } = doneOf((await session.create([{ ...request, recover: true }]))[0]);
    expect((await session.changes()).items.filter(({ type }) => type === "story").map(({ ref }) => ref)).toEqual([
      twin.ref,
    ]);
  });

  it("creates at once what an attempt that died had not come to, below its parent as well", async () => {
    const session = use();
    const epic = await session.make("epic", { title: "Above" });
    const requests = ["One", "Two"].map((title) =>
      session.createRequest("story", { ...session.written("story", { title }), parent: epic.ref }, { recover: true }),
    );
    const made = (await session.create(requests)).map((outcome) => doneOf(outcome).twin.ref);
    const { items } = await session.changes();
    const stories = items.filter(({ type }) => type === "story").map(({ ref }) => ref);
    expect(stories.toSorted()).toEqual(made.toSorted());
  });

  it("repeats an update whose answer was lost without harm", async () => {
    const session = use();
    const twin = await session.make("story", { title: "Before" });
    session.fault("update", { kind: "drop-after" });
    const failure = await session.failure("Unavailable", () => session.change(twin, "story", { title: "After" }));
    expect(failure.details.outcomeUnknown).toBe(true);
    await session.change(twin, "story", { title: "After" });
    expect((await session.readOne(twin.ref)).fields.title).toBe("After");
  });

  it("says how long to wait where a limit is used up, and sends nothing again by itself", async () => {
    const session = use();
    session.fault("changes", { kind: "rate-limited", retryAfterSeconds: 7, times: 0 });
    let waitMs = 0;
    const cost = await session.cost(async () => {
      waitMs = (await session.failure("RateLimited", () => session.changes())).details.retryAfterMs ?? 0;
    });
    expect(cost.requests).toBe(1);
    if (session.harness.retryAfter === false) expect(waitMs).toBeGreaterThan(0);
    else expect(waitMs).toBe(7000);
  });

  it("stops in mid-batch at a limit, and what was told stays told", async () => {
    const session = use();
    const requests = ["One", "Two", "Three"].map((title) =>
      session.createRequest("epic", session.written("epic", { title })),
    );
    session.fault("create", { kind: "rate-limited", retryAfterSeconds: 7 });
    await session.failure("RateLimited", () => session.create(requests));
    const outcomes = await session.create(requests.map((request) => ({ ...request, recover: true })));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["done", "done", "done"]);
    expect((await session.changes()).items.filter(({ type }) => type === "epic")).toHaveLength(3);
  });

  it.each(["server-error", "bad-gateway", "drop-before", "truncated"] as const)(
    "calls a listing that fails (%s) unavailable, its outcome known",
    async (kind) => {
      const session = use();
      session.fault("changes", { kind });
      const failure = await session.failure("Unavailable", () => session.changes());
      expect(failure.details.outcomeUnknown ?? false).toBe(false);
    },
  );

  it("tells a refused credential from everything else, for reads and writes", async () => {
    const session = use();
    const twin = await session.make("story", { title: "Locked out" });
    session.sandbox.faults.conditions.authRevoked = true;
    const { connector, scope } = session;
    await session.failure("AuthFailed", () => connector.describe(scope));
    await session.failure("AuthFailed", () => session.changes());
    await session.failure("AuthFailed", () => connector.read(scope, [twin.ref]));
    await session.failure("AuthFailed", () => session.change(twin, "story", { title: "No entry" }));
    const request = session.createRequest("story", session.written("story", { title: "No entry" }));
    await session.failure("AuthFailed", () => session.create([request]));
    session.sandbox.faults.conditions.authRevoked = false;
    expect((await session.readOne(twin.ref)).fields.title).toBe("Locked out");
  });

  it("refuses a container that is not there, and does not take it for an outage or a bad credential", async () => {
    const session = use();
    const { connector, scope } = session;
    const [name] = Object.keys(scope.binding.container).filter((key) => scope.binding.container[key] !== null);
    const binding = { ...scope.binding, container: { ...scope.binding.container, [name ?? ""]: "NOPE404" } };
    const error = await connector.describe({ ...scope, binding }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!isSyncFailure(error)) throw new Error(`expected a SyncFailure, got ${inspect(error)}`);
    expect(["NotFound", "Forbidden", "Rejected", "InvalidConfig"], error.message).toContain(error.code);
    session.checkSecrets(error);
  });

  it("sends nothing once it is aborted", async () => {
    const session = use();
    const scope = session.scopeWith(AbortSignal.abort(new Error("cancelled")));
    const cost = await session.cost(async () => {
      await expect(session.connector.changes(scope, { cursor: null, recheck: [] })).rejects.toThrow("cancelled");
      await expect(session.connector.describe(scope)).rejects.toThrow("cancelled");
    });
    expect(cost.requests).toBe(0);
  });

  it("ends a call that is under way when it is aborted", async () => {
    const session = use();
    const controller = new AbortController();
    session.sandbox.onBeforeAnswer = () => controller.abort(new Error("cancelled"));
    const listing = session.connector.changes(session.scopeWith(controller.signal), { cursor: null, recheck: [] });
    await expect(listing).rejects.toThrow("cancelled");
  });

  it("names the variable where a credential is missing", () => {
    const { harness, running } = use();
    const secrets = Object.keys(running.credentials).filter((name) => /TOKEN|KEY|SECRET/.test(name));
    expect(secrets.length).toBeGreaterThan(0);
    for (const name of secrets) {
      const without = { ...running.credentials, [name]: undefined };
      expect(() => harness.module.endpoint(without), name).toThrow(name);
    }
  });

  it("names the account without revealing the credential, and tells two apart", () => {
    const session = use();
    const { credentials } = session.running;
    const { account } = session.harness.module.endpoint(credentials);
    session.checkSecrets(account);
    const secret = Object.keys(credentials).find((name) => /TOKEN|KEY|SECRET/.test(name)) ?? "";
    const other = session.harness.module.endpoint({ ...credentials, [secret]: "another-secret-altogether" });
    expect(other.account).not.toBe(account);
  });
}

/** As durable retries do it: what is left without an answer is asked for again, and looked for first. */
async function untilAnswered(session: Session, request: CreateRequest): Promise<void> {
  for (;;) {
    try {
      doneOf((await session.create([request]))[0]);
      return;
    } catch (error) {
      if (!isSyncFailure(error, "Unavailable")) throw error;
    }
  }
}
