import { isOwnLabel } from "../../../src/core/fields.ts";
import type { Binding } from "../../../src/connectors/contract.ts";
import { linearModule } from "../../../src/connectors/linear/index.ts";
import type { FieldValues } from "../../../src/core/model.ts";
import { idOf } from "../../../sandbox/linear/seed.ts";
import { startLinearSandbox, type LinearSandbox } from "../../../sandbox/linear/server.ts";
import { describeConformance } from "../conformance.ts";
import { frozenClock, type Human, type Running, type WorkType } from "../conformance/harness.ts";
import { mapsOf } from "../../support/maps.ts";

const BINDING: Binding = {
  project: "PROJ-2026-014",
  tool: "linear",
  container: { team_id: "PAY", project_id: null },
  tasks: false,
  maps: mapsOf("linear"),
  mapping: {},
  people: { ana: "ana@acme.test" },
};

const STATES: Readonly<Record<string, string>> = {
  ready: "Todo",
  in_progress: "In Progress",
  in_review: "In Review",
  done: "Done",
};

describeConformance({
  name: "linear",
  module: linearModule,
  operations: {
    create: "^Create(Issue|Issues|Project)$",
    update: "^Update(Issue|Project)$",
    changes: "^Changes$",
  },
  refused: { field: "estimate", value: 4 },
  samples: {
    assignee: ["ana", "ben@acme.test", "gone@acme.test", "Ana Pérez"],
    sprint: ["Sprint 7", "8", "Cycle 8"],
  },
  listsSyncKey: false,
  start: () => running(),
});

async function running(): Promise<Running> {
  const sandbox = await startLinearSandbox({
    clock: frozenClock(),
    seed: {
      teams: [{ key: "PAY" }, { key: "OPS" }],
      users: [
        { email: "sync@acme.test" },
        { email: "ana@acme.test", name: "Ana Pérez" },
        { email: "ben@acme.test", name: "Ben Okafor" },
        { email: "gone@acme.test", active: false },
      ],
      cycles: [
        { team: "PAY", number: 7, name: "Sprint 7" },
        { team: "PAY", number: 8 },
      ],
    },
  });
  const credentials = { LINEAR_API_KEY: sandbox.apiKey, LINEAR_API_URL: sandbox.url };
  return { binding: BINDING, credentials, sandbox, human: personAt(sandbox) };
}

function personAt(sandbox: LinearSandbox): Human {
  const { store } = sandbox;
  const labelsOf = (ref: string): string[] =>
    (store.issues.get(ref)?.labelIds ?? []).flatMap((id) => store.labels.get(id)?.name ?? []);
  const act = async (action: string, more: object): Promise<string> =>
    ((await sandbox.human({ action, ...more })) as { id?: string }).id ?? "";
  return {
    create: (type: WorkType, fields: FieldValues) =>
      act("create", type === "epic" ? { kind: "project", fields: asProject(fields) } : { fields: asIssue(fields) }),
    async edit(ref, fields) {
      const isProject = store.projects.has(ref);
      await act("edit", { item: ref, fields: isProject ? asProject(fields) : asIssue(fields) });
    },
    async remove(ref) {
      await act("delete-permanently", { item: ref });
    },
    labels: {
      read: async (ref) => labelsOf(ref),
      async add(ref, label) {
        await act("edit", { item: ref, fields: { labels: [...labelsOf(ref), label] } });
      },
    },
    async setUnmappedStatus(ref) {
      await act("state", { item: ref, to: "Triage" });
    },
    createElsewhere: () => act("create", { team: "OPS", fields: { title: "Of another team" } }),
  };
}

function asIssue(fields: FieldValues): Record<string, unknown> {
  const { title, description, status, labels } = fields;
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(status === undefined ? {} : { state: STATES[String(status)] }),
    ...(labels === undefined ? {} : { labels: (labels as string[]).filter((label) => !isOwnLabel(label)) }),
  };
}

function asProject(fields: FieldValues): Record<string, unknown> {
  const { title, description } = fields;
  return {
    ...(title === undefined ? {} : { name: title }),
    ...(description === undefined ? {} : { content: description }),
    statusId: idOf.projectStatus("Planned"),
  };
}
