/** From a vendor's answer to what the store knows: links, bases, audit. */
import { sameJson } from "../src/core/equality.ts";
import type { LensTable } from "../src/core/lens.ts";
import type { FieldBase, FieldName, ItemId, Link, RemoteItem, ToolValue, ToolValues } from "../src/core/model.ts";
import type { CreateWrite, UpdateWrite, WantedField, WantedFields } from "../src/core/plan.ts";
import type { ApplyInput } from "../src/core/ports.ts";
import type { SchemaScope, WriteOutcome } from "../src/connectors/contract.ts";
import type { AuditEntry, Intent } from "../src/store/store.ts";
import { noteFacts, type Engine } from "./engine.ts";
import type { ToolSession } from "./tool-session.ts";

/** Counters of one apply, shared by its steps. */
export interface Tally {
  done: number;
  rejected: number;
  /** Done but for fields that the tool did not take. */
  refused: number;
  raced: number;
}

export interface ApplyRun {
  readonly engine: Engine;
  readonly input: Pick<ApplyInput, "project" | "run" | "tool">;
  readonly session: ToolSession;
  readonly scope: SchemaScope;
  readonly lens: LensTable;
  readonly tally: Tally;
}

/** Stores what became of one intent. */
export async function settle(run: ApplyRun, intent: Intent, outcome: WriteOutcome, earlier: Earlier): Promise<void> {
  const { engine, input, tally } = run;
  const { project, tool } = input;
  switch (outcome.kind) {
    case "rejected":
      tally.rejected += 1;
      return engine.store.reject(intent.id, outcome.message);
    case "gone":
      tally.raced += 1;
      await engine.store.markGone(project, tool, [(intent.write as UpdateWrite).ref]);
      return engine.store.reject(intent.id, "the tool shows it no more", "superseded");
    case "raced":
      tally.raced += 1;
      // What we left on the way is known before the write that tells of it is closed.
      if (isOnTheWay(intent, outcome.twin)) {
        const bases = baseOnTheWay(intent, outcome.twin, earlier);
        return engine.store.acknowledge(project, { intent: intent.id, twin: outcome.twin, bases, audit: [] });
      }
      await engine.store.saveTwins(project, tool, [outcome.twin]);
      return engine.store.reject(intent.id, "edited at the tool between the plan and the write", "superseded");
    case "done":
      if (outcome.raced) tally.raced += 1;
      if (Object.keys(outcome.refused).length > 0) tally.refused += 1;
      await acknowledge(run, intent, outcome, earlier);
      tally.done += 1;
  }
}

type Done = Extract<WriteOutcome, { kind: "done" }>;

async function acknowledge(run: ApplyRun, intent: Intent, outcome: Done, earlier: Earlier): Promise<void> {
  const { engine, input } = run;
  const write = written(intent.write as CreateWrite | UpdateWrite, outcome.raced);
  const { twin } = outcome;
  const left = "status" in write.fields ? {} : baseOnTheWay(intent, twin, earlier);
  const bases = { ...basesAfter(run, write, outcome, earlier), ...left };
  const audit = Object.entries(write.fields).map(([field, wanted]) =>
    auditEntry(run, intent, field, wanted.expect ?? null, twin.fields[field as FieldName] ?? null),
  );
  for (const [field, value] of Object.entries(outcome.overwrote ?? {})) {
    const entry = auditEntry(run, intent, field, value, twin.fields[field as FieldName] ?? null);
    audit.push({ ...entry, operation: "keep", reason: "set at the tool in the moment before our write" });
  }
  if (write.kind === "create") {
    const link: Link = {
      item: write.item,
      tool: input.tool,
      ref: twin.ref,
      key: twin.key,
      url: twin.url,
      generation: write.generation,
      base: bases,
    };
    await engine.store.acknowledge(input.project, { intent: intent.id, twin, link, bases: {}, audit });
  } else {
    await engine.store.acknowledge(input.project, { intent: intent.id, twin, bases, audit });
  }
  await noteOverwritten(run, write, outcome);
}

/** By item, the statuses on the way that writes without an answer told of. */
export function stepsByItem(sent: readonly Intent[]): ReadonlyMap<ItemId, readonly ToolValue[]> {
  const byItem = Map.groupBy(sent, ({ write }) => write.item);
  return new Map([...byItem].map(([item, all]) => [item, all.flatMap(({ steps = [] }) => steps)]));
}

/** Whether a status that was asked for was left on the way: by ourselves, and not by somebody who edited it. */
export function isOnTheWay({ steps = [] }: Intent, { fields }: RemoteItem): boolean {
  return steps.some((step) => sameJson(step, fields.status ?? null));
}

/** Where the tool stands on the way is known, and agreed on is what was before. */
function baseOnTheWay(intent: Intent, twin: RemoteItem, { bases }: Earlier): Link["base"] {
  if (!isOnTheWay(intent, twin) || twin.fields.status === undefined) return {};
  const agreed = bases.get(intent.write.item)?.status?.agreed;
  return { status: { value: twin.fields.status, ...(agreed === undefined ? {} : { agreed }) } };
}

/** The write without what people were quicker with. */
function written<W extends CreateWrite | UpdateWrite>(write: W, raced: readonly FieldName[] = []): W {
  const fields = Object.entries(write.fields).filter(([field]) => !raced.includes(field as FieldName));
  return { ...write, fields: Object.fromEntries(fields) as WantedFields };
}

/** An edit that nobody but the tool has seen is gone from there: a person must be told where it is kept. */
async function noteOverwritten(
  { engine, input }: ApplyRun,
  write: CreateWrite | UpdateWrite,
  { twin, overwrote = {} }: Done,
): Promise<void> {
  const findings = (Object.keys(overwrote) as FieldName[]).map((field) => ({
    code: "overwritten-edit",
    severity: "warning" as const,
    tool: input.tool,
    field,
    items: [write.item],
    message: `${input.tool}: ${field} of ${twin.key} was edited in the moment before our write, which replaced it; the edit is kept in the audit trail`,
    remedy: `Compare with the history of ${twin.key} and set the field again where the edit should stand.`,
  }));
  if (findings.length > 0)
    await noteFacts(engine, input.run, input.tool, (facts) => ({
      ...facts,
      overwritten: [...facts.overwritten, ...findings],
    }));
}

/**
 * The agreement that an answer proves. A field that the answer does not hold as asked is recorded as
 * refused, in the vendor's words, so that it is reported and not asked for again and again.
 */
function basesAfter(
  run: ApplyRun,
  write: CreateWrite | UpdateWrite,
  outcome: Done,
  earlier: Earlier,
): { [F in FieldName]?: FieldBase } {
  const bases: { [F in FieldName]?: FieldBase } = {};
  if (write.kind === "create") {
    // What the server filled in by itself: nobody's edit, so nothing that flows.
    for (const [field, value] of Object.entries(outcome.twin.fields)) bases[field as FieldName] = { value };
  }
  for (const [name, wanted] of Object.entries(write.fields)) {
    const field = name as FieldName;
    const value = outcome.twin.fields[field];
    const asked = resolvedValue(wanted, earlier.refs);
    const reason = outcome.refused[field] ?? notHeld(run, write, field, wanted, asked, value);
    const held = value === undefined ? {} : { value };
    const agreed = earlier.bases.get(write.item)?.[field]?.agreed;
    if (reason === null) {
      bases[field] = { ...held, agreed: wanted.agreed };
      continue;
    }
    const before = outcome.refused[field] === undefined ? baseBefore(run, write, field, value, earlier) : undefined;
    const refused = { wanted: asked ?? null, reason };
    bases[field] = before ?? { ...held, ...(agreed === undefined ? {} : { agreed }), refused };
  }
  return bases;
}

/**
 * A create whose answer was lost made the twin with the values of its own plan. What people have changed since is
 * in the newer one, and no refusal: the tool holds what was agreed then, or nothing where nothing was.
 */
function baseBefore(
  run: ApplyRun,
  write: CreateWrite | UpdateWrite,
  field: FieldName,
  value: ToolValue | undefined,
  { refs, sent }: Earlier,
): FieldBase | undefined {
  if (write.kind !== "create" || value === undefined) return undefined;
  for (const { [field]: wanted } of sent.get(write.item) ?? []) {
    if (!wanted && run.lens(write.type, field)?.represents(value, null) === true) return { value };
    if (wanted && notHeld(run, write, field, wanted, resolvedValue(wanted, refs), value) === null)
      return { value, agreed: wanted.agreed };
  }
  return undefined;
}

function notHeld(
  run: ApplyRun,
  write: CreateWrite | UpdateWrite,
  field: FieldName,
  wanted: WantedField,
  asked: ToolValue | undefined,
  value: ToolValue | undefined,
): string | null {
  if (field === "parent") return sameJson(value ?? null, asked ?? null) ? null : "the tool keeps another parent";
  const lens = run.lens(write.type, field);
  // Write-only fields (a link to a pull request) are not in the answer.
  if (!lens || value === undefined) return null;
  return lens.represents(value, wanted.agreed) ? null : `${run.input.tool} keeps another value than it was sent`;
}

/** Whether the tool holds a field as it was sent; of one that it never shows, nobody can tell. */
export function isHeld(
  run: ApplyRun,
  write: UpdateWrite,
  field: FieldName,
  value: ToolValue | undefined,
  { refs }: Earlier,
): boolean {
  const wanted = write.fields[field];
  if (value === undefined || wanted === undefined) return false;
  return notHeld(run, write, field, wanted, resolvedValue(wanted, refs), value) === null;
}

/** Where the tool's links stood before the chunk. */
export interface Earlier {
  readonly refs: ReadonlyMap<ItemId, string>;
  readonly bases: ReadonlyMap<ItemId, Link["base"]>;
  /** By item, what creates of it asked for that nobody has answered. */
  readonly sent: ReadonlyMap<ItemId, readonly WantedFields[]>;
}

export async function earlierLinks({ engine, input }: ApplyRun): Promise<Earlier> {
  const own = await engine.store.links(input.project, input.tool);
  const open = await engine.store.openIntents(input.project, input.tool);
  const creates = open.flatMap(({ state, write }) => (state === "sent" && write.kind === "create" ? write : []));
  const sent = Map.groupBy(creates, ({ item }) => item);
  return {
    refs: new Map(own.map((link) => [link.item, link.ref])),
    bases: new Map(own.map((link) => [link.item, link.base])),
    sent: new Map([...sent].map(([item, writes]) => [item, writes.map(({ fields }) => fields)])),
  };
}

export function resolved(fields: WantedFields, refs: ReadonlyMap<ItemId, string>): ToolValues {
  const values: Partial<Record<FieldName, ToolValue>> = {};
  for (const [field, wanted] of Object.entries(fields)) {
    const value = resolvedValue(wanted, refs);
    // A parent whose create failed: the child goes in without it, and the next pass sets it.
    if (value !== undefined) values[field as FieldName] = value;
  }
  return values;
}

function resolvedValue({ value }: WantedField, refs: ReadonlyMap<ItemId, string>): ToolValue | undefined {
  if (typeof value === "object" && value !== null && "awaits" in value) return refs.get(value.awaits as ItemId);
  return value as ToolValue;
}

export function auditEntry(
  run: ApplyRun,
  intent: Intent,
  field: string,
  oldValue: unknown,
  newValue: unknown,
): AuditEntry {
  const { engine, input } = run;
  const { kind, item } = intent.write;
  return {
    timestamp: new Date(engine.now()).toISOString(),
    run: input.run,
    project: input.project,
    tool: input.tool,
    item,
    operation: kind === "archive" ? "delete" : kind,
    field,
    oldValue,
    newValue,
    user: "sdlc-sync",
    source: "automated",
  };
}
