// Entry of the bundle of workers that name their build; Temporal refuses a word about builds from any other.
import { setWorkflowOptions } from "@temporalio/workflow";
import { conflictResolution } from "./conflict-resolution.ts";
import { connectionWatch } from "./connection-watch.ts";

export * from "./index.ts";

// They wait, for weeks maybe: they go on with the current build, so every change of them must replay.
for (const waiting of [conflictResolution, connectionWatch])
  setWorkflowOptions({ versioningBehavior: "AUTO_UPGRADE" }, waiting as (input: never) => Promise<unknown>);
