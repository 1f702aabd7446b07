import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // Hang guards, no measurements: a busy machine must not fail a suite.
    testTimeout: Number(process.env["SDLC_SYNC_HANG_GUARD_MS"] ?? 300_000),
    hookTimeout: 300_000,
    // Two cores are shared with a Temporal server and child processes.
    maxWorkers: 2,
  },
});
