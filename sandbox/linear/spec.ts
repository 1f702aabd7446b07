/** Checks what clients send, and what this stand-in offers, against Linear's published schema. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  validate,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from "graphql";

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

/** Where a schema promises what the published one does not have. */
export function schemaViolations(mine: GraphQLSchema, theirs: GraphQLSchema): readonly string[] {
  const types = Object.values(mine.getTypeMap()).filter((type) => !type.name.startsWith("__"));
  return types.flatMap((type) => typeViolations(type, theirs.getType(type.name)));
}

function typeViolations(mine: GraphQLNamedType, theirs: GraphQLNamedType | undefined): readonly string[] {
  if (!theirs || mine.constructor !== theirs.constructor) return [`${mine.name} is not in the published schema`];
  if (isEnumType(mine) && isEnumType(theirs)) {
    const names = theirs.getValues().map((value) => value.name);
    return mine
      .getValues()
      .filter((value) => !names.includes(value.name))
      .map((value) => `${mine.name}.${value.name}`);
  }
  if (isInputObjectType(mine) && isInputObjectType(theirs)) return inputViolations(mine, theirs);
  if ((isObjectType(mine) || isInterfaceType(mine)) && (isObjectType(theirs) || isInterfaceType(theirs))) {
    return Object.values(mine.getFields()).flatMap((field) =>
      fieldViolations(mine.name, field, theirs.getFields()[field.name]),
    );
  }
  return [];
}

function inputViolations(mine: GraphQLInputObjectType, theirs: GraphQLInputObjectType): readonly string[] {
  const [ours, published] = [mine.getFields(), theirs.getFields()];
  const wrong = Object.values(ours)
    .filter((field) => String(published[field.name]?.type) !== String(field.type))
    .map((field) => `${mine.name}.${field.name}: ${String(field.type)}`);
  const left = Object.values(published)
    .filter((field) => isRequiredInputField(field) && !ours[field.name])
    .map((field) => `${mine.name} lacks the required ${field.name}`);
  return [...wrong, ...left];
}

function fieldViolations(
  type: string,
  mine: GraphQLField<unknown, unknown>,
  theirs: GraphQLField<unknown, unknown> | undefined,
): readonly string[] {
  const place = `${type}.${mine.name}`;
  if (!theirs) return [`${place} is not in the published schema`];
  if (String(mine.type) !== String(theirs.type)) return [`${place}: ${String(mine.type)} is ${String(theirs.type)}`];
  const wrong = mine.args.filter(
    (arg) => String(theirs.args.find((one) => one.name === arg.name)?.type) !== String(arg.type),
  );
  const left = theirs.args.filter((arg) => isRequiredArgument(arg) && !mine.args.some((one) => one.name === arg.name));
  return [
    ...wrong.map((arg) => `${place}(${arg.name})`),
    ...left.map((arg) => `${place} lacks the required ${arg.name}`),
  ];
}
