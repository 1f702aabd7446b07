import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { SPEC_OPTIONS } from "../../../sandbox/jira/index.ts";
import { SpecCheck } from "../../../sandbox/kit/spec-check.ts";
import { adf, paragraph, SPEC, startRaw, STORY, type RawSite } from "./client.ts";

let site: RawSite;
afterEach(() => site.sandbox.close());

describe("the Jira stand-in", () => {
  it("logs what changed, by whom, and bumps updated; properties alone bump nothing", async () => {
    site = await startRaw();
    const id = await site.story();
    const updated = async (): Promise<unknown> =>
      (await site.call("GET", `issue/${id}?fields=updated`)).json["fields"]?.["updated"];
    const first = await updated();
    await site.call("PUT", `issue/${id}`, { properties: [{ key: "sdlc-sync", value: { key: "k" } }] });
    expect(await updated()).toBe(first);
    site.sandbox.clock.advance(5000);
    await site.sandbox.human({
      action: "edit",
      key: id,
      fields: { summary: "Edited", points: 3 },
      by: "ada@example.com",
    });
    expect(await updated()).not.toBe(first);
    const { json } = await site.call("POST", "changelog/bulkfetch", { issueIdsOrKeys: [id], fieldIds: ["summary"] });
    expect(json).toMatchObject({
      issueChangeLogs: [
        { issueId: id, changeHistories: [{ items: [{ fieldId: "summary", from: "A story", to: "Edited" }] }] },
      ],
    });
  });

  it("lets people transition, comment, move, delete and clean up", async () => {
    site = await startRaw();
    const id = await site.story({ labels: ["sdlc-sync", "x"] });
    await site.sandbox.human({ action: "transition", key: id, to: "Won't Do" });
    await site.sandbox.human({ action: "comment", key: id, body: "why?" });
    await site.sandbox.human({ action: "removeMarker", key: id });
    const { json } = await site.call("GET", `issue/${id}?fields=status&fields=labels&properties=sdlc-sync`);
    expect(json).toMatchObject({ fields: { status: { name: "Won't Do" }, labels: ["x"] }, properties: {} });
    await site.sandbox.human({ action: "delete", key: id });
    expect((await site.call("GET", `issue/${id}`)).status).toBe(404);
    await expect(site.sandbox.human({ action: "fly" })).rejects.toThrow(/known: edit, transition/);
  });

  it("shows an issue to a person's browser", async () => {
    site = await startRaw();
    await site.story({ summary: "<b>Pay</b>" });
    const page = await (await fetch(`${site.sandbox.url}/browse/CHK-1`)).text();
    expect(page).toContain("CHK-1");
    expect(page).not.toContain("<b>Pay");
    expect((await fetch(`${site.sandbox.url}/browse/CHK-9`)).status).toBe(404);
  });

  it("answers as gone what Jira has removed, and refuses what it does not know", async () => {
    site = await startRaw();
    expect((await site.call("POST", "search", { jql: "project = CHK" })).status).toBe(410);
    expect((await site.call("GET", "nowhere")).status).toBe(404);
    expect((await site.search({ jql: "summary ~ x" })).status).toBe(400);
    expect((await site.search({ jql: 'issue.property[sdlc-sync].key = "x"' })).status).toBe(400);
  });

  it("has a create screen and an edit screen for each type, and names each field that the one asked lacks", async () => {
    const setup = { offCreateScreen: { Story: ["duedate"] }, offEditScreen: { Story: ["labels", "priority"] } };
    site = await startRaw({ projects: [{ key: "CHK", ...setup }] });
    const id = await site.story({ labels: ["a"] });
    const create = await site.call("GET", "issue/createmeta/CHK/issuetypes/10001");
    const onCreate = (create.json["fields"] as unknown as { fieldId: string }[]).map(({ fieldId }) => fieldId);
    const onEdit = Object.keys((await site.call("GET", `issue/${id}/editmeta`)).json["fields"] ?? {});
    expect(
      [onCreate, onEdit].map((ids) => ["duedate", "labels", "priority"].filter((one) => ids.includes(one))),
    ).toEqual([["labels", "priority"], ["duedate"]]);
    const words = (field: string): string =>
      `Field '${field}' cannot be set. It is not on the appropriate screen, or unknown.`;
    const made = await site.call("POST", "issue", { fields: { ...STORY, summary: "x", duedate: "2026-12-01" } });
    expect([made.status, made.json]).toEqual([400, { errorMessages: [], errors: { duedate: words("duedate") } }]);
    const edited = await site.call("PUT", `issue/${id}`, {
      fields: { priority: { id: "1" }, duedate: "2026-12-01" },
      update: { labels: [{ add: "b" }] },
    });
    expect(edited.json["errors"]).toEqual({ labels: words("labels"), priority: words("priority") });
    expect((await site.call("PUT", `issue/${id}`, { fields: { duedate: "2026-12-01" } })).status).toBe(204);
  });

  it("names no field where a description is no document: not in a create, a bulk create or an edit", async () => {
    site = await startRaw();
    const description = adf({ type: "paragraph", content: [{ type: "paragraph" }] });
    const words = { errorMessages: ["INVALID_INPUT"], errors: {} };
    const fields = { ...STORY, summary: "x", description, duedate: "not a date" };
    expect((await site.call("POST", "issue", { fields })).json).toEqual(words);
    const bulk = await site.call("POST", "issue/bulk", { issueUpdates: [{ fields }] });
    expect(bulk.json["errors"]).toMatchObject([{ failedElementNumber: 0, elementErrors: words }]);
    const edit = await site.call("PUT", `issue/${await site.story()}`, { fields: { description } });
    expect([edit.status, edit.json]).toEqual([400, words]);
  });

  it("keeps tokens out of its log", async () => {
    site = await startRaw();
    await site.call("GET", "myself");
    expect(JSON.stringify(site.sandbox.log.all())).not.toContain(
      Buffer.from("sync@example.com").toString("base64").slice(0, 12),
    );
  });
});

describe.skipIf(!existsSync(SPEC))("the published specification", () => {
  it("finds nothing wrong with good exchanges, and names what it does not cover", async () => {
    site = await startRaw({ spec: SPEC });
    const id = await site.story({ description: adf(paragraph("x")) });
    await site.call("GET", `issue/${id}?fields=summary`);
    await site.search({ jql: "project = CHK", fields: ["summary"], properties: ["sdlc-sync"] });
    await site.call("GET", "project/CHK/statuses");
    await site.call("POST", "issue/bulk", { issueUpdates: [{ fields: {} }] });
    await site.call("GET", "issue/NOPE-1");
    await fetch(`${site.sandbox.url}/rest/agile/1.0/board`);
    expect(site.sandbox.spec.active).toBe(true);
    expect(site.sandbox.spec.violations()).toEqual([]);
    expect(site.sandbox.spec.uncovered()).toEqual(["GET /rest/agile/1.0/board"]);
  });

  it("catches a wrong request, a wrong answer and a status nobody described", async () => {
    site = await startRaw();
    const check = new SpecCheck(SPEC, SPEC_OPTIONS);
    const record = { id: 1, at: "", operation: "", write: false, headers: {}, answerHeaders: {}, body: "", answer: "" };
    check.check({
      ...record,
      method: "POST",
      path: "/rest/api/3/search/jql",
      status: 200,
      body: '{"startAt":0}',
      answer: '{"issues":[{"id":1}]}',
    });
    check.check({ ...record, method: "GET", path: "/rest/api/3/project/CHK?wrong=1", status: 299 });
    expect(check.violations()).toEqual([
      expect.stringContaining('GET /rest/api/3/project/{projectIdOrKey}: query parameter "wrong"'),
      expect.stringContaining("GET /rest/api/3/project/{projectIdOrKey}: status 299"),
      expect.stringContaining("POST /rest/api/3/search/jql 200: /issues/#/id must be string"),
      expect.stringContaining("POST /rest/api/3/search/jql request:  must NOT have additional properties"),
    ]);
  });
});
