// Entry of the workflow bundle, which is not tree-shaken: nothing but workflows may be exported here.
export { batchSync } from "./batch-sync.ts";
export { conflictResolution } from "./conflict-resolution.ts";
export { connectionWatch } from "./connection-watch.ts";
export { portfolioSync } from "./portfolio-sync.ts";
export { projectSync } from "./project-sync.ts";
