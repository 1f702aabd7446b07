/** Label names to ids. Labels that are missing are made once, under an id derived from the name. */
import { createHash } from "node:crypto";
import { isSyncFailure } from "../../core/errors.ts";
import { isOwnLabel } from "../../core/fields.ts";
import type { SchemaScope } from "../contract.ts";
import { syncKeyAsUuid } from "../sync-key.ts";
import { labelCreated, labelsFound, projectLabelCreated, type LabelNode } from "./answers.ts";
import { execute } from "./client.ts";
import { CREATE_LABEL, CREATE_PROJECT_LABEL, FIND_LABELS } from "./documents.ts";
import { labelsOf, linearSchemaOf } from "./schema.ts";
import { knowing, withLabels, type LabelNames } from "./twins.ts";

type LabelKind = "issue" | "project";

/** Names in one query; Linear shows at most 250 rows. */
const TOGETHER = 100;

/** What labels are called, and the ids of names whatever their case. One for a scope, so that each label is looked up once in all its writes. */
export interface LabelBook {
  /** Looks those names up that are not known yet, all of them at once: what `ids` is asked for next costs no further look. */
  lookUp(kind: LabelKind, names: readonly string[]): Promise<void>;
  /** Ids of these labels; throws `Rejected` where Linear refuses to make one. */
  ids(kind: LabelKind, names: readonly string[]): Promise<readonly string[]>;
  /** Learns the names of these labels, before a write: its answer shows them again, and must not need another request. */
  meet(ids: readonly string[]): Promise<void>;
  /** The scope with a schema that knows every label of this book, so that answers can be read without asking again. */
  taught(): SchemaScope;
}

const books = new WeakMap<SchemaScope, LabelBook>();

export function labelBook(scope: SchemaScope): LabelBook {
  const book = books.get(scope) ?? newBook(scope);
  books.set(scope, book);
  return book;
}

function newBook(scope: SchemaScope): LabelBook {
  // Names that were looked for and not found: whoever is asked for one makes it.
  const absent = { issue: new Set<string>(), project: new Set<string>() };
  let taught = scope;
  let known = indexes(scope);
  const learn = (next: SchemaScope): void => {
    if (next === taught) return;
    taught = next;
    known = indexes(next);
  };
  const learnAll = (kind: LabelKind, labels: readonly LabelNode[]): void =>
    learn(kind === "issue" ? knowing(taught, labels, []) : knowing(taught, [], labels));
  const make = async (kind: LabelKind, name: string): Promise<string> => {
    const label = await createOnce(scope, kind, name);
    learnAll(kind, [label]);
    return label.id;
  };
  const lookUp = async (kind: LabelKind, names: readonly string[]): Promise<void> => {
    const folded = new Set(names.map((name) => name.toLowerCase()));
    const missing = [...folded].filter((name) => !known[kind].has(name) && !absent[kind].has(name));
    for (let start = 0; start < missing.length; start += TOGETHER) {
      const some = missing.slice(start, start + TOGETHER);
      learnAll(kind, await find(scope, kind, some));
      for (const name of some) absent[kind].add(name);
    }
  };
  return {
    lookUp,
    async ids(kind, names) {
      await lookUp(kind, names);
      const ids: string[] = [];
      for (const name of names) ids.push(known[kind].get(name.toLowerCase()) ?? (await make(kind, name)));
      return ids;
    },
    meet: async (ids) => learn(await withLabels(taught, ids)),
    taught: () => taught,
  };
}

function indexes(scope: SchemaScope): Readonly<Record<LabelKind, ReadonlyMap<string, string>>> {
  const schema = linearSchemaOf(scope.schema);
  return { issue: index(labelsOf(schema, "issue")), project: index(labelsOf(schema, "project")) };
}

function index(labels: readonly LabelNode[]): Map<string, string> {
  return new Map(labels.filter((label) => !label.isGroup).map((label) => [label.name.toLowerCase(), label.id]));
}

/** Labels made by others since the schema was cached. Names are unique whatever their case. */
async function find(scope: SchemaScope, kind: LabelKind, names: readonly string[]): Promise<readonly LabelNode[]> {
  if (names.length === 0) return [];
  const byName = names.map((name) => ({ name: { eqIgnoreCase: name } }));
  const nothing = { id: { in: [] } };
  const team = { id: { eq: linearSchemaOf(scope.schema).team.id } };
  const ours = { and: [{ or: [{ team: { null: true } }, { team }] }, { or: byName }] };
  const variables =
    kind === "issue"
      ? { issueLabels: ours, projectLabels: nothing }
      : { issueLabels: nothing, projectLabels: { or: byName } };
  const found = await execute(scope, FIND_LABELS, { ...variables, first: names.length }, labelsFound);
  return (kind === "issue" ? found.issueLabels : found.projectLabels).nodes.filter((label) => !label.isGroup);
}

/** Exactly once: after a lost answer the label exists under the same id, or somebody made the same name meanwhile. */
async function createOnce(scope: SchemaScope, kind: LabelKind, name: string): Promise<LabelNode> {
  try {
    return await createLabel(scope, kind, name);
  } catch (error) {
    if (!isSyncFailure(error, "WriteConflict") && !isSyncFailure(error, "Rejected")) throw error;
    const [existing] = await find(scope, kind, [name]);
    if (existing) return existing;
    throw error;
  }
}

async function createLabel(scope: SchemaScope, kind: LabelKind, name: string): Promise<LabelNode> {
  const teamId = linearSchemaOf(scope.schema).team.id;
  const key = createHash("sha256")
    .update(JSON.stringify(["label", kind, teamId, name.toLowerCase()]))
    .digest("hex");
  const id = syncKeyAsUuid(key);
  if (kind === "project") {
    const answer = await execute(scope, CREATE_PROJECT_LABEL, { input: { id, name } }, projectLabelCreated);
    return answer.projectLabelCreate.projectLabel;
  }
  const answer = await execute(scope, CREATE_LABEL, { input: { id, name, teamId } }, labelCreated);
  return answer.issueLabelCreate.issueLabel;
}

/** What to add and remove so that people's labels become `wanted`; ours, and those we cannot name, stay. */
export function labelDelta(
  current: readonly string[],
  wanted: readonly string[],
  names: LabelNames,
  isManaged: (name: string) => boolean = (name) => !isOwnLabel(name),
): { readonly added: string[]; readonly removed: string[] } {
  const managed = current.filter((id) => isManaged(names.get(id) ?? "sdlc-sync"));
  return {
    added: wanted.filter((id) => !current.includes(id)),
    removed: managed.filter((id) => !wanted.includes(id)),
  };
}
