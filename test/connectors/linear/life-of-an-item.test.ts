import { afterEach, expect, it } from "vitest";
import { idOf } from "../../../sandbox/linear/seed.ts";
import { connector, startBench, type Bench } from "./bench.ts";

let bench: Bench;
afterEach(() => bench.sandbox.close());

it("creates an epic and its story, edits them, and sees what people edit", async () => {
  bench = await startBench();
  const { scope, sandbox } = bench;
  const lens = connector.lenses(scope.binding, scope.schema);
  const planned = lens("epic", "status")?.write("planning");
  expect(planned).toEqual({ kind: "value", value: idOf.projectStatus("Planned") });
  const epic = await bench.createOne(
    "EPIC-001",
    { title: "Card tokenisation", status: idOf.projectStatus("Planned") },
    "epic",
  );
  expect(epic).toMatchObject({ type: "epic", state: "live", fields: { title: "Card tokenisation" } });
  const story = await bench.createOne("US-1", {
    title: "Store a card",
    description: "- a\n- b",
    status: idOf.state("PAY", "Todo"),
    parent: epic.ref,
    labels: ["Backend"],
  });
  expect(story).toMatchObject({ key: "PAY-1", type: "story", fields: { parent: epic.ref, labels: ["Backend"] } });

  const first = await connector.changes(scope, { cursor: null, recheck: [] });
  expect(first.items.map((item) => item.ref).sort()).toEqual([epic.ref, story.ref].sort());
  expect((await connector.changes(scope, { cursor: first.cursor, recheck: [] })).items).toEqual([]);

  sandbox.clock.advance(1000);
  await sandbox.human({
    action: "edit",
    item: "PAY-1",
    fields: { title: "Store a card safely", state: "In Progress" },
  });
  const second = await connector.changes(scope, { cursor: first.cursor, recheck: [] });
  expect(second.items).toMatchObject([
    { ref: story.ref, fields: { title: "Store a card safely", status: idOf.state("PAY", "In Progress") } },
  ]);

  const done = await bench.updateOne(story, { title: "Keep a card", status: idOf.state("PAY", "Done") });
  expect(done).toMatchObject({
    kind: "done",
    refused: {},
    twin: { fields: { title: "Keep a card", status: idOf.state("PAY", "Done") } },
  });
  expect(sandbox.specViolations()).toEqual([]);
});
