/** Items of a stream, sorted to the projects they belong to. */
import type { RemoteItem } from "../core/model.ts";
import type { SchemaScope, Streamed } from "./contract.ts";

export function byProject(
  told: readonly { readonly scope: SchemaScope; readonly twin: RemoteItem }[],
): Streamed["items"] {
  const items = new Map<string, RemoteItem[]>();
  for (const { scope, twin } of told) {
    const { project } = scope.binding;
    const own = items.get(project);
    if (own) own.push(twin);
    else items.set(project, [twin]);
  }
  return items;
}
