import { describe, expect, it } from "vitest";
import { adfProblem } from "../../../sandbox/jira/adf-check.ts";
import { ALL_QUIRKS } from "../../../sandbox/jira/quirks.ts";

const text = { type: "text", text: "x" };
const paragraph = { type: "paragraph", content: [text] };
const problem = (...content: readonly unknown[]): string | null =>
  adfProblem({ type: "doc", version: 1, content }, ALL_QUIRKS);

describe("a description that Jira refuses", () => {
  it.each<[string, unknown]>([
    ["a text without a paragraph", text],
    ["a document in a document", { type: "doc", version: 1, content: [paragraph] }],
    ["a type that there is not", { type: "unheardOf" }],
    ["a block where words belong", { type: "paragraph", content: [paragraph] }],
    ["an empty text", { type: "paragraph", content: [{ type: "text", text: "" }] }],
    ["a quote in a quote", { type: "blockquote", content: [{ type: "blockquote", content: [paragraph] }] }],
    [
      "a table in a list",
      { type: "bulletList", content: [{ type: "listItem", content: [{ type: "table", content: [] }] }] },
    ],
    ["an expand in an expand", { type: "expand", content: [{ type: "expand", content: [paragraph] }] }],
    ["a list without items", { type: "bulletList", content: [] }],
    ["an attribute that there is not", { type: "rule", attrs: { wide: true } }],
    ["a value that there is not", { type: "panel", attrs: { panelType: "loud" }, content: [paragraph] }],
    ["an attribute that is missing", { type: "heading", content: [text] }],
    ["a mark that there is not", { type: "paragraph", content: [{ ...text, marks: [{ type: "loud" }] }] }],
    ["bold code", { type: "paragraph", content: [{ ...text, marks: [{ type: "code" }, { type: "strong" }] }] }],
    ["marks in a code block", { type: "codeBlock", content: [{ ...text, marks: [{ type: "strong" }] }] }],
    ["no block at all", null],
  ])("%s", (_, block) => {
    expect(problem(block)).toBe("INVALID_INPUT");
    expect(problem(paragraph)).toBeNull();
  });
});
