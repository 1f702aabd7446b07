/** `npm run chaos`: the portfolio of the tests, larger and for longer. Prints its seed; SDLC_SYNC_SEED chooses the same people and faults. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", "test/chaos/portfolio-chaos.test.ts"], {
  stdio: "inherit",
  env: {
    SDLC_SYNC_CHAOS_MINUTES: "10",
    SDLC_SYNC_CHAOS_PROJECTS: "500",
    SDLC_SYNC_CHAOS_POSTGRES: "1",
    ...process.env,
  },
});
child.on("exit", (code) => process.exit(code ?? 1));
