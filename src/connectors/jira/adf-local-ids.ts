import type { AdfNode } from "./adf.ts";

const NEEDS_LOCAL_ID = new Set(["taskList", "taskItem", "decisionList", "decisionItem", "blockTaskItem"]);

/**
 * Jira refuses a document whose tasks have no unique `localId`; counted, so that one text has one document.
 * @param kept blocks that Jira holds already: their ids stay, unless one is missing or stands there twice
 */
export function withLocalIds(nodes: readonly AdfNode[], kept: ReadonlySet<AdfNode> = new Set()): AdfNode[] {
  const taken = new Set([...kept].flatMap(localIds));
  const used = new Set<string>();
  let count = 0;
  const newId = (): string => {
    do count += 1;
    while (taken.has(`sdlc-${count}`));
    return `sdlc-${count}`;
  };
  const identified = (node: AdfNode, isKept: boolean): AdfNode => {
    const own = node.attrs?.["localId"];
    const localId = isKept && typeof own === "string" && own !== "" && !used.has(own) ? own : newId();
    used.add(localId);
    return { ...node, attrs: { ...node.attrs, localId } };
  };
  const visit = (node: AdfNode, isKept: boolean): AdfNode => {
    const named = NEEDS_LOCAL_ID.has(node.type) ? identified(node, isKept) : node;
    return named.content ? { ...named, content: named.content.map((child) => visit(child, isKept)) } : named;
  };
  return nodes.map((node) => visit(node, kept.has(node)));
}

function localIds(node: AdfNode): string[] {
  const own = node.attrs?.["localId"];
  return [...(typeof own === "string" ? [own] : []), ...(node.content ?? []).flatMap(localIds)];
}
