/**
 * Holds every exchange against Jira's published OpenAPI document: requests of ours and answers of the
 * stand-in alike. Where the document is not at hand nothing is checked, and `active` says so.
 */
import { Ajv, type ValidateFunction } from "ajv";
import { existsSync, readFileSync } from "node:fs";
import type { RequestRecord } from "../kit/request-log.ts";

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}
interface Operation {
  readonly requestBody?: Media;
  readonly responses: Readonly<Record<string, Media>>;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}
interface Spec {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export class SpecCheck {
  readonly active: boolean;
  readonly #violations = new Set<string>();
  readonly #uncovered = new Set<string>();
  readonly #operations: {
    readonly pattern: RegExp;
    readonly path: string;
    readonly methods: Readonly<Record<string, Operation>>;
  }[] = [];
  readonly #ajv = new Ajv({ strict: false, validateFormats: false, ownProperties: true });
  readonly #validators = new Map<object, ValidateFunction>();

  /** @param file URL of `jira.openapi.json` */
  constructor(file: URL | undefined) {
    this.active = file !== undefined && existsSync(file);
    if (!file || !this.active) return;
    const spec = JSON.parse(readFileSync(file, "utf8")) as Spec;
    this.#ajv.addSchema(spec as object, "jira");
    for (const [path, methods] of Object.entries(spec.paths)) {
      const pattern = new RegExp(`^${path.replace(/\{[^}]+\}/g, "[^/]+")}$`);
      this.#operations.push({ pattern, path, methods });
    }
    this.#operations.sort((a, b) => a.path.split("{").length - b.path.split("{").length);
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
    if (!this.active || !record.path.startsWith("/rest/")) return;
    const [path = ""] = record.path.split("?");
    const found = this.#operations.find(
      ({ pattern, methods }) => pattern.test(path) && methods[record.method.toLowerCase()],
    );
    const operation = found?.methods[record.method.toLowerCase()];
    if (!found || !operation) {
      this.#uncovered.add(`${record.method} ${path.replace(/\/\d+(?=\/|$)/g, "/{id}")}`);
      return;
    }
    const name = `${record.method} ${found.path}`;
    this.#checkQuery(name, operation, record.path);
    this.#checkBody(`${name} request`, operation.requestBody, record.body);
    if (record.status === 401 || record.status === 429 || record.status === 415) return;
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
    if (!schema || text === "") return;
    const validate = this.#validator(schema);
    if (validate(JSON.parse(text))) return;
    for (const error of (validate.errors ?? []).slice(0, 3)) {
      const place = error.instancePath.replace(/\/\d+/g, "/#");
      this.#violations.add(`${name}: ${place} ${error.message ?? ""} ${JSON.stringify(error.params)}`);
    }
  }

  #validator(schema: object): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known) return known;
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"jira#/components/');
    const made = this.#ajv.compile(JSON.parse(text) as object);
    this.#validators.set(schema, made);
    return made;
  }
}
