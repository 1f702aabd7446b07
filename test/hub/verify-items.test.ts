import { describe, expect, test } from "vitest";
import { ChangePlanner } from "../../src/hub/changes.ts";
import { HubDocument } from "../../src/hub/document.ts";
import { EditContext } from "../../src/hub/edit-context.ts";
import { editMap } from "../../src/hub/edit-tree.ts";
import { applySplices } from "../../src/hub/splices.ts";
import type { Splice } from "../../src/hub/splices.ts";
import { itemsHoldExactly } from "../../src/hub/verify-items.ts";
import { holdsExactly } from "../../src/hub/verify.ts";
import { field, readText, treeOf } from "./fixtures.ts";
import { randomEdits } from "./random-edits.ts";
import { randomHub } from "./random-hub.ts";
import { randomOf } from "./random.ts";
import type { Random } from "./random.ts";

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? (Date.now() ^ (process.pid << 8)) & 0x7fffffff);
const runs = Number(process.env["SDLC_SYNC_PROPERTY_RUNS"] ?? 500);

const RUBBISH = [
  '"',
  "'",
  "\n",
  "\n\n",
  " #",
  ": ",
  "|",
  "{",
  "]",
  ",",
  "- ",
  "\n- id: x",
  "\n# c\n",
  "        # c\n      ",
  "  ",
  "\t",
  "\n  ",
  "0",
];
const KEYS = [
  "\n      status: done",
  "\n    status: done",
  "\n  tasks: []",
  "\n...\n",
  "\n---\n",
  "&a ",
  "*a1",
  "<<: {x: 1}",
];

/** One splice more, or one that says something else: what a mistake in the editor could look like. */
function spoiled(random: Random, text: string, splices: readonly Splice[]): Splice[] {
  const rubbish = random.pick([...RUBBISH, ...KEYS]);
  const victim = random.pick(splices);
  const rest = splices.filter((splice) => splice !== victim);
  switch (random.int(4)) {
    case 0:
      return [...rest, { ...victim, text: victim.text + rubbish }];
    case 1:
      return [...rest, { ...victim, text: rubbish + victim.text }];
    case 2:
      return [...rest, { ...victim, end: Math.min(text.length, victim.end + 1 + random.int(3)) }];
    default: {
      const at = Math.min(text.length, Math.max(0, victim.start - 40 + random.int(80)));
      return [...splices, { start: at, end: at, text: rubbish }];
    }
  }
}

test(`${runs} spoiled edits: what the check of single items lets through, that of the whole file does too (SDLC_SYNC_SEED=${seed})`, () => {
  const seen = { good: 0, stopped: 0, undecided: 0 };
  console.info(`hub checks: ${runs} runs, SDLC_SYNC_SEED=${seed}`);
  for (let run = 0; run < runs; run += 1) {
    const random = randomOf(seed + run);
    const { text } = randomHub(random);
    const document = HubDocument.parse(text);
    if (!(document instanceof HubDocument)) throw new Error(document.message);
    const edits = randomEdits(random, treeOf(readText(text, "PROJ-2026-900"))).filter(({ type }) => type !== "project");
    const { tree } = new ChangePlanner(document).plan(edits);
    const context = new EditContext(document);
    editMap(context, document.root, tree);
    const splices = context.finish();
    if (splices.length === 0) continue;
    const tried = random.chance(0.2) ? splices : spoiled(random, text, splices);
    const verdict = itemsHoldExactly(document, tried, tree);
    seen[verdict === undefined ? "undecided" : verdict ? "good" : "stopped"] += 1;
    if (verdict !== true) continue;
    const edited = applySplices(text, tried);
    const after = edited === undefined ? undefined : HubDocument.parse(edited);
    const isGood = after instanceof HubDocument && holdsExactly(document, after, tree);
    expect(isGood, `SDLC_SYNC_SEED=${seed + run}\n${text}\n---- became\n${edited}`).toBe(true);
  }
  expect(Math.min(seen.good, seen.stopped, seen.undecided) / runs, JSON.stringify(seen)).toBeGreaterThan(0.02);
});

describe("the check of single items leaves out lines that no splice comes near, and yet", () => {
  const text = `implementation:
  stories:
    - id: US-1
      title: One
      branch:
      notes: |
        some words
      status: ready
      assignee: ana
      estimation: 3
    - {id: US-2, title: Two, status: ready}
`;

  /** The verdict on an edit of US-1's title and status that was made by these replacements. */
  function verdict(title: string, replacements: readonly (readonly [old: string, text: string])[]): unknown {
    const document = HubDocument.parse(text);
    if (!(document instanceof HubDocument)) throw new Error(document.message);
    const { tree } = new ChangePlanner(document).plan([field("US-1", "title", title), field("US-1", "status", "done")]);
    const splices = replacements.map(([old, now]) => {
      const start = text.indexOf(old);
      return { start, end: start + old.length, text: now };
    });
    const edited = applySplices(text, splices) ?? "";
    const after = HubDocument.parse(edited);
    const isGood = after instanceof HubDocument && holdsExactly(document, after, tree);
    const found = itemsHoldExactly(document, splices, tree);
    expect(isGood, "the check of the whole file").toBe(found === true);
    return found;
  }

  test("lets through exactly the edit", () => {
    const edit = [
      ["One", "New"],
      ["ready", "done"],
    ] as const;
    expect(verdict("New", edit)).toBe(true);
  });

  test.each([
    [
      "a quote that would take such lines in, and holds what it should without them",
      "New status: x",
      [
        ["One", '"New'],
        ["ready", 'x"\n      status: done'],
      ],
    ],
    [
      "a comment that a text block in such lines would take in",
      "New",
      [
        ["One", "New"],
        ["     status: ready", "         # c\n      status: done"],
      ],
    ],
    [
      "a key that comes to stand below the empty one before it",
      "New",
      [
        ["One", "New"],
        ["     status: ready", "      status: done"],
      ],
    ],
    [
      "a key that such lines have",
      "New",
      [
        ["One", "New"],
        ["ready", "done\n      estimation: 3"],
      ],
    ],
    [
      "a key in other quotes that such lines have",
      "New",
      [
        ["One", "New"],
        ["ready", 'done\n      "estimation": 3'],
      ],
    ],
    [
      "a merge that brings what such lines have",
      "New",
      [
        ["One", "New"],
        ["ready", "done\n      <<: {estimation: 4, x: 1}"],
      ],
    ],
    [
      "an item that ends before such lines",
      "New",
      [
        ["One", "New"],
        ["ready", "done\n    - id: US-3"],
      ],
    ],
    [
      "text that such lines would go on with",
      "New",
      [
        ["One", "New"],
        ["ready", "done\n      ? x"],
      ],
    ],
  ] as const)("stops %s", (_, title, replacements) => {
    expect(verdict(title, replacements)).not.toBe(true);
  });
});
