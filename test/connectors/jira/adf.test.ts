import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adfToMarkdown, markdownToAdf, throughAdf, type AdfNode } from "../../../src/connectors/jira/adf.ts";
import { canonicalMarkdown } from "../../../src/core/markdown.ts";
import { adfProblem } from "../../../sandbox/jira/adf-check.ts";
import { ALL_QUIRKS } from "../../../sandbox/jira/quirks.ts";

const SEED = Number(process.env["SDLC_SYNC_SEED"] ?? 1);

function doc(...content: AdfNode[]): AdfNode {
  return { type: "doc", content };
}
const text = (value: string, ...marks: string[]): AdfNode => ({
  type: "text",
  text: value,
  ...(marks.length ? { marks: marks.map((type) => ({ type })) } : {}),
});
const paragraph = (...content: AdfNode[]): AdfNode => ({ type: "paragraph", content });

describe("Markdown that ADF can say goes there and back unchanged", () => {
  it.each([
    "plain",
    "# One\n\n## Two\n\ntext",
    "**bold** *it* ~~gone~~ `code` ***both***",
    '[a link](https://x.test "T") and https://x.test/p',
    "- a\n  - b\n    1. c\n    2. d\n- e",
    "1. a\n2. b\n\n   second paragraph",
    "3. three\n4. four",
    "- [ ] open\n- [x] done\n  - [ ] below",
    "- [x] task\n- no task",
    "```ts\nconst a = 1;\n\n  b\n```",
    "> quoted\n>\n> - list",
    "> [!WARNING]\n>\n> careful",
    "| a | b |\n| - | - |\n| 1 | *2* |",
    "a\\\nb",
    "---",
    "![alt](https://x.test/i.png)",
    "[@Ada Lovelace](accountid:5b10ac)",
    "<u>under</u> H<sub>2</sub>O",
    '`adf:{"type":"date","attrs":{"timestamp":"1700000000000"}}`',
    "snake_case, 1 < 2 & 3, 100 %",
    "Zażółć 🎉 gęślą",
  ])("%j", (markdown) => {
    expect(canonicalMarkdown(markdown)).toBe(markdown);
    expect(throughAdf(markdown)).toBe(markdown);
  });
});

describe("what ADF cannot say keeps its words", () => {
  it.each([
    ["> # head\n> text", "> **head**\n>\n> text"],
    ["- # head", "- **head**"],
    ["- > quoted", "- quoted"],
    ["see ![pic](https://x.test/i.png) here", "see [pic](https://x.test/i.png) here"],
    ["<div>\nx\n</div>", "\\<div>\\\nx\\\n\\</div>"],
    ["**`bold code`**", "`bold code`"],
    ["*\n[x] - ", "-\n\n\\[x] -"],
  ])("%j becomes %j", (from, to) => {
    expect(throughAdf(from)).toBe(to);
  });
});

describe("what Markdown cannot say is kept verbatim", () => {
  const expand: AdfNode = { type: "expand", attrs: { title: "More" }, content: [paragraph(text("inside"))] };
  it("whole blocks, without the editor's local ids", () => {
    const markdown = adfToMarkdown(doc(paragraph(text("a")), { ...expand, attrs: { title: "More", localId: "x1" } }));
    expect(markdown).toMatch(/^a\n\n```adf\n/);
    expect(markdownToAdf(markdown)?.content).toEqual([paragraph(text("a")), expand]);
  });

  it("tables with merged cells", () => {
    const table: AdfNode = {
      type: "table",
      content: [
        {
          type: "tableRow",
          content: [{ type: "tableHeader", attrs: { colspan: 2 }, content: [paragraph(text("h"))] }],
        },
      ],
    };
    expect(markdownToAdf(adfToMarkdown(doc(table)))?.content).toEqual([table]);
  });

  it("inline nodes and colours", () => {
    const status: AdfNode = { type: "status", attrs: { text: "LATE", color: "red" } };
    const red: AdfNode = { type: "text", text: "red", marks: [{ type: "textColor", attrs: { color: "#ff0000" } }] };
    const markdown = adfToMarkdown(doc(paragraph(text("is "), status, text(" and "), red)));
    expect(markdownToAdf(markdown)?.content).toEqual([paragraph(text("is "), status, text(" and "), red)]);
  });

  it("a verbatim block that somebody broke becomes code, not an error", () => {
    expect(markdownToAdf("```adf\n{oops\n```")?.content[0]).toMatchObject({ type: "codeBlock" });
  });
});

describe("documents as Jira stores them", () => {
  it("ignores local ids and blanks at the edge of marks", () => {
    const saved = doc({ ...paragraph(text("bold ", "strong"), text("word ")), attrs: { localId: "abc" } });
    expect(adfToMarkdown(saved)).toBe("**bold** word");
  });
  it("reads a mention, an emoji, a smart link", () => {
    const nodes = [
      { type: "mention", attrs: { id: "5b10", text: "@Ada" } },
      text(" "),
      { type: "emoji", attrs: { shortName: ":tada:", text: "🎉" } },
      text(" "),
      { type: "inlineCard", attrs: { url: "https://x.test/c" } },
    ];
    expect(adfToMarkdown(doc(paragraph(...nodes)))).toBe("[@Ada](accountid:5b10) 🎉 https://x.test/c");
  });
  it("joins half-bold words without changing them", () => {
    expect(adfToMarkdown(doc(paragraph(text("half"), text("bold", "strong"), text("word"))))).toBe("half**bold**word");
  });
  it("is null where there is nothing to read", () => {
    expect(adfToMarkdown(null)).toBeNull();
    expect(adfToMarkdown(doc(paragraph()))).toBeNull();
    expect(markdownToAdf(" \n")).toBeNull();
  });
});

describe("laws", () => {
  const word = fc.constantFrom("alpha", "beta_x", "1 < 2", "a*b", "[x]", "!", "#", "- ", "@me", "e ");
  const marks = fc.subarray(["strong", "em", "strike", "code", "underline"]);
  const leaf = fc
    .tuple(word, marks)
    .map(([value, kinds]) => text(value, ...(kinds.includes("code") ? ["code"] : kinds)));
  const line: fc.Arbitrary<AdfNode> = fc
    .array(fc.oneof(leaf, fc.constant({ type: "hardBreak" })), { maxLength: 5 })
    .map((nodes) => paragraph(...nodes));
  const list = (kind: string): fc.Arbitrary<AdfNode> =>
    fc.array(fc.array(line, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 }).map((items) => ({
      type: kind,
      content: items.map((content) => ({ type: "listItem", content })),
    }));
  const blocks = fc.oneof(
    line,
    line.map(({ content }) => ({
      type: "heading",
      attrs: { level: 2 },
      content: (content ?? []).filter(({ type }) => type === "text"),
    })),
    list("bulletList"),
    list("orderedList"),
    fc.array(line, { minLength: 1, maxLength: 2 }).map((content) => ({ type: "blockquote", content })),
    fc
      .array(line, { minLength: 1, maxLength: 2 })
      .map((content) => ({ type: "panel", attrs: { panelType: "info" }, content })),
    fc.constant({ type: "rule" }),
  );
  it("any document is stable after one pass", () => {
    fc.assert(
      fc.property(fc.array(blocks, { maxLength: 4 }), (content) => {
        const once = throughAdf(adfToMarkdown(doc(...content)) ?? "");
        expect(adfToMarkdown(markdownToAdf(once))).toBe(once);
        expect(adfProblem(markdownToAdf(once), ALL_QUIRKS)).toBeNull();
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  const pieces = fc.constantFrom(
    "- ",
    "1. ",
    "> ",
    "# ",
    "`",
    "**",
    "*",
    "_",
    "~~",
    "[x] ",
    "\n",
    "\n\n",
    "  ",
    "| a | b |\n|-|-|\n| 1 | 2 |\n",
    "```\n",
    "word",
    "https://x.test/a",
    "<b>",
    "<u>",
    "</u>",
    "![i](https://x.test/i)",
    "[l](u)",
    "\\",
    "&amp;",
    "> [!NOTE]\n> ",
  );
  it("any text is stable after one pass and makes a document that Jira takes", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const once = throughAdf(parts.join(""));
        expect(throughAdf(once ?? "")).toBe(once);
        expect(adfProblem(markdownToAdf(parts.join("")), ALL_QUIRKS)).toBeNull();
      }),
      { numRuns: 1500, seed: SEED },
    );
  });
});
