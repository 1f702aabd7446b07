import { describe, expect, it } from "vitest";
import { shortened } from "../../src/core/shortened.ts";

describe("a line cut short", () => {
  it.each([
    ["fits", "Store a card", 12, "Store a card"],
    ["is cut between words", "Store a card for later", 15, "Store a card…"],
    ["is cut inside a word where that is all there is", "Donaudampfschifffahrt", 8, "Donauda…"],
    ["keeps no half of an emoji", "1234😀😀", 7, "1234😀…"],
    ["keeps no blank before the ellipsis", "ab cdefghijklmno", 4, "ab…"],
  ])("%s", (_, line, max, wanted) => {
    expect(shortened(line, max)).toBe(wanted);
    expect(shortened(line, max).length).toBeLessThanOrEqual(max);
  });
});
