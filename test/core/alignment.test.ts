import { describe, expect, it } from "vitest";
import { differences } from "../../src/core/alignment.ts";

describe("the differences of two sequences", () => {
  it.each<[string, string, readonly object[]]>([
    ["abc", "abc", []],
    ["", "ab", [{ at: 0, gone: 0, to: 0, come: 2 }]],
    ["abc", "axc", [{ at: 1, gone: 1, to: 1, come: 1 }]],
    [
      "abcd",
      "bcxd",
      [
        { at: 0, gone: 1, to: 0, come: 0 },
        { at: 3, gone: 0, to: 2, come: 1 },
      ],
    ],
    ["aab", "ab", [{ at: 1, gone: 1, to: 1, come: 0 }]],
  ])("of %j and %j", (before, after, hunks) => {
    expect(differences([...before], [...after])).toEqual(hunks);
  });

  it("takes any word for what it is", () => {
    expect(differences(["constructor", "__proto__"], ["__proto__"])).toEqual([{ at: 0, gone: 1, to: 0, come: 0 }]);
  });
});
