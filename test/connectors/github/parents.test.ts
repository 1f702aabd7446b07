import { afterEach, describe, expect, it } from "vitest";
import { twinIn } from "../requests.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.close());

const issues = () => bench.sandbox.host.issuesOf(bench.sandbox.host.repositories[0]!);
const done = (outcome: unknown) => outcome as { refused: Record<string, string> };
const operationsSince = (mark: number) => bench.sandbox.log.since(mark).map(({ operation }) => operation);

describe("parents", () => {
  it("are sub-issues: set, changed and taken away, and a repeat is done", async () => {
    bench = await startBench();
    const [one, two] = [
      await bench.createOne("E-1", { title: "One" }, "epic"),
      await bench.createOne("E-2", { title: "Two" }, "epic"),
    ];
    const child = await bench.createOne("US-1", { title: "Child", parent: one.ref });
    const { items } = await connector.changes(bench.scope, { cursor: null, recheck: [] });
    expect(items.find(({ ref }) => ref === child.ref)?.fields.parent).toBe(one.ref);
    for (const parent of [two.ref, two.ref, null, null])
      expect(await bench.updateOne(child, { parent })).toMatchObject({ refused: {}, twin: { fields: { parent } } });
    expect((await bench.readOne(child.ref)).fields.parent).toBeNull();
    const places = bench.sandbox.log.count(/sub_issue/);
    // Born below the first, it moved to the second and out again.
    expect(places).toBe(2);
  });

  it("and all else come with an issue whose answer was lost, however far it had come", async () => {
    bench = await startBench();
    const epic = await bench.createOne("E-1", { title: "Epic" }, "epic");
    const request = bench.request("US-1", { title: "Lost", parent: epic.ref, labels: ["new"], assignee: "ada" });
    for (const operation of ["CreateIssue", "PATCH issues/{n}"]) {
      bench.sandbox.faults.add({ kind: "drop-after", operation });
      const again = { ...request, recover: operation !== "CreateIssue" };
      await expect(bench.create([again])).rejects.toMatchObject({
        code: "Unavailable",
        details: { outcomeUnknown: true },
      });
      expect(issues()).toHaveLength(2);
    }
    const [outcome] = await bench.create([{ ...request, recover: true }]);
    expect(done(outcome).refused).toEqual({});
    expect(twinIn(outcome).fields).toMatchObject({ parent: epic.ref, labels: ["new"], assignee: "ada" });
    expect(issues()).toHaveLength(2);
  });

  it("are set afterwards where GraphQL refuses the create, which then goes by REST", async () => {
    bench = await startBench();
    const epic = await bench.createOne("E-1", { title: "Epic" }, "epic");
    bench.sandbox.host.repositories[0]!.permission = "read";
    const request = bench.request("US-1", { title: "Told by REST", parent: epic.ref, labels: ["dropped"] });
    const mark = bench.sandbox.log.total();
    const [outcome] = await bench.create([request]);
    expect(operationsSince(mark)).toContain("CreateIssue");
    expect(operationsSince(mark)).toContain("POST issues");
    expect(done(outcome).refused["labels"]).toContain("write role");
    expect(issues()).toHaveLength(2);
  });

  it("that GitHub refuses are told, and the rest stands", async () => {
    bench = await startBench({ quirks: { contentLimit: false, pointsLimit: false } });
    const epic = await bench.createOne("E-1", { title: "Full" }, "epic");
    const requests = Array.from({ length: 101 }, (_, n) =>
      bench.request(`US-${n}`, { title: `Child ${n}`, parent: epic.ref }),
    );
    const outcomes = await bench.create(requests);
    expect(outcomes.filter((one) => done(one).refused["parent"] === undefined)).toHaveLength(100);
    expect(done(outcomes[100]).refused["parent"]).toContain("more than 100");
    expect(twinIn(outcomes[100]).fields).toMatchObject({ title: "Child 100", parent: null });
  });
});
