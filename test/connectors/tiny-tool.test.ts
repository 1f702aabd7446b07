/** What `docs/adding-a-tool.md` tells how to make passes the suite that every connector passes. */
import { startBoard, type Card } from "../../examples/tiny-tool/board.ts";
import { tinyModule } from "../../examples/tiny-tool/connector.ts";
import type { FieldValues } from "../../src/core/model.ts";
import { describeConformance } from "./conformance.ts";
import { frozenClock } from "./conformance/harness.ts";
import { NO_MAPS } from "../../src/core/maps.ts";

const LANES: Readonly<Record<string, string>> = {
  ready: "next",
  in_progress: "doing",
  in_review: "review",
  done: "done",
};

/** As a person fills the card's form. */
function filled({ title, description, status }: FieldValues): Partial<Card> {
  return {
    ...(title === undefined ? {} : { title: String(title) }),
    ...(description === undefined ? {} : { notes: String(description ?? "") }),
    ...(status === undefined ? {} : { lane: LANES[String(status)] ?? "" }),
  };
}

describeConformance({
  name: "the tiny tool of the guide",
  module: tinyModule,
  operations: { create: "^POST /boards/main/cards$", update: "^PATCH /cards/", changes: "^GET /boards/main/cards$" },
  async start() {
    const sandbox = await startBoard(frozenClock());
    const { board } = sandbox;
    const create = async (fields: Partial<Card>) => board.put(board.nextId(), fields).id;
    return {
      binding: {
        project: "PROJ-2026-001",
        tool: "tiny",
        container: { board: "main" },
        tasks: true,
        maps: NO_MAPS,
        mapping: {},
        people: {},
      },
      credentials: sandbox.credentials,
      sandbox,
      human: {
        create: (kind, fields) => create({ kind, ...filled(fields) }),
        edit: async (ref, fields) => void board.put(ref, filled(fields)),
        remove: async (ref) => void board.cards.delete(ref),
        createElsewhere: () => create({ board: "other", title: "Not of this project" }),
        setUnmappedStatus: async (ref) => void board.put(ref, { lane: "someday" }),
      },
    };
  },
});
