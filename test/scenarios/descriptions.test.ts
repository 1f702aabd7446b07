import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { AdfNode } from "../../src/connectors/jira/adf.ts";
import { expectSettled, expectSilence } from "../support/invariants.ts";
import { startWorld, stopTemporal, type World } from "../support/world.ts";

const RICH = `As a shopper I want a *warning*, **so that** my order does not fail.\\
Ask @ana or see [the brief](https://wiki.example.com/briefs/expiry?rev=3&lang=en) 🙂 and \`expires_at\`.

- one
  - two
    - three
- four

1. first
2. second

- [x] copy approved
- [ ] e-mail template

| name | kind |
| ---- | ---- |
| id | uuid |

> quoted, <https://example.com/a_b>

\`\`\`sql
select id -- two  blanks
from cards where a < b;
\`\`\`
`;

let world: World;
afterEach(() => world.close());
afterAll(stopTemporal);

async function start(description: string, lineEnd = "\n"): Promise<void> {
  const hub = `project: {id: "{ID}", name: Checkout}
implementation:
  stories:
    - id: US-001
      title: Warn of expiry
      status: ready
      description: |
${description.replace(/^(?=.)/gm, "        ")}external_sync: {jira: {project_key: CHK}, linear: {team_id: PAY}}
`;
  world = await startWorld({ hub: hub.replaceAll("\n", lineEnd) });
}
async function jiraDescription(): Promise<AdfNode | null> {
  return world.jira.site.get(await world.key("US-001", "jira")).data.description;
}
async function linearDescription(): Promise<string | null | undefined> {
  return world.linear.store.findIssue(await world.key("US-001", "linear"))?.description;
}
const inHub = async (): Promise<string> => String((await world.item("US-001")).fields.description);
const typesIn = (node: AdfNode): string[] => [node.type, ...(node.content ?? []).flatMap(typesIn)];

describe("scenario 33: Markdown through ADF, Linear and back", () => {
  it.each(["\n", "\r\n"])("a fixpoint after one pass, and the hub's bytes stay (line ends %j)", async (lineEnd) => {
    await start(RICH, lineEnd);
    await world.sync();
    const text = (await world.hubText()).replace(/ *external_refs:[^]*?(?=external_sync)/, "");
    expect(text).toContain(`one${lineEnd}          - two${lineEnd}            - three`);
    const adf = await jiraDescription();
    for (const type of ["bulletList", "orderedList", "taskItem", "table", "codeBlock", "blockquote", "hardBreak"])
      expect(typesIn(adf!)).toContain(type);
    expect(await linearDescription()).toContain("* one");
    const held = [JSON.stringify(adf), await linearDescription(), await world.hubText()];
    await expectSilence(world);
    await world.sync({ force: true });
    expect([JSON.stringify(await jiraDescription()), await linearDescription(), await world.hubText()]).toEqual(held);
  });

  it("edited in Linear, then in Jira, then in the hub: each edit arrives, and nothing else changes", async () => {
    await start(RICH);
    await world.sync();
    const linear = (await linearDescription())!;
    const key = await world.key("US-001", "linear");
    await world.linear.human({
      action: "edit",
      item: key,
      fields: { description: linear.replace("four", "four and more") },
    });
    await world.sync();
    expect(await inHub()).toContain("- four and more\n");
    await expectSilence(world);

    const edited = JSON.parse(
      JSON.stringify(await jiraDescription()).replace("e-mail template", "mail template"),
    ) as AdfNode;
    await world.jira.human({ action: "edit", key: await world.key("US-001", "jira"), fields: { description: edited } });
    await world.sync();
    expect(await inHub()).toContain("- [ ] mail template\n");
    expect(await linearDescription()).toContain("mail template");
    await expectSilence(world);

    await world.editHub("first", "very first");
    await world.sync();
    expect(JSON.stringify(await jiraDescription())).toContain("very first");
    expect(await linearDescription()).toContain("1. very first");
    expect(await inHub()).toContain("select id -- two  blanks\nfrom cards where a < b;");
    await expectSilence(world);
  });

  it("CRLF typed into Linear comes to the hub as its own line ends, once", async () => {
    await start("Short.\n");
    await world.sync();
    const item = await world.key("US-001", "linear");
    await world.linear.human({ action: "edit", item, fields: { description: "One\r\n\r\n- a\r\n- b\r\n" } });
    await world.sync();
    expect(await world.hubText()).not.toContain("\r");
    expect((await inHub()).trim()).toBe("One\n\n- a\n- b");
    // Linear's own bullets.
    expect(await linearDescription()).toBe("One\n\n* a\n* b");
    await expectSettled(world, { open: ["US-001/description"] });
  });

  const PANELS: readonly AdfNode[] = [
    {
      type: "panel",
      attrs: { panelType: "warning" },
      content: [{ type: "paragraph", content: [{ type: "text", text: "Mind the gap" }] }],
    },
    {
      type: "expand",
      attrs: { title: "Details" },
      content: [{ type: "paragraph", content: [{ type: "text", text: "Hidden" }] }],
    },
    {
      type: "paragraph",
      content: [
        { type: "text", text: "Ask " },
        { type: "mention", attrs: { id: "5b10ana0000000000000000a", text: "@Ana Ruiz" } },
        { type: "text", text: " by " },
        { type: "date", attrs: { timestamp: "1797552000000" } },
        { type: "text", text: " " },
        { type: "status", attrs: { text: "LATE", color: "red" } },
      ],
    },
  ];

  it("what only Jira can say outlives an edit of the hub elsewhere in the text", async () => {
    await start("First paragraph.\n");
    await world.sync();
    const before = (await jiraDescription())!;
    const description = { ...before, content: [...(before.content ?? []), ...PANELS] };
    await world.jira.human({ action: "edit", key: await world.key("US-001", "jira"), fields: { description } });
    await world.sync();
    expect(await inHub()).toContain("Mind the gap");
    await expectSilence(world);
    await world.editHub("First paragraph.", "First paragraph, edited.");
    await world.sync();
    const [first, ...rest] = (await jiraDescription())?.content ?? [];
    expect(first?.content).toEqual([{ type: "text", text: "First paragraph, edited." }]);
    expect(rest).toEqual(PANELS);
    await expectSettled(world);
  });

  it("what Markdown has no word for outlives an edit of another paragraph, wherever that is made", async () => {
    await start("First paragraph.\n");
    await world.sync();
    const centred: AdfNode = {
      type: "paragraph",
      attrs: { localId: "a1" },
      marks: [{ type: "alignment", attrs: { align: "center" } }],
      content: [
        { type: "text", text: "See " },
        { type: "inlineCard", attrs: { url: "https://x.test/brief" } },
      ],
    };
    const cell = (type: string, word: string): AdfNode => ({
      type,
      attrs: { colwidth: [333] },
      content: [{ type: "paragraph", content: [{ type: "text", text: word }] }],
    });
    const rows = ["tableHeader", "tableCell"].map((type) => ({ type: "tableRow", content: [cell(type, "id")] }));
    const table: AdfNode = { type: "table", attrs: { layout: "wide", localId: "b2" }, content: rows };
    const before = (await jiraDescription())!;
    const description = { ...before, content: [centred, ...(before.content ?? []), table] };
    await world.jira.human({ action: "edit", key: await world.key("US-001", "jira"), fields: { description } });
    await world.sync();
    const edited = (text: string): AdfNode[] => [
      centred,
      { type: "paragraph", content: [{ type: "text", text }] },
      table,
    ];
    await world.editHub("First paragraph.", "First, by the hub.");
    await world.sync();
    expect((await jiraDescription())?.content).toEqual(edited("First, by the hub."));
    const item = await world.key("US-001", "linear");
    const inLinear = (await linearDescription())!.replace("by the hub", "by Linear");
    await world.linear.human({ action: "edit", item, fields: { description: inLinear } });
    await world.sync();
    expect((await jiraDescription())?.content).toEqual(edited("First, by Linear."));
    await expectSilence(world);
  });

  it("emptied on one side: travels once", async () => {
    await start("First paragraph.\n");
    await world.sync();
    await world.jira.human({ action: "edit", key: await world.key("US-001", "jira"), fields: { description: null } });
    await world.sync();
    expect([(await world.item("US-001")).fields.description ?? null, (await linearDescription()) || null]).toEqual([
      null,
      null,
    ]);
    await expectSettled(world);
  });
});
