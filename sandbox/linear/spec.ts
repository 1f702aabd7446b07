/** Checks what clients send, and what this stand-in offers, against Linear's published schema. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSchema, parse, validate, type GraphQLSchema } from "graphql";

const OWN = fileURLToPath(new URL("./schema.graphql", import.meta.url));
const PUBLISHED = fileURLToPath(new URL("../../../shared/specs/linear.graphql", import.meta.url));

let own: GraphQLSchema | undefined;
let published: GraphQLSchema | null | undefined;

export function ownSchema(): GraphQLSchema {
  own ??= buildSchema(readFileSync(OWN, "utf8"));
  return own;
}

/** Undefined where the published schema is not at hand; then nothing can be said about it. */
export function publishedSchema(): GraphQLSchema | undefined {
  published ??= existsSync(PUBLISHED) ? buildSchema(readFileSync(PUBLISHED, "utf8"), { assumeValidSDL: true }) : null;
  return published ?? undefined;
}

/** Why Linear itself would not accept this document; empty where it would, or nobody can tell. */
export function documentViolations(document: string): readonly string[] {
  const schema = publishedSchema();
  if (!schema) return [];
  try {
    return validate(schema, parse(document)).map((error) => error.message);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
