import { expect } from "vitest";
import type { Binding } from "../../../src/connectors/contract.ts";
import { githubModule } from "../../../src/connectors/github/index.ts";
import type { FieldValues } from "../../../src/core/model.ts";
import { startGithubSandbox, type GithubSandbox } from "../../../sandbox/github/index.ts";
import { describeConformance } from "../conformance.ts";
import { frozenClock, type Human, type Running, type WorkType } from "../conformance/harness.ts";
import { SPEC } from "./bench.ts";
import { mapsOf } from "../../support/maps.ts";

const REPOSITORY = "acme/checkout";
const OTHER = "acme/billing";

const LABELLED: Binding["mapping"] = {
  status: { story: { in_review: "needs review" } },
  fields: { status: "labels", estimate: "labels", sprint: "milestone", due: "milestone" },
};

const OPERATIONS = {
  create: "^POST issues$",
  update: "^PATCH issues/{n}$",
  changes: "^GET issues$",
  lookUp: "^GET issues$",
};

/** With statuses and points as labels, and with what GitHub has by itself. */
for (const [name, mapping] of [
  ["github, with labels", LABELLED],
  ["github, bare", {}],
] as const) {
  describeConformance({
    name,
    module: githubModule,
    operations: OPERATIONS,
    refused: { field: "assignee", value: "nobody-here" },
    samples: {
      assignee: ["ada", "Ada Lovelace", "grace@acme.test", "sam lee", "sam.a@example.com"],
      sprint: ["Sprint 31", "sprint 32"],
      description: [
        "Ask @ada, or a@b.example; `npm i @octokit/rest`",
        "@ada@example.com and [@x](https://x.example/@y)",
      ],
    },
    start: () => running(mapping),
  });
}

async function running(mapping: Binding["mapping"]): Promise<Running> {
  const sandbox = await startGithubSandbox({
    clock: frozenClock(),
    repositories: [
      { name: REPOSITORY, milestones: [{ title: "Sprint 31", due: "2026-12-24" }, { title: "Sprint 32" }] },
      { name: OTHER },
    ],
    // The suite makes 120 at an instant; limits are kept by the budget, which it has none of.
    quirks: { contentLimit: false },
    spec: SPEC,
  });
  const { close } = sandbox;
  // Whatever the suite made of it, every exchange was as GitHub's own document says.
  sandbox.close = async () => {
    await close();
    expect(sandbox.spec.violations()).toEqual([]);
  };
  const binding: Binding = {
    project: "PROJ-2026-014",
    tool: "github",
    container: { repository: REPOSITORY },
    tasks: true,
    maps: mapsOf("github"),
    mapping,
    people: { "grace@acme.test": "grace-h" },
  };
  return { binding, credentials: sandbox.credentials, sandbox, human: personAt(sandbox) };
}

function personAt(sandbox: GithubSandbox): Human {
  const act = async (action: string, more: object): Promise<string> =>
    ((await sandbox.human({ action, ...more })) as { id: string }).id;
  const labelsOf = (ref: string): string[] => {
    const issue = sandbox.host.node(ref);
    return issue && !("owner" in issue) ? sandbox.host.labelNames(issue) : [];
  };
  return {
    async create(type: WorkType, { title, description }: FieldValues) {
      // Pull requests share the listing and the numbers.
      await act("openPullRequest", { repository: REPOSITORY, fields: { title: "A pull request" } });
      const labels = type === "story" ? [] : [`type:${type}`];
      return act("create", { repository: REPOSITORY, fields: { title, body: description ?? null, labels } });
    },
    async edit(ref, { title, description, status }) {
      if (status === "in_progress") await act("label", { issue: ref, label: "status:in_progress" });
      const fields = { ...(title ? { title } : {}), ...(description === undefined ? {} : { body: description }) };
      await act("edit", { issue: ref, fields });
    },
    async remove(ref) {
      await act("delete", { issue: ref });
    },
    labels: {
      read: async (ref) => labelsOf(ref),
      async add(ref, label) {
        await act("label", { issue: ref, label });
      },
    },
    async setUnmappedStatus(ref) {
      await act("close", { issue: ref, reason: "duplicate" });
    },
    createElsewhere: () => act("create", { repository: OTHER, fields: { title: "Of another repository" } }),
  };
}
