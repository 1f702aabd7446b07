import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { SPEC_OPTIONS } from "../../../sandbox/notion/index.ts";
import { SpecCheck } from "../../../sandbox/kit/spec-check.ts";
import { SPEC, startRaw, title, type RawWorkspace } from "./client.ts";

let raw: RawWorkspace;
afterEach(() => raw.sandbox.close());

const human = (action: string, more: object): Promise<unknown> => raw.sandbox.human({ action, ...more });
const textOf = async (id: string): Promise<unknown> => (await raw.call("GET", `pages/${id}/markdown`)).json["markdown"];
const properties = async (id: string): Promise<unknown> => (await raw.call("GET", `pages/${id}`)).json["properties"];

describe("the Notion stand-in", () => {
  it("lets people write, retitle, trash, restore and delete", async () => {
    raw = await startRaw();
    const { id } = (await human("create", {
      properties: { Name: "Theirs", Labels: ["new"], Sprint: "Sprint 9" },
      text: "Words",
    })) as { id: string };
    raw.sandbox.clock.advance(60_000);
    await human("edit", {
      id,
      properties: { Name: "Retitled", Status: "Done", Assignee: ["ada@example.com"] },
      text: "Other words",
    });
    const page = await raw.call("GET", `pages/${id}`);
    expect(page.json).toMatchObject({
      created_time: "2026-11-20T10:00:00.000Z",
      last_edited_time: "2026-11-20T10:01:00.000Z",
      properties: {
        Name: { title: [{ plain_text: "Retitled" }] },
        Status: { status: { name: "Done" } },
        Labels: { multi_select: [{ name: "new" }] },
        Assignee: { people: [{ person: { email: "ada@example.com" } }] },
      },
    });
    expect(await textOf(id)).toBe("Other words");
    await human("trash", { id });
    expect((await raw.call("GET", `pages/${id}`)).json["in_trash"]).toBe(true);
    await human("restore", { id });
    expect((await raw.call("GET", `pages/${id}`)).json["in_trash"]).toBe(false);
    await human("deletePermanently", { id });
    expect((await raw.call("GET", `pages/${id}`)).json).toMatchObject({ status: 404, code: "object_not_found" });
    await expect(human("fly", {})).rejects.toThrow(/known: create, edit, trash/);
  });

  it("lets people change the schema: names, types, options, and none at all", async () => {
    raw = await startRaw();
    const id = await raw.page({ Priority: { select: { name: "P1" } }, "Story Points": { number: 3 } });
    await human("renameProperty", { property: "Priority", name: "Urgency" });
    await human("renameOption", { property: "Urgency", option: "P1", name: "Now" });
    await human("retypeProperty", { property: "Story Points", type: "rich_text" });
    await human("deleteProperty", { property: "Labels" });
    expect(await properties(id)).toMatchObject({
      Urgency: { select: { name: "Now" } },
      "Story Points": { type: "rich_text", rich_text: [] },
    });
    expect(await properties(id)).not.toHaveProperty("Labels");
    await human("removeOption", { property: "Urgency", option: "Now" });
    await human("removeOption", { property: "Status", option: "To Do" });
    expect(await properties(id)).toMatchObject({
      Urgency: { select: null },
      Status: { status: { name: "In Progress" } },
    });
    await human("addOption", { property: "Status", name: "Parked", group: "Complete" });
    await human("addProperty", { property: "Team", type: "select", options: ["A"] });
    expect(await properties(id)).toHaveProperty("Team");
  });

  it("lets people move a page away, duplicate one, and take the database from the connection", async () => {
    raw = await startRaw({ databases: [{ name: "Delivery" }, { name: "Other" }] });
    const id = await raw.page({ PR: { url: "https://example.com" } }, "Words");
    await human("duplicate", { id });
    await human("move", { id, source: "Other" });
    expect((await raw.query()).json["results"]).toHaveLength(1);
    const { json } = await raw.call("GET", `pages/${id}`);
    expect(json["properties"]).toMatchObject({ PR: { url: "https://example.com" } });
    await human("move", { id });
    expect((await raw.call("GET", `pages/${id}`)).json).toMatchObject({
      parent: { type: "workspace" },
      properties: { title: {} },
    });
    await human("unshare", {});
    expect((await raw.query()).json["code"]).toBe("object_not_found");
    expect((await raw.call("GET", `databases/${raw.sandbox.databases[0]}`)).status).toBe(404);
    await human("share", {});
    expect((await raw.query()).status).toBe(200);
  });

  it("tells less to a connection with fewer capabilities", async () => {
    raw = await startRaw();
    const id = await raw.page();
    Object.assign(raw.sandbox.workspace.capabilities, { emails: false });
    expect((await raw.call("GET", "users")).text).not.toContain("@example.com");
    Object.assign(raw.sandbox.workspace.capabilities, { users: false, content: false });
    expect((await raw.call("GET", "users")).json).toMatchObject({ status: 403, code: "restricted_resource" });
    expect((await raw.call("GET", `pages/${id}`)).json).toEqual({ object: "page", id });
    expect((await raw.call("GET", `pages/${id}/markdown`)).status).toBe(403);
  });

  it("refuses what it does not know instead of ignoring it", async () => {
    raw = await startRaw();
    const filter = { property: "Labels", multi_select: { contains: "x" } };
    expect((await raw.query({ filter })).status).toBe(400);
    expect((await raw.query({ sorts: [{ property: "Name", direction: "ascending" }] })).status).toBe(400);
    expect((await raw.query({ start_cursor: "nowhere" })).status).toBe(400);
    expect((await raw.call("POST", "search", {})).json["code"]).toBe("invalid_request_url");
    expect((await raw.call("POST", "pages", "{")).json["code"]).toBe("invalid_json");
    expect((await raw.call("PATCH", `pages/${await raw.page()}`, { is_locked: true })).status).toBe(400);
  });

  it("keeps nested lists, code below items, tables and callouts as they are", async () => {
    raw = await startRaw();
    const text =
      '- a\n\t- b\n\t\t```python\n\t\tx\n\t\t\n\t\ty\n\t\t```\n1. c\n<table header-row="true">\n\t<tr>\n\t\t<td>1</td>\n\t</tr>\n</table>\n<callout icon="!">\n\tText\n</callout>\n---\nend';
    expect(await raw.roundTrip(text)).toBe(text);
  });

  it("tells property ids percent-encoded, and takes them in bodies as they are", async () => {
    raw = await startRaw();
    const id = await raw.page();
    const told = (await raw.call("GET", `data_sources/${raw.source}`)).json["properties"]?.["Story Points"]?.["id"];
    const key = told as unknown as string;
    const write = async (name: string): Promise<number> =>
      (await raw.call("PATCH", `pages/${id}`, { properties: { [name]: { number: 3 } } })).status;
    expect([key.startsWith("%3A"), await write(key), await write(decodeURIComponent(key))]).toEqual([true, 400, 200]);
  });

  it("keeps tokens out of its log", async () => {
    raw = await startRaw();
    await raw.call("GET", "users/me");
    expect(JSON.stringify(raw.sandbox.log.all())).not.toContain(raw.sandbox.credentials.NOTION_API_KEY);
  });
});

describe.skipIf(!existsSync(SPEC))("the published specification (skipped where it is not at hand)", () => {
  it("finds nothing wrong with good exchanges, and names what it does not cover", async () => {
    raw = await startRaw({ spec: SPEC });
    const id = await raw.page({}, "Words");
    await raw.call("PATCH", `pages/${id}`, { properties: { Name: title("x") } });
    await raw.query({ sorts: [{ timestamp: "last_edited_time", direction: "ascending" }], page_size: 100 });
    await raw.call("PATCH", `pages/${id}/markdown`, { type: "replace_content", replace_content: { new_str: "x" } });
    await raw.call("GET", "users?page_size=100");
    await raw.call("GET", `databases/${raw.sandbox.databases[0]}`);
    await raw.call("GET", "views");
    expect(raw.sandbox.spec.active).toBe(true);
    expect(raw.sandbox.spec.violations()).toEqual([]);
    expect(raw.sandbox.spec.uncovered()).toEqual(["GET /v1/views"]);
  });

  it("catches a wrong request and a wrong answer", async () => {
    raw = await startRaw();
    const check = new SpecCheck(SPEC, SPEC_OPTIONS);
    const record = { id: 1, at: "", operation: "", write: false, headers: {}, answerHeaders: {}, body: "", answer: "" };
    const path = "/v1/pages/8e3f5bf6-6b16-4ad3-8a4f-f5c2cfaa2d0b/markdown";
    check.check({ ...record, method: "GET", path: `${path}?wrong=1`, status: 200, answer: '{"markdown":1}' });
    check.check({ ...record, method: "POST", path: "/v1/pages", status: 200, body: '{"properties":{}}', answer: "{}" });
    expect(check.violations()).toEqual([
      expect.stringContaining("GET /v1/pages/{page_id}/markdown 200: /markdown must be string"),
      expect.stringContaining('GET /v1/pages/{page_id}/markdown: query parameter "wrong"'),
      expect.stringContaining("POST /v1/pages request:  must have required property 'parent'"),
    ]);
  });
});
