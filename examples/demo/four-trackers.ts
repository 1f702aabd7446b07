/** The demo's third part: one project in five places, an edit in each of them, and one question about all. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { GithubSandbox } from "../../sandbox/github/index.ts";
import type { JiraSandbox } from "../../sandbox/jira/index.ts";
import type { LinearSandbox } from "../../sandbox/linear/server.ts";
import type { NotionSandbox } from "../../sandbox/notion/index.ts";
import { printReport } from "../../src/cli/report-text.ts";
import { main } from "../../src/cli/track-sdlc.ts";
import { readHub } from "../../src/hub/read.ts";
import type { SyncEngine, SyncReport } from "../../src/index.ts";

export interface FourTrackers {
  readonly root: string;
  readonly jira: JiraSandbox;
  readonly linear: LinearSandbox;
  readonly notion: NotionSandbox;
  readonly github: GithubSandbox;
}
interface FourStage extends FourTrackers {
  readonly engine: SyncEngine;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text?: string) => void;
  readonly heading: (text: string) => void;
  readonly check: (what: string, holds: boolean) => void;
}

/** Where the project lives in each tracker; Notion's database has an id of its own making. */
export const FOUR = { jira: "FOUR", linear: "FOUR", github: "acme/storefront" } as const;
const PROJECT = "PROJ-2026-301";
const TRACKERS = ["jira", "linear", "notion", "github"] as const;
const PLACES = ["hub", ...TRACKERS] as const;
type Place = (typeof PLACES)[number];

const path = (root: string, file: string): string => join(root, "docs/projects", PROJECT, file);
const hubOf = (root: string): Promise<string> => readFile(path(root, "sdlc-tracking.yaml"), "utf8");
/** The story that is edited in that place. */
const storyOf = (place: Place): string => `US-00${PLACES.indexOf(place) + 1}`;

async function writeProject({ root, notion }: FourTrackers): Promise<void> {
  await mkdir(dirname(path(root, "x")), { recursive: true });
  const stories = PLACES.map(
    (place) => `    - {id: ${storyOf(place)}, epic: EPIC-001, title: To be renamed in ${place}, status: ready}`,
  );
  const hub = `project: {id: ${PROJECT}, name: Storefront, client: ACME}
implementation:
  epics:
    - {id: EPIC-001, title: Five places, status: in_progress}
  stories:
${stories.join("\n")}
external_sync:
  jira: {project_key: ${FOUR.jira}}
  linear: {team_id: ${FOUR.linear}}
  notion: {database_id: ${notion.databases[0]}}
  github: {repository: ${FOUR.github}}
`;
  const tools = TRACKERS.map((tool) => `    ${tool}: {conflict_resolution: manual}`);
  await writeFile(path(root, "sdlc-tracking.yaml"), hub);
  await writeFile(
    path(root, "sync-config.yaml"),
    `sync_config:\n  project_id: ${PROJECT}\n  tools:\n${tools.join("\n")}\n`,
  );
}

export async function playFourTrackers(stage: FourStage): Promise<void> {
  const { say, heading, check } = stage;
  heading("8. One project in Jira, Linear, Notion and GitHub");
  await writeProject(stage);
  const first = await stage.engine.syncProject(PROJECT);
  say(printReport(first));
  const made = Object.values(first.tools).map(({ operations }) => operations);
  check("six twins in each of the four", made.length === 4 && made.every((count) => count === 6));

  heading("9. A title edited in each of the five places, one run");
  for (const place of PLACES) await rename(stage, place, storyOf(place), `Renamed in ${place}`);
  say(printReport(await stage.engine.syncProject(PROJECT)));
  for (const place of PLACES) {
    const titles = await Promise.all(PLACES.map((one) => titleIn(stage, one, storyOf(place))));
    check(
      `the edit in ${place} is in the other four`,
      titles.every((title) => title === `Renamed in ${place}`),
    );
  }
  await silence(stage);
  await fiveCandidates(stage);
}

async function silence(stage: FourStage): Promise<void> {
  const before = { writes: writesOf(stage), hub: await hubOf(stage.root) };
  await stage.engine.syncProject(PROJECT);
  stage.check(
    "a further run writes nothing",
    writesOf(stage) === before.writes && (await hubOf(stage.root)) === before.hub,
  );
}

async function fiveCandidates(stage: FourStage): Promise<void> {
  const { root, env, say, heading, check } = stage;
  heading("10. One title, changed in all five places: one question, one answer");
  const item = storyOf("hub");
  for (const place of PLACES) await rename(stage, place, item, `As ${place} has it`);
  const report: SyncReport = await stage.engine.syncProject(PROJECT);
  const asked = report.conflicts.filter((one) => one.item === item);
  const run = async (...args: readonly string[]): Promise<string> => {
    let out = "";
    const print = (text: string): void => void (out += `${text}\n`);
    await main([...args, "--root", root], { out: print, err: () => {}, env, cwd: root, ask: null, live: null });
    return out.trimEnd();
  };
  const listed = await run("conflicts", PROJECT);
  say(listed);
  check(
    "one question with five candidates",
    asked.length === 1 && PLACES.every((place) => listed.includes(`As ${place} has it`)),
  );
  const [id] = /\b\d+\b/.exec(listed.split("\n").find((line) => line.includes("title")) ?? "") ?? [];
  say(await run("resolve", PROJECT, `--conflict-id=${id ?? ""}`, "--choice=notion"));
  await stage.engine.syncProject(PROJECT);
  const titles = await Promise.all(PLACES.map((place) => titleIn(stage, place, item)));
  check(
    "the answer is in all five",
    titles.every((title) => title === "As notion has it"),
  );
}

function writesOf(stage: FourTrackers): number {
  return TRACKERS.reduce((sum, tool) => sum + stage[tool].log.writes(), 0);
}

async function itemOf({ root }: FourTrackers, id: string) {
  const { tree } = readHub(await hubOf(root), { projectId: PROJECT, file: "sdlc-tracking.yaml" });
  const item = tree?.items[id];
  if (!item) throw new Error(`the demo's hub has no ${id}`);
  return item;
}

async function keyOf(stage: FourTrackers, tool: string, id: string): Promise<string> {
  return (await itemOf(stage, id)).refs[tool] ?? "";
}

/** As people do it there. */
async function rename(stage: FourTrackers, place: Place, id: string, title: string): Promise<void> {
  const key = place === "hub" ? "" : await keyOf(stage, place, id);
  if (place === "jira") await stage.jira.human({ action: "edit", key, fields: { summary: title } });
  else if (place === "linear") await stage.linear.human({ action: "edit", item: key, fields: { title } });
  else if (place === "notion") await stage.notion.human({ action: "edit", id: key, properties: { Name: title } });
  else if (place === "github") await stage.github.human({ action: "edit", issue: key, fields: { title } });
  else {
    const text = await hubOf(stage.root);
    await writeFile(
      path(stage.root, "sdlc-tracking.yaml"),
      text.replace(new RegExp(`(id: ${id},.*?title: ).*?(, status)`), `$1${title}$2`),
    );
  }
}

async function titleIn(stage: FourTrackers, place: Place, id: string): Promise<unknown> {
  if (place === "hub") return (await itemOf(stage, id)).fields.title;
  const key = await keyOf(stage, place, id);
  if (place === "jira") return stage.jira.site.find(key)?.data.summary;
  if (place === "linear") return stage.linear.store.findIssue(key)?.title;
  if (place === "notion") return stage.notion.workspace.pages.get(key)?.values["title"];
  const [repository = "", number] = key.split("#");
  const found = stage.github.host.named(repository)?.repository;
  return found && stage.github.host.issueAt(found, Number(number))?.title;
}
