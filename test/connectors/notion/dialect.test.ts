import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bodyLens } from "../../../src/connectors/notion/body.ts";
import { throughNotion } from "../../../src/connectors/notion/dialect.ts";
import { fromNotion } from "../../../src/connectors/notion/dialect-read.ts";
import { lockedBy } from "../../../src/connectors/notion/dialect-verbatim.ts";
import { toNotion } from "../../../src/connectors/notion/dialect-write.ts";
import { canonicalMarkdown } from "../../../src/core/markdown.ts";
import { parseBlocks, renderBlocks } from "../../../sandbox/notion/markdown.ts";
import { ALL_QUIRKS } from "../../../sandbox/notion/quirks.ts";

/** What the stand-in, which knows nothing of the connector's ways, makes of a text. */
function kept(notion: string): string {
  return renderBlocks(parseBlocks(notion, ALL_QUIRKS), ALL_QUIRKS, 1_000).markdown;
}

/** Canonical Markdown and Notion's for the same text. */
const PAIRS: readonly (readonly [what: string, markdown: string, notion: string])[] = [
  ["paragraphs", "One.\n\nTwo.", "One.\nTwo."],
  ["line breaks", "One\\\nTwo", "One<br>Two"],
  ["headings", "# A\n\n#### B", "# A\n#### B"],
  ["emphasis", "**a** *b* ~~c~~ `d`", "**a** *b* ~~c~~ `d`"],
  ["links", "[a](https://example.com/x?y=$z|~)", "[a](https://example.com/x?y=$z|~)"],
  ["what is special to Notion", "$5 {a} b|c 2^3", "\\$5 \\{a\\} b\\|c 2\\^3"],
  ["what would begin a block", "\\# a\n\n\\- b\n\n1\\. c\n\n\\> d", "\\# a\n\\- b\n1\\. c\n\\> d"],
  ["nested lists", "- a\n  1. b\n  2. c\n     - d\n- e", "- a\n\t1. b\n\t2. c\n\t\t- d\n- e"],
  ["tasks", "- [ ] a\n- [x] b", "- [ ] a\n- [x] b"],
  ["blocks in items", "- a\n\n  b\n\n  ```python\n  c\n  ```", "- a\n\tb\n\t```python\n\tc\n\t```"],
  ["quotes", "> a\\\n> b\n>\n> - c", "> a<br>b\n\t- c"],
  ["code with fences in it", "````markdown\n```\nx\n```\n````", "````markdown\n```\nx\n```\n````"],
  ["hashes at the end", "\\#\n\nC #\n\nD \\##", "\\#\nC #\nD ##"],
  ["what looks like an entity", "a \\&amp; b", "a \\&amp; b"],
  ["rules", "a\n\n---\n\nb", "a\n---\nb"],
  ["images", "![a \\[b\\]](https://example.com/a.png)", "![a \\[b\\]](https://example.com/a.png)"],
  [
    "tables",
    "| a | b |\n| - | - |\n| **1** | 2<br>3 |",
    '<table header-row="true">\n\t<tr>\n\t\t<td>a</td>\n\t\t<td>b</td>\n\t</tr>\n\t<tr>\n\t\t<td>**1**</td>\n\t\t<td>2<br>3</td>\n\t</tr>\n</table>',
  ],
  [
    "mentions",
    '<mention-user url="user://1">Ana</mention-user> did',
    '<mention-user url="user://1">Ana</mention-user> did',
  ],
  ["colours", '# A {color="blue"}\n\n<span color="red">b</span>', '# A {color="blue"}\n<span color="red">b</span>'],
  [
    "callouts",
    '```notion\n<callout icon="💡">\n\tText\n\t- a\n</callout>\n```',
    '<callout icon="💡">\n\tText\n\t- a\n</callout>',
  ],
  [
    "toggles",
    "```notion\n<details>\n<summary>More</summary>\n\tText\n</details>\n```",
    "<details>\n<summary>More</summary>\n\tText\n</details>",
  ],
  ["toggle headings", '```notion\n# A {toggle="true"}\n\tText\n```', '# A {toggle="true"}\n\tText'],
  ["equations", "```notion\n$$\nx^2\n$$\n```", "$$\nx^2\n$$"],
  [
    "coloured tables",
    '```notion\n<table>\n\t<tr color="red">\n\t\t<td>a</td>\n\t</tr>\n</table>\n```',
    '<table>\n\t<tr color="red">\n\t\t<td>a</td>\n\t</tr>\n</table>',
  ],
];

describe("texts in Notion's Markdown", () => {
  it.each(PAIRS)("%s are written and read", (_, markdown, notion) => {
    expect(toNotion(markdown)).toBe(notion);
    expect(fromNotion(notion)).toBe(canonicalMarkdown(markdown));
    expect(fromNotion(kept(notion))).toBe(canonicalMarkdown(markdown));
  });

  it.each([
    ["deep headings", "###### a", "#### a"],
    ["languages by other names", "```ts\na\n```", "```typescript\na\n```"],
    ["languages nobody knows", "```bdd\na\n```", "```\na\n```"],
    ["images within a line", "a ![b](https://example.com/b.png)", "a [b](https://example.com/b.png)"],
    ["HTML", "<b>a</b>", "\\<b>a\\</b>"],
    ["comments", "<!-- a -->", "\\<!-- a -->"],
    ["numbers", "3. a\n4. b", "1. a\n2. b"],
  ])("%s come back otherwise, and stand for what was written", (_, markdown, back) => {
    expect(throughNotion(markdown)).toBe(back);
    expect(bodyLens.represents(fromNotion(kept(toNotion(markdown))) || null, markdown)).toBe(true);
  });

  it("does not write what only looks like a block of Notion's", () => {
    for (const text of [
      '<page url="https://www.notion.so/1">x</page>',
      "<callout>\nunclosed",
      "plain",
      "$$\n$$\nx\n$$",
    ]) {
      const fenced = `\`\`\`notion\n${text}\n\`\`\``;
      expect(toNotion(fenced), text).toBe(`\`\`\`\n${text}\n\`\`\``);
    }
  });

  it("reads callouts between colons, and colons that are none", () => {
    const callout = '::: callout {icon="💡"}\nText\n- a\n:::';
    const fenced = `\`\`\`notion\n${callout}\n\`\`\``;
    expect([fromNotion(`${callout}\nAfter`), toNotion(fenced)]).toEqual([`${fenced}\n\nAfter`, callout]);
    expect(fromNotion("::: callout\nText")).toBe("::: callout\n\nText");
    expect(lockedBy(callout)).toBeUndefined();
  });

  it("reads a table by its attributes, in whatever order and however indented", () => {
    const rows = "<tr>\n<td>a</td>\n</tr>\n</table>";
    const plain = '<table fit-page-width="true" header-column="false" header-row="true">';
    expect(fromNotion(`${plain}\n${rows}`)).toBe("| a |\n| - |");
    for (const other of ["<table>", '<table header-row="false">', '<table header-row="true" header-column="true">'])
      expect(fromNotion(`${other}\n${rows}`)).toContain("```notion");
  });

  it("knows nothing of empty lines and empty blocks", () => {
    expect(fromNotion("a\n<empty-block/>\n\nb\n")).toBe("a\n\nb");
    expect([fromNotion(""), toNotion(" \n")]).toEqual(["", ""]);
  });

  it.each([
    ["page", '<page url="https://www.notion.so/1">x</page>'],
    ["database", '- a\n\t<database url="https://www.notion.so/1"/>'],
    ["unknown", '<unknown url="https://www.notion.so/1" alt="bookmark"/>'],
    ["synced_block", "<synced_block>\n\ta\n</synced_block>"],
    ["video", '<video src="https://example.com/v.mp4">x</video>'],
    ["page", 'See <page url="https://www.notion.so/1">x</page> there'],
    ["equation within a line", "As $x^2$ shows"],
    ["citation", "So they say[^https://example.com]"],
    ["uploaded file", "![x](file://%7B%22source%22%3A1%7D)"],
    ["uploaded file", "![x](https://prod-files-secure.s3.amazonaws.com/x.png?X-Amz-Date=1&X-Amz-Signature=2)"],
  ])("is locked by what would be lost: %s", (tag, text) => {
    expect(lockedBy(`Words\n${text}`)).toBe(tag);
    expect(lockedBy(`\`\`\`\n${text}\n\`\`\``)).toBeUndefined();
  });

  it("is locked neither by escaped mark-up, nor by code, nor by addresses", () => {
    const free = [
      "\\<page\\> \\$5 \\[\\^1\\]",
      "`<page/> $x$ [^1]`",
      "[x](https://example.com/$a<b)",
      "$$\nx^2\n$$",
      "<https://example.com>",
      "$5 and $6",
    ];
    for (const text of free) expect(lockedBy(text), text).toBeUndefined();
  });

  it("is locked by nothing that goes back as it came", () => {
    for (const [what, , notion] of PAIRS) expect(lockedBy(notion), what).toBeUndefined();
  });
});

describe("any text", () => {
  const inline = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      "**b**",
      "*i*",
      "`c`",
      "[l](https://example.com)",
      "$x$",
      '{color="red"}',
      "<br>",
      "\\",
      "#",
      "- ",
      "1. ",
      "~",
      "|",
      "<unknown/>",
      "\t",
      "&amp;",
      "__u__",
    ),
  );
  const line = fc.array(inline, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(" "));
  const block = fc.oneof(
    line,
    line.map((text) => `## ${text}`),
    fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.map((text) => `- ${text}`).join("\n")),
    fc.tuple(line, line).map(([a, b]) => `1. ${a}\n   - ${b}`),
    line.map((text) => `> ${text}`),
    line.map((text) => `\`\`\`sql\n${text}\n\`\`\``),
    fc
      .tuple(line, line)
      .map(([a, b]) => `| x | y |\n| - | - |\n| ${a.replaceAll("|", "")} | ${b.replaceAll("|", "")} |`),
  );
  const document = fc.array(block, { minLength: 1, maxLength: 4 }).map((blocks) => blocks.join("\n\n"));
  const settings = { seed: Number(process.env["SDLC_SYNC_SEED"] ?? 20261121), numRuns: 150 };

  it("comes to rest after one trip", () => {
    fc.assert(
      fc.property(document, (text) => {
        const once = throughNotion(text);
        expect(once === null ? null : throughNotion(once)).toBe(once);
      }),
      settings,
    );
  });

  it("is held by the stand-in as what stands for it", () => {
    fc.assert(
      fc.property(document, (text) => {
        const held = fromNotion(kept(toNotion(text))) || null;
        expect(bodyLens.represents(held, text)).toBe(true);
      }),
      settings,
    );
  });
});
