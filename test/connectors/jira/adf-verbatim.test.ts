import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adfToMarkdown, markdownToAdf, throughAdf, type AdfNode } from "../../../src/connectors/jira/adf.ts";
import { editedAdf } from "../../../src/connectors/jira/adf-reuse.ts";
import { adfProblem } from "../../../sandbox/jira/adf-check.ts";
import { ALL_QUIRKS } from "../../../sandbox/jira/quirks.ts";

const SEED = Number(process.env["SDLC_SYNC_SEED"] ?? 1);

const text = (value: string): AdfNode => ({ type: "text", text: value });
const paragraph = (...content: AdfNode[]): AdfNode => ({ type: "paragraph", content });
const doc = (...content: AdfNode[]): AdfNode => ({ type: "doc", version: 1, content }) as AdfNode;
const fenced = (json: string): string => `\`\`\`adf\n${json}\n\`\`\``;
const indented = (markdown: string, first: string): string =>
  first + markdown.replaceAll("\n", `\n${" ".repeat(first.length)}`);
const made = (markdown: string): readonly AdfNode[] => markdownToAdf(markdown)?.content ?? [];

const EXTENSION = { extensionKey: "k", extensionType: "t" };
const cell = (type: string, ...content: AdfNode[]): AdfNode => ({ type, attrs: { colspan: 1 }, content });
const small: AdfNode = { ...paragraph(text("in")), marks: [{ type: "fontSize", attrs: { fontSize: "small" } }] };
/** One of each block that Markdown cannot say. */
const BLOCKS: readonly AdfNode[] = [
  { type: "expand", attrs: { title: "More" }, content: [small, { type: "rule" }] },
  { type: "panel", attrs: { panelType: "custom", panelColor: "#ff0000" }, content: [paragraph(text("p"))] },
  {
    type: "table",
    attrs: { layout: "default" },
    content: [
      { type: "tableRow", content: [cell("tableHeader", paragraph(text("a")), paragraph(text("b")))] },
      {
        type: "tableRow",
        content: [cell("tableCell", { type: "nestedExpand", attrs: { title: "t" }, content: [paragraph(text("c"))] })],
      },
    ],
  },
  { type: "decisionList", content: [{ type: "decisionItem", attrs: { state: "DECIDED" }, content: [text("yes")] }] },
  {
    type: "mediaSingle",
    attrs: { layout: "center" },
    content: [
      { type: "media", attrs: { type: "file", id: "1", collection: "" } },
      { type: "caption", content: [text("words")] },
    ],
  },
  { type: "mediaGroup", content: [{ type: "media", attrs: { type: "file", id: "1", collection: "c" } }] },
  { type: "blockCard", attrs: { data: { a: 1 } } },
  {
    type: "blockCard",
    attrs: { datasource: { id: "d", parameters: { jql: "x" }, views: [{ type: "table", properties: {} }] } },
  },
  { type: "extension", attrs: { ...EXTENSION, parameters: { n: 1 } } },
  { type: "bodiedExtension", attrs: EXTENSION, content: [paragraph(text("x"))] },
  {
    type: "layoutSection",
    marks: [{ type: "breakout", attrs: { mode: "wide" } }],
    content: [
      { type: "layoutColumn", attrs: { width: 50 }, content: [paragraph(text("l"))] },
      { type: "layoutColumn", attrs: { width: 50 }, content: [{ type: "bulletList", content: [item("r")] }] },
    ],
  },
];
function item(word: string): AdfNode {
  return { type: "listItem", content: [paragraph(text(word))] };
}
const INLINES: readonly AdfNode[] = [
  { type: "date", attrs: { timestamp: "1700000000000" } },
  { type: "status", attrs: { text: "LATE", color: "red" } },
  { type: "emoji", attrs: { shortName: ":site:", id: "e1" } },
  { type: "placeholder", attrs: { text: "type here" } },
  { type: "inlineExtension", attrs: EXTENSION },
  { type: "mediaInline", attrs: { id: "1", collection: "c", type: "file" } },
  { type: "inlineCard", attrs: { data: { a: 1 } } },
];

describe("what Markdown cannot say comes back as the node it was", () => {
  it.each(BLOCKS.map((node) => [node.type, node] as const))("%s", (_, node) => {
    const markdown = adfToMarkdown(doc(node)) ?? "";
    expect(markdown).toMatch(/^```adf\n/);
    expect(made(markdown)).toMatchObject([node]);
    expect(adfProblem(markdownToAdf(markdown), ALL_QUIRKS)).toBeNull();
  });
  it.each(INLINES.map((node) => [node.type, node] as const))("%s", (_, node) => {
    const markdown = adfToMarkdown(doc(paragraph(text("x "), node))) ?? "";
    expect(made(markdown)).toEqual([paragraph(text("x "), node)]);
    expect(adfProblem(markdownToAdf(markdown), ALL_QUIRKS)).toBeNull();
  });
});

describe("a verbatim block that is none stays code with its words", () => {
  const words = '{"type":"text","text":"x"}';
  it.each([
    words,
    '{"type":"doc","version":1,"content":[]}',
    '{"type":"doc","content":[{"type":"paragraph"}]}',
    '{"type":"listItem","content":[{"type":"paragraph"}]}',
    '{"type":"tableRow","content":[]}',
    '{"type":"unheardOf"}',
    '{"type":"constructor"}',
    '{"type":"expand"}',
    '{"type":"expand","content":[]}',
    '{"type":"expand","content":{}}',
    '{"type":"expand","content":[null]}',
    `{"type":"expand","content":[${words}]}`,
    '{"type":"expand","content":[{"type":"expand","content":[{"type":"paragraph"}]}]}',
    '{"type":"expand","text":"x","content":[{"type":"paragraph"}]}',
    '{"type":"expand","more":1,"content":[{"type":"paragraph"}]}',
    '{"type":"expand","attrs":[],"content":[{"type":"paragraph"}]}',
    '{"type":"expand","attrs":{"title":1},"content":[{"type":"paragraph"}]}',
    '{"type":"expand","attrs":{"colour":"x"},"content":[{"type":"paragraph"}]}',
    '{"type":"expand","marks":[{"type":"strong"}],"content":[{"type":"paragraph"}]}',
    '{"type":"paragraph","content":[{"type":"text","text":""}]}',
    '{"type":"paragraph","content":[{"type":"text","text":"a\\nb"}]}',
    '{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"code"},{"type":"strong"}]}]}',
    '{"type":"paragraph","content":[{"type":"text","text":"a","marks":[{"type":"link"}]}]}',
    '{"type":"paragraph","marks":[{"type":"alignment","attrs":{"align":"left"}}]}',
    '{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"bulletList","content":[]}]}]}',
    '{"type":"mediaSingle","attrs":{"layout":"center"},"content":[{"type":"caption"}]}',
    "[]",
    "null",
    '"paragraph"',
  ])("%s", (json) => {
    const code: AdfNode = { type: "codeBlock", attrs: { language: "adf" }, content: [text(json)] };
    expect(made(fenced(json))).toEqual([code]);
    expect(throughAdf(fenced(json))).toBe(fenced(json));
  });

  it("nor is one that may stand elsewhere only", () => {
    const [expand, rule] = ['{"type":"expand","content":[{"type":"paragraph"}]}', '{"type":"rule"}'];
    for (const markdown of [indented(fenced(expand), "- "), `> ${fenced(expand).replaceAll("\n", "\n> ")}`]) {
      expect(JSON.stringify(made(markdown))).toContain('"codeBlock"');
    }
    expect(made(`> [!NOTE]\n>\n> ${fenced(rule).replaceAll("\n", "\n> ")}`)[0]?.content).toEqual([{ type: "rule" }]);
    expect(JSON.stringify(made(indented(fenced(rule), "- ")))).toContain('"codeBlock"');
  });

  it("nor is one whose place gave way", () => {
    const group = JSON.stringify(BLOCKS.find(({ type }) => type === "mediaGroup"));
    const quoted = `> ${fenced(group).replaceAll("\n", "\n> ")}`;
    expect(made(quoted)[0]?.content?.[0]?.type).toBe("mediaGroup");
    const inItem = markdownToAdf(indented(quoted, "- "));
    expect(JSON.stringify(inItem)).toContain('"codeBlock"');
    expect(adfProblem(inItem, ALL_QUIRKS)).toBeNull();
  });
});

describe("a verbatim code span that is none stays code", () => {
  it.each([
    '{"type":"text","text":"x"}',
    '{"type":"paragraph"}',
    '{"type":"doc"}',
    '{"type":"unheardOf"}',
    '{"type":"status","attrs":{"text":"","color":"red"}}',
    '{"type":"status","attrs":{"text":"x","color":"mauve"}}',
    '{"type":"date"}',
    '{"type":"date","attrs":{"timestamp":"1"},"marks":[]}',
  ])("%s", (json) => {
    expect(made(`\`adf:${json}\``)).toEqual([
      paragraph({ type: "text", text: `adf:${json}`, marks: [{ type: "code" }] }),
    ]);
  });

  it("nor is a span a mark that is no colour", () => {
    for (const mark of ['{"type":"code"}', '{"type":"textColor","attrs":{"color":"red"}}', '{"type":"x"}']) {
      const [line] = made(`a <span data-adf='${mark}'>b</span>`);
      expect(line?.content).toEqual([text(`a <span data-adf='${mark}'>b</span>`)]);
    }
  });
});

it("a block that nobody here knows outlives an edit beside it", () => {
  const unknown: AdfNode = { type: "fromTheFuture", attrs: { a: 1 }, content: [] };
  const present = doc(paragraph(text("a")), unknown);
  const edited = editedAdf((adfToMarkdown(present) ?? "").replace(/^a/, "b"), present);
  expect(edited?.content).toEqual([paragraph(text("b")), unknown]);
});

describe("whatever stands in a verbatim block, Jira takes the document, and it is stable", () => {
  const all = [...BLOCKS, ...INLINES];
  const values = fc.constantFrom<unknown>(null, "", "x", -1, 7, [], {}, "red", "center", "#ff0000", true);
  const odd = fc.constantFrom<unknown>(...all, ...BLOCKS, text("t"), item("i"), doc(), { type: "hardBreak" });
  /** A node with one part of it, anywhere, exchanged, left out or doubled. */
  const broken = fc.tuple(
    fc.constantFrom(...all),
    fc.nat(60),
    fc.constantFrom("swap", "odd", "drop", "twice", "no"),
    values,
    odd,
  );
  const at = fc.constantFrom("", "- ", "> ", "> [!NOTE]\n> ", "- > ", "1. - ", "- > [!TIP]\n  > ", "> - ");
  it("for nodes broken somewhere, at every place", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(broken, at), { minLength: 1, maxLength: 3 }), (parts) => {
        const markdown = parts.map(([[node, n, how, value, other], place]) =>
          placed(mutated(node, n, how, how === "odd" ? other : value), place),
        );
        const document = markdownToAdf(markdown.join("\n\n"));
        expect(adfProblem(document, ALL_QUIRKS)).toBeNull();
        const once = throughAdf(markdown.join("\n\n"));
        expect(adfToMarkdown(markdownToAdf(once))).toBe(once);
      }),
      { numRuns: 600, seed: SEED },
    );
  });
});

function placed(node: unknown, place: string): string {
  const json = JSON.stringify(node);
  const isInline = INLINES.some(({ type }) => type === (node as AdfNode | null)?.type);
  const block = isInline ? `\`adf:${json}\`` : fenced(json);
  const rest = (place.split("\n").at(-1) ?? "").replace(/-|\d\./g, (mark) => " ".repeat(mark.length));
  return place + block.replaceAll("\n", `\n${rest}`);
}

/** The node with its n-th value changed. */
function mutated(node: AdfNode, n: number, how: string, value: unknown): unknown {
  let seen = 0;
  const visit = (part: unknown): unknown => {
    seen += 1;
    if (seen === n + 2 && how !== "no") {
      if (how === "drop") return undefined;
      return how === "twice" ? [part, part] : value;
    }
    if (Array.isArray(part)) return part.flatMap((one) => visit(one) ?? []);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, visit(one)]));
  };
  return visit(node);
}
