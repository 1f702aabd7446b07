/** The state of a workspace and what can be done to it, by API or by a person. */
import { createHash } from "node:crypto";
import type { Clock } from "../kit/clock.ts";
import type { Block } from "./markdown.ts";
import {
  emptyValue,
  type DataSource,
  type Option,
  type Page,
  type Property,
  type PropertyType,
  type User,
  type Value,
} from "./model.ts";
import type { Quirks } from "./quirks.ts";
import { notFound, Refusal } from "./refusal.ts";

const MINUTE_MS = 60_000;
let workspaces = 0;

export interface PropertySetup {
  readonly name: string;
  readonly type: PropertyType;
  /** Names; of a status by group. */
  readonly options?: readonly string[];
  readonly groups?: Readonly<Partial<Record<"To-do" | "In progress" | "Complete", readonly string[]>>>;
}
export interface DataSourceSetup {
  readonly name: string;
  readonly properties?: readonly PropertySetup[];
}
export interface DatabaseSetup {
  readonly name: string;
  /** One with all usual properties where absent. */
  readonly dataSources?: readonly DataSourceSetup[];
}

export class NotionWorkspace {
  readonly clock: Clock;
  readonly quirks: Quirks;
  readonly users: User[];
  readonly databases: { readonly id: string; readonly name: string; readonly sources: readonly string[] }[] = [];
  readonly sources = new Map<string, DataSource>();
  readonly pages = new Map<string, Page>();
  /** Rows that a query tells before it says that it is incomplete. */
  resultLimit = 10_000;
  /** Blocks of a page that are told as Markdown. */
  blockLimit = 1_000;
  /** What the connection may do. */
  readonly capabilities = { users: true, emails: true, content: true, insert: true, update: true };
  readonly #seed = ++workspaces;
  #ids = 0;

  constructor(clock: Clock, quirks: Quirks, users: readonly Omit<User, "id">[]) {
    this.clock = clock;
    this.quirks = quirks;
    this.users = users.map((user) => ({ ...user, id: this.newId() }));
  }

  /** No two of a process alike. */
  newId(): string {
    const hex = createHash("sha256")
      .update(`${process.pid}/${this.#seed}/${++this.#ids}`)
      .digest("hex");
    return dashed(`${hex.slice(0, 12)}4${hex.slice(13, 16)}8${hex.slice(17, 32)}`);
  }

  /** A time as Notion tells it. */
  told(time: number): string {
    const shown = this.quirks.minuteTimes ? Math.floor(time / MINUTE_MS) * MINUTE_MS : time;
    return new Date(shown).toISOString();
  }

  addDatabase(setup: DatabaseSetup, defaults: readonly PropertySetup[]): void {
    const id = this.newId();
    const sources = (setup.dataSources ?? [{ name: setup.name }]).map((one) => this.#addSource(id, one, defaults));
    this.databases.push({ id, name: setup.name, sources });
  }

  #addSource(database: string, { name, properties }: DataSourceSetup, defaults: readonly PropertySetup[]): string {
    const id = this.newId();
    const all = (properties ?? defaults).map((setup) => this.newProperty(setup, id));
    this.sources.set(id, { id, name, database, properties: all, shared: true, created: this.clock.now() });
    return id;
  }

  newProperty({ name, type, options = [], groups = {} }: PropertySetup, source: string): Property {
    const grouped = (["To-do", "In progress", "Complete"] as const).map((group) => ({
      id: this.newId(),
      name: group,
      options: (groups[group] ?? []).map((option) => this.newOption(option)),
    }));
    return {
      // Few characters, and no two alike.
      id: type === "title" ? "title" : encodeURIComponent(`:${this.newId().slice(0, 2)}${this.#ids.toString(36)}`),
      name,
      type,
      options:
        type === "status" ? grouped.flatMap((group) => group.options) : options.map((one) => this.newOption(one)),
      groups:
        type === "status"
          ? grouped.map(({ options: own, ...group }) => ({ ...group, optionIds: own.map((one) => one.id) }))
          : [],
      ...(type === "relation" ? { target: source } : {}),
    };
  }

  newOption(name: string): Option {
    return { id: this.newId().slice(0, 8), name };
  }

  get bot(): User {
    const bot = this.users.find(({ kind }) => kind === "bot");
    if (!bot) throw new Error("the workspace has no bot");
    return bot;
  }

  user(idOrEmail: string): User | undefined {
    return this.users.find(({ id, email }) => id === idOrEmail || email?.toLowerCase() === idOrEmail.toLowerCase());
  }

  /** A data source that the connection may see. */
  source(id: string): DataSource {
    const source = this.sources.get(dashed(id));
    if (!source?.shared) throw notFound("data source", id);
    return source;
  }

  /** By name, or by the id as it is before it is encoded. */
  property(source: DataSource | undefined, nameOrId: string): Property | undefined {
    return source?.properties.find(({ id, name }) => decodeURIComponent(id) === nameOrId || name === nameOrId);
  }

  /** A page that the connection may see, in the trash or not. */
  page(id: string): Page {
    const page = this.pages.get(dashed(id));
    const source = page?.source === undefined ? undefined : this.sources.get(page.source);
    if (!page || page.deleted || source?.shared === false) throw notFound("page", id);
    return page;
  }

  /** Rows in the order they were made. */
  rows(source: string): Page[] {
    return [...this.pages.values()].filter((page) => page.source === source && !page.deleted);
  }

  create(
    source: DataSource | undefined,
    values: Readonly<Record<string, Value>>,
    blocks: readonly Block[],
    author: string,
  ): Page {
    const now = this.clock.now();
    const empty = Object.fromEntries((source?.properties ?? []).map(({ id, type }) => [id, emptyValue(type)]));
    const page: Page = {
      id: this.newId(),
      number: this.pages.size + 1,
      created: now,
      edited: now,
      createdBy: author,
      editedBy: author,
      trashed: false,
      deleted: false,
      source: source?.id,
      values: { ...empty, ...this.#defaults(source), ...values },
      blocks: [...blocks],
    };
    this.pages.set(page.id, page);
    return page;
  }

  /** A status is never empty. */
  #defaults(source: DataSource | undefined): Record<string, Value> {
    const entries = (source?.properties ?? []).flatMap((property) => {
      const first = this.firstStatus(property);
      return first === undefined ? [] : [[property.id, first] as const];
    });
    return Object.fromEntries(entries);
  }

  firstStatus({ type, groups }: Property): string | undefined {
    return type === "status" ? groups.flatMap(({ optionIds }) => optionIds)[0] : undefined;
  }

  edit(
    page: Page,
    change: { readonly values?: Readonly<Record<string, Value>>; readonly blocks?: readonly Block[] },
    author: string,
  ): void {
    if (change.values) page.values = { ...page.values, ...change.values };
    if (change.blocks) page.blocks = [...change.blocks];
    this.touch(page, author);
  }

  touch(page: Page, author: string): void {
    page.edited = Math.max(this.clock.now(), page.edited);
    page.editedBy = author;
  }
}

/** Ids are taken with dashes or without. */
export function dashed(id: string): string {
  return id
    .replace(/-/g, "")
    .toLowerCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const CAPABILITIES = {
  users: "read user information",
  content: "read content",
  insert: "insert content",
  update: "update content",
};

/** Capabilities are the connection's, whatever is shared with it. https://developers.notion.com/reference/capabilities */
export function mustBeAbleTo({ capabilities }: NotionWorkspace, what: keyof typeof CAPABILITIES): void {
  if (capabilities[what]) return;
  const message = `Insufficient permissions for this endpoint: the connection lacks the capability to ${CAPABILITIES[what]}.`;
  throw new Refusal(403, "restricted_resource", message);
}
