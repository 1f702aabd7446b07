import { memoryModule } from "../../../src/connectors/memory/index.ts";
import { describeConformance } from "../conformance.ts";
import { frozenClock } from "../conformance/harness.ts";
import { MEMORY_BINDING, startMemorySandbox } from "./memory-sandbox.ts";

describeConformance({
  name: "memory",
  module: memoryModule,
  operations: {
    create: "^POST /spaces/[^/]+/items$",
    update: "^PATCH /items/",
    changes: "^GET /spaces/[^/]+/items$",
  },
  refused: { field: "estimate", value: 1.5 },
  samples: { assignee: ["ana", "Bo Lind", "dan.gone@example.com"], qa_assignee: ["Cleo"] },
  async start() {
    const { sandbox, credentials, human } = await startMemorySandbox(frozenClock());
    return { binding: MEMORY_BINDING, credentials, sandbox, human };
  },
});
