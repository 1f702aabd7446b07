/**
 * A tracker that lives in memory: what the reference connector talks to. It behaves as the real ones do -
 * it rewrites texts, refuses values one by one, has no idempotency key and no versions to compare - and
 * people can edit in it.
 */
import { sameJson } from "../../core/equality.ts";
import type { ItemType } from "../../core/model.ts";

export type Kind = Exclude<ItemType, "project">;

/** What an item holds, in the tracker's own terms. */
export interface WorldValues {
  readonly title: string;
  readonly text: string;
  /** Id of a state. */
  readonly state: string;
  readonly rank: string | null;
  readonly points: number | null;
  readonly tags: readonly string[];
  readonly deadline: string | null;
  /** Ref of another item. */
  readonly parent: string | null;
  /** Ids of people. */
  readonly owner: string | null;
  readonly reviewer: string | null;
  /** Id of a cycle. */
  readonly cycle: string | null;
  readonly branch: string | null;
  readonly links: readonly string[];
  readonly category: string | null;
}
export type ValueName = keyof WorldValues;

export interface WorldItem extends WorldValues {
  readonly ref: string;
  readonly key: string;
  readonly kind: Kind;
  readonly space: string;
  /** Given with the create and shown ever after; people may remove it. */
  readonly marker: string | null;
  /** ISO times by the tracker's clock. */
  readonly updated: string;
  readonly version: number;
  readonly archived: boolean;
  readonly changes: Readonly<Partial<Record<ValueName, string>>>;
}

export interface WorldState {
  readonly id: string;
  readonly name: string;
}
export interface WorldPerson {
  readonly id: string;
  readonly name: string;
  /** Null: hidden from us. */
  readonly email: string | null;
  readonly active: boolean;
}

export type Refusals = Readonly<Record<string, string>>;

/** The tracker said no to these values. */
export class Refused extends Error {
  readonly fields: Refusals;

  constructor(fields: Refusals) {
    super(
      Object.entries(fields)
        .map(([name, words]) => `${name} ${words}`)
        .join("; "),
    );
    this.fields = fields;
  }
}

const STATE_NAMES: Readonly<Record<Kind, readonly string[]>> = {
  epic: ["Planned", "Started", "Paused", "Done", "Dropped"],
  story: ["Ready", "Doing", "Review", "Done", "Blocked", "Dropped", "Someday"],
  task: ["Open", "Doing", "Done", "Blocked"],
};

const RANKS = ["urgent", "high", "medium", "low"];
const MAX_TITLE = 200;
const MAX_POINTS = 1000;

export class MemoryWorld {
  /** The first is where people work unless they say otherwise. */
  readonly spaces: readonly [string, ...string[]];
  readonly states: Readonly<Record<Kind, readonly WorldState[]>>;
  readonly people: readonly WorldPerson[] = [
    { id: "p-ana", name: "Ana Ruiz", email: "ana.ruiz@example.com", active: true },
    { id: "p-bo", name: "Bo Lind", email: "bo.lind@example.com", active: true },
    { id: "p-cleo", name: "Cleo", email: null, active: true },
    { id: "p-dan", name: "Dan Gone", email: "dan.gone@example.com", active: false },
  ];
  readonly cycles: readonly WorldState[] = [
    { id: "c-31", name: "Sprint 2026-31" },
    { id: "c-32", name: "Sprint 2026-32" },
  ];
  readonly #items = new Map<string, WorldItem>();
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number, spaces: readonly [string, ...string[]] = ["MEM", "ELSE"]) {
    this.#now = now;
    this.spaces = spaces;
    const named = (kind: Kind): WorldState[] =>
      STATE_NAMES[kind].map((name) => ({ id: `${kind}-${name.toLowerCase()}`, name }));
    this.states = { epic: named("epic"), story: named("story"), task: named("task") };
  }

  items(): readonly WorldItem[] {
    return [...this.#items.values()];
  }

  /** By ref or by key, whatever the key's case. */
  find(name: string): WorldItem | undefined {
    return this.#items.get(name) ?? this.items().find(({ key }) => key.toLowerCase() === name.toLowerCase());
  }

  /** Throws `Refused`; nothing is made then. */
  create(
    kind: Kind,
    values: Partial<WorldValues>,
    place: Partial<Pick<WorldItem, "marker" | "space">> = {},
  ): WorldItem {
    const number = this.#count + 1;
    const space = place.space ?? this.spaces[0];
    const identity = { ref: `m-${number}`, key: `${space}-${number}`, kind, space, marker: place.marker ?? null };
    const item = this.#kept({ ...this.#empty(kind), ...identity }, values, true);
    this.#count = number;
    this.#items.set(item.ref, item);
    return item;
  }

  /** Throws `Refused`; nothing is changed then. Undefined where there is no such item. */
  edit(ref: string, values: Partial<WorldValues>): WorldItem | undefined {
    const item = this.find(ref);
    if (!item) return undefined;
    const edited = this.#kept(item, values, false);
    this.#items.set(item.ref, edited);
    return edited;
  }

  /** Adds and removes tags, whatever others there are. */
  tag(ref: string, added: readonly string[], removed: readonly string[]): WorldItem | undefined {
    const item = this.find(ref);
    if (!item) return undefined;
    const dropped = new Set(removed.map((tag) => tag.toLowerCase()));
    const kept = item.tags.filter((tag) => !dropped.has(tag.toLowerCase()));
    return this.edit(ref, { tags: [...kept, ...added] });
  }

  setArchived(ref: string, archived: boolean): WorldItem | undefined {
    const item = this.find(ref);
    if (!item) return undefined;
    const moved = { ...item, archived, updated: this.#stamp(), version: item.version + 1 };
    this.#items.set(item.ref, moved);
    return moved;
  }

  /** For good: no listing and no read shows it again. */
  remove(ref: string): void {
    const item = this.find(ref);
    if (item) this.#items.delete(item.ref);
  }

  /** A person takes our marker off. */
  unmark(ref: string): void {
    const item = this.find(ref);
    if (item) this.#items.set(item.ref, { ...item, marker: null, updated: this.#stamp(), version: item.version + 1 });
  }

  #stamp(): string {
    return new Date(this.#now()).toISOString();
  }

  #empty(kind: Kind): Omit<WorldItem, "ref" | "key" | "kind" | "space" | "marker"> {
    return {
      title: "",
      text: "",
      state: this.states[kind][0]?.id ?? "",
      rank: null,
      points: null,
      tags: [],
      deadline: null,
      parent: null,
      owner: null,
      reviewer: null,
      cycle: null,
      branch: null,
      links: [],
      category: null,
      updated: "",
      version: 0,
      archived: false,
      changes: {},
    };
  }

  #kept(item: WorldItem, values: Partial<WorldValues>, fresh: boolean): WorldItem {
    const next = { ...item, ...rewritten(values) };
    const refused = this.#refusals(
      next,
      fresh ? (Object.keys(item) as ValueName[]) : (Object.keys(values) as ValueName[]),
    );
    if (Object.keys(refused).length > 0) throw new Refused(refused);
    const names = (Object.keys(values) as ValueName[]).filter((name) => !sameJson(item[name], next[name]));
    if (names.length === 0 && !fresh) return item;
    const updated = this.#stamp();
    const changes = fresh ? {} : { ...item.changes, ...Object.fromEntries(names.map((name) => [name, updated])) };
    return { ...next, changes, updated, version: item.version + 1 };
  }

  #refusals(item: WorldItem, names: readonly ValueName[]): Refusals {
    const checks: Readonly<Partial<Record<ValueName, string | false>>> = {
      title:
        (item.title === "" && "must not be empty") ||
        (item.title.length > MAX_TITLE && `is longer than ${MAX_TITLE} characters`),
      state: !this.states[item.kind].some(({ id }) => id === item.state) && "is no state of this kind",
      rank: item.rank !== null && !RANKS.includes(item.rank) && "is no rank",
      points:
        item.points !== null &&
        !(Number.isInteger(item.points) && item.points >= 0 && item.points <= MAX_POINTS) &&
        "must be a whole number from 0 to 1000",
      tags: item.tags.some((tag) => /\s/.test(tag) || tag === "") && "must not hold blanks",
      deadline: item.deadline !== null && !/^\d{4}-\d{2}-\d{2}$/.test(item.deadline) && "is no date",
      parent: item.parent !== null && (item.parent === item.ref || !this.#items.has(item.parent)) && "does not exist",
      owner: this.#refusesPerson(item.owner) && "cannot be assigned",
      reviewer: this.#refusesPerson(item.reviewer) && "cannot be assigned",
      cycle: item.cycle !== null && !this.cycles.some(({ id }) => id === item.cycle) && "is no cycle",
    };
    const refused = names.map((name) => [name, checks[name]]).filter(([, words]) => typeof words === "string");
    return Object.fromEntries(refused) as Refusals;
  }

  #refusesPerson(id: string | null): boolean {
    return id !== null && !this.people.some((person) => person.id === id && person.active);
  }
}

/** As real trackers do, this one does not keep texts as they were sent. */
function rewritten(values: Partial<WorldValues>): Partial<WorldValues> {
  const { title, text, tags } = values;
  return {
    ...values,
    ...(title === undefined ? {} : { title: title.replace(/\s+/g, " ").trim() }),
    ...(text === undefined
      ? {}
      : {
          text: text
            .replace(/\r\n?/g, "\n")
            .replace(/^([ \t]*)- /gm, "$1* ")
            .trimEnd(),
        }),
    ...(tags === undefined ? {} : { tags: [...new Map(tags.map((tag) => [tag.toLowerCase(), tag])).values()].sort() }),
  };
}
