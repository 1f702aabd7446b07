/** A workspace of 126 items before its first sync, with a Temporal server whose database is a file. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { startDevServer, type DevServer } from "../../src/temporal/dev-server.ts";
import { StateFolder } from "../../src/temporal/state-folder.ts";
import { expectSettled } from "../support/invariants.ts";
import { largeHub } from "../support/large-hub.ts";
import { allKeys } from "../support/sides.ts";
import { temporalCli } from "../support/temporal.ts";
import { startWorld, type World } from "../support/world.ts";

export const EPICS = 6;
export const STORIES = 120;

/** What the sync's own timings become, so that a death is noticed and answered within about a second. */
const QUICK = {
  heartbeat_timeout_ms: 1_000,
  retry_wait_ms: 200,
  retry_max_wait_ms: 1_000,
  slow_tool_after_ms: 60_000,
  pass_budget_ms: 60_000,
};

const FOUR = {
  more: ["notion", "github"],
  syncConfig: `sync_config: {project_id: "{ID}", tools: {github: {mapping: {fields: {status: labels, estimate: labels}}}}}\n`,
  notion: { quirks: { rateLimit: false } },
  github: { quirks: { contentLimit: false, pointsLimit: false } },
} as const;

/** SDLC_SYNC_SEED, or one of its own; printed, so that a failure can be repeated. */
export function chaosSeed(): number {
  const seed = Number(process.env["SDLC_SYNC_SEED"] ?? Date.now() % 1_000_000);
  console.log(`seed ${seed} (SDLC_SYNC_SEED=${seed} chooses the same kills)`);
  return seed;
}

export interface CrashWorld extends World {
  readonly hubFile: string;
  /** The hub as it was before anything was synced. */
  readonly original: string;
}

export async function startCrashWorld(options: {
  readonly seed: number;
  readonly address?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timings?: Readonly<Record<string, number>>;
  /** Bound to Notion and GitHub as well, whose limits would make it wait for minutes. */
  readonly four?: boolean;
}): Promise<CrashWorld> {
  const more = options.four ? { notion: { database_id: "{NOTION}" }, github: { repository: "acme/checkout" } } : {};
  const world = await startWorld({
    hub: largeHub({ epics: EPICS, stories: STORIES, seed: options.seed, more }),
    ...(options.four ? FOUR : {}),
    timings: { ...QUICK, ...options.timings },
    linear: { requestsPerHour: 1_000_000, complexityPerHour: 1_000_000_000 },
    env: { ...options.env, TEMPORAL_ADDRESS: options.address ?? "" },
  });
  const hubFile = join(world.root, "docs/projects", world.project, "sdlc-tracking.yaml");
  return Object.assign(world, { hubFile, original: await world.hubText() });
}

export interface FileServer {
  readonly server: DevServer;
  close(): Promise<void>;
}

/** A server that is started again on the same port and database whenever it dies, as the product's own is. */
export async function startFileServer(): Promise<FileServer> {
  const folder = await mkdtemp(join(tmpdir(), "sdlc-temporal-"));
  const server = await startDevServer(await temporalCli(), new StateFolder(folder));
  return {
    server,
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One twin each, all sides agree, one more run writes nothing, and the hub gained nothing but its refs on `text`. */
export async function expectUnharmed(world: CrashWorld, text = world.original): Promise<void> {
  await expectSettled(world);
  const everMade = world.tools.map((tool) => [tool, allKeys(world, tool).length]);
  expect(everMade).toEqual(world.tools.map((tool) => [tool, EPICS + STORIES]));
  expect(withoutRefs(await world.hubText())).toBe(text);
}

/** The text without what a first sync may add: each item's external_refs, in the file's own styles. */
export function withoutRefs(text: string): string {
  return text
    .replaceAll(/, external_refs: \{(?:(?:jira|linear|notion|github): "[\w/#-]+"(?:, )?)+\}/g, "")
    .replaceAll(/\n {6}external_refs:(?:\n {8}(?:jira|linear|notion|github): "[\w/#-]+")+(?=\n)/g, "");
}

/**
 * Edits the hub and syncs for as long as `isDue`, where a first sync was over before all kills were: updates
 * die as well as creates do. Answers what the hub should be without its refs.
 */
export async function editAndSync(world: CrashWorld, isDue: () => boolean): Promise<string> {
  let text = world.original;
  for (let round = 1; isDue(); round += 1) {
    text = retitled(text, round);
    await world.writeHub(retitled(await world.hubText(), round));
    await world.sync({ yes: true });
  }
  return text;
}

/** A person renames every third story. */
function retitled(text: string, round: number): string {
  let story = 0;
  return text.replaceAll(/^( {6}title: [^\n(]+?)(?: \(\d+\))?$/gm, (line, title) =>
    story++ % 3 === 0 ? `${title} (${round})` : line,
  );
}
