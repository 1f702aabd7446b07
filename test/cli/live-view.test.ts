import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { LiveView } from "../../src/cli/live-view.ts";
import { portfolioLines, printPortfolio } from "../../src/cli/portfolio-text.ts";
import type { PortfolioProgress } from "../../workflows/messages.ts";

const PROGRESS: PortfolioProgress = {
  step: "syncing",
  startedAtMs: 0,
  detectedAtMs: 0,
  projects: 500,
  dirty: 30,
  synced: 9,
  failed: ["P-7"],
  joined: 0,
  unread: ["jira: AuthFailed"],
  underWay: ["P-1", "P-2", "P-3", "P-4", "P-5", "P-6"],
};

describe("progress drawn in place", () => {
  it("takes back just what it drew, and draws nothing where nothing changed", () => {
    const terminal = Object.assign(new PassThrough(), { columns: 20 });
    const written = () => String(terminal.read() ?? "");
    const view = new LiveView(terminal);
    view.draw(["one", "two"]);
    expect(written()).toBe("one\ntwo\n");
    view.draw(["one", "two"]);
    expect(written()).toBe("");
    view.draw(["a line that is longer than the terminal"]);
    expect(written()).toBe("\u001B[2A\u001B[1G\u001B[0Ja line that is l...\n");
    view.erase();
    view.erase();
    expect(written()).toBe("\u001B[1A\u001B[1G\u001B[0J");
  });

  it("says how far, how long, who is at it and what went wrong", () => {
    expect(portfolioLines(PROGRESS, 83_000)).toEqual([
      "[##########....................] syncing: 10 of 30 projects, 1 failed  1:23",
      "  under way: P-1, P-2, P-3, P-4, P-5, +1",
      "  failed: P-7",
      "  changes could not be read: jira: AuthFailed",
    ]);
    expect(portfolioLines({ ...PROGRESS, step: "looking", dirty: 0 }, 1_000)).toEqual([
      "looking at the hub files  0:01",
    ]);
  });

  it("ends with what to do", () => {
    expect(printPortfolio(PROGRESS, 2).split("\n")).toEqual([
      "500 projects, 30 with something to do: 9 synced",
      "  failed: P-7 (track-sdlc status P-7)",
      "  changes could not be read: jira: AuthFailed; it refuses the credential: track-sdlc tools",
      "  -> 2 open conflicts: track-sdlc conflicts",
    ]);
  });
});
