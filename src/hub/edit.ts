import { SyncFailure } from "../core/errors.ts";
import type { HubEdit } from "../core/plan.ts";
import { ChangePlanner } from "./changes.ts";
import type { BranchChange } from "./changes.ts";
import { CopyTooLarge } from "./copy.ts";
import { HubDocument } from "./document.ts";
import { EditContext } from "./edit-context.ts";
import { editMap } from "./edit-tree.ts";
import type { HubEdited } from "./hub.ts";
import { applySplices } from "./splices.ts";
import { holdsExactly } from "./verify.ts";
import { itemsHoldExactly } from "./verify-items.ts";

/**
 * Changes the named values in the source text and not one byte more: comments, quotes, anchors, key
 * order and line ends stay. The result is parsed again and must hold exactly the intended values; an
 * edit for which that cannot be had is left out and told in `skipped`.
 * Throws `InvalidHub` where the text must not be acted on at all.
 */
export function editHub(text: string, edits: readonly HubEdit[]): HubEdited {
  const document = HubDocument.parse(text);
  if (!(document instanceof HubDocument)) {
    const { message, line, column } = document;
    throw new SyncFailure("InvalidHub", `the hub file cannot be edited: ${message} (line ${line})`, { line, column });
  }
  const planner = new ChangePlanner(document);
  const { tree, skipped } = planner.plan(edits);
  if (tree.children.size === 0) return { text, skipped };
  const refused = new Set(skipped.map(({ edit }) => edit));
  const wanted = edits.filter((edit) => !refused.has(edit));
  const edited = tryEdit(document, tree);
  if (edited !== undefined) return { text: edited, skipped };
  return editWithout(document, planner, wanted, skipped);
}

/** The edited text, or undefined where it would not hold exactly what is wanted. */
function tryEdit(document: HubDocument, tree: BranchChange): string | undefined {
  const context = new EditContext(document);
  try {
    editMap(context, document.root, tree);
    const splices = context.finish();
    const text = applySplices(document.text, splices);
    if (text === undefined) return undefined;
    return (itemsHoldExactly(document, splices, tree) ?? fileHoldsExactly(document, text, tree)) ? text : undefined;
  } catch (error) {
    if (error instanceof CopyTooLarge) return undefined;
    throw error;
  }
}

function fileHoldsExactly(document: HubDocument, text: string, tree: BranchChange): boolean {
  const after = HubDocument.parse(text);
  return after instanceof HubDocument && holdsExactly(document, after, tree);
}

const REASON = "the file's layout at this place cannot hold it without changing something else; please edit it by hand";

/** Finds the edits that stand in the way of the others, and makes the rest. */
function editWithout(
  document: HubDocument,
  planner: ChangePlanner,
  edits: readonly HubEdit[],
  skipped: HubEdited["skipped"],
): HubEdited {
  const bad = new Set(culprits(document, planner, edits));
  const good = edits.filter((edit) => !bad.has(edit));
  const text = tryEdit(document, planner.plan(good).tree);
  if (text === undefined) {
    throw new SyncFailure(
      "Bug",
      "edits of the hub file that are fine one by one do not go together; nothing was written",
    );
  }
  return { text, skipped: [...skipped, ...[...bad].map((edit) => ({ edit, reason: REASON }))] };
}

function culprits(document: HubDocument, planner: ChangePlanner, edits: readonly HubEdit[]): readonly HubEdit[] {
  if (tryEdit(document, planner.plan(edits).tree) !== undefined) return [];
  if (edits.length <= 1) return edits;
  const half = edits.length >> 1;
  return [edits.slice(0, half), edits.slice(half)].flatMap((part) => culprits(document, planner, part));
}
