/** Hub files as many different people would lay them out. */
import { parse } from "yaml";
import type { Random } from "./random.ts";

export interface RandomHub {
  readonly text: string;
  /** Every comment in it, each with a number of its own. */
  readonly comments: readonly string[];
  readonly eol: "\n" | "\r\n";
}

type Type = "epic" | "story" | "task";
interface Style {
  readonly step: number;
  readonly listStep: number;
  readonly gap: string;
  readonly comments: number;
  readonly anchors: number;
  readonly keyOrder: "usual" | "any";
}

const TITLES = [
  "Store a card",
  "No",
  "007",
  "12e3",
  "null",
  "it's here",
  'say "hi"',
  "a: b",
  "a #b",
  "Enviar a la AEAT  ",
  "Emisión «VeriFactu» 🙃",
  "[brackets]",
  "- dash",
  "2026-01-02",
  "back\\slash",
  "comma, here",
  "{x}",
];
const TEXTS = [
  "One line",
  "First.\n\nSecond paragraph.\n",
  "- [x] done\n- [ ] open\n\n```sql\n  select 1;\n```\n",
  "Two\nlines",
  "  indented first\nthen not\n",
  "ends in blanks\n\n\n",
  "Ünïcode 🙃 text\nwith: colon # and hash\n",
  "A long line that goes on and on, as people write them when nobody tells them to stop, over eighty.\nshort\n",
];
const LABELS = ["payments", "pci", "gdpr", "007", "No", "two words", "a, b", "x:y", "ünï", "sdlc-sync"];
const NUMBERS = ["3", "2.5", '"8"', "'13'", "0", "1e1"];
const STATUS: Readonly<Record<Type, readonly string[]>> = {
  epic: ["planning", "in_progress", "completed"],
  story: ["ready", "in_progress", "done"],
  task: ["todo", "in_progress", "done"],
};
const PREFIX: Readonly<Record<Type, string>> = { epic: "EPIC", story: "US-RND", task: "TASK-RND" };
const LISTS: Readonly<Record<Type, string>> = { epic: "epics", story: "stories", task: "tasks" };

export function randomHub(random: Random): RandomHub {
  return new HubWriter(random).write();
}

class HubWriter {
  readonly #random: Random;
  readonly #style: Style;
  readonly #lines: string[] = [];
  readonly #comments: string[] = [];
  /** Anchors by what they stand on, to be referred to further down. */
  readonly #anchors = new Map<string, string[]>();
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#style = {
      step: random.pick([2, 2, 4]),
      listStep: random.pick([0, 2, 4]),
      gap: random.pick([" ", " ", "   "]),
      comments: random.pick([0, 0.15, 0.4]),
      anchors: random.pick([0, 0.15, 0.4]),
      keyOrder: random.pick(["usual", "usual", "any"]),
    };
  }

  write(): RandomHub {
    const random = this.#random;
    const { step } = this.#style;
    const directive = random.chance(0.15);
    if (directive) this.#lines.push("%YAML 1.2", "---");
    if (random.chance(0.3)) this.#line(`# ${this.#comment()}`);
    this.#line("project:");
    this.#line(`${" ".repeat(step)}id: PROJ-2026-900`);
    this.#line(`${" ".repeat(step)}name: ${this.#scalar(random.pick(TITLES), step, false)}`);
    const merges = random.chance(this.#style.anchors * 2);
    if (merges)
      this.#line(
        random.pick([
          "defaults: &item {status: in_progress, estimation: 3}",
          `defaults: &item\n${" ".repeat(step)}status: in_progress\n${" ".repeat(step)}estimation: 3`,
        ]),
      );
    this.#line("implementation:");
    for (const type of ["epic", "story", "task"] as const) this.#list(type, merges);
    if (random.chance(0.5))
      this.#line(`x-squad: ${random.pick(["yes", "~", "{retro: keep WIP <= 3, since: 2026-01-01}", "12e3"])}`);
    const aliases = [...this.#anchors.values()].flat();
    if (aliases.length > 0 && random.chance(0.5))
      this.#line(`x-shared: [${aliases.map((name) => `*${name} `).join(", ")}]`);
    if (random.chance(0.5)) this.#line(`external_sync: {jira: {project_key: RND, last_sync: null}}`);
    if (directive && random.chance(0.5)) this.#lines.push("...");
    const eol = random.pick(["\n", "\n", "\r\n"] as const);
    const body = this.#lines.join("\n").replaceAll("\n", eol);
    const text = (random.chance(0.15) ? "\uFEFF" : "") + body + (random.chance(0.2) ? "" : eol);
    return { text, comments: this.#comments.filter((comment) => text.includes(`# ${comment}`)), eol };
  }

  #list(type: Type, merges: boolean): void {
    const random = this.#random;
    const { step, listStep, gap } = this.#style;
    const count = type === "task" ? random.int(3) : 1 + random.int(3);
    const pad = " ".repeat(step);
    if (count === 0) return this.#line(`${pad}${LISTS[type]}: []`);
    this.#line(`${pad}${LISTS[type]}:`);
    for (let index = 1; index <= count; index += 1) {
      const keys = this.#keys(type, index, merges);
      const dash = `${pad}${" ".repeat(listStep)}-${gap}`;
      if (random.chance(0.3)) this.#flowItem(dash, keys);
      else this.#blockItem(dash, keys);
      if (random.chance(0.2)) this.#lines.push("");
      if (random.chance(this.#style.comments)) this.#line(`${random.pick(["", pad])}# ${this.#comment()}`);
    }
  }

  /** Keys with a function that writes the value, given where it stands. */
  #keys(type: Type, index: number, merges: boolean): readonly (readonly [string, Value])[] {
    const random = this.#random;
    const maybe = (key: string, value: Value): (readonly [string, Value])[] =>
      random.chance(0.6) ? [[key, value]] : [];
    const merged = merges && random.chance(0.5);
    const scalar = (pool: readonly string[]): Value => ({ kind: "string", value: random.pick(pool) });
    const keys: (readonly [string, Value])[] = [
      ["id", { kind: "raw", text: `${PREFIX[type]}-00${index}` }],
      ["title", scalar(TITLES)],
      ...(merged ? [] : [["status", { kind: "raw", text: random.pick(STATUS[type]) }] as const]),
      ...maybe("description", scalar(TEXTS)).filter(() => type !== "task"),
      ...(type === "epic" ? maybe("estimation_sp", { kind: "raw", text: random.pick(NUMBERS) }) : []),
      ...(type !== "epic" && !merged ? maybe("estimation", { kind: "raw", text: random.pick(NUMBERS) }) : []),
      ...(type === "story" ? maybe("epic", { kind: "raw", text: "EPIC-001" }) : []),
      ...(type === "task" ? maybe(random.pick(["story", "epic"]), { kind: "parent" }) : []),
      ...(type === "story"
        ? maybe("assignee", random.chance(0.4) ? { kind: "null" } : scalar(["ana@example.com", "tom"]))
        : []),
      ...(type === "epic" ? maybe("due", { kind: "raw", text: random.pick(["2026-01-02", '"2026-01-02"']) }) : []),
      ...(type === "story" ? maybe("sprint", random.chance(0.3) ? { kind: "null" } : scalar(["Sprint 31", "31"])) : []),
      ...(type === "task" ? [] : maybe("labels", { kind: "labels" })),
      ...maybe("external_refs", { kind: "refs" }),
      ...maybe("x-note", scalar([...TITLES, ...TEXTS])),
    ];
    const ordered = this.#style.keyOrder === "any" ? random.shuffle(keys) : keys;
    return merged ? [["<<", { kind: "raw", text: "*item" }], ...ordered] : ordered;
  }

  #blockItem(dash: string, keys: readonly (readonly [string, Value])[]): void {
    const column = dash.length;
    for (const [index, [key, value]] of keys.entries()) {
      const lead = index === 0 ? dash : " ".repeat(column);
      this.#line(`${lead}${key}:${this.#value(key, value, column, false)}`);
      if (this.#random.chance(this.#style.comments / 3)) this.#line(`${" ".repeat(column)}# ${this.#comment()}`);
    }
  }

  #flowItem(dash: string, keys: readonly (readonly [string, Value])[]): void {
    const random = this.#random;
    const json = random.chance(0.2) && !keys.some(([key]) => key === "<<");
    const column = dash.length;
    const pairs = keys.map(
      ([key, value]) => `${json ? JSON.stringify(key) : key}:${this.#value(key, value, column, true)}`,
    );
    const anchored = random.chance(this.#style.anchors / 2) ? `&${this.#anchor("item")} ` : "";
    const layout = random.pick(["one", "one", "many", "two"]);
    if (layout === "one") return this.#line(`${dash}${anchored}{${pairs.join(", ")}}${this.#trail()}`);
    const pad = " ".repeat(column + 2);
    if (layout === "two") {
      const half = pairs.length >> 1;
      return this.#line(
        `${dash}${anchored}{ ${pairs.slice(0, half).join(", ")},\n${pad}${pairs.slice(half).join(" , ")} }`,
      );
    }
    const rows = pairs.map(
      (pair, index) => `${pad}${pair}${index < pairs.length - 1 || random.chance(0.3) ? "," : ""}${this.#trail()}`,
    );
    this.#line([`${dash}${anchored}{`, ...rows, `${" ".repeat(column)}}`].join("\n"));
  }

  /** The value with the blank before it, and a comment behind it where there is room for one. */
  #value(key: string, value: Value, column: number, inFlow: boolean): string {
    const random = this.#random;
    const trail = inFlow ? "" : this.#trail();
    const known = this.#anchors.get(key) ?? [];
    if (value.kind === "null") return random.pick([" null", " ~", inFlow ? " null" : ""]) + trail;
    if (key !== "id" && key !== "<<" && known.length > 0 && random.chance(this.#style.anchors)) {
      return ` *${random.pick(known)}${inFlow ? " " : ""}${trail}`;
    }
    const shared = ["title", "description", "labels", "assignee", "external_refs", "estimation"].includes(key);
    const anchor = shared && random.chance(this.#style.anchors / 2) ? `&${this.#anchor(key)} ` : "";
    switch (value.kind) {
      case "raw":
        return ` ${anchor}${value.text}${trail}`;
      case "parent":
        return ` ${key === "epic" ? "EPIC-001" : "US-RND-001"}${trail}`;
      case "labels":
        return this.#labels(anchor, column, inFlow);
      case "refs":
        return this.#refs(anchor, column, inFlow);
      default:
        return ` ${anchor}${this.#scalar(value.value, column, inFlow, trail)}`;
    }
  }

  #labels(anchor: string, column: number, inFlow: boolean): string {
    const random = this.#random;
    const labels = random.shuffle(LABELS).slice(0, random.int(4));
    if (labels.length === 0 || inFlow || random.chance(0.5)) {
      const pad = random.pick(["", "", " "]);
      const flow = `${anchor}[${labels.length > 0 ? pad : ""}${labels.map((label) => this.#flowString(label)).join(", ")}${labels.length > 0 ? pad : ""}]`;
      return ` ${flow}${inFlow ? "" : this.#trail()}`;
    }
    const dash = `${" ".repeat(column + random.pick([0, 2]))}-${random.pick([" ", "  "])}`;
    return (
      ` ${anchor}`.trimEnd() + labels.map((label) => `\n${dash}${this.#flowString(label)}${this.#trail()}`).join("")
    );
  }

  #refs(anchor: string, column: number, inFlow: boolean): string {
    const random = this.#random;
    const values = ["null", "12e3", '"CHK-1"', "900719925474099312345", "~", "'x'"];
    const refs = ["jira", "linear", "notion"].slice(0, random.int(4)).map((tool) => `${tool}: ${random.pick(values)}`);
    if (refs.length === 0) return anchor ? ` ${anchor}{}` : random.pick([" {}", " null", inFlow ? " {}" : ""]);
    if (inFlow || random.chance(0.5)) return ` ${anchor}{${refs.join(", ")}}${inFlow ? "" : this.#trail()}`;
    const pad = " ".repeat(column + this.#style.step);
    return ` ${anchor}`.trimEnd() + refs.map((ref) => `\n${pad}${ref}${this.#trail()}`).join("");
  }

  /** A string in any style that holds it. Those that do not read back give way to double quotes. */
  #scalar(value: string, column: number, inFlow: boolean, trail = ""): string {
    const random = this.#random;
    if (inFlow) return this.#flowString(value);
    const depth = random.pick([1, 2, 4]);
    const pad = " ".repeat(column + depth);
    const lines = value.replace(/\n+$/, "").split("\n");
    const body = (rows: readonly string[]): string =>
      rows.map((row) => (row === "" ? "\n" : `\n${pad}${row}`)).join("");
    const chomp = !value.endsWith("\n") ? "-" : value.endsWith("\n\n") ? "+" : "";
    const tail = chomp === "+" ? "\n".repeat(/\n*$/.exec(value)?.[0].length ?? 0).slice(1) : "";
    const digit = value.startsWith(" ") || random.chance(0.2) ? String(depth) : "";
    const blocks = [
      `|${digit}${chomp}${trail}${body(lines)}${tail}`,
      `>${digit}${chomp}${trail}${body(lines.flatMap((line, index) => (index === 0 ? [line] : ["", line])))}${tail}`,
      `${value.split(" ").join(`\n${pad}`)}${trail}`,
    ];
    const single = `'${value.replaceAll("'", "''")}'${trail}`;
    const candidates = value.includes("\n") ? blocks.slice(0, 2) : [...blocks, value + trail, value + trail, single];
    return this.#readable(random.pick(candidates), value, column) ?? JSON.stringify(value) + trail;
  }

  #flowString(value: string): string {
    const spelled = this.#random.pick([value, value, `'${value.replaceAll("'", "''")}'`]);
    return this.#readable(spelled, value, 0, true) ?? JSON.stringify(value);
  }

  #readable(spelled: string, value: string, column: number, inFlow = false): string | undefined {
    const source = inFlow ? `[${spelled}]` : `${" ".repeat(column)}k: ${spelled}\n${" ".repeat(column)}z: 1\n`;
    try {
      const read = parse(source) as Record<string, unknown> | unknown[];
      const same = Array.isArray(read)
        ? read.length === 1 && read[0] === value
        : read["k"] === value && read["z"] === 1;
      return same && !/#/.test(spelled.split("\n")[0]?.replace(/ # c\d+ .*$/, "") ?? "") ? spelled : undefined;
    } catch {
      return undefined;
    }
  }

  #anchor(key: string): string {
    const name = `a${(this.#count += 1)}`;
    // Known from the next value on: an alias must not stand before its anchor.
    this.#pending.push([key, name]);
    return name;
  }

  readonly #pending: [string, string][] = [];

  #line(line: string): void {
    this.#lines.push(line);
    for (const [key, name] of this.#pending.splice(0))
      this.#anchors.set(key, [...(this.#anchors.get(key) ?? []), name]);
  }

  #comment(): string {
    const comment = `c${(this.#count += 1)} why`;
    this.#comments.push(comment);
    return comment;
  }

  #trail(): string {
    return this.#random.chance(this.#style.comments) ? ` # ${this.#comment()}` : "";
  }
}

type Value =
  | { readonly kind: "raw"; readonly text: string }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "null" }
  | { readonly kind: "parent" }
  | { readonly kind: "labels" }
  | { readonly kind: "refs" };
