import type { Scope } from "./contract.ts";

/** What `read` finds, or found for another project of the credential. */
export function sharedRead<T>({ shared }: Scope, what: string, read: () => Promise<T>): Promise<T> {
  return shared ? shared(what, read) : read();
}
