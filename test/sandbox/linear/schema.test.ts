import { buildSchema } from "graphql";
import { describe, expect, it } from "vitest";
import * as documents from "../../../src/connectors/linear/documents.ts";
import { schemaViolations } from "../../../sandbox/kit/schema-violations.ts";
import { documentViolations, ownSchema, publishedSchema } from "../../../sandbox/linear/spec.ts";

const published = publishedSchema();

describe.skipIf(!published)("against Linear's published schema", () => {
  it("offers no type, field, argument or value that Linear does not have", () => {
    expect(published && schemaViolations(ownSchema(), published)).toEqual([]);
  });

  it.each(Object.entries(documents))("Linear would accept %s", (_name, document) => {
    expect(documentViolations(document)).toEqual([]);
  });

  it("notices a field that Linear does not have", () => {
    expect(documentViolations("{ viewer { id nickname } }")).toEqual([
      'Cannot query field "nickname" on type "User". Did you mean "name"?',
    ]);
  });
});

describe("the comparison of schemas", () => {
  const theirs = buildSchema(
    "type Query { a(x: Int!): Int!, c: C } input I { must: Int!, may: Int } enum C { RED BLUE }",
  );

  it.each([
    ["type Query { a(x: Int!): Int! }", []],
    ["type Query { a(x: Int!): Int }", ["Query.a: Int is Int!"]],
    ["type Query { a: Int! }", ["Query.a lacks the required x"]],
    ["type Query { a(x: Int!, y: Int): Int! }", ["Query.a(y)"]],
    ["type Query { b: Int }", ["Query.b is not in the published schema"]],
    ["type Query { c: C } enum C { RED GREEN }", ["C.GREEN"]],
    ["type Query { c: C } type D { d: Int } enum C { RED }", ["D is not in the published schema"]],
    ["type Query { a(x: Int!): Int! } input I { may: Int }", ["I lacks the required must"]],
    ["type Query { a(x: Int!): Int! } input I { must: Int!, may: String }", ["I.may: String"]],
  ])("of %s finds %j", (mine, expected) => {
    expect(schemaViolations(buildSchema(mine), theirs)).toEqual(expected);
  });
});
