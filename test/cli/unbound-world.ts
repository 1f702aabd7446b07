/** A project of a hub without bindings, and the two trackers that `init` is to bind it to. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

export const CHK = ["--container", "jira.project_key=CHK"];
export const PAY = ["--container", "linear.team_id=PAY"];
export const HUB = `# Ours: please keep the comments
project: {id: "{ID}", name: Checkout}

implementation:
  epics:
    - {id: EPIC-001, title: Card tokenisation, status: in_progress}   # the big one
  stories:
    - id: US-001
      epic: EPIC-001
      title: "Store a card"
      status: ready
    - id: US-002
      title: Delete a card # twice in Jira
      status: ready
`;

export interface UnboundWorld extends World {
  init(args: readonly string[], answers?: string[]): ReturnType<World["run"]>;
  /** Path of a file in the project's folder, or in another project's. */
  inProject(file: string, id?: string): string;
  read(file: string, id?: string): Promise<string>;
  /** Somebody makes an issue in Jira, and puts it into that state; its key. */
  issue(type: string, fields: object, state?: string): Promise<string>;
  /** Writes that reached either tracker from the beginning. */
  writes(): number;
  /** Nothing of the workspace is other than it was, and no tool was written to. */
  expectUntouched(): Promise<void>;
}

export async function startUnbound(options: Partial<WorldOptions> = {}): Promise<UnboundWorld> {
  const world = await startWorld({ hub: HUB, ...options });
  const inProject = (file: string, id = world.project): string => join(world.root, "docs/projects", id, file);
  const read = (file: string, id?: string): Promise<string> => readFile(inProject(file, id), "utf8");
  const writes = (): number => world.jira.log.writes() + world.linear.log.writes();
  return Object.assign(world, {
    init: (args: readonly string[], answers?: string[]) => world.run(["init", world.project, ...args], {}, answers),
    inProject,
    read,
    async issue(type: string, fields: object, state?: string) {
      const made = await world.jira.human({ action: "create", project: "CHK", type, fields });
      const { key } = made as { key: string };
      if (state !== undefined) await world.jira.human({ action: "transition", key, to: state });
      return key;
    },
    writes,
    async expectUntouched() {
      expect(await world.hubText()).toBe(HUB.replaceAll("{ID}", world.project));
      await expect(read("sync-config.yaml")).rejects.toThrow("ENOENT");
      expect(writes()).toBe(0);
    },
  });
}

/** A workspace in which the world's own project is not there yet. */
export async function startWithoutHub(options: Partial<WorldOptions> = {}): Promise<UnboundWorld> {
  const world = await startUnbound(options);
  await rm(world.inProject("."), { recursive: true });
  return world;
}
