/**
 * How many nodes a query may bring, and what it costs of the hour: each connection asked for is a request, once
 * for every node above it, and a hundred of those are a point.
 * https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
import type { DocumentNode, FieldNode, SelectionSetNode } from "graphql";

export interface Size {
  readonly nodes: number;
  readonly points: number;
}

type Variables = Readonly<Record<string, unknown>>;

export function measure(document: DocumentNode, variables: Variables): Size {
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === "FragmentDefinition" ? [[one.name.value, one]] : [])),
  );
  let nodes = 0;
  let requests = 0;
  const walk = (set: SelectionSetNode, times: number): void => {
    for (const selection of set.selections) {
      if (selection.kind === "FragmentSpread") {
        const fragment = fragments.get(selection.name.value);
        if (fragment) walk(fragment.selectionSet, times);
      } else if (selection.kind === "InlineFragment") walk(selection.selectionSet, times);
      else if (selection.selectionSet) {
        const count = rowsOf(selection, variables);
        if (count !== undefined) {
          nodes += times * count;
          requests += times;
        }
        walk(selection.selectionSet, times * (count ?? 1));
      }
    }
  };
  for (const one of document.definitions) if (one.kind === "OperationDefinition") walk(one.selectionSet, 1);
  return { nodes, points: Math.max(1, Math.round(requests / 100)) };
}

/** Rows of a connection, or of a list of ids; undefined for anything else. */
function rowsOf({ arguments: args = [] }: FieldNode, variables: Variables): number | undefined {
  const valueOf = (name: string): unknown => {
    const value = args.find((arg) => arg.name.value === name)?.value;
    if (value?.kind === "IntValue") return Number(value.value);
    return value?.kind === "Variable" ? variables[value.name.value] : undefined;
  };
  const ids = valueOf("ids");
  if (Array.isArray(ids)) return ids.length;
  const rows = valueOf("first") ?? valueOf("last");
  return typeof rows === "number" ? rows : undefined;
}
