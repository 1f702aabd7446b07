/** What `track-sdlc update` says of files that it cannot take. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { hubItems } from "../support/invariants.ts";
import { stopTemporal } from "../support/world.ts";
import { startWithFiles, story, type ItemFilesWorld } from "./item-files-world.ts";

let world: ItemFilesWorld;
afterEach(() => world.close());
afterAll(stopTemporal);

describe("a file that is wrong is told with its line, and the others are taken", () => {
  it.each<[string, string, string, number, string]>([
    [
      "a quote that is never closed",
      "stories/x.md",
      '---\nid: US-9\ntitle: "open\n---\n',
      3,
      "this quote is never closed; the file is not taken",
    ],
    [
      "front matter that is never closed",
      "stories/x.md",
      "---\nid: US-9\ntitle: t\n",
      1,
      "the front matter is never closed by ---; the file is not taken",
    ],
    [
      "a key twice",
      "stories/x.md",
      "---\nid: US-9\nid: US-8\n---\n",
      3,
      "id is given twice in one map; the file is not taken",
    ],
    [
      "a merge that is not resolved",
      "stories/x.md",
      "---\nid: US-9\n<<<<<<< a\ntitle: b\n=======\n>>>>>>> c\n---\n",
      3,
      "unresolved merge, lines 2 to 5; the file is not taken",
    ],
    ["no id", "stories/x.md", "---\ntitle: t\n---\n", 1, "has no id, so it is not taken"],
    ["no title", "stories/x.md", "---\nid: US-9\n---\n", 2, "US-9 has no title, so it is not added"],
    [
      "an unknown status",
      "stories/x.md",
      "---\nid: US-CHK-001\ntitle: t\nstatus: donee\n---\n",
      4,
      'US-CHK-001: status "donee" is none of ready, in_progress, in_review, done, blocked, cancelled; it is not taken',
    ],
    [
      "another project's",
      "stories/x.md",
      "---\nid: US-9\nproject_id: PROJ-1\ntitle: t\n---\n",
      3,
      "project_id is PROJ-1, so it is not taken into",
    ],
  ])("%s", async (_, path, text, line, words) => {
    world = await startWithFiles();
    await world.file("stories/us-chk-003.md", story("US-CHK-003", "status: ready"));
    await mkdir(join(world.folder, dirname(path)), { recursive: true });
    await writeFile(join(world.folder, path), text);
    const { code, out } = await world.update();
    expect([code, (await hubItems(world))["US-CHK-003"]?.fields.title]).toEqual([3, "Store a card"]);
    expect(out).toContain(`docs/projects/${world.project}/implementation/${path}:${line}: ${words}`);
    expect(await readFile(join(world.folder, path), "utf8")).toBe(text);
    expect(Object.keys(await hubItems(world))).not.toContain("US-9");
  });

  it("one without front matter, or below an unknown epic, is no question", async () => {
    world = await startWithFiles();
    await world.file("stories/notes.md", "# Notes\n");
    await world.file("stories/us-chk-003.md", story("US-CHK-003", "epic: EPIC-404"));
    const { code, out } = await world.update();
    expect(code).toBe(0);
    const path = `docs/projects/${world.project}/implementation/stories`;
    expect(out).toContain(`${path}/notes.md:1: has no front matter, so it is not taken`);
    expect(out).toContain(
      `${path}/us-chk-003.md:5: EPIC-404 is no epic of the project; US-CHK-003 is added without one`,
    );
    expect((await world.item("US-CHK-003")).fields.parent).toBe(undefined);
  });

  it("two files of one item, or one of another type, are nobody's word", async () => {
    world = await startWithFiles();
    await world.file("stories/a.md", story("US-CHK-001", "status: done"));
    await world.file("stories/b.md", story("us-chk-001", "status: blocked"));
    await world.file("epics/c.md", "id: US-CHK-002\ntitle: t\ntype: epic\nstatus: completed");
    const { code, out } = await world.update();
    const path = `docs/projects/${world.project}/implementation`;
    expect(code).toBe(3);
    expect(out).toContain(
      `${path}/stories/a.md:2 and ${path}/stories/b.md:2: 2 files are US-CHK-001; none of them is taken`,
    );
    expect(out).toContain("US-CHK-002 is an epic here and a story in the hub");
    expect((await world.item("US-CHK-001")).fields.status).toBe("ready");
  });
});
