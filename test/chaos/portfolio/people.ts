/** People who edit hub files and trackers as chance has it, and never look whether anything is being synced. */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { FieldValue, HubItem } from "../../../src/core/model.ts";
import type { Random } from "../../hub/random.ts";
import { editByHand } from "../../support/hands.ts";
import { viewOf } from "../../support/sides.ts";
import { PEOPLE, type World } from "../../support/world.ts";
import { TOOLS, type Deed, type NewStory, type SyncedTool } from "./deeds.ts";
import { save, treeOf, withLine, withStory } from "./hubs.ts";

export interface Site {
  readonly world: World;
  readonly hubs: ReadonlyMap<string, string>;
}

const SIDES = ["hub", ...TOOLS] as const;
const FIELDS = ["title", "title", "status", "description", "estimate", "labels", "labels", "assignee"] as const;
type Field = (typeof FIELDS)[number];
const HUB_KEYS: Readonly<Record<Field, string>> = {
  title: "title",
  status: "status",
  description: "description",
  estimate: "estimation",
  labels: "labels",
  assignee: "assignee",
};
/** Of ten edits of a hub file, about one adds a story. */
const NEW_SHARE = 0.1;

export class People {
  readonly deeds: Deed[] = [];
  readonly stories: NewStory[] = [];
  /** Edits that came in the moment of a swap, and were made somewhere else instead. */
  postponed = 0;
  readonly #site: Site;
  readonly #random: Random;
  #count = 0;

  constructor(site: Site, random: Random) {
    this.#site = site;
    this.#random = random;
  }

  /** Edits until told to stop, a few times a second. */
  async work(signal: AbortSignal, meanPauseMs: number, onEdit: (project: string) => void): Promise<void> {
    while (!signal.aborted) {
      onEdit(this.act());
      await pause(this.#random.int(2 * meanPauseMs), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One edit, in one synchronous step: what a person saw is what the edit replaces. Answers whose project it was. */
  act(): string {
    const { pick, chance } = this.#random;
    const [project, file] = pick([...this.#site.hubs]);
    const items = treeOf(project, readFileSync(file, "utf8")).items;
    const story = pick(Object.values(items).filter(({ type }) => type === "story"));
    const side = pick(SIDES);
    const key = side === "hub" ? undefined : story.refs[side];
    if (side === "hub" || key === undefined) {
      if (chance(NEW_SHARE)) this.#write(project, file);
      else this.#editHub(project, file, story);
      return project;
    }
    this.#editTool(project, side, story, key);
    return project;
  }

  #write(project: string, file: string): void {
    const item = `US-${100 + ++this.#count}`;
    if (save(file, (text) => withStory(text, item, `New story ${this.#count}`))) this.stories.push({ project, item });
    else this.postponed += 1;
  }

  #editHub(project: string, file: string, { id: item }: HubItem): void {
    const field = this.#random.pick(FIELDS);
    let deed: Deed | undefined;
    const isSaved = save(file, (text) => {
      const saw = treeOf(project, text).items[item]?.fields[field];
      const { kind, value, whole } = this.#wanted(field, (saw ?? []) as FieldValue);
      deed = { project, item, field, side: "hub", kind, value, saw };
      return withLine(text, item, HUB_KEYS[field], spelled(whole));
    });
    if (isSaved && deed) this.deeds.push(deed);
    else this.postponed += 1;
  }

  #editTool(project: string, side: SyncedTool, { id: item }: HubItem, key: string): void {
    const { world } = this.#site;
    const view = viewOf(world, side, "story", key);
    if (!view) throw new Error(`${project}: ${side} shows no ${key}, the twin of ${item}`);
    const field = this.#random.pick(FIELDS);
    const saw = view[field];
    const { kind, value, whole } = this.#wanted(field, (saw ?? []) as FieldValue);
    this.deeds.push({ project, item, field, side, kind, value, saw });
    void editByHand(world, side, { key, type: "story", field, value: whole });
  }

  /** A value that no one wrote before, where the field has room for such; `whole` is what the field is to hold. */
  #wanted(field: Field, saw: FieldValue): Pick<Deed, "kind" | "value"> & { readonly whole: FieldValue } {
    const { pick, chance } = this.#random;
    const n = ++this.#count;
    const set = (value: FieldValue) => ({ kind: "set" as const, value, whole: value });
    if (field === "title") return set(`Title ${n}`);
    if (field === "description") return set(`Words number ${n}`);
    if (field === "status") return set(pick(["ready", "in_progress", "in_review", "done"]));
    if (field === "estimate") return set(pick([1, 2, 3, 5, 8]));
    if (field === "assignee") return set(chance(0.3) ? null : pick(PEOPLE).email);
    const labels = saw as readonly string[];
    if (labels.length > 0 && chance(0.4)) {
      const value = pick(labels);
      return { kind: "remove", value, whole: labels.filter((label) => label !== value) };
    }
    return { kind: "add", value: `label-${n}`, whole: [...labels, `label-${n}`] };
  }
}

function spelled(value: FieldValue): string {
  return typeof value === "object" && value !== null ? `[${value.join(", ")}]` : String(value);
}
