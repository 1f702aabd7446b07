/** The demo's second half: many projects as one, a question that a person answers, and what syncs by itself. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Client, Connection } from "@temporalio/client";
import { main } from "../../src/cli/track-sdlc.ts";
import { BATCH_SYNC, conflictWorkflowId, PORTFOLIO_SYNC, resolveSignal } from "../../workflows/messages.ts";
import type { JiraSandbox } from "../../sandbox/jira/index.ts";
import type { LinearSandbox } from "../../sandbox/linear/server.ts";

export interface PortfolioStage {
  readonly root: string;
  readonly jira: JiraSandbox;
  readonly linear: LinearSandbox;
  readonly env: NodeJS.ProcessEnv;
  readonly say: (text?: string) => void;
  readonly heading: (text: string) => void;
  readonly check: (what: string, holds: boolean) => void;
}

/** With the example's own two they are thirty. */
const PROJECTS = 28;
const ASKED = projectId(7);
const PATIENCE_MS = 60_000;

/** Keys of the Jira projects that the portfolio is bound to. */
export const PORTFOLIO_KEYS: readonly string[] = Array.from({ length: PROJECTS }, (_, n) => `SHOP${n + 1}`);

function projectId(n: number): string {
  return `PROJ-2026-${200 + n}`;
}

/** The stand-ins take more calls than the vendors: nobody has to watch a demo wait. */
const LIMITS = `capabilities:
  tracking:
    tools:
      jira: {rate_limits: [{name: requests, limit: 3000, per: minute, scope: credential}]}
      linear: {rate_limits: [{name: requests, limit: 3000, per: minute, scope: credential}]}
      notion: {rate_limits: [{name: requests, limit: 3000, per: minute, scope: credential}]}
`;

/** The hub files of the portfolio; one of them leaves its conflicts to people. */
export async function writePortfolio(root: string): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), text);
  };
  await write("registry/tool-registry.yaml", LIMITS);
  await write(
    "registry/clients/ACME.yaml",
    "client: {code: ACME, name: Acme}\nbusiness_hours: {timezone: Europe/Madrid}\n",
  );
  for (const [index, key] of PORTFOLIO_KEYS.entries()) {
    const id = projectId(index + 1);
    await write(
      `docs/projects/${id}/sdlc-tracking.yaml`,
      `project: {id: ${id}, name: Shop ${index + 1}, client: ACME}
portfolio: {pme_priority: ${index === 2 ? "P1" : "P2"}}
implementation:
  stories:
    - {id: US-001, title: Open the shop, status: ready, estimation: 3}
    - {id: US-002, title: Take the first order, status: in_progress}
external_sync:
  jira: {project_key: ${key}, sync_enabled: true}
  linear: {team_id: SHOP, sync_enabled: true}
`,
    );
  }
  const tools = "{jira: {conflict_resolution: manual}, linear: {conflict_resolution: manual}}";
  await write(`docs/projects/${ASKED}/sync-config.yaml`, `sync_config: {project_id: ${ASKED}, tools: ${tools}}\n`);
}

/** Plays it over the engine that runs in the workspace. */
export async function playPortfolio(stage: PortfolioStage): Promise<void> {
  const { address, uiUrl } = JSON.parse(await readFile(join(stage.root, ".sdlc-sync/engine.json"), "utf8")) as {
    address: string;
    uiUrl: string;
  };
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    await manyProjects(stage, client, `${uiUrl}/namespaces/default/workflows`);
    await question(stage, client, `${uiUrl}/namespaces/default/workflows`);
    await schedules(stage);
  } finally {
    await connection.close();
  }
}

async function manyProjects(stage: PortfolioStage, client: Client, ui: string): Promise<void> {
  stage.heading("5. A portfolio: thirty projects at once, in batches of ten");
  await run(stage, "sync", "--all");
  const projects = PORTFOLIO_KEYS.length + 2;
  const made = [...stage.jira.site.issues.values()].filter(({ data }) => PORTFOLIO_KEYS.includes(data.projectKey));
  stage.check(
    `two twins in Jira for each of ${PORTFOLIO_KEYS.length} shops`,
    made.length === PORTFOLIO_KEYS.length * 2,
  );
  const [portfolio] = await closed(client, PORTFOLIO_SYNC, 1);
  const batches = await closed(client, BATCH_SYNC, 3);
  stage.check(`${projects} projects took 3 batches`, batches.length === 3);
  stage.say(`  ${ui}/${encodeURIComponent(portfolio ?? "")}`);
  const logs = [stage.jira.log, stage.linear.log];
  const marks = logs.map((log) => ({ calls: log.total(), writes: log.writes() }));
  await run(stage, "sync", "--all");
  const calls = logs.map((log, n) => log.total() - marks[n]!.calls);
  // What the first sync wrote is just listed once more, a page of fifty or a hundred at a time.
  stage.check(
    `nothing changed: 0 writes, and ${calls.join(" + ")} requests for all of them together`,
    logs.every((log, n) => log.writes() === marks[n]!.writes) && calls.every((count) => count <= 2),
  );
}

async function question(stage: PortfolioStage, client: Client, ui: string): Promise<void> {
  stage.heading("6. A question: the same title, changed in the YAML and in Jira, where only people decide");
  await writeFile(hubPath(stage), (await hubText(stage)).replace("title: Open the shop", "title: Open the doors"));
  const twin = [...stage.jira.site.issues.values()].find(
    ({ data }) => data.projectKey === PORTFOLIO_KEYS[6] && data.summary === "Open the shop",
  );
  await stage.jira.human({ action: "edit", key: twin?.data.key, fields: { summary: "Open the web shop" } });
  await run(stage, "sync", "--all");
  await run(stage, "conflicts");
  const id = conflictWorkflowId(ASKED, "US-001");
  stage.say(`  ${ui}/${encodeURIComponent(id)}`);
  stage.say(
    `  answered by a Signal: temporal workflow signal --workflow-id ${id} --name resolve --input '{"choice":"jira"}'`,
  );
  await client.workflow.getHandle(id).signal(resolveSignal, { choice: "jira", by: "ana.ruiz@example.com" });
  const titles = async () => [
    /US-001, title: "?([^",]+)/.exec(await hubText(stage))?.[1],
    [...stage.linear.store.issues.values()].find(({ title }) => title === "Open the web shop")?.title,
  ];
  stage.check(
    "the answer is in the YAML and in Linear",
    await until(async () => (await titles()).every((title) => title === "Open the web shop")),
  );
  stage.check(
    "and the question is closed",
    await until(async () => (await client.workflow.getHandle(id).describe()).status.name === "COMPLETED"),
  );
}

async function schedules(stage: PortfolioStage): Promise<void> {
  stage.heading("7. What syncs by itself from now on");
  await run(stage, "schedule", "apply");
}

/** `track-sdlc` as a person types it. */
async function run({ root, env, say }: PortfolioStage, ...args: string[]): Promise<void> {
  say(`$ track-sdlc ${args.join(" ")}`);
  const err = (): void => undefined;
  await main([...args, "--root", root], {
    out: (text) => say(indented(text)),
    err,
    env,
    cwd: root,
    ask: null,
    live: null,
  });
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}

/** Ids of the ended workflows of a type; the list of them lags a little. */
async function closed(client: Client, type: string, count: number): Promise<string[]> {
  const query = `WorkflowType = "${type}" AND ExecutionStatus = "Completed"`;
  const ids: string[] = [];
  await until(async () => {
    ids.length = 0;
    for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
    return ids.length >= count;
  });
  return ids;
}

async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (Date.now() < giveUpAt) {
    if (await holds()) return true;
    await setTimeout(100);
  }
  return false;
}

function hubPath({ root }: PortfolioStage): string {
  return join(root, "docs/projects", ASKED, "sdlc-tracking.yaml");
}

function hubText(stage: PortfolioStage): Promise<string> {
  return readFile(hubPath(stage), "utf8");
}
