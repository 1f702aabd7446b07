/** The tracker in memory, served by the kit: log, faults and clock as for every other stand-in. */
import { memoryModule } from "../../../src/connectors/memory/index.ts";
import { lenses } from "../../../src/connectors/memory/mapping.ts";
import { VALUE_OF_FIELD } from "../../../src/connectors/memory/twins.ts";
import { answerWorld } from "../../../src/connectors/memory/world-api.ts";
import { MemoryWorld, type WorldValues } from "../../../src/connectors/memory/world.ts";
import type { Binding, ToolSchema } from "../../../src/connectors/contract.ts";
import type { FieldName, FieldValues } from "../../../src/core/model.ts";
import { Clock } from "../../../sandbox/kit/clock.ts";
import { Faults } from "../../../sandbox/kit/faults.ts";
import { startSandbox, type Sandbox } from "../../../sandbox/kit/sandbox.ts";
import type { Human, WorkType } from "../conformance/harness.ts";
import { NO_MAPS } from "../../../src/core/maps.ts";

const TOKEN = "memory-secret-token";

export const MEMORY_BINDING: Binding = {
  project: "PROJ-2026-001",
  tool: memoryModule.connector.tool,
  container: { space: "MEM" },
  tasks: true,
  maps: NO_MAPS,
  mapping: {},
  people: { ana: "ana.ruiz@example.com" },
};

export interface MemorySandbox {
  readonly world: MemoryWorld;
  readonly sandbox: Sandbox;
  readonly credentials: Readonly<Record<string, string>>;
  readonly human: Human;
}

/** Starts an empty tracker. */
export async function startMemorySandbox(clock: Clock = new Clock()): Promise<MemorySandbox> {
  const world = new MemoryWorld(() => clock.now());
  const faults = new Faults();
  const options = {
    token: TOKEN,
    now: () => clock.trueNow(),
    revoked: () => faults.conditions.authRevoked,
    listingLag: () => faults.conditions.staleSearchMs,
  };
  const sandbox = await startSandbox({
    name: "memory",
    app: { fetch: (request) => answerWorld(world, request, options) },
    clock,
    faults,
    classify: (method, path) => ({ operation: `${method} ${path}`, write: method !== "GET" && path !== "/lookup" }),
  });
  return { world, sandbox, credentials: { MEMORY_URL: sandbox.url, MEMORY_TOKEN: TOKEN }, human: humanOf(world) };
}

function humanOf(world: MemoryWorld): Human {
  return {
    create: async (type, fields) => world.create(type, valuesOf(world, type, fields)).ref,
    async edit(ref, fields) {
      const item = world.find(ref);
      if (!item) throw new Error(`no item ${ref}`);
      world.edit(ref, valuesOf(world, item.kind, fields));
    },
    remove: async (ref) => world.remove(ref),
    labels: {
      read: async (ref) => world.find(ref)?.tags ?? [],
      add: async (ref, label) => void world.tag(ref, [label], []),
    },
    createElsewhere: async () => world.create("story", { title: "Not of this project" }, { space: "ELSE" }).ref,
    setUnmappedStatus: async (ref) => void world.edit(ref, { state: "story-someday" }),
  };
}

/** A person's wish in our terms, as the tracker holds it. */
function valuesOf(world: MemoryWorld, type: WorkType, fields: FieldValues): Partial<WorldValues> {
  const schema = { space: world.spaces[0], states: world.states, people: world.people, cycles: world.cycles };
  const table = lenses(MEMORY_BINDING, schema as unknown as ToolSchema);
  const entries = Object.entries(fields).map(([field, value]) => {
    const written = table(type, field as FieldName)?.write(value);
    if (written?.kind !== "value") throw new Error(`nobody can set ${field} to ${JSON.stringify(value)} here`);
    return [VALUE_OF_FIELD[field as FieldName], written.value];
  });
  return Object.fromEntries(entries) as Partial<WorldValues>;
}
