import type { ItemId, ItemType } from "./model.ts";

type ListedType = Exclude<ItemType, "project">;

const HEADS: Readonly<Record<ListedType, (name: string) => string>> = {
  epic: () => "EPIC-",
  story: (name) => `US-${name}-`,
  task: (name) => `TASK-${name}-`,
};

/**
 * Hands out ids as the hub's people write them: the head that most of its items of the type have, and the number
 * after the highest; `EPIC-001`, `US-<name>-001`, `TASK-<name>-001` where there are none yet.
 */
export function newIds(
  taken: readonly { readonly id: ItemId; readonly type: ItemType }[],
  name: string,
): (type: ListedType) => ItemId {
  const all = new Set(taken.map(({ id }) => id.toLowerCase()));
  const next = new Map<ListedType, { readonly head: string; number: number; readonly width: number }>();
  return (type) => {
    const own = taken.filter((item) => item.type === type).map(({ id }) => id);
    const counter = next.get(type) ?? counterOf(own, HEADS[type](name));
    next.set(type, counter);
    for (;;) {
      const id = `${counter.head}${String(counter.number++).padStart(counter.width, "0")}`;
      if (all.has(id.toLowerCase())) continue;
      all.add(id.toLowerCase());
      return id;
    }
  };
}

function counterOf(ids: readonly ItemId[], preset: string): { head: string; number: number; width: number } {
  const numbered = ids.flatMap((id) => {
    const [, head = "", digits] = /^(.*?)(\d+)$/.exec(id) ?? [];
    return digits === undefined ? [] : [{ head, digits }];
  });
  const groups = [...Map.groupBy(numbered, ({ head }) => head)].toSorted(([, a], [, b]) => b.length - a.length);
  const [head, own] = groups[0] ?? [preset, []];
  const highest = Math.max(0, ...own.map(({ digits }) => Number(digits)));
  return { head, number: highest + 1, width: Math.min(3, ...own.map(({ digits }) => digits.length)) };
}

/**
 * What stands between `US-` and the number in a project's ids: the letters of its twins' keys (`CHK-11`), else the
 * container's name where it is a short word, else the last part of the project's id.
 */
export function idName(keys: readonly string[], container: string, project: string): string {
  const letters = keys.flatMap((key) => /^([A-Za-z][A-Za-z0-9]*)-\d+$/.exec(key)?.[1] ?? []);
  const [most] = [...Map.groupBy(letters, (word) => word)].toSorted(([, a], [, b]) => b.length - a.length);
  const word = container.split("/").at(-1) ?? "";
  const named = most?.[0] ?? (/^[A-Za-z][A-Za-z0-9]{0,9}$/.test(word) ? word : undefined);
  return (named ?? project.split("-").at(-1) ?? project).toUpperCase();
}
