/** GraphQL: a real executor over types that GitHub publishes, with its limits and its shape of errors. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSchema, execute, GraphQLError, parse, validate, type GraphQLSchema } from "graphql";
import type { Api } from "./app.ts";
import { measure } from "./query-size.ts";
import { rootOf } from "./root.ts";

const OWN = fileURLToPath(new URL("./schema.graphql", import.meta.url));
/** The package exports its functions only; the file lies beside them. */
const PUBLISHED = fileURLToPath(new URL("../../node_modules/@octokit/graphql-schema/schema.graphql", import.meta.url));
const NODES_MAX = 500_000;

let own: GraphQLSchema | undefined;
let published: GraphQLSchema | undefined;

export function ownSchema(): GraphQLSchema {
  own ??= buildSchema(readFileSync(OWN, "utf8"));
  return own;
}

/** As `@octokit/graphql-schema` has it: older than what GitHub serves. */
export function publishedSchema(): GraphQLSchema {
  published ??= buildSchema(readFileSync(PUBLISHED, "utf8"), { assumeValidSDL: true });
  return published;
}

/** Why the published schema would not accept this document. */
export function documentViolations(document: string): readonly string[] {
  return validate(publishedSchema(), parse(document)).map(({ message }) => message);
}

interface Body {
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

function bodyOf(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

/** Points of the hour that a request takes, as far as it can be read; at least one. */
export function costOf(text: string): number {
  const { query, variables = {} } = bodyOf(text);
  try {
    return measure(parse(query ?? ""), variables).points;
  } catch {
    return 1;
  }
}

/** The one mutation that there is makes content, wherever it stands in the document. */
export function isMutation(text: string): boolean {
  const { query = "" } = bodyOf(text);
  try {
    return parse(query).definitions.some((one) => one.kind === "OperationDefinition" && one.operation === "mutation");
  } catch {
    return false;
  }
}

/** Anything but a query that cannot be parsed is answered with 200, errors or not. */
export async function answerQuery(api: Api, text: string): Promise<Response> {
  const { query, variables = {} } = bodyOf(text);
  if (query === undefined)
    return Response.json({ message: "A query attribute must be specified and must be a string." }, { status: 400 });
  api.documentCheck(query);
  try {
    const document = parse(query);
    const errors = validate(ownSchema(), document);
    if (errors.length > 0) return Response.json({ errors: errors.map((error) => error.toJSON()) });
    const { nodes } = measure(document, variables);
    if (nodes > NODES_MAX && api.host.quirks.nodeLimit) return Response.json({ errors: [tooMany(nodes)] });
    if (/\bemail\b/.test(query) && isShyOfScope(api)) return Response.json({ data: null, errors: [noScope(api)] });
    const result = await execute({
      schema: ownSchema(),
      document,
      variableValues: variables,
      rootValue: rootOf(api.host, api.limits),
    });
    const told = result.errors?.map(shapeOf);
    return Response.json({ data: result.data ?? null, ...(told ? { errors: told } : {}) });
  } catch (error) {
    const shown = error instanceof GraphQLError ? error : new GraphQLError(String(error));
    return Response.json({ errors: [shown.toJSON()] });
  }
}

/** GitHub has the kind of an error beside its message, not among its extensions. */
function shapeOf(error: GraphQLError): object {
  const { message, path, locations, extensions } = error.toJSON();
  const type = extensions?.["type"];
  return { ...(typeof type === "string" ? { type } : {}), path, locations, message };
}

function tooMany(nodes: number): object {
  const message = `This query requests up to ${nodes} possible nodes which exceeds the maximum limit of 500,000.`;
  return { type: "MAX_NODE_LIMIT_EXCEEDED", message };
}

function isShyOfScope({ host }: Api): boolean {
  return host.quirks.emailScope && !host.scopes.some((scope) => ["user:email", "read:user", "user"].includes(scope));
}

function noScope({ host }: Api): object {
  const has = host.scopes.map((scope) => `'${scope}'`).join(", ");
  const message = `Your token has not been granted the required scopes to execute this query. The 'email' field requires one of the following scopes: ['user:email', 'read:user'], but your token has only been granted the: [${has}] scopes. Please modify your token's scopes at: https://github.com/settings/tokens.`;
  return { type: "INSUFFICIENT_SCOPES", message };
}
