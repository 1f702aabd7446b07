/** The twin of the project itself: the bindings name it (`external_sync.jira.epic_id`), not `external_refs`. */
import type { HubItem, HubTree, Link, RemoteItem, ToolKey } from "../src/core/model.ts";
import type { ResolvedTool } from "../src/registry/resolve.ts";
import type { ProjectState } from "../src/store/store.ts";

type BoundTool = Pick<ResolvedTool, "tool" | "projectRef">;

/**
 * The tree in which the project's item has the refs of its bindings. What an item of the hub claims stands
 * for that item: people name their main epic in both places, and a twin has one owner.
 */
export function withProjectRefs(tree: HubTree, tools: readonly BoundTool[], links: readonly Link[]): HubTree {
  const project = projectOf(tree);
  if (!project) return tree;
  const others = Object.values(tree.items).filter(({ id }) => id !== project.id);
  const isKept = (item: string): boolean => item in tree.items || tree.quarantined.includes(item);
  const isClaimed = (tool: ToolKey, name: string): boolean =>
    others.some(({ refs }) => refs[tool]?.toLowerCase() === name) ||
    links.some(
      (link) => link.tool === tool && link.item !== project.id && isKept(link.item) && namesOf(link).includes(name),
    );
  const refs = tools.flatMap(({ tool, projectRef }) =>
    projectRef && !isClaimed(tool, projectRef.ref.toLowerCase()) ? [[tool, projectRef.ref] as const] : [],
  );
  return { ...tree, items: { ...tree.items, [project.id]: { ...project, refs: Object.fromEntries(refs) } } };
}

/**
 * The links without those of the project that its bindings no longer name. They stay in the store: bound
 * again, a twin goes on from what was agreed with it.
 */
export function currentLinks({ links, mirror }: ProjectState, tree: HubTree): readonly Link[] {
  const project = projectOf(tree);
  const isNamed = (link: Link): boolean => {
    const name = project?.refs[link.tool]?.toLowerCase();
    return name !== undefined && namesOf(link, mirror[link.tool]?.[link.ref]).includes(name);
  };
  return links.filter((link) => link.item !== project?.id || isNamed(link));
}

/** All names of a link's twin, lower-cased: no vendor tells two items apart by the case of a ref. */
export function namesOf({ ref, key }: Pick<Link, "ref" | "key">, twin?: Pick<RemoteItem, "aliases">): string[] {
  return [ref, key, ...(twin?.aliases ?? [])].map((name) => name.toLowerCase());
}

function projectOf({ items }: HubTree): HubItem | undefined {
  return Object.values(items).find(({ type }) => type === "project");
}
