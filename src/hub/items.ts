import { isMap, isScalar, isSeq } from "yaml";
import type { YAMLMap } from "yaml";
import type { Finding } from "../core/findings.ts";
import type { ItemId } from "../core/model.ts";
import type { HubDocument, HubProblem } from "./document.ts";
import { isNullNode, scalarText, startOf } from "./document.ts";
import { ITEM_TYPES, LIST_KEYS } from "./keys.ts";
import type { ListedType } from "./keys.ts";

/** An entry of one of the lists under `implementation`, as it stands in the file. */
export interface ListedItem {
  readonly id: ItemId;
  readonly type: ListedType;
  readonly map: YAMLMap;
  /** Where in its list, from 0. */
  readonly index: number;
  /** Line of its id, 1-based. */
  readonly line: number;
}

export interface ListedItems {
  readonly items: readonly ListedItem[];
  readonly findings: readonly Finding[];
  /** A list that is none: its items would all seem to be removed. */
  readonly problem?: HubProblem;
}

/** All items of the file in its order, epics first; those that share an id are all listed. */
export function listItems(document: HubDocument): ListedItems {
  const items: ListedItem[] = [];
  const findings: Finding[] = [];
  const container = document.at(["implementation"]);
  if (isNullNode(container)) return { items, findings };
  if (!isMap(container)) return { items, findings, problem: notA("map", "implementation", document, container) };
  for (const type of ITEM_TYPES) {
    const list = document.at([LIST_KEYS[type]], container);
    if (isNullNode(list)) continue;
    const name = `implementation.${LIST_KEYS[type]}`;
    if (!isSeq(list)) return { items, findings, problem: notA("list", name, document, list) };
    for (const [index, entry] of list.items.entries()) {
      const item = listedItem(document, entry, type, index);
      if (item) items.push(item);
      else findings.push(withoutId(document, entry, `${name}[${index}]`));
    }
  }
  return { items, findings };
}

function listedItem(document: HubDocument, entry: unknown, type: ListedType, index: number): ListedItem | undefined {
  const map = document.resolve(entry);
  if (!isMap(map)) return undefined;
  const node = document.at(["id"], map);
  const id = isScalar(node) ? scalarText(node)?.trim() : undefined;
  return id ? { id, type, map, index, line: document.positions.at(startOf(node)).line } : undefined;
}

function notA(kind: string, name: string, document: HubDocument, node: unknown): HubProblem {
  return { code: `not-a-${kind}`, message: `${name} is not a ${kind}`, ...document.positions.at(startOf(node)) };
}

function withoutId(document: HubDocument, entry: unknown, name: string): Finding {
  return {
    code: "missing-id",
    severity: "warning",
    message: `${name} has no id, so it is not synced`,
    remedy: "Give it an id that no other item of the project has.",
    ...document.positions.at(startOf(entry)),
  };
}
