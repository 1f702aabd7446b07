/** A workspace in a temporary folder, made of the files a test gives. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { HubBinding, HubReading } from "../../src/hub/hub.ts";
import { isSyncFailure, type SyncFailure } from "../../src/core/errors.ts";

export function makeWorkspace(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "sdlc-sync-workspace-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A hub file as it is read, bound as given. */
export function hubReading(bindings: readonly HubBinding[], more: Partial<HubReading> = {}): HubReading {
  return {
    projectId: "PROJ-2026-001",
    name: "Sample",
    pmePriority: null,
    tree: { items: {}, quarantined: [] },
    bindings,
    findings: [],
    hash: "0".repeat(64),
    ...more,
  };
}

export function hubBinding(tool: string, container: Record<string, string | null>, syncEnabled = true): HubBinding {
  return { tool, container, syncEnabled, syncFrequency: null };
}

/** The failure that `work` throws; fails the test where it throws nothing or something else. */
export function failureOf(work: () => unknown): SyncFailure {
  try {
    work();
  } catch (error) {
    if (isSyncFailure(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
