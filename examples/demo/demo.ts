/**
 * `npm run demo`: the main job, seen from outside. Starts stand-ins of Jira and Linear and an embedded
 * engine over a copy of the example portfolio, and plays a day: first sync, edits on three sides, a
 * conflict, silence, then a portfolio of thirty projects, then one project in four trackers. `--once` ends by itself, with exit code 0 only if every step held.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { once as nextEvent } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { styleText } from "node:util";
import { printReport } from "../../src/cli/report-text.ts";
import { printTable } from "../../src/cli/table.ts";
import { createSyncEngine, type SyncEngine, type SyncReport } from "../../src/index.ts";
import { POINTS_FIELD } from "../../sandbox/jira/model.ts";
import { openStore } from "../../src/store/open.ts";
import { startJiraSandbox } from "../../sandbox/jira/index.ts";
import { startLinearSandbox } from "../../sandbox/linear/server.ts";
import { startGithubSandbox } from "../../sandbox/github/index.ts";
import { startNotionSandbox } from "../../sandbox/notion/index.ts";
import { FOUR, playFourTrackers, type FourTrackers } from "./four-trackers.ts";
import { lineDiff } from "./line-diff.ts";
import { playPortfolio, PORTFOLIO_KEYS, writePortfolio } from "./portfolio.ts";

const PROJECT = "PROJ-2026-101";
const ANA = "ana.ruiz@example.com";
const once = process.argv.includes("--once");

interface Stage extends FourTrackers {
  readonly engine: SyncEngine;
  readonly env: NodeJS.ProcessEnv;
  /** `track-sdlc up`: the engine and a worker, as an operator runs them. */
  readonly up: ChildProcess;
}

const failures: string[] = [];

function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

function heading(text: string): void {
  say(`\n${styleText("bold", text)}`);
}

function check(what: string, holds: boolean): void {
  say(`  ${holds ? "ok  " : "FAIL"} ${what}`);
  if (!holds) failures.push(what);
}

async function setStage(): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), "sdlc-sync-demo-"));
  await cp(new URL("../portfolio/", import.meta.url), root, { recursive: true });
  const people = [{ accountId: "5b10ana0000000000000000a", displayName: "Ana Ruiz", email: ANA, active: true }];
  await writePortfolio(root);
  const shops = PORTFOLIO_KEYS.map((key) => ({ key }));
  const jira = await startJiraSandbox({
    projects: [{ key: "PAY", name: "Payments" }, { key: "STA" }, { key: FOUR.jira }, ...shops],
    users: people,
  });
  const linear = await startLinearSandbox({
    seed: {
      teams: [
        { key: "PAY", name: "Payments" },
        { key: "SHOP", name: "Shops" },
        { key: FOUR.linear, name: "Storefront" },
      ],
      users: [{ email: "sync@example.com" }, { email: ANA, name: "Ana Ruiz" }],
    },
  });
  const notion = await startNotionSandbox({ databases: [{ name: "Storefront" }] });
  const github = await startGithubSandbox({ repositories: [{ name: FOUR.github }] });
  const env = {
    ...process.env,
    ...jira.credentials,
    LINEAR_API_KEY: linear.apiKey,
    LINEAR_API_URL: linear.apiUrl,
    ...notion.credentials,
    ...github.credentials,
  };
  const up = await startUp(root, env);
  const engine = createSyncEngine({ root, env, onProgress: say });
  return { root, jira, linear, notion, github, engine, env, up };
}

/** Resolves when it takes work; what it says until then is shown. */
async function startUp(root: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("../../bin/track-sdlc.js", import.meta.url));
  const up = spawn(process.execPath, [program, "up", "--root", root], { env, stdio: ["ignore", "ignore", "pipe"] });
  for await (const line of createInterface(up.stderr)) {
    say(line);
    if (line.startsWith("Working for")) return up;
  }
  throw new Error("the engine did not start");
}

const hubPath = (root: string) => join(root, "docs/projects", PROJECT, "sdlc-tracking.yaml");
const hubText = (root: string) => readFile(hubPath(root), "utf8");

async function editHubFile(root: string, from: string, to: string): Promise<void> {
  const text = await hubText(root);
  if (!text.includes(from)) throw new Error(`the demo expects "${from}" in the hub file`);
  await writeFile(hubPath(root), text.replace(from, to));
}

/** Runs a sync and counts what reached the vendors. */
async function sync({ engine, jira, linear }: Stage): Promise<{ report: SyncReport; writes: number }> {
  const before = jira.log.writes() + linear.log.writes();
  const report = await engine.syncProject(PROJECT);
  return { report, writes: jira.log.writes() + linear.log.writes() - before };
}

function keysOf(text: string, tool: string): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const [, id, block] of text.matchAll(
    /id: ((?:EPIC|US)-[\w-]+)([\s\S]*?)(?=\n {4}- |\n\n {2}\w|\nexternal_sync)/g,
  )) {
    const key = new RegExp(`${tool}: "?([\\w-]+)`).exec(block ?? "")?.[1];
    if (id && key) keys[id] = key;
  }
  return keys;
}

/** Where each item is to be seen in each tool, as the engine's store knows. */
async function twinsOf(root: string): Promise<string[][]> {
  const store = await openStore({ url: `sqlite:${join(root, ".sdlc-sync/store.db")}` });
  try {
    const { links } = await store.projectState(PROJECT);
    return links
      .toSorted((a, b) => (`${a.item} ${a.tool}` < `${b.item} ${b.tool}` ? -1 : 1))
      .map(({ item, tool, key, url }) => [`  ${item}`, tool, key, url]);
  } finally {
    await store.close();
  }
}

async function firstSync(stage: Stage): Promise<void> {
  heading("1. First sync: every epic and story gets its twins");
  const original = await hubText(stage.root);
  const { report } = await sync(stage);
  say(printReport(report));
  const text = await hubText(stage.root);
  say(lineDiff(original, text));
  check("the run succeeded", report.outcome !== "error");
  check(
    "5 twins in Jira, 5 in Linear",
    Object.keys(keysOf(text, "jira")).length === 5 && Object.keys(keysOf(text, "linear")).length === 5,
  );
  say(printTable(["  item", "tool", "key", "url"], await twinsOf(stage.root)));
}

async function threeEdits(stage: Stage): Promise<void> {
  heading("2. Three people edit: one in Jira, one in Linear, one in the YAML");
  const before = await hubText(stage.root);
  const jiraKeys = keysOf(before, "jira");
  const linearKeys = keysOf(before, "linear");
  await stage.jira.human({
    action: "edit",
    key: jiraKeys["US-PAY-001"],
    fields: { summary: "Store a card, with consent" },
  });
  await stage.linear.human({ action: "edit", item: linearKeys["US-PAY-002"], fields: { state: "In Progress" } });
  await editHubFile(stage.root, "estimation: 8,", "estimation: 5,");
  const edited = await hubText(stage.root);
  const { report, writes } = await sync(stage);
  say(printReport(report));
  const after = await hubText(stage.root);
  say(lineDiff(edited, after));
  check("Jira's title is in the YAML", /title: "?Store a card, with consent"?\n/.test(after));
  check("Linear's status is in the YAML", /title: Delete a stored card\n\s+status: in_progress/.test(after));
  check("all three reached the other tools", writes >= 4);
  await checkEverywhere(stage, jiraKeys, linearKeys);
}

async function checkEverywhere(
  stage: Stage,
  jiraKeys: Record<string, string>,
  linearKeys: Record<string, string>,
): Promise<void> {
  const jira = (id: string) => stage.jira.site.find(jiraKeys[id] ?? "")?.data;
  const linear = (id: string) =>
    [...stage.linear.store.issues.values()].find((issue) => stage.linear.store.identifier(issue) === linearKeys[id]);
  check("Jira's title is in Linear", linear("US-PAY-001")?.title === "Store a card, with consent");
  check("Linear's status is in Jira", jira("US-PAY-002")?.statusId === jira("US-PAY-001")?.statusId);
  check(
    "the YAML's estimate is in both",
    jira("US-PAY-003")?.custom[POINTS_FIELD] === 5 && linear("US-PAY-003")?.estimate === 5,
  );
}

async function silence(stage: Stage): Promise<void> {
  heading("3. Nothing changed: silence");
  const before = await hubText(stage.root);
  const { report, writes } = await sync(stage);
  say(printReport(report));
  check("0 writes", writes === 0);
  check("not a byte of the YAML changed", (await hubText(stage.root)) === before);
}

async function conflict(stage: Stage): Promise<void> {
  heading("4. A conflict: the same title, changed in the YAML and then in Jira");
  const before = await hubText(stage.root);
  await editHubFile(stage.root, "title: Delete a stored card", "title: Forget a stored card");
  // Jira's clock is the vendor's own: its edit is the newer one.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await stage.jira.human({
    action: "edit",
    key: keysOf(before, "jira")["US-PAY-002"],
    fields: { summary: "Erase a stored card" },
  });
  const { report } = await sync(stage);
  say(printReport(report));
  const decided = report.conflicts.find(({ item, field }) => item === "US-PAY-002" && field === "title");
  check(
    "the newer edit won",
    decided?.winner === "jira" && (await hubText(stage.root)).includes("title: Erase a stored card"),
  );
  const again = await sync(stage);
  check("and then silence again", again.writes === 0);
}

async function play(stage: Stage): Promise<void> {
  await firstSync(stage);
  await threeEdits(stage);
  await silence(stage);
  await conflict(stage);
  await playPortfolio({ ...stage, say, heading, check });
  await playFourTrackers({ ...stage, say, heading, check });
  const ui = (JSON.parse(await readFile(join(stage.root, ".sdlc-sync/engine.json"), "utf8")) as { uiUrl: string })
    .uiUrl;
  heading("Where to look");
  say(`  Temporal UI: ${ui}/namespaces/default/workflows`);
  // A Jira has no page without an issue that the stand-in would know.
  say(`  Jira:        ${stage.jira.url}/browse/${keysOf(await hubText(stage.root), "jira")["US-PAY-001"]}`);
  say(`  Linear:      ${stage.linear.url}`);
  say(`  Workspace:   ${stage.root}`);
}

async function main(): Promise<number> {
  const stage = await setStage();
  const interrupted = new Promise<void>((resolve) => process.once("SIGINT", () => resolve()));
  try {
    await Promise.race([play(stage), interrupted]);
    heading(failures.length === 0 ? "All of it held." : `${failures.length} checks failed: ${failures.join("; ")}`);
    if (!once) {
      const { JIRA_SERVER, JIRA_USERNAME, JIRA_API_TOKEN } = stage.jira.credentials;
      say("\nEdit the YAML, then in another terminal, in this folder:\n");
      say(`  export JIRA_SERVER=${JIRA_SERVER} JIRA_USERNAME=${JIRA_USERNAME} JIRA_API_TOKEN=${JIRA_API_TOKEN}`);
      say(`  export LINEAR_API_KEY=${stage.linear.apiKey} LINEAR_API_URL=${stage.linear.apiUrl}`);
      say(`  npx track-sdlc sync ${PROJECT} --root ${stage.root}\n`);
      say("Ctrl-C ends the demo.");
      await interrupted;
    }
  } finally {
    await stage.engine.close();
    const ended = nextEvent(stage.up, "exit");
    stage.up.kill();
    await ended;
    await Promise.all([stage.jira.close(), stage.linear.close(), stage.notion.close(), stage.github.close()]);
    if (once) await rm(stage.root, { recursive: true, force: true });
  }
  return failures.length === 0 ? 0 : 1;
}

process.exitCode = await main();
