/**
 * An edit of a description that Jira holds. Its document says more than Markdown can (alignment, cards, widths
 * of columns, local ids), so the blocks that nobody changed go back node for node, and only the others are made.
 */
import { differences } from "../../core/alignment.ts";
import { adfToMarkdown, markdownToAdf, type AdfDocument, type AdfNode } from "./adf.ts";
import { withLocalIds } from "./adf-local-ids.ts";

/** The text as a document, made of the present one's blocks where these say the same; null for a blank text. */
export function editedAdf(text: string | null, present: AdfNode | null): AdfDocument | null {
  const fresh = markdownToAdf(text);
  const held = heldBlocks(present?.content ?? []);
  if (!fresh || held.blocks.length === 0) return fresh;
  const { content, kept } = aligned(fresh.content, held);
  const edited: AdfDocument = { ...fresh, content: withLocalIds(content, kept) };
  // Blocks were compared one by one; what counts is how the whole reads.
  return adfToMarkdown(edited) === adfToMarkdown(fresh) ? edited : fresh;
}

/** A block of the present document. */
interface HeldBlock {
  readonly node: AdfNode;
  readonly text: string;
  /** Blank blocks below it: Markdown does not show them, so they go where it goes. */
  readonly blanks: AdfNode[];
}

interface Held {
  /** Blank blocks above the first one that Markdown shows. */
  readonly lead: readonly AdfNode[];
  readonly blocks: readonly HeldBlock[];
}

function heldBlocks(present: readonly AdfNode[]): Held {
  const lead: AdfNode[] = [];
  const blocks: HeldBlock[] = [];
  for (const node of present) {
    const text = textOf(node);
    if (text === null) (blocks.at(-1)?.blanks ?? lead).push(node);
    else blocks.push({ node, text, blanks: [] });
  }
  return { lead, blocks };
}

function textOf(node: AdfNode): string | null {
  return adfToMarkdown({ type: "doc", content: [node] });
}

interface Aligned {
  readonly content: readonly AdfNode[];
  /** Those of the present document among them. */
  readonly kept: ReadonlySet<AdfNode>;
}

/** The fresh blocks in their order, each replaced by a present one that reads the same. */
function aligned(fresh: readonly AdfNode[], { lead, blocks }: Held): Aligned {
  const texts = fresh.map((node) => textOf(node) ?? "");
  const hunks = differences(
    blocks.map(({ text }) => text),
    texts,
  );
  const unplaced = hunks.flatMap(({ at, gone }) => blocks.slice(at, at + gone));
  const content: AdfNode[] = [];
  const kept = new Set<AdfNode>();
  const keep = (...nodes: readonly AdfNode[]): void => {
    for (const node of nodes) kept.add(node);
    content.push(...nodes);
  };
  keep(...lead);
  let next = 0;
  for (const { at, gone, to, come } of [...hunks, { at: blocks.length, gone: 0, to: fresh.length, come: 0 }]) {
    for (const { node, blanks } of blocks.slice(next, at)) keep(node, ...blanks);
    for (let n = 0; n < come; n++) {
      const moved = unplaced.findIndex(({ text }) => text === texts[to + n]);
      const [block] = moved === -1 ? [] : unplaced.splice(moved, 1);
      if (block) keep(block.node);
      else content.push(...fresh.slice(to + n, to + n + 1));
      if (n < gone) keep(...(blocks[at + n]?.blanks ?? []));
    }
    next = at + gone;
  }
  return { content, kept };
}
