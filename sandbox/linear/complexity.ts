/** Points of a query: a scalar 0.1, an object 1, a connection times its page size (documented formula). */
import {
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type GraphQLObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";

const DEFAULT_PAGE = 50;

interface Counting {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Rounded up; at least 1. The document must be valid against the schema. */
export function complexityOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const root = schema.getRootType(operation.operation);
  if (!root) return 1;
  const points = costOfSet({ schema, fragments, variables }, operation.selectionSet, root);
  // Tenths that add up to a whole must not round up because of their binary fractions.
  return Math.max(1, Math.ceil(Math.round(points * 10) / 10));
}

function costOfSet(counting: Counting, set: SelectionSetNode, type: GraphQLObjectType): number {
  let sum = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) sum += costOfField(counting, selection, type);
    else if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const fragment = counting.fragments.get(selection.name.value);
      if (fragment) sum += costOfSet(counting, fragment.selectionSet, type);
    } else sum += costOfSet(counting, selection.selectionSet, type);
  }
  return sum;
}

function costOfField(counting: Counting, field: FieldNode, parent: GraphQLObjectType): number {
  if (isLeftOut(counting, field)) return 0;
  const type = getNamedType(parent.getFields()[field.name.value]?.type);
  if (!type || !isCompositeType(type) || !isObjectType(type) || !field.selectionSet) return 0.1;
  const inner = costOfSet(counting, field.selectionSet, type);
  return type.name.endsWith("Connection") ? pageSize(counting, field) * inner : 1 + inner;
}

function pageSize(counting: Counting, field: FieldNode): number {
  const first = field.arguments?.find((argument) => argument.name.value === "first");
  const size = first ? valueOf(counting, first.value) : undefined;
  return typeof size === "number" ? size : DEFAULT_PAGE;
}

function isLeftOut(counting: Counting, field: FieldNode): boolean {
  return (field.directives ?? []).some((directive) => {
    const condition = directive.arguments?.[0];
    const value = condition ? valueOf(counting, condition.value) : undefined;
    return directive.name.value === "include" ? value === false : directive.name.value === "skip" && value === true;
  });
}

function valueOf(counting: Counting, node: ValueNode): unknown {
  if (node.kind === Kind.VARIABLE) return counting.variables[node.name.value];
  if (node.kind === Kind.INT) return Number(node.value);
  return node.kind === Kind.BOOLEAN ? node.value : undefined;
}
