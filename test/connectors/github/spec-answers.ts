/**
 * A GitHub that knows nothing of ours: it answers REST from the published OpenAPI document and GraphQL from the
 * published schema, so that connector and stand-in cannot agree on a fiction. `full` gives all there may be, `bare`
 * what there must be.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  execute,
  getNamedType,
  getNullableType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
  type GraphQLFieldResolver,
  type GraphQLTypeResolver,
} from "graphql";
import { publishedSchema } from "../../../sandbox/github/graphql.ts";

export type Amount = "full" | "bare";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly example?: unknown;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-02T03:04:05Z",
  uri: "https://github.com/octocat/Hello-World/issues/42",
};

/** Makes values of the document's named schemas. */
export function openApiSamples(file: URL): (name: string, amount: Amount) => Record<string, unknown> {
  const document = JSON.parse(readFileSync(file, "utf8")) as { components: { schemas: Record<string, Schema> } };
  const { schemas } = document.components;
  const sample = (schema: Schema, amount: Amount, depth: number): unknown => {
    if (schema.$ref !== undefined) return sample(schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {}, amount, depth);
    if (amount === "bare" && schema.nullable === true && depth > 0) return null;
    if (schema.example !== undefined && schema.type !== "object") return schema.example;
    if (schema.format !== undefined && schema.format in FORMATS) return FORMATS[schema.format];
    if (schema.enum) return schema.enum[0];
    const [first] = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
    if (first) return sample(first, amount, depth);
    if (schema.allOf) return Object.assign({}, ...schema.allOf.map((one) => sample(one, amount, depth))) as unknown;
    if (schema.type === "array")
      return amount === "full" && depth < 3 ? [sample(schema.items ?? {}, amount, depth + 1)] : [];
    if (schema.properties || schema.type === "object") return members(schema, amount, depth);
    return { string: "text", integer: 1, number: 1.5, boolean: true }[schema.type ?? ""] ?? null;
  };
  const members = ({ properties = {}, required = [] }: Schema, amount: Amount, depth: number): object => {
    const wanted = Object.entries(properties).filter(
      ([name]) => required.includes(name) || (amount === "full" && depth < 3),
    );
    return Object.fromEntries(wanted.map(([name, one]) => [name, sample(one, amount, depth + 1)]));
  };
  return (name, amount) => sample(schemas[name] ?? {}, amount, 0) as Record<string, unknown>;
}

const SCALARS: Readonly<Record<string, unknown>> = {
  Int: 12,
  Float: 1.5,
  String: "text",
  Boolean: false,
  DateTime: "2026-01-02T03:04:05Z",
  URI: "https://github.com/acme/checkout/issues/12",
  BigInt: "3900000001",
  HTML: "<p>text</p>",
};
/** Where anything goes, what we ask for there. */
const TYPES: Readonly<Record<string, string>> = { container: "Repository", nodes: "Issue", node: "Issue" };

/** Answers any query that the published schema allows. */
export function answerByType(amount: Amount) {
  let made = 0;
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (_source, args, _context, info) => {
    // What is asked for by its name is there.
    const isRoot = info.parentType.name === "Query" || ["issue", "issues"].includes(info.fieldName);
    if (amount === "bare" && !isRoot && !isNonNullType(info.returnType)) return null;
    const type = getNamedType(info.returnType);
    made += 1;
    const one = (n: number): unknown => {
      if (info.fieldName === "hasIssuesEnabled") return true;
      if (info.fieldName === "nameWithOwner") return "acme/checkout";
      if (isEnumType(type)) return type.getValues()[0]?.value;
      if (isLeafType(type)) return type.name === "ID" ? `id-${made}-${n}` : SCALARS[type.name];
      return { n };
    };
    const { ids } = args as { readonly ids?: readonly string[] };
    if (!isListType(getNullableType(info.returnType))) return one(0);
    return Array.from({ length: ids?.length ?? (amount === "bare" ? 0 : 3) }, (_, n) => one(n));
  };
  const typeResolver: GraphQLTypeResolver<unknown, unknown> = (value, _context, info, type) => {
    const named = TYPES[info.fieldName === "nodes" || info.fieldName === "node" ? String(info.path.key) : ""];
    if (type.name === "Node") return named ?? (/^r\d+$/.test(String(info.path.key)) ? "Repository" : "Issue");
    const possible = info.schema.getPossibleTypes(type);
    const wanted = ["User", "RenamedTitleEvent", "LabeledEvent", "ClosedEvent"];
    const fitting = possible.filter(({ name }) => wanted.includes(name));
    return (fitting[(value as { n: number }).n % fitting.length] ?? possible[0])?.name;
  };
  return (query: string, variableValues: Record<string, unknown>) =>
    execute({ schema: publishedSchema(), document: parse(query), variableValues, fieldResolver, typeResolver });
}

export interface SpecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** @param rest text of the answer to a REST request */
export async function startSpecServer(
  amount: Amount,
  rest: (method: string, path: string) => string,
): Promise<SpecServer> {
  const graph = answerByType(amount);
  const server: Server = createServer((request, response) => {
    const { method = "GET", url = "/" } = request;
    void textOf(request).then(async (text) => {
      response.setHeader("content-type", "application/json; charset=utf-8");
      if (url !== "/graphql") return response.end(rest(method, url));
      const { query, variables } = JSON.parse(text) as { query: string; variables: Record<string, unknown> };
      return response.end(JSON.stringify(await graph(query, variables)));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { url, close };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
