import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalMarkdown, parseMarkdown, printMarkdown } from "../../src/core/markdown.ts";

const SEED = Number(process.env["SDLC_SYNC_SEED"] ?? 1);

/** Pieces that tend to run into each other. */
const pieces = fc.constantFrom(
  ..."* - + 1. 2) # ## > | \\ ` ``` ~~~ ~~ ** __ _ *i* **b** [ ] ( ) [x] [X] [ ] ! < > & &amp; &nbsp; : -- --- === \n \n\n \r\n \t".split(
    " ",
  ),
  " ",
  "  ",
  "    ",
  "\n",
  "\n\n",
  "word",
  "snake_case",
  "https://x.test/a_b",
  "<https://x.test/>",
  "[t](https://x.test)",
  "![i](https://x.test/i.png)",
  "[r]: https://x.test",
  "[r]",
  "[^1]",
  "me@x.test",
  "@ada",
  ":smile:",
  "<b>",
  "<!-- c -->",
  "| a | b |\n|--|--|\n| 1 | 2 |\n",
  "> [!NOTE]\n> x",
  "- [x] done\n",
);
const roughText = fc.array(pieces, { maxLength: 25 }).map((parts) => parts.join(""));

describe("canonical Markdown", () => {
  it.each<[string, readonly string[]]>([
    ["- a\n- b", ["* a\n* b", "+ a\n+ b\n", "-   a\n-   b", "* a\n\n* b"]],
    ["*i* **b**", ["_i_ __b__", "*i* **b**   "]],
    ["- [x] a\n- [ ] b", ["* [X] a\n* [ ] b"]],
    ["| a | b |\n| - | - |\n| 1 | 2 |", ["|a|b|\n|:-:|--:|\n|1|2|"]],
    ["a b", ["a\nb", "a\r\nb", "a  \n b"].slice(0, 2)],
    ["see https://x.test/p now", ["see <https://x.test/p> now", "see [https://x.test/p](<https://x.test/p>) now"]],
    ["[t](https://x.test)", ["[t][1]\n\n[1]: https://x.test", "[t](<https://x.test>)"]],
    ["# T\n\nx", ["T\n=\nx", "#   T #\nx"]],
    ["```\ncode\n```", ["    code", "~~~\ncode\n~~~"]],
    ["a\\\nb", ["a  \nb", "a\\\nb"]],
    ["---", ["***", "_ _ _"]],
    ["> [!NOTE]\n>\n> careful", ["> [!NOTE]\n> careful"]],
    ["", ["", "\n \n", "\r\n"]],
  ])("spells %j one way", (canonical, spellings) => {
    for (const spelling of spellings) expect(canonicalMarkdown(spelling)).toBe(canonical);
    expect(canonicalMarkdown(canonical)).toBe(canonical);
  });

  it("keeps what looks like syntax but is text", () => {
    for (const text of [
      "snake_case_name",
      "a\\*b",
      "1\\. no list",
      "5 < 6 & 7",
      "100%",
      "[unused]: https://x.test",
      "\\[x] not a task",
    ]) {
      expect(canonicalMarkdown(text)).toBe(text);
    }
  });

  it.each([
    ["-\n[x] word", "-\n\n\\[x] word"],
    ["*\n[ ] - ", "-\n\n\\[ ] -"],
    ["1.\n[X] a\n[x] b", "1.\n\n\\[X] a \\[x] b"],
  ])("takes a box below an empty item for text: %j", (text, canonical) => {
    expect(canonicalMarkdown(text)).toBe(canonical);
  });

  it("never drops a word", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("alpha", "beta", "gamma", "*", "- ", "\n", "`", "[", "]"), { maxLength: 20 }),
        (parts) => {
          const words = (text: string): string[] => text.match(/alpha|beta|gamma/g) ?? [];
          const text = parts.join(" ");
          expect(words(canonicalMarkdown(text))).toEqual(words(text));
        },
      ),
      { numRuns: 300, seed: SEED },
    );
  });

  it("is its own canonical form", () => {
    fc.assert(
      fc.property(fc.oneof(roughText, fc.string({ maxLength: 60 })), (text) => {
        const once = canonicalMarkdown(text);
        expect(canonicalMarkdown(once)).toBe(once);
        expect(once).not.toMatch(/\r|[ \t]$/m);
      }),
      { numRuns: 2000, seed: SEED },
    );
  });

  it("answers the same when it is asked again, at once and after more than it remembers", () => {
    const text = "* a\n* b";
    const others = Array.from({ length: 12 }, (_, n) => `\`\`\`\n${n} ${"x".repeat(100_000)}\n\`\`\``);
    const answers = [text, text, ...others, text].map(canonicalMarkdown);
    expect([answers[0], answers[1], answers.at(-1)]).toEqual(["- a\n- b", "- a\n- b", "- a\n- b"]);
    expect(answers.slice(2, -1)).toEqual(others);
  });

  it("prints what it parsed", () => {
    const text = "# T\n\n- a\n  1. b\n\n> q\n\n`c` ~~d~~";
    expect(printMarkdown(parseMarkdown(text))).toBe(text);
  });
});
