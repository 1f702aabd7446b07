import { isOwnLabel } from "../../../src/core/fields.ts";
import { jiraModule } from "../../../src/connectors/jira/index.ts";
import type { FieldValues } from "../../../src/core/model.ts";
import { startJiraSandbox, type JiraSandbox } from "../../../sandbox/jira/index.ts";
import type { HumanFields } from "../../../sandbox/jira/human.ts";
import { describeConformance } from "../conformance.ts";
import { frozenClock, type Human, type Running } from "../conformance/harness.ts";
import { bindingOf, PROJECT, SPEC } from "./harness.ts";

const STATES: Readonly<Record<string, string>> = {
  ready: "To Do",
  in_progress: "In Progress",
  in_review: "In Review",
  done: "Done",
  blocked: "Blocked",
};

describeConformance({
  name: "jira",
  module: jiraModule,
  operations: {
    create: "^POST issue/bulk$",
    update: "^PUT issue/",
    changes: "^POST search/jql$",
    lookUp: "^POST search/jql$",
  },
  refused: { field: "assignee", value: "5b10c0ffee00000000000001" },
  samples: {
    assignee: ["ada@example.com", "Ada Lovelace", "Sam Lee", "alan@example.com", "grace"],
    sprint: ["Sprint 7", "8"],
  },
  // From Done back to Ready and from In Progress to Done there is one state in between; the fields are one more.
  statusWrites: 3,
  start: () => running(),
});

async function running(): Promise<Running> {
  const sandbox = await startJiraSandbox({
    clock: frozenClock(),
    spec: SPEC,
    projects: [
      {
        key: PROJECT,
        sprints: [
          { id: 7, name: "Sprint 7", state: "active" },
          { id: 8, name: "Sprint 8", state: "future" },
        ],
      },
      { key: "OPS" },
    ],
  });
  const binding = bindingOf({ people: { grace: "5b10ac8d82e05b22cc7d4ef5" } });
  return { binding, credentials: sandbox.credentials, sandbox, human: personAt(sandbox) };
}

function personAt(sandbox: JiraSandbox): Human {
  const act = async (action: string, more: object): Promise<string> =>
    ((await sandbox.human({ action, ...more })) as { id?: string }).id ?? "";
  return {
    create: (type, fields) => act("create", { project: PROJECT, type, fields: asJira(fields) }),
    async edit(ref, fields) {
      const { status } = fields;
      if (Object.keys(asJira(fields)).length) await act("edit", { key: ref, fields: asJira(fields) });
      if (status !== undefined) await act("transition", { key: ref, to: STATES[String(status)] });
    },
    async remove(ref) {
      await act("delete", { key: ref });
    },
    labels: {
      read: async (ref) => sandbox.site.get(ref).data.labels,
      async add(ref, label) {
        const labels = [...sandbox.site.get(ref).data.labels, label];
        await act("edit", { key: ref, fields: { labels } });
      },
    },
    async setUnmappedStatus(ref) {
      await act("transition", { key: ref, to: "Won't Do" });
    },
    createElsewhere: () => act("create", { project: "OPS", type: "story", fields: { summary: "Of another project" } }),
  };
}

function asJira(fields: FieldValues): HumanFields {
  const { title, description, labels } = fields;
  return {
    ...(title === undefined ? {} : { summary: String(title) }),
    ...(description === undefined ? {} : { description: description as string | null }),
    ...(labels === undefined ? {} : { labels: (labels as string[]).filter((label) => !isOwnLabel(label)) }),
  };
}
