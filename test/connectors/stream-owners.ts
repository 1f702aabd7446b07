import type { OwnersOf } from "../../src/connectors/contract.ts";

/** Whose twins are, for a stream that names the refs it will ask about: of any other nobody knows. */
export function ownersBy(of: OwnersOf): (refs: readonly string[]) => Promise<OwnersOf> {
  return async (refs) => (ref) => (refs.includes(ref) ? of(ref) : []);
}
