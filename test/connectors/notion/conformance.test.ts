import { isOwnLabel } from "../../../src/core/fields.ts";
import { notionModule } from "../../../src/connectors/notion/index.ts";
import type { FieldValues } from "../../../src/core/model.ts";
import { startNotionSandbox, type NotionSandbox } from "../../../sandbox/notion/index.ts";
import { describeConformance } from "../conformance.ts";
import { frozenClock, type Human, type Running, type WorkType } from "../conformance/harness.ts";
import { bindingOf, SPEC } from "./harness.ts";

const STATES: Readonly<Record<string, string>> = {
  ready: "To Do",
  in_progress: "In Progress",
  in_review: "In Review",
  done: "Done",
  blocked: "Blocked",
};

describeConformance({
  name: "notion",
  module: notionModule,
  operations: {
    create: "^POST pages$",
    update: "^PATCH pages/",
    changes: "^POST data_sources/{id}/query$",
    lookUp: "^POST data_sources/{id}/query$",
  },
  refused: { field: "assignee", value: "00000000-0000-4000-8000-000000000000" },
  samples: {
    assignee: ["ada@example.com", "Ada Lovelace", "Sam Lee", "grace", "guest@example.com"],
    sprint: ["Sprint 7", "sprint 8"],
    branch: ["feat/CHK-11-store-card"],
  },
  namesSaved: true,
  start: () => running(),
});

async function running(): Promise<Running> {
  const sandbox = await startNotionSandbox({
    clock: frozenClock(),
    spec: SPEC,
    databases: [{ name: "Delivery" }, { name: "Elsewhere" }],
  });
  const grace = sandbox.workspace.users.find(({ name }) => name === "Grace Hopper")?.id ?? "";
  const binding = bindingOf(sandbox, { people: { grace } });
  return { binding, credentials: sandbox.credentials, sandbox, human: personAt(sandbox) };
}

function personAt(sandbox: NotionSandbox): Human {
  const { workspace } = sandbox;
  const act = async (action: string, more: object): Promise<string> =>
    ((await sandbox.human({ action, ...more })) as { id?: string }).id ?? "";
  const labels = (ref: string): string[] => {
    const page = workspace.page(ref);
    const property = workspace.property(workspace.source(page.source ?? ""), "Labels");
    const held = (page.values[property?.id ?? ""] ?? []) as readonly string[];
    return held.flatMap((id) => property?.options.find((option) => option.id === id)?.name ?? []);
  };
  return {
    create: (type: WorkType, fields) => act("create", asNotion({ ...fields }, TYPES[type])),
    async edit(ref, fields) {
      await act("edit", { id: ref, ...asNotion(fields) });
    },
    async remove(ref) {
      await act("deletePermanently", { id: ref });
    },
    labels: {
      read: async (ref) => labels(ref),
      async add(ref, label) {
        await act("edit", { id: ref, properties: { Labels: [...labels(ref), label] } });
      },
    },
    async setUnmappedStatus(ref) {
      await act("edit", { id: ref, properties: { Status: "Won't Do" } });
    },
    createElsewhere: () => act("create", { source: "Elsewhere", properties: { Name: "Of another database" } }),
  };
}

const TYPES: Readonly<Record<WorkType, string>> = { epic: "Epic", story: "Story", task: "Task" };

function asNotion(fields: FieldValues, type?: string): object {
  const { title, description, status, labels } = fields;
  const properties = {
    ...(type === undefined ? {} : { Type: type }),
    ...(title === undefined ? {} : { Name: title }),
    ...(status === undefined ? {} : { Status: STATES[String(status)] }),
    ...(labels === undefined ? {} : { Labels: (labels as string[]).filter((label) => !isOwnLabel(label)) }),
  };
  return { properties, ...(description === undefined ? {} : { text: description ?? "" }) };
}
