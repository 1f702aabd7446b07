/** What `describe` keeps of a space. */
import type { Scope, ToolSchema } from "../contract.ts";
import { space, type MemorySchema } from "./answers.ts";
import { call } from "./client.ts";

/** Reads the bound space: its states, people and cycles. */
export async function describe(scope: Scope): Promise<ToolSchema> {
  const name = encodeURIComponent(spaceOf(scope));
  const found = await call(scope, { method: "GET", path: `/spaces/${name}`, safe: true }, space);
  return found as unknown as ToolSchema;
}

export function memorySchemaOf(schema: ToolSchema): MemorySchema {
  return schema as unknown as MemorySchema;
}

export function spaceOf({ binding }: Pick<Scope, "binding">): string {
  return binding.container["space"] ?? "";
}
