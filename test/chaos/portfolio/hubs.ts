/** Hub files of a portfolio, and how a person edits one: a line of one item, in an editor that saves the whole file. */
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { HubTree } from "../../../src/core/model.ts";
import { readHub } from "../../../src/hub/read.ts";
import type { Random } from "../../hub/random.ts";
import { TOOLS, type SyncedTool } from "./deeds.ts";

export const STORIES = 3;
/** So many projects share a container. */
const TOGETHER = 10;
/** One project of so many is bound to all four trackers, the others to two. */
const FOUR_IN = 4;
const STRATEGIES = ["last-modified-wins", "last-modified-wins", "source-wins", "manual", "field-merge"];
const MARK = "# Kept by people:";

/** Containers by tool; beside these there is one Notion database. */
export type Containers = Readonly<Record<"jira" | "linear" | "github", readonly string[]>>;

/** Containers for so many projects: at least two in each tool, so that some share theirs and some do not. */
export function containersFor(projects: number): Containers {
  const named = (share: number, prefix: string): string[] =>
    Array.from({ length: Math.max(2, Math.ceil(share / TOGETHER)) }, (_, n) => `${prefix}${n + 1}`);
  return { jira: named(projects, "C"), linear: named(projects, "T"), github: named(projects / FOUR_IN, "acme/r") };
}

export function hubOf(n: number, { pick }: Random, containers: Containers): string {
  const stories = Array.from({ length: STORIES }, (_, story) =>
    storyLines(`US-00${story + 1}`, `Story ${story + 1} of ${n}`),
  );
  return [
    `${MARK} project ${n}`,
    `project: {id: "{ID}", name: Project ${n}}`,
    `portfolio: {pme_priority: ${pick(["P1", "P2", "P3"])}}`,
    "implementation:",
    "  epics:",
    `    - {id: EPIC-001, title: Epic of ${n}, status: planning} ${MARK} the epic`,
    "  stories:",
    ...stories.flat(),
    "external_sync:",
    `  jira: {project_key: ${pick(containers.jira)}}`,
    `  linear: {team_id: ${pick(containers.linear)}}`,
    ...(n % FOUR_IN === 1
      ? [`  notion: {database_id: "{NOTION}"}`, `  github: {repository: ${pick(containers.github)}}`]
      : []),
    "",
  ].join("\n");
}

/** What stands beside every hub file: how its conflicts are decided, and that what is gone is made anew. */
export function syncConfigOf(id: string, hub: string, { pick }: Random): string {
  const strategy = pick(STRATEGIES);
  const tools = boundOf(hub).map((tool) => {
    const mapping = tool === "github" ? ", mapping: {fields: {status: labels, estimate: labels}}" : "";
    return `${tool}: {conflict_resolution: ${strategy}, deletes: recreate${mapping}}`;
  });
  return `sync_config: {project_id: "${id}", tools: {${tools.join(", ")}}}\n`;
}

/** The trackers that a hub of ours names. */
export function boundOf(hub: string): readonly SyncedTool[] {
  return TOOLS.filter((tool) => new RegExp(`^  ${tool}: \\{`, "m").test(hub));
}

function storyLines(id: string, title: string): string[] {
  return [
    `    - id: ${id}`,
    "      epic: EPIC-001",
    `      title: ${title}`,
    `      description: What ${title} is about`,
    "      status: ready",
    `      assignee: null ${MARK} ${id}`,
    "      estimation: 3",
    "      labels: [api]",
  ];
}

export function treeOf(id: string, text: string): HubTree {
  const { tree } = readHub(text, { projectId: id, file: id });
  if (!tree) throw new Error(`the hub of ${id} cannot be read:\n${text}`);
  return tree;
}

/** Lines of `before` that only people wrote and that are not in `after` any more. */
export function lostComments(before: string, after: string): string[] {
  const comments = [...before.matchAll(/# Kept by people:.*$/gm)].map(([comment]) => comment);
  return comments.filter((comment) => !after.includes(comment));
}

/** The text with this line of the story replaced, or added where it has none; a value over several lines goes with its key. */
export function withLine(text: string, story: string, key: string, value: string): string {
  const lines = text.split("\n");
  const from = lines.findIndex((line) => line.trim() === `- id: ${story}`);
  if (from < 0) throw new Error(`the hub has no ${story} of its own lines`);
  const rest = lines.findIndex((line, n) => n > from && !/^ {6}/.test(line) && line.trim() !== "");
  const to = rest < 0 ? lines.length : rest;
  const own = lines.findIndex((line, n) => n > from && n < to && line.startsWith(`      ${key}:`));
  if (own < 0) return lines.toSpliced(from + 1, 0, `      ${key}: ${value}`).join("\n");
  let end = own + 1;
  while (end < to && /^ {7}|^ {6}- |^$/.test(lines[end]!)) end += 1;
  const comment = /# Kept by people:.*$/.exec(lines[own]!)?.[0];
  return lines.toSpliced(own, end - own, `      ${key}: ${value}${comment ? ` ${comment}` : ""}`).join("\n");
}

export function withStory(text: string, id: string, title: string): string {
  return text.replace(/^external_sync:/m, `${storyLines(id, title).join("\n")}\nexternal_sync:`);
}

/** Younger drafts belong to a swap under way, older ones to a worker that was killed. */
const SWAP_MS = 2_000;
const seenDrafts = new Map<string, number>();

/**
 * Saves as editors do, by a rename. Not in the very moment of a swap: between its last look and its rename
 * no file system without locks can tell two writers apart, on either side. False: not now.
 */
export function save(file: string, edit: (text: string) => string): boolean {
  const folder = dirname(file);
  const now = Date.now();
  const drafts = readdirSync(folder).filter((name) => name.endsWith("sdlc-sync-draft"));
  for (const draft of drafts) if (!seenDrafts.has(draft)) seenDrafts.set(draft, now);
  if (drafts.some((draft) => now - seenDrafts.get(draft)! < SWAP_MS)) return false;
  const own = join(folder, `${basename(file)}~`);
  writeFileSync(own, edit(readFileSync(file, "utf8")));
  renameSync(own, file);
  return true;
}
