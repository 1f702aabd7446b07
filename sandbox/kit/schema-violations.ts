/** Compares the GraphQL schema of a stand-in with the one that its vendor published. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from "graphql";

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
