/** Linear's failures in our terms (reference: error bodies captured from the live API, 2026-09). */
import { z } from "zod";
import { SyncFailure, type ErrorCode, type ErrorDetails } from "../../core/errors.ts";
import type { FieldName } from "../../core/model.ts";
import { withRemedy } from "../remedy.ts";
import { retryAfterMs } from "./limits.ts";

const TOOL = "linear";

export const errorEntry = z.looseObject({
  message: z.string().default("no message"),
  path: z.array(z.union([z.string(), z.number()])).nullish(),
  extensions: z
    .looseObject({
      type: z.string().nullish(),
      code: z.string().nullish(),
      statusCode: z.number().nullish(),
      userPresentableMessage: z.string().nullish(),
      validationErrors: z
        .array(z.looseObject({ property: z.string(), constraints: z.record(z.string(), z.string()).nullish() }))
        .nullish(),
    })
    .nullish(),
});
type ErrorEntry = z.output<typeof errorEntry>;

const REMEDIES: { readonly [C in ErrorCode]?: string } = {
  AuthFailed: "; check LINEAR_API_KEY: it is mistyped, or was revoked.",
  Forbidden:
    "; give the key what it lacks under Settings, Security & access, Personal API keys (Write, or full access), or its owner access to the team.",
};

export interface FailedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly errors: readonly ErrorEntry[];
  /** Operation name of our document. */
  readonly operation: string;
  /** Whether the request may have changed something. */
  readonly mutation: boolean;
}

/** Worst first: what stops everything is told before what concerns one field. */
const SEVERITY: readonly ErrorCode[] = [
  "RateLimited",
  "AuthFailed",
  "Forbidden",
  "Unavailable",
  "WriteConflict",
  "NotFound",
  "Rejected",
];

/** `extensions.type` decides where it is known; several bodies carry only a `code`, proxies only a status. */
const BY_TYPE: Readonly<Record<string, ErrorCode>> = {
  ratelimited: "RateLimited",
  "authentication error": "AuthFailed",
  forbidden: "Forbidden",
  "feature not accessible": "Forbidden",
  "lock timeout": "Unavailable",
  "internal error": "Unavailable",
  "network error": "Unavailable",
  "bootstrap error": "Unavailable",
  "invalid input": "Rejected",
  "user error": "Rejected",
  "graphql error": "Rejected",
  "usage limit exceeded": "Rejected",
};
const BY_CODE: Readonly<Record<string, ErrorCode>> = {
  RATELIMITED: "RateLimited",
  AUTHENTICATION_ERROR: "AuthFailed",
  FORBIDDEN: "Forbidden",
  INTERNAL_SERVER_ERROR: "Unavailable",
  LOCK_TIMEOUT: "Unavailable",
  INPUT_ERROR: "Rejected",
  INVALID_INPUT: "Rejected",
  BAD_USER_INPUT: "Rejected",
  GRAPHQL_VALIDATION_FAILED: "Rejected",
};

/** The failure of an answer with errors; `WriteConflict` means that the client id of a create is taken. */
export function failureOf(answer: FailedAnswer): SyncFailure {
  const judged = answer.errors.map((entry) => ({ entry, code: codeOf(entry, answer.status) }));
  const code =
    SEVERITY.find((candidate) => judged.some((one) => one.code === candidate)) ?? codeOfStatus(answer.status);
  const entries = judged.filter((one) => one.code === code).map((one) => one.entry);
  const words = [...new Set(entries.map(wordsOf))].join("; ") || `HTTP ${answer.status}`;
  const message = withRemedy(`Linear ${answer.operation}: ${words}`, REMEDIES[code] ?? "");
  return new SyncFailure(code, message, details(code, answer, entries));
}

/** An answer that is no GraphQL at all: a proxy's page, or a cut body: what Linear means by 400 stands there alone, limits as well. */
export function unreadable(answer: Omit<FailedAnswer, "errors">, cause?: unknown, isCut = false): SyncFailure {
  const isMute = answer.status < 300 || (answer.status === 400 && isCut);
  const code = isMute ? "Unavailable" : codeOfStatus(answer.status);
  return new SyncFailure(
    code,
    `Linear ${answer.operation}: HTTP ${answer.status} without a readable answer`,
    details(code, { ...answer, errors: [] }, []),
    cause,
  );
}

function details(code: ErrorCode, answer: FailedAnswer, entries: readonly ErrorEntry[]): ErrorDetails {
  const fields = code === "Rejected" ? refusedFields(entries) : undefined;
  return {
    tool: TOOL,
    status: answer.status,
    ...(code === "RateLimited" ? { retryAfterMs: retryAfterMs(answer.headers) } : {}),
    ...(code === "Unavailable" ? { outcomeUnknown: answer.mutation } : {}),
    ...(fields ? { fields } : {}),
  };
}

function codeOf(entry: ErrorEntry, status: number): ErrorCode {
  const { type, code, statusCode } = entry.extensions ?? {};
  if (code === "RATELIMITED") return "RateLimited";
  if (isIdTaken(entry)) return "WriteConflict";
  if (missingEntity(entry) === "Issue" || missingEntity(entry) === "Project" || missingEntity(entry) === "Team") {
    return "NotFound";
  }
  return BY_TYPE[type ?? ""] ?? BY_CODE[code ?? ""] ?? codeOfStatus(statusCode ?? status);
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 429) return "RateLimited";
  if (status === 401) return "AuthFailed";
  if (status === 403) return "Forbidden";
  if (status >= 400 && status < 500) return "Rejected";
  return "Unavailable";
}

function wordsOf(entry: ErrorEntry): string {
  const constraints = (entry.extensions?.validationErrors ?? []).flatMap((one) => Object.values(one.constraints ?? {}));
  return [entry.extensions?.userPresentableMessage ?? entry.message, ...constraints].join(": ");
}

/**
 * Linear names a spent client id only in its message (`conflict on insert of Issue`, "Entity Issue with
 * id <uuid> already exists."), under the same code as any other bad input.
 */
function isIdTaken(entry: ErrorEntry): boolean {
  return /conflict on insert/i.test(entry.message) || /with id \S+ already exists/i.test(wordsOf(entry));
}

function missingEntity(entry: ErrorEntry): string | undefined {
  return /^Entity not found: (\w+)/.exec(entry.message)?.[1];
}

/** Linear's input names, and the entities it cannot find, by the canonical field they stand for. */
const FIELD_OF_INPUT: Readonly<Record<string, FieldName>> = {
  title: "title",
  name: "title",
  description: "description",
  content: "description",
  stateId: "status",
  statusId: "status",
  priority: "priority",
  estimate: "estimate",
  dueDate: "due",
  targetDate: "due",
  labelIds: "labels",
  addedLabelIds: "labels",
  removedLabelIds: "labels",
  parentId: "parent",
  projectId: "parent",
  assigneeId: "assignee",
  cycleId: "sprint",
  url: "pr",
  health: "health",
};
const FIELD_OF_ENTITY: Readonly<Record<string, FieldName>> = {
  User: "assignee",
  WorkflowState: "status",
  ProjectStatus: "status",
  IssueLabel: "labels",
  ProjectLabel: "labels",
  Cycle: "sprint",
};

function refusedFields(entries: readonly ErrorEntry[]): Readonly<Record<string, string>> {
  const refused: Record<string, string> = {};
  for (const entry of entries) for (const field of fieldsOf(entry)) refused[field] ??= wordsOf(entry);
  return Object.keys(refused).length ? refused : { "": entries.map(wordsOf).join("; ") };
}

function fieldsOf(entry: ErrorEntry): readonly FieldName[] {
  const named = (entry.extensions?.validationErrors ?? []).flatMap((one) => FIELD_OF_INPUT[one.property] ?? []);
  if (named.length) return named;
  const entity = FIELD_OF_ENTITY[missingEntity(entry) ?? ""];
  if (entity) return [entity];
  // Last resort: the input's name as a whole word of the vendor's sentence.
  const words = new Set(`${entry.message} ${wordsOf(entry)}`.split(/[^A-Za-z]+/));
  return Object.entries(FIELD_OF_INPUT)
    .flatMap(([input, field]) => (words.has(input) ? field : []))
    .slice(0, 1);
}
