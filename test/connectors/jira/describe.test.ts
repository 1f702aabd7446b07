import { afterEach, describe, expect, it } from "vitest";
import { isSyncFailure } from "../../../src/core/errors.ts";
import type { JiraSchema } from "../../../src/connectors/jira/schema.ts";
import { mappingProblems } from "../../../src/connectors/mapping-problems.ts";
import { OTHER_POINTS_FIELD, POINTS_FIELD, SPRINT_FIELD } from "../../../sandbox/jira/model.ts";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, connector, hasSpec, startHarness, type Harness } from "./harness.ts";

let h: Harness;
afterEach(() => closeHarness(h));
const schema = (): JiraSchema => h.scope.schema as unknown as JiraSchema;
const failure = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe("describe", () => {
  it("learns types, workflows, screens, people and sprints", async () => {
    h = await startHarness({
      projects: [
        {
          key: "CHK",
          sprints: [
            { id: 7, name: "Sprint 7", state: "active" },
            { id: 6, name: "Sprint 6", state: "closed" },
          ],
        },
      ],
    });
    expect(schema()).toMatchObject({
      siteUrl: h.sandbox.url,
      projectId: "10000",
      types: { epic: { name: "Epic" }, story: { name: "Story" }, task: { name: "Task" } },
      subtask: { name: "Sub-task" },
      fields: { estimate: POINTS_FIELD, sprint: SPRINT_FIELD, qa_assignee: null },
      sprints: [{ id: 7, name: "Sprint 7", state: "active" }],
    });
    expect(
      schema()
        .users.filter(({ active }) => !active)
        .map(({ name }) => name),
    ).toEqual(["Alan Gone"]);
    expect(
      schema()
        .users.filter(({ email }) => email === null)
        .map(({ name }) => name),
    ).toEqual(["Grace Hopper"]);
    expect(h.sandbox.log.writes()).toBe(0);
    expect(h.sandbox.log.total()).toBeLessThanOrEqual(16);
    if (hasSpec) {
      expect(h.sandbox.spec.violations()).toEqual([]);
      expect(h.sandbox.spec.uncovered()).toEqual([
        "GET /rest/agile/1.0/board",
        "GET /rest/agile/1.0/board/{id}/sprint",
      ]);
    }
  });

  it("says which project is not there, and which account was refused", async () => {
    h = await startHarness();
    const missing = await failure(h.redescribe({ container: { project_key: "NOPE" } }));
    expect(isSyncFailure(missing, "NotFound") && missing.message).toContain("project NOPE");
    const unbound = await failure(h.redescribe({ container: { project_key: null } }));
    expect(isSyncFailure(unbound, "InvalidConfig") && unbound.message).toContain("project_key");
    h.sandbox.faults.conditions.authRevoked = true;
    const revoked = await failure(h.redescribe());
    expect(isSyncFailure(revoked, "AuthFailed") && revoked.message).toContain("JIRA_API_TOKEN");
  });

  it("takes fields by id or unambiguous name", async () => {
    h = await startHarness();
    for (const named of [OTHER_POINTS_FIELD, "story points "]) {
      const { schema } = await h.redescribe({ mapping: { fields: { estimate: named } } });
      expect((schema as unknown as JiraSchema).fields.estimate).toBe(OTHER_POINTS_FIELD);
    }
  });

  it.each([
    ["estimate", "customfield_1", "which is no field of this site", "customfield_10016 (Story point estimate)"],
    ["estimate", "Root cause", "which is not a number", "customfield_10016 (Story point estimate)"],
    ["sprint", "Story Points", "which is not Jira's own sprint field", "customfield_10020 (Sprint)"],
    ["qa_assignee", "Assignee", "which is not a custom field for one person", "correct mapping.fields.qa_assignee"],
  ] as const)(
    "parks %s that is kept in %s, with the fields that could hold it",
    async (field, named, problem, told) => {
      h = await startHarness();
      const { binding, schema } = await h.redescribe({ mapping: { fields: { [field]: named } } });
      const lenses = connector.lenses(binding, schema);
      const lens = lenses("story", field);
      expect(lens?.writable).toBe(false);
      const written = lens?.write(null);
      expect(written).toMatchObject({ kind: "cannot", code: "no-such-place" });
      const message = written?.kind === "cannot" ? written.message : "";
      expect(message).toContain(
        `the binding keeps ${field} in "${named}", ${problem}; correct mapping.fields.${field}`,
      );
      expect(message).toContain(told);
      expect(mappingProblems(binding, lenses, { usual: false })).toEqual([{ field, code: "no-such-place", message }]);
      // What has nothing to do with it goes on.
      expect(lenses("task", "estimate")?.writable).not.toBe(false);
    },
  );

  it("sees a renamed status under its id, so that nothing moves", async () => {
    h = await startHarness();
    const twin = twinIn((await h.create([createRequest(1)]))[0]);
    await h.sandbox.human({ action: "renameStatus", project: "CHK", type: "Story", status: "To Do", name: "Up next" });
    const after = await h.redescribe();
    const status = connector.lenses(after.binding, after.schema)("story", "status");
    expect(status?.read(twin.fields.status ?? null)).toEqual({ kind: "value", value: "ready" });
  });

  it("gives a link to the twin", async () => {
    h = await startHarness();
    const twin = twinIn((await h.create([createRequest(1)]))[0]);
    expect(connector.url(h.scope, twin)).toBe(`${h.sandbox.url}/browse/CHK-1`);
    expect((await fetch(twin.url)).status).toBe(200);
  });
});
