/** People who edit on every side while the portfolio is synced, and what becomes of each thing they wrote. */
import { readFileSync, writeFileSync } from "node:fs";
import type { HubItem } from "../../src/core/model.ts";
import type { AuditEntry } from "../../src/store/store.ts";
import type { Random } from "../hub/random.ts";
import { viewOf } from "../support/sides.ts";
import { STORIES, TOOLS, type Portfolio, type SyncedTool } from "./portfolio.ts";

type Side = "hub" | SyncedTool;

/** Edits that make a new item, whose twins are made while everything else goes wrong. */
const PLAN_SHARE = 0.15;

/** The last words of somebody on one side of one item. */
interface Written {
  readonly project: string;
  readonly item: string;
  readonly side: Side;
  readonly title: string;
}

export class People {
  edits = 0;
  planned = 0;
  readonly #portfolio: Portfolio;
  readonly #random: Random;
  /** By project, item and side: what one side wrote before, somebody there has replaced. */
  readonly #last = new Map<string, Written>();

  constructor(portfolio: Portfolio, random: Random) {
    this.#portfolio = portfolio;
    this.#random = random;
  }

  /** Somebody plans a story, or gives one a title that nobody ever had, or other points. */
  async edit(): Promise<void> {
    if (this.#random.chance(PLAN_SHARE)) return this.#plan(this.#random.pick(this.#portfolio.projects));
    const [project, item] = [this.#random.pick(this.#portfolio.projects), this.#random.pick(STORIES)];
    const side = this.#random.pick<Side>(["hub", ...TOOLS]);
    const isTitle = this.#random.chance(0.7);
    this.edits += 1;
    const title = `Title ${this.edits} from ${side}`;
    const points = this.#random.pick([1, 2, 3, 5, 8]);
    if (side === "hub") this.#editHub(project, item, isTitle ? `title: ${title}` : `estimation: ${points}`);
    else {
      const key = (await this.#portfolio.items(project))[item]?.refs[side];
      if (key === undefined) throw new Error(`${project}: ${item} has no twin in ${side}`);
      await this.#editTool(side, key, isTitle ? { title } : { points });
    }
    if (isTitle) this.#last.set(`${project}/${item}/${side}`, { project, item, side, title });
  }

  #plan(project: string): void {
    this.edits += 1;
    this.planned += 1;
    const id = `US-${100 + this.planned}`;
    const line = `    - {id: ${id}, epic: EPIC-001, title: Plan ${this.planned}, status: ready, estimation: 3}`;
    this.#save(project, (text) => text.replace(/^external_sync:/m, `${line}\n$&`));
  }

  /** I3: titles that are neither on the item now nor in its project's audit trail, with what stands instead and how it came there. */
  async lost(): Promise<string[]> {
    const lost: string[] = [];
    for (const [project, all] of Map.groupBy(this.#last.values(), (written) => written.project)) {
      const items = await this.#portfolio.items(project);
      const audit = await this.#portfolio.store.audit(project);
      for (const { item, side, title } of all) {
        const trail = audit.filter((entry) => entry.item === item && entry.field === "title");
        const isKept = trail.some(({ oldValue, newValue }) => [oldValue, newValue].includes(title));
        if (items[item]?.fields.title === title || isKept) continue;
        lost.push(`${project}/${item}: "${title}" (${side}); ${await this.#standing(project, items[item], trail)}`);
      }
    }
    return lost;
  }

  async #standing(project: string, item: HubItem | undefined, trail: readonly AuditEntry[]): Promise<string> {
    const { store, world } = this.#portfolio;
    const { links, mirror } = await store.projectState(project);
    const known = TOOLS.map((tool) => {
      const link = links.find((one) => one.item === item?.id && one.tool === tool);
      const shown = link && viewOf(world, tool, "story", link.key)?.title;
      return { tool, shown, mirror: mirror[tool]?.[link?.ref ?? ""]?.fields.title, base: link?.base.title };
    });
    const [letters, findings] = [await store.deadLetters(project), await store.findings(project)];
    const { report } = (await store.lastRun(project)) ?? {};
    return JSON.stringify({ hub: item?.fields.title, known, letters, findings, report, trail: trail.slice(-4) });
  }

  #editHub(project: string, item: string, field: string): void {
    const [key] = field.split(":");
    this.#save(project, (text) => text.replace(new RegExp(`(id: ${item},.*?)${key}: [^,}\\n]+`), `$1${field}`));
  }

  /** In one breath, so that no swap of the file falls between the look and the save. */
  #save(project: string, edited: (text: string) => string): void {
    const path = this.#portfolio.hubPath(project);
    writeFileSync(path, edited(readFileSync(path, "utf8")));
  }

  async #editTool(tool: SyncedTool, key: string, edit: { title?: string; points?: number }): Promise<void> {
    const { jira, linear } = this.#portfolio.world;
    const { title, points } = edit;
    if (tool === "jira")
      await jira.human({ action: "edit", key, fields: title === undefined ? { points } : { summary: title } });
    else
      await linear.human({ action: "edit", item: key, fields: title === undefined ? { estimate: points } : { title } });
  }
}
