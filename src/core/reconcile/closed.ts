import type { HubBase, HubItem } from "../model.ts";

const CLOSED: readonly unknown[] = ["completed", "done", "cancelled"];

/** Whether the item's story is over: tools archive such items on their own, and that is no deletion. */
export function isClosed(item: HubItem, hubBase: HubBase): boolean {
  return CLOSED.includes(item.fields.status ?? hubBase[item.id]?.fields.status);
}
