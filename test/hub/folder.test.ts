import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isSyncFailure } from "../../src/core/errors.ts";
import { HubFolder } from "../../src/hub/folder.ts";
import { readHub } from "../../src/hub/read.ts";

const PATH = "docs/projects/PROJ-1/sdlc-tracking.yaml";
const TEXT = `project: {id: PROJ-1, name: One}
implementation:
  stories:
    - id: US-1
      title: One
      description: |
        First.

        Second.
      status: ready
`;

function workspace(files: Readonly<Record<string, string>> = { [PATH]: TEXT }): string {
  const root = mkdtempSync(join(tmpdir(), "sdlc-sync-hub-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isSyncFailure(error)) return error.code;
    throw error;
  }
  return "no failure";
}

describe("listing and reading", () => {
  test("projects are the folders that have a hub file, by name", async () => {
    const root = workspace({
      "docs/projects/B/sdlc-tracking.yaml": TEXT,
      "docs/projects/A/sdlc-tracking.yaml": TEXT,
      "docs/projects/empty/notes.md": "",
      "docs/projects/.hidden/sdlc-tracking.yaml": TEXT,
      "docs/projects/.sdlc-tracking.yaml.ab12.sdlc-sync-draft": TEXT,
      "docs/projects/A/.sdlc-tracking.yaml.ab12.sdlc-sync-draft": TEXT,
    });
    const folder = new HubFolder({ root });
    expect(await folder.list()).toEqual([
      { id: "A", path: "docs/projects/A/sdlc-tracking.yaml", savedAt: (await folder.saved("A")).at },
      { id: "B", path: "docs/projects/B/sdlc-tracking.yaml", savedAt: (await folder.saved("B")).at },
    ]);
    expect(await new HubFolder({ root: join(root, "docs") }).list()).toEqual([]);
  });

  test("the star may stand anywhere in the project's folder", async () => {
    const root = workspace({ "teams/PROJ-1-x/sync/hub.yaml": TEXT, "teams/OTHER/sync/hub.yaml": TEXT });
    const folder = new HubFolder({ root, glob: "./teams/PROJ-*/sync/hub.yaml" });
    expect(await folder.list()).toMatchObject([{ id: "PROJ-1-x", path: "teams/PROJ-1-x/sync/hub.yaml" }]);
    expect((await folder.read("PROJ-1-x")).text).toBe(TEXT);
    for (const glob of ["hub.yaml", "*/*/hub.yaml", "projects/*", "../*/hub.yaml"]) {
      expect(() => new HubFolder({ root, glob })).toThrow("hub_glob");
    }
  });

  test("its head is parsed once, and again when a byte of it has changed, its time or not", async () => {
    const root = workspace();
    const folder = new HubFolder({ root });
    const first = await folder.head("PROJ-1");
    expect(first).toMatchObject({ projectId: "PROJ-1", name: "One", path: PATH, bindings: [] });
    expect((await folder.head("PROJ-1")).bindings).toBe(first.bindings);
    const { atime, mtime } = statSync(join(root, PATH));
    writeFileSync(join(root, PATH), TEXT.replace("name: One", "name: Two"));
    utimesSync(join(root, PATH), atime, mtime);
    expect(await folder.head("PROJ-1")).toMatchObject({ name: "Two" });
    expect((await folder.head("PROJ-1")).hash).toBe((await folder.read("PROJ-1")).hash);
  });

  test("the text has its byte order mark, the hash is that of the bytes", async () => {
    const folder = new HubFolder({ root: workspace({ [PATH]: `\uFEFF${TEXT}` }) });
    const { id, path, text, hash } = await folder.read("PROJ-1");
    expect([id, path, text]).toEqual(["PROJ-1", PATH, `\uFEFF${TEXT}`]);
    expect(readHub(text, { projectId: id, file: path }).hash).toBe(hash);
  });

  test("bytes that are no UTF-8 are read so that they are refused", async () => {
    const root = workspace();
    writeFileSync(join(root, PATH), Buffer.concat([Buffer.from(TEXT), Buffer.from([0x23, 0xe9, 0x0a])]));
    const { text } = await new HubFolder({ root }).read("PROJ-1");
    expect(readHub(text, { projectId: "PROJ-1", file: PATH }).tree).toBeNull();
  });

  test("what is not there, or is no folder of the glob, is not found", async () => {
    const folder = new HubFolder({ root: workspace() });
    for (const project of ["PROJ-2", "..", "", "../projects/PROJ-1", "PROJ-1/"]) {
      expect(await failureOf(folder.read(project))).toBe("NotFound");
    }
    expect(await failureOf(folder.swap("PROJ-2", "", "x"))).toBe("NotFound");
    expect(await failureOf(folder.times("PROJ-2"))).toBe("NotFound");
  });
});

describe("the swap", () => {
  test("replaces the text, keeps the mode, and leaves nothing behind", async () => {
    const root = workspace();
    chmodSync(join(root, PATH), 0o664);
    const folder = new HubFolder({ root });
    const { hash } = await folder.read("PROJ-1");
    await folder.swap("PROJ-1", hash, `${TEXT}# more\n`);
    expect((await folder.read("PROJ-1")).text).toBe(`${TEXT}# more\n`);
    expect(statSync(join(root, PATH)).mode & 0o777).toBe(0o664);
    expect(readdirSync(dirname(join(root, PATH)))).toEqual(["sdlc-tracking.yaml"]);
  });

  test("of bytes that changed writes nothing", async () => {
    const root = workspace();
    const folder = new HubFolder({ root });
    const { hash } = await folder.read("PROJ-1");
    writeFileSync(join(root, PATH), `${TEXT}# saved by a person\n`);
    expect(await failureOf(folder.swap("PROJ-1", hash, "x"))).toBe("StaleHub");
    expect(readFileSync(join(root, PATH), "utf8")).toBe(`${TEXT}# saved by a person\n`);
    expect(readdirSync(dirname(join(root, PATH)))).toEqual(["sdlc-tracking.yaml"]);
  });

  test("of two at once, one wins and the other is told", async () => {
    const folder = new HubFolder({ root: workspace() });
    const { hash } = await folder.read("PROJ-1");
    await folder.swap("PROJ-1", hash, `${TEXT}# a\n`);
    expect(await failureOf(folder.swap("PROJ-1", hash, `${TEXT}# b\n`))).toBe("StaleHub");
    expect((await folder.read("PROJ-1")).text).toBe(`${TEXT}# a\n`);
  });

  test("of a link changes what it points to", async () => {
    const root = workspace({ "elsewhere/hub.yaml": TEXT });
    mkdirSync(dirname(join(root, PATH)), { recursive: true });
    symlinkSync(join(root, "elsewhere/hub.yaml"), join(root, PATH));
    const folder = new HubFolder({ root });
    const { hash } = await folder.read("PROJ-1");
    await folder.swap("PROJ-1", hash, "new\n");
    expect(readFileSync(join(root, "elsewhere/hub.yaml"), "utf8")).toBe("new\n");
    expect(await folder.list()).toHaveLength(1);
  });

  test("clears away drafts of swaps that were killed, not those that go on", async () => {
    const root = workspace();
    const folder = dirname(join(root, PATH));
    const [old, fresh] = [".sdlc-tracking.yaml.0a.sdlc-sync-draft", ".sdlc-tracking.yaml.0b.sdlc-sync-draft"];
    for (const name of [old, fresh, ".sdlc-tracking.yaml.swp"]) writeFileSync(join(folder, name), "half");
    const past = Date.now() / 1000 - 3600;
    for (const name of [old, ".sdlc-tracking.yaml.swp"]) utimesSync(join(folder, name), past, past);
    const hub = new HubFolder({ root });
    await hub.swap("PROJ-1", (await hub.read("PROJ-1")).hash, TEXT);
    expect(readdirSync(folder).toSorted()).toEqual([fresh, ".sdlc-tracking.yaml.swp", "sdlc-tracking.yaml"].toSorted());
  });

  test("refuses a text that no UTF-8 file can hold", async () => {
    const hub = new HubFolder({ root: workspace() });
    expect(await failureOf(hub.swap("PROJ-1", (await hub.read("PROJ-1")).hash, "\ud83d"))).toBe("Bug");
  });
});

describe("times of fields", () => {
  const saved = new Date("2027-03-01T10:00:00.123Z");

  function commit(root: string, at: string, message = "x"): void {
    const env = { ...process.env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: "2027-02-28T00:00:00Z" };
    const who = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "core.hooksPath=/dev/null"];
    execFileSync("git", [...who, "add", "-A"], { cwd: root, env });
    execFileSync("git", [...who, "commit", "-q", "--no-gpg-sign", "-m", message], { cwd: root, env });
  }

  function save(root: string, text: string): void {
    writeFileSync(join(root, PATH), text);
    utimesSync(join(root, PATH), saved, saved);
  }

  test("are the file's, to the millisecond, where there is no git", async () => {
    const root = workspace();
    save(root, TEXT);
    const times = await new HubFolder({ root }).times("PROJ-1");
    expect(times("story", "US-1", "title")).toEqual({ at: saved.toISOString(), resolutionMs: 1 });
    expect(times("project", "PROJ-1", "title")).toEqual({ at: saved.toISOString(), resolutionMs: 1 });
    expect(times("story", "US-1", "sprint")).toBeUndefined();
    expect(times("story", "US-2", "title")).toBeUndefined();
  });

  test("are git's, to the second, where the lines are committed; the author's, whoever rebased since", async () => {
    const root = workspace();
    execFileSync("git", ["init", "-q"], { cwd: root });
    save(root, TEXT);
    commit(root, "2027-01-01T08:00:00Z");
    save(root, TEXT.replace("Second.", "Second!"));
    commit(root, "2027-01-05T08:00:00Z");
    save(root, TEXT.replace("Second.", "Second!").replace("status: ready", "status: done"));
    const times = await new HubFolder({ root }).times("PROJ-1");
    expect(times("story", "US-1", "title")).toEqual({
      at: "2027-01-01T08:00:00.000Z",
      resolutionMs: 1000,
      by: "Ana",
    });
    // A text is as new as the newest of its lines.
    expect(times("story", "US-1", "description")).toEqual({
      at: "2027-01-05T08:00:00.000Z",
      resolutionMs: 1000,
      by: "Ana",
    });
    // Not committed yet.
    expect(times("story", "US-1", "status")).toEqual({ at: saved.toISOString(), resolutionMs: 1 });
  });

  test("of a file that git does not know are the file's", async () => {
    const root = workspace();
    execFileSync("git", ["init", "-q"], { cwd: root });
    save(root, TEXT);
    const times = await new HubFolder({ root }).times("PROJ-1");
    expect(times("story", "US-1", "title")).toEqual({ at: saved.toISOString(), resolutionMs: 1 });
  });

  test("of a file that cannot be read are none", async () => {
    const root = workspace({ [PATH]: "a: 1\na: 2\n" });
    expect((await new HubFolder({ root }).times("PROJ-1"))("story", "US-1", "title")).toBeUndefined();
  });
});

describe("making a file", () => {
  test("a project gets its folder and its hub file, whole, and no draft is left", async () => {
    const root = workspace();
    const folder = new HubFolder({ root });
    await folder.create("PROJ-2", TEXT);
    await folder.create("PROJ-2", "a: 1\n", "sync-config.yaml");
    expect((await folder.list()).map(({ id }) => id)).toEqual(["PROJ-1", "PROJ-2"]);
    expect((await folder.read("PROJ-2")).text).toBe(TEXT);
    expect(readdirSync(join(root, "docs/projects/PROJ-2")).toSorted()).toEqual([
      "sdlc-tracking.yaml",
      "sync-config.yaml",
    ]);
    expect(readFileSync(join(root, "docs/projects/PROJ-2/sync-config.yaml"), "utf8")).toBe("a: 1\n");
  });

  test("one that is there is never overwritten, whoever comes first", async () => {
    const root = workspace();
    const folder = new HubFolder({ root });
    expect(await failureOf(folder.create("PROJ-1", "x: 1\n"))).toBe("StaleHub");
    expect((await folder.read("PROJ-1")).text).toBe(TEXT);
    const texts = Array.from({ length: 8 }, (_, n) => `n: ${n}\n`.repeat(2_000));
    const outcomes = await Promise.all(texts.map((text) => failureOf(folder.create("PROJ-2", text))));
    expect(outcomes.toSorted()).toEqual([...Array<string>(7).fill("StaleHub"), "no failure"].toSorted());
    expect((await folder.read("PROJ-2")).text).toBe(texts[outcomes.indexOf("no failure")]);
    expect(readdirSync(join(root, "docs/projects/PROJ-2"))).toEqual(["sdlc-tracking.yaml"]);
  });

  test("a folder that cannot be made is told, and what can be no project's", async () => {
    const root = workspace({ "docs/projects/FILE": "" });
    const folder = new HubFolder({ root });
    expect(await failureOf(folder.create("FILE", TEXT))).toBe("InvalidConfig");
    expect(await failureOf(folder.create("../x", TEXT))).toBe("NotFound");
  });
});
