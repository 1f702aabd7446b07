import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { adfToMarkdown, markdownToAdf, type AdfNode } from "../../../src/connectors/jira/adf.ts";
import { editedAdf } from "../../../src/connectors/jira/adf-reuse.ts";
import { createRequest, twinIn } from "../requests.ts";
import { closeHarness, startHarness, updateRequest, type Harness } from "./harness.ts";

const SEED = Number(process.env["SDLC_SYNC_SEED"] ?? 1);

const text = (value: string): AdfNode => ({ type: "text", text: value });
const paragraph = (...content: AdfNode[]): AdfNode => ({ type: "paragraph", content });
const blank: AdfNode = { type: "paragraph", content: [] };
const doc = (...content: AdfNode[]): AdfNode => ({ type: "doc", version: 1, content }) as AdfNode;

const centred: AdfNode = {
  ...paragraph(text("In the middle")),
  attrs: { localId: "p-1" },
  marks: [{ type: "alignment", attrs: { align: "center" } }],
};
const carded = paragraph(text("see "), { type: "inlineCard", attrs: { url: "https://x.test/c", localId: "c-1" } });
const cell = (type: string, word: string, width: number): AdfNode => ({
  type,
  attrs: { colwidth: [width] },
  content: [paragraph(text(word))],
});
const wideTable: AdfNode = {
  type: "table",
  attrs: { layout: "wide", width: 960, localId: "t-1" },
  content: [
    { type: "tableRow", content: [cell("tableHeader", "name", 120), cell("tableHeader", "kind", 640)] },
    { type: "tableRow", content: [cell("tableCell", "id", 120), cell("tableCell", "uuid", 640)] },
  ],
};
const panel: AdfNode = {
  type: "panel",
  attrs: { panelType: "info", localId: "n-1" },
  content: [paragraph(text("Mind the gap"))],
};
const tasks = (id: string, ...words: string[]): AdfNode => ({
  type: "taskList",
  attrs: { localId: id },
  content: words.map((word, at) => ({
    type: "taskItem",
    attrs: { localId: `${id}-${at}`, state: "TODO" },
    content: [text(word)],
  })),
});
const RICH = [centred, carded, wideTable, paragraph(text("to be edited")), panel, tasks("l", "one", "two")];

const edited = (present: AdfNode, edit: (markdown: string) => string): readonly AdfNode[] | undefined =>
  editedAdf(edit(adfToMarkdown(present) ?? ""), present)?.content;

describe("an edit of a document", () => {
  it("makes the changed block anew and gives the others back as they are", () => {
    const content = edited(doc(...RICH), (was) => was.replace("to be edited", "edited"));
    expect(content).toEqual(RICH.with(3, paragraph(text("edited"))));
  });

  it("is the very document where nothing changed", () => {
    expect(edited(doc(blank, ...RICH, blank), (was) => was)).toEqual([blank, ...RICH, blank]);
  });

  it("keeps the others where blocks come, go and move", () => {
    expect(edited(doc(...RICH), (was) => `new\n\n${was}\n\nlast`)).toEqual([
      paragraph(text("new")),
      ...RICH,
      paragraph(text("last")),
    ]);
    expect(edited(doc(...RICH), (was) => was.replace("to be edited\n\n", ""))).toEqual(RICH.toSpliced(3, 1));
    const moved = edited(doc(centred, carded, panel), (was) => was.split("\n\n").toReversed().join("\n\n"));
    expect(moved).toContainEqual(centred);
    expect(moved).toContainEqual(carded);
  });

  it("tells blocks that read the same apart by their neighbours", () => {
    const [left, right] = (["start", "end"] as const).map((align) => ({
      ...paragraph(text("same")),
      marks: [{ type: "alignment", attrs: { align } }],
    }));
    const present = doc(left!, paragraph(text("a")), right!, paragraph(text("b")));
    expect(edited(present, (was) => was.replace("same\n\na", "a"))).toEqual([
      paragraph(text("a")),
      right,
      paragraph(text("b")),
    ]);
  });

  it("leaves the blank lines of the editor below the blocks they stand below", () => {
    const [a, b, c] = ["a", "b", "c"].map((word) => paragraph(text(word)));
    const present = doc(blank, a!, blank, b!, blank, blank, c!);
    const changed = edited(present, (was) => was.replace("b", "B"));
    expect(changed).toEqual([blank, a, blank, paragraph(text("B")), blank, blank, c]);
    expect(edited(present, (was) => was.replace("b\n\n", ""))).toEqual([blank, a, blank, c]);
  });

  it("gives new tasks ids that no present one has, and present ones theirs", () => {
    const ours = markdownToAdf("- [ ] ours")?.content ?? [];
    const content = edited(doc(...ours), (was) => `- [ ] new\n\ntext\n\n${was}`);
    expect(content?.slice(1)).toEqual([paragraph(text("text")), ...ours]);
    const ids = JSON.stringify(content).match(/"localId":"[^"]*"/g) ?? [];
    expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
  });

  it("mends task ids that stand twice in the present document: Jira would refuse them", () => {
    const content = edited(doc(tasks("l", "one"), paragraph(text("x")), tasks("l", "two")), (was) => `${was} more`);
    const ids = JSON.stringify(content).match(/"localId":"[^"]*"/g) ?? [];
    expect([ids.length, new Set(ids).size]).toEqual([4, 4]);
  });

  it("has nothing to keep for a blank text, or without a document", () => {
    expect(editedAdf(null, doc(...RICH))).toBeNull();
    expect(editedAdf("new", null)).toEqual(markdownToAdf("new"));
    expect(editedAdf("new", doc(blank))?.content).toEqual([paragraph(text("new"))]);
  });

  it("reads as the text that was asked for, whatever stood there", () => {
    const block = fc.constantFrom(...RICH, blank, paragraph(text("to be edited")), tasks("m", "three"), panel, {
      type: "bulletList",
      content: [{ type: "listItem", content: [paragraph(text("- [x] item"))] }],
    });
    const blocks = fc.array(block, { maxLength: 8 });
    fc.assert(
      fc.property(blocks, blocks, (was, wanted) => {
        const markdown = adfToMarkdown(doc(...wanted));
        const asked = adfToMarkdown(markdownToAdf(markdown));
        expect(adfToMarkdown(editedAdf(markdown, doc(...was)))).toBe(asked);
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});

describe("an update of a description over HTTP", () => {
  let h: Harness;
  afterEach(() => closeHarness(h));

  it("sends the blocks that nobody changed as Jira holds them", async () => {
    h = await startHarness();
    const twin = twinIn((await h.create([createRequest(1)]))[0]);
    await h.sandbox.human({ action: "edit", key: twin.key, fields: { description: doc(...RICH) } });
    const description = (adfToMarkdown(doc(...RICH)) ?? "").replace("to be edited", "edited");
    const [outcome] = await h.update([updateRequest(twin.ref, { description })]);
    expect(h.sandbox.site.get(twin.ref).data.description?.content).toEqual(RICH.with(3, paragraph(text("edited"))));
    expect(twinIn(outcome).fields.description).toBe(description);
  });
});
