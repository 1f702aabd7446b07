import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { STATUS_VALUES } from "../../../src/core/fields.ts";
import type { FieldName, FieldValue, RemoteItem, ToolValues } from "../../../src/core/model.ts";
import { idOf } from "../../../sandbox/linear/seed.ts";
import { twinIn } from "../requests.ts";
import { connector, startBench, type Bench } from "./bench.ts";

const SEED = 20261121;
const ROUNDS = 10;

const TEXTS = [
  "- one\n- two\n  - nested\n    1. deep",
  "- [x] done\n- [ ] open _soon_",
  "| a | b |\n| :--- | ---: |\n| 1 | `x` |",
  "See https://example.com/a_b_c and [docs](https://example.com/d?e=f).",
  "```yaml\n- _not_ touched: https://example.com\n```",
  "Line one  \nhard break\r\nCRLF 🙃 ñ",
  "# Head\n\n> quote\n\n---\n\n**bold** _it_ snake_case",
];
const STATES = ["Backlog", "Todo", "In Progress", "In Review", "Done", "Canceled", "Triage", "Duplicate"];

let bench: Bench;
let people = 0;
beforeAll(async () => {
  bench = await startBench({
    requestsPerHour: 1_000_000,
    complexityPerHour: 1_000_000_000,
    seed: {
      teams: [{ key: "PAY", estimation: "exponential" }],
      cycles: [{ team: "PAY", number: 1, name: "Sprint 1" }],
    },
    people: { ana: "ana@acme.test" },
  });
});
afterAll(() => bench.close());

type Hub = { [F in FieldName]?: FieldValue };

const hubArbitrary: fc.Arbitrary<Hub> = fc.record({
  title: fc.constantFrom("A", "Two\nlines", "  spaced  out "),
  description: fc.option(fc.constantFrom(...TEXTS), { nil: null }),
  status: fc.constantFrom(...STATUS_VALUES.story),
  priority: fc.option(fc.constantFrom("P1", "P2", "P3"), { nil: null }),
  estimate: fc.option(fc.constantFrom(0.5, 1, 2.5, 3, 5, 8, 13, 40), { nil: null }),
  labels: fc.subarray(["alpha", "BETA", "two words", "status:ready"]),
  due: fc.option(fc.constantFrom("2026-12-24", "2026-12-24T10:00:00Z"), { nil: null }),
  assignee: fc.option(fc.constantFrom("ana", "ben@acme.test", "nobody"), { nil: null }),
  sprint: fc.option(fc.constantFrom("Sprint 1", "1", "Sprint 9"), { nil: null }),
  pr: fc.option(fc.constantFrom("https://github.com/acme/a/pull/1", "#12"), { nil: null }),
});

/** What a person leaves in Linear, in its own terms. */
const editArbitrary = fc.record({
  description: fc.constantFrom(...TEXTS),
  state: fc.constantFrom(...STATES),
  priority: fc.integer({ min: 0, max: 4 }),
  estimate: fc.constantFrom(null, 1, 2, 4, 16),
  labels: fc.subarray(["Alpha", "beta", "gamma", "sdlc-sync"]),
});

/** The fields that a write is due for. */
function dueFields(twin: RemoteItem, hub: Hub): ToolValues {
  const entries = Object.entries(hub).flatMap(([name, value]) => {
    const field = name as FieldName;
    const lens = bench.lens("story", field);
    const held = twin.fields[field] ?? null;
    if (value === undefined || lens.represents(held, value)) return [];
    const written = lens.write(value);
    return written.kind === "value" ? [[field, written.value] as const] : [];
  });
  return Object.fromEntries(entries);
}

async function push(twin: RemoteItem, hub: Hub): Promise<{ twin: RemoteItem; writes: number }> {
  const fields = dueFields(twin, hub);
  if (Object.keys(fields).length === 0) return { twin, writes: 0 };
  const outcome = await bench.updateOne(twin, fields, "story");
  expect(outcome).toMatchObject({ kind: "done", refused: {} });
  return { twin: twinIn(outcome), writes: 1 };
}

/** The hub after it took over what the tool shows; what has no meaning there changes nothing. */
function pulled(hub: Hub, twin: RemoteItem): Hub {
  const next: Hub = { ...hub };
  for (const [name, held] of Object.entries(twin.fields)) {
    const field = name as FieldName;
    if (!(field in hub) || bench.lens("story", field).represents(held, hub[field] ?? null)) continue;
    const reading = bench.lens("story", field).read(held);
    if (reading.kind === "value") next[field] = reading.value;
  }
  return next;
}

it("comes to rest after one write, whatever the hub holds", async () => {
  await fc.assert(
    fc.asyncProperty(hubArbitrary, async (hub) => {
      let twin = await bench.createOne(`US-${++people}`, { title: "Start" });
      const writes: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const pushed = await push(twin, hub);
        writes.push(pushed.writes);
        [twin] = (await connector.read(bench.scope, [twin.ref])).items as [RemoteItem];
        expect(twin.fields).toEqual(pushed.twin.fields);
      }
      expect(writes.slice(1)).toEqual(Array.from({ length: ROUNDS - 1 }, () => 0));
    }),
    { seed: SEED, numRuns: 25 },
  );
});

it("takes a person's edit to the hub without writing anything back, and stays at rest", async () => {
  await fc.assert(
    fc.asyncProperty(hubArbitrary, editArbitrary, async (start, edit) => {
      const created = await bench.createOne(`US-${++people}`, { title: "Start" });
      await push(created, start);
      await bench.sandbox.human({ action: "edit", item: created.ref, fields: edit });
      let [twin] = (await connector.read(bench.scope, [created.ref])).items as [RemoteItem];
      let hub = pulled(start, twin);
      for (let round = 0; round < ROUNDS; round++) {
        const due = dueFields(twin, hub);
        // What no hub value stands for is never written over by itself; everything else agrees already.
        const opinionless = (field: string) =>
          field === "status" || (field === "priority" && twin.fields.priority === 0);
        expect(Object.keys(due).filter((field) => !opinionless(field))).toEqual([]);
        if (due.status !== undefined)
          expect([idOf.state("PAY", "Triage"), idOf.state("PAY", "Duplicate")]).toContain(twin.fields.status);
        [twin] = (await connector.read(bench.scope, [created.ref])).items as [RemoteItem];
        const again = pulled(hub, twin);
        expect(again).toEqual(hub);
        hub = again;
      }
    }),
    { seed: SEED, numRuns: 25 },
  );
});
