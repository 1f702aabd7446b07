/** What the command line itself answers, before any workspace is looked for. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/run-command.ts";

const run = (...args: string[]) => runCommand({ env: {}, root: "/" }, args);

describe("help and version", () => {
  it.each([
    ["help", "sync"],
    ["sync", "--help"],
  ])("%s %s explains the command", async (...args) => {
    const { code, out } = await run(...args);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: track-sdlc sync \[options\] \[project\]/);
  });

  it("--version is the package's", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await run("--version")).toMatchObject({ code: 0, out: version });
  });
});

describe("what is mistyped", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "snyc PROJ-1",
      'Invalid action. Use: init | import | update | sync | plan | pull | up | worker | deployment | status | conflicts | resolve | schedule | tools | doctor. Did you mean "sync"?',
    ],
    ["PROJ-1 stauts", 'Did you mean "status"?'],
    ["--root / snyc PROJ-1", 'Did you mean "sync"?'],
    ["help docter", 'Did you mean "doctor"?'],
    ["sync PROJ-1 --tolls=jira", "(Did you mean --tools?)"],
    ["status --jsn", "(Did you mean --json?)"],
    ["sync PROJ-1 --mode=pull", "Allowed choices are bidirectional, push-only, pull-only."],
  ];

  it.each(cases)("track-sdlc %s", async (line, words) => {
    const { code, err } = await run(...line.split(" "));
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it("is no guess where nothing is near", async () => {
    expect((await run("frobnicate")).err).not.toContain("Did you mean");
  });
});

it("the project may stand before the action, also behind --root", async () => {
  for (const args of [
    ["PROJ-1", "sync", "--help"],
    ["--root", "/", "PROJ-1", "sync", "--help"],
  ])
    expect((await run(...args)).out).toMatch(/^Usage: track-sdlc sync/);
});
