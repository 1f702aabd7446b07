import { afterEach, describe, expect, it } from "vitest";
import { isSyncFailure } from "../../../src/core/errors.ts";
import type { JiraSchema } from "../../../src/connectors/jira/schema.ts";
import { OTHER_POINTS_FIELD, POINTS_FIELD, SPRINT_FIELD } from "../../../sandbox/jira/model.ts";
import { closeHarness, connector, hasSpec, startHarness, twinIn, createRequest, type Harness } from "./harness.ts";

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

  it("takes fields by id or unambiguous name, and drift is an error that names the field", async () => {
    h = await startHarness();
    const byId = await h.redescribe({
      mapping: { fields: { estimate: OTHER_POINTS_FIELD, qa_assignee: "Root cause" } },
    });
    expect((byId.schema as unknown as JiraSchema).fields).toMatchObject({
      estimate: OTHER_POINTS_FIELD,
      qa_assignee: "customfield_10050",
    });
    const gone = await failure(h.redescribe({ mapping: { fields: { estimate: "customfield_1" } } }));
    expect(isSyncFailure(gone, "InvalidConfig") && gone.details.field).toBe("estimate");
  });

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
