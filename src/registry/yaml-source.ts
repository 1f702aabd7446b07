/** A configuration file with its positions: whatever is wrong with it is told with file, line, path and remedy. */
import { isMap, LineCounter, parseDocument, type Document } from "yaml";
import type { core, z } from "zod";
import { SyncFailure } from "../core/errors.ts";
import { notAllowed } from "./suggest.ts";

export type YamlPath = readonly (string | number)[];

/** Something wrong at a path of the file. `key`: the key itself is at fault, not its value. */
export interface YamlIssue {
  readonly path: YamlPath;
  readonly message: string;
  readonly key?: boolean;
}

export class YamlSource {
  /** As shown to people: relative to the workspace. */
  readonly file: string;
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /** Throws `InvalidConfig` where the text is not one well-formed YAML 1.2 document. */
  constructor(text: string, file: string) {
    this.file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, { lineCounter: this.#lines, merge: true, prettyErrors: false });
    const error = this.#document.errors[0];
    if (error) {
      const { line, col } = this.#lines.linePos(error.pos[0]);
      const where = { file, line, column: col };
      throw new SyncFailure("InvalidConfig", `${file}:${line}:${col}: ${error.message}`, where, error);
    }
    try {
      this.value = this.#document.toJS() as unknown;
    } catch (cause) {
      // Aliases that multiply each other, against which `yaml` stops.
      const reason = cause instanceof Error ? cause.message : "it cannot be read";
      throw new SyncFailure("InvalidConfig", `${file}: ${reason}`, { file, line: 1, column: 1 }, cause);
    }
  }

  /** The file's content in the schema's shape; all that is wrong is told at once. */
  parse<S extends z.ZodType>(schema: S): z.output<S> {
    const result = schema.safeParse(this.value ?? {}, { reportInput: true });
    if (result.success) return result.data;
    throw this.failure(result.error.issues.flatMap(issuesOf));
  }

  failure(issues: readonly YamlIssue[]): SyncFailure {
    const lines = issues.map((issue) => {
      const { line, column } = this.#position(issue);
      return `${this.file}:${line}:${column}: ${spellPath(issue.path)}${issue.message}`;
    });
    const first = issues[0] ?? { path: [], message: "" };
    return new SyncFailure("InvalidConfig", lines.join("\n"), { file: this.file, ...this.#position(first) });
  }

  #position(issue: YamlIssue): { readonly line: number; readonly column: number } {
    const { line, col } = this.#lines.linePos(this.#offset(issue));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Start of the node at the path, or of the nearest thing above it that is in the file. */
  #offset(issue: YamlIssue): number {
    for (let depth = issue.path.length; depth >= 0; depth -= 1) {
      const key = issue.key === true && depth === issue.path.length ? this.#keyOffset(issue.path) : undefined;
      const path = issue.path.slice(0, depth);
      const node: unknown = depth === 0 ? this.#document.contents : this.#document.getIn(path, true);
      const offset = key ?? rangeStart(node);
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  #keyOffset(path: YamlPath): number | undefined {
    const parent: unknown = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (!isMap(parent)) return undefined;
    const name = String(path.at(-1));
    return rangeStart(parent.items.find((pair) => String(pair.key) === name)?.key);
  }
}

function rangeStart(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
  return range?.[0];
}

/** `tools.tracking[1]: `, or nothing for the file as a whole. */
function spellPath(path: YamlPath): string {
  if (path.length === 0) return "";
  const steps = path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step}`));
  return `${steps.join("")}: `;
}

function issuesOf(issue: core.$ZodIssue): YamlIssue[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") {
    const allowed = allowedKeys(issue);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: notAllowed(key, "a known key", allowed),
      key: true,
    }));
  }
  if (issue.code === "invalid_value") return [{ path, message: invalidValue(issue.input, issue.values.map(String)) }];
  if (issue.code === "invalid_union") {
    const nearest = issue.errors.flat().find((inner) => inner.code === "custom" || inner.code === "invalid_value");
    if (nearest) return issuesOf({ ...nearest, path: [...issue.path, ...nearest.path] });
  }
  if (issue.code === "invalid_type" && issue.input === undefined)
    return [{ path, message: `is missing (${issue.expected}).` }];
  return [{ path, message: `${issue.message}.` }];
}

function invalidValue(input: unknown, allowed: readonly string[]): string {
  if (input === undefined) return `is missing; allowed: ${allowed.join(", ")}.`;
  return notAllowed(typeof input === "string" ? input : JSON.stringify(input), "allowed here", allowed);
}

/** zod does not say which keys it knows: `strictShape` leaves them in the issue's message. */
function allowedKeys(issue: core.$ZodIssueUnrecognizedKeys): readonly string[] {
  const listed = /\[allowed: (.*)\]$/.exec(issue.message)?.[1];
  return listed === undefined || listed === "" ? [] : listed.split(", ");
}
