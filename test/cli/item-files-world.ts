/** A project with a hub, and files of its items that a test writes below `implementation/`. */
import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { changedLines } from "../hub/lines.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

export const HUB = `# Ours
project: {id: "{ID}", name: Checkout}
state:
  currentPhase: 4 # 0 to 8
  overallProgress: 0.50   # ours
  health: Yellow # see RISK-001

implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: planning}
  stories:
    - id: US-CHK-001
      epic: EPIC-001
      title: Store a card
      status: ready
      branch: null

    - id: US-CHK-002
      title: Delete a card
      status: done # by hand
external_sync: {jira: {project_key: CHK}}
`;

export interface ItemFilesWorld extends World {
  /** Absolute path of `implementation/`. */
  readonly folder: string;
  /** Writes a file below it: front matter, or a whole text that has none. Saved now, or so long ago or ahead. */
  file(path: string, front: string, savedMs?: number): Promise<void>;
  update(...args: string[]): ReturnType<World["run"]>;
  /** Lines of the hub that the work changes. */
  changes(work: () => Promise<unknown>): Promise<ReturnType<typeof changedLines>>;
}

/** The hub is older than every file that is written then. */
export async function startWithFiles(options: Partial<WorldOptions> = {}): Promise<ItemFilesWorld> {
  const world = await startWorld({ hub: HUB, ...options });
  await world.saveHubAt(-3_600_000);
  const folder = join(world.root, "docs/projects", world.project, "implementation");
  return Object.assign(world, {
    folder,
    async file(path: string, front: string, savedMs = 0) {
      const full = join(folder, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, front.startsWith("#") ? front : `---\n${front}\n---\n\n# What it is about\n`);
      const saved = new Date(Date.now() + savedMs);
      await utimes(full, saved, saved);
    },
    update: (...args: readonly string[]) => world.run(["update", world.project, ...args]),
    async changes(work: () => Promise<unknown>) {
      const before = await world.hubText();
      await work();
      return changedLines(before, await world.hubText());
    },
  });
}

/** Front matter of a story. */
export function story(id: string, more: string): string {
  return `id: ${id}\ntitle: Store a card\ntype: user_story\n${more}`;
}
