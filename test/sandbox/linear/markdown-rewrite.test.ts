import { describe, expect, it } from "vitest";
import { canonicalMarkdown } from "../../../src/core/markdown.ts";
import { rewriteMarkdown } from "../../../sandbox/linear/markdown-rewrite.ts";

const REWRITES: readonly (readonly [string, string])[] = [
  ["- x", "* x"],
  ["  - nested", "  * nested"],
  ["say _it_ now", "say *it* now"],
  ["- [x] done", "* [X] done"],
  ["- [ ] open", "* [ ] open"],
  ["[t](https://example.com/a)", "[t](<https://example.com/a>)"],
  ["see https://example.com/a.", "see [https://example.com/a](<https://example.com/a>)."],
  ["| a | b |\n| :--- | ---: |\n| 1 | 2 |", "| a | b |\n| -- | -- |\n| 1 | 2 |"],
  ["one\r\ntwo\r\n", "one\ntwo"],
  ["blanks \nafter", "blanks\nafter"],
  ["a hard  \nbreak", "a hard\\\nbreak"],
  ["`- x _i_ https://example.com`", "`- x _i_ https://example.com`"],
  ["```\n- x  \n_i_\n```\n- y", "```\n- x  \n_i_\n```\n* y"],
  ["snake_case_name stays", "snake_case_name stays"],
  ["---", "---"],
];

describe("what Linear makes of Markdown", () => {
  it.each(REWRITES)("%j becomes %j", (text, expected) => {
    expect(rewriteMarkdown(text)).toBe(expected);
  });

  it.each(REWRITES)("%j comes to rest after one save, and keeps its meaning", (text) => {
    const once = rewriteMarkdown(text);
    expect(rewriteMarkdown(once)).toBe(once);
    expect(canonicalMarkdown(once)).toBe(canonicalMarkdown(text));
  });
});
