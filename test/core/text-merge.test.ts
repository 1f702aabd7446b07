import { expect, test } from "vitest";
import { applyTextEdit } from "../../src/core/text-merge.ts";

const BASE = "# Goal\n\nPay by card.\n\n# Scope\n\nWeb only.\n";

test("an edit of another paragraph is added to what is there", () => {
  const hub = BASE.replace("Pay by card.", "Pay by card or invoice.");
  const tool = BASE.replace("Web only.", "Web and app.");
  expect(applyTextEdit(hub, BASE, tool)).toBe("# Goal\n\nPay by card or invoice.\n\n# Scope\n\nWeb and app.\n");
});

test("edits of the same line touch, and so do edits of neighbouring lines", () => {
  expect(applyTextEdit(BASE.replace("Web", "App"), BASE, BASE.replace("Web", "Desk"))).toBeUndefined();
  expect(applyTextEdit("A\nb", "a\nb", "a\nB")).toBeUndefined();
});

test("the same edit on both sides is made once", () => {
  const both = BASE.replace("Web only.", "Web and app.");
  expect(applyTextEdit(both, BASE, both)).toBe(both);
});

test("what the tool does not keep of the hub's formatting survives an edit elsewhere", () => {
  const hub = "# Goal  \n\nPay by card.\n\n# Scope\n\nWeb only.\n\n\n";
  expect(applyTextEdit(hub, BASE.trimEnd(), BASE.trimEnd().replace("Web only.", "App."))).toBe(
    "# Goal  \n\nPay by card.\n\n# Scope\n\nApp.\n\n\n",
  );
});

test("line ends stay those of the text that is edited", () => {
  expect(applyTextEdit("a\r\nb\r\nc\r\n", "a\nb\nc", "a\nb\nC")).toBe("a\r\nb\r\nC\r\n");
});
