/**
 * Holds every exchange against a vendor's published OpenAPI document: requests of ours and answers of the
 * stand-in alike. Where the document is not at hand nothing is checked, and `active` says so.
 */
import { Ajv, type ValidateFunction } from "ajv";
import { existsSync, readFileSync } from "node:fs";
import type { RequestRecord } from "./request-log.ts";

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface Operation {
  readonly requestBody?: Media;
  readonly responses: Readonly<Record<string, Media>>;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}
export interface Spec {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface SpecOptions {
  /** Only what is below this path is checked (`/rest/`). */
  readonly prefix: string;
  /** Statuses that the document leaves out and the vendor answers all the same. */
  readonly undescribed: (status: number) => boolean;
  /** Corrects what the document gets wrong, in place. */
  readonly mend?: (spec: Spec) => void;
}

interface Described {
  readonly pattern: RegExp;
  readonly path: string;
  readonly methods: Readonly<Record<string, Operation>>;
}

/** A document with what was compiled of it so far: large, and the same for every stand-in of a process. */
interface Compiled {
  readonly ajv: Ajv;
  readonly operations: readonly Described[];
  readonly validators: Map<object, ValidateFunction>;
}

const compiled = new Map<string, Compiled>();

function compiledOf(file: URL, { mend }: SpecOptions): Compiled {
  const known = compiled.get(file.href);
  if (known) return known;
  const spec = withNulls(JSON.parse(readFileSync(file, "utf8"))) as Spec;
  mend?.(spec);
  const ajv = new Ajv({ strict: false, validateFormats: false, ownProperties: true });
  ajv.addSchema(spec as object, "spec");
  const operations = Object.entries(spec.paths).map(([path, described]) => {
    // Beside the methods a path may have parameters for all of them.
    const operations = Object.entries(described).filter(([, one]) => "responses" in one);
    const entries = operations.map(([name, one]) => [name, resolved(spec, one)] as const);
    const methods = Object.fromEntries(entries);
    const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`);
    return { pattern, path, methods };
  });
  operations.sort((a, b) => a.path.split("{").length - b.path.split("{").length);
  const made = { ajv, operations, validators: new Map<object, ValidateFunction>() };
  compiled.set(file.href, made);
  return made;
}

/** Parameters and answers that stand in the document once for many operations, put where they are used. */
function resolved(spec: Spec, operation: Operation): Operation {
  const find = <T>(one: T): T => {
    const { $ref } = one as { readonly $ref?: string };
    if ($ref === undefined) return one;
    const parts = $ref.replace(/^#\//, "").split("/");
    return parts.reduce<unknown>((node, part) => (node as Record<string, unknown>)[part], spec) as T;
  };
  const { parameters, responses } = operation;
  return {
    ...operation,
    responses: Object.fromEntries(Object.entries(responses).map(([status, one]) => [status, find(one)])),
    ...(Array.isArray(parameters) ? { parameters: parameters.map(find) } : {}),
  };
}

/** OpenAPI 3.0 says `nullable` beside anything; a JSON schema needs a type beside it, and null among its values. */
function withNulls(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withNulls);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => [key, withNulls(value)] as const);
  const { nullable, ...rest } = Object.fromEntries(entries);
  if (nullable !== true) return Object.fromEntries(entries);
  return { anyOf: [rest, { type: "null" }] };
}

export class SpecCheck {
  readonly active: boolean;
  readonly #options: SpecOptions;
  readonly #file: URL | undefined;
  readonly #violations = new Set<string>();
  readonly #uncovered = new Set<string>();

  /** @param file URL of the document, read at the first exchange and only where it is there */
  constructor(file: URL | undefined, options: SpecOptions) {
    this.#options = options;
    this.#file = file;
    this.active = file !== undefined && existsSync(file);
  }

  /** What did not fit, each kind once. */
  violations(): readonly string[] {
    return [...this.#violations].sort();
  }

  /** Operations that were used and that the document does not describe. */
  uncovered(): readonly string[] {
    return [...this.#uncovered].sort();
  }

  check(record: RequestRecord): void {
    if (!this.#file || !this.active || !record.path.startsWith(this.#options.prefix)) return;
    const [path = ""] = record.path.split("?");
    const found = compiledOf(this.#file, this.#options).operations.find(
      ({ pattern, methods }) => pattern.test(path) && methods[record.method.toLowerCase()],
    );
    const operation = found?.methods[record.method.toLowerCase()];
    if (!found || !operation) {
      this.#uncovered.add(`${record.method} ${path.replace(/\/(?:\d+|[0-9a-f-]{32,36})(?=\/|$)/g, "/{id}")}`);
      return;
    }
    const name = `${record.method} ${found.path}`;
    this.#checkQuery(name, operation, record.path);
    this.#checkBody(`${name} request`, operation.requestBody, record.body);
    if (this.#options.undescribed(record.status)) return;
    const answer = operation.responses[String(record.status)];
    if (!answer) this.#violations.add(`${name}: status ${record.status} is not described`);
    else this.#checkBody(`${name} ${record.status}`, answer, record.answer);
  }

  #checkQuery(name: string, { parameters = [] }: Operation, path: string): void {
    const known = new Set(parameters.filter((one) => one.in === "query").map((one) => one.name));
    for (const key of new URLSearchParams(path.split("?")[1] ?? "").keys()) {
      if (!known.has(key)) this.#violations.add(`${name}: query parameter "${key}" is not described`);
    }
  }

  #checkBody(name: string, media: Media | undefined, text: string): void {
    const schema = media?.content?.["application/json"]?.schema;
    if (!schema || text === "" || !this.#file) return;
    const validate = validatorOf(compiledOf(this.#file, this.#options), schema);
    if (validate(JSON.parse(text))) return;
    for (const error of (validate.errors ?? []).slice(0, 3)) {
      const place = error.instancePath.replace(/\/\d+/g, "/#");
      this.#violations.add(`${name}: ${place} ${error.message ?? ""} ${JSON.stringify(error.params)}`);
    }
  }
}

function validatorOf({ ajv, validators }: Compiled, schema: object): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"spec#/components/');
  const made = ajv.compile(JSON.parse(text) as object);
  validators.set(schema, made);
  return made;
}
