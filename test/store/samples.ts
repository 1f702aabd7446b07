/** Small records of the store's vocabulary, all the same but for what a test names. */
import type { CreateWrite, Deletion, FieldConflict, GuardQuestion, UpdateWrite } from "../../src/core/plan.ts";
import type { Link, RemoteItem } from "../../src/core/model.ts";
import type { FieldAnswer } from "../../src/core/policy.ts";
import type { AuditEntry, Intent, StoredAnswer } from "../../src/store/store.ts";

export const AT = "2026-03-01T10:00:00.000Z";

export function twinOf(ref: string, over: Partial<RemoteItem> = {}): RemoteItem {
  return {
    ref,
    key: `CHK-${ref}`,
    url: `https://tracker.test/${ref}`,
    type: "story",
    syncKey: null,
    fields: { title: `twin ${ref}` },
    updated: { at: AT, resolutionMs: 1 },
    state: "live",
    ...over,
  };
}

export function linkOf(item: string, ref: string, over: Partial<Link> = {}): Link {
  return {
    item,
    tool: "jira",
    ref,
    key: `CHK-${ref}`,
    url: `https://tracker.test/${ref}`,
    generation: 0,
    base: {},
    ...over,
  };
}

export function createOf(item: string): CreateWrite {
  return {
    kind: "create",
    tool: "jira",
    item,
    type: "story",
    generation: 0,
    fields: { title: { value: item, agreed: item } },
  };
}

export function updateOf(item: string, ref: string): UpdateWrite {
  return {
    kind: "update",
    tool: "jira",
    item,
    type: "story",
    ref,
    fields: { title: { value: "new", agreed: "new", expect: "old" } },
  };
}

/** Position `n` of the pass; the tool is the write's. */
export function intentOf(project: string, run: string, write: Intent["write"], over: Partial<Intent> = {}): Intent {
  const { pass = 1, position = 0 } = over;
  return {
    id: `${run}/${pass}/${write.tool}/${position}`,
    project,
    run,
    pass,
    tool: write.tool,
    position,
    write,
    state: "planned",
    ...over,
  };
}

export function auditOf(project: string, run: string, over: Partial<AuditEntry> = {}): AuditEntry {
  return {
    timestamp: AT,
    run,
    project,
    tool: "jira",
    item: "S-1",
    operation: "update",
    field: "title",
    oldValue: "old",
    newValue: "new",
    user: "sdlc-sync",
    source: "automated",
    ...over,
  };
}

export function conflictOf(item: string, over: Partial<FieldConflict> = {}): FieldConflict {
  return {
    item,
    type: "story",
    field: "title",
    kind: "edit",
    candidates: [
      { side: "hub", value: "ours" },
      { side: "jira", value: "theirs" },
    ],
    strategy: "manual",
    ...over,
  };
}

export function deletionOf(item: string, over: Partial<Deletion> = {}): Deletion {
  return {
    kind: "deletion",
    item,
    type: "story",
    traces: [
      { side: "hub", state: "live" },
      { side: "jira", state: "deleted" },
    ],
    choices: ["recreate", "keep"],
    ...over,
  };
}

export function guardOf(count: number): GuardQuestion {
  return { kind: "bulk-create", side: "jira", count, limit: 50 };
}

export function answerOf(item: string, choice: FieldAnswer["choice"]): StoredAnswer & FieldAnswer {
  const { candidates } = conflictOf(item);
  return { item, field: "title", choice, candidates, by: "ana", note: null, at: AT };
}
