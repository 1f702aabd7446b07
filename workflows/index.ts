// Entry of the workflow bundle, which is not tree-shaken: nothing but workflows may be exported here.
export { conflictResolution } from "./conflict-resolution.ts";
export { projectSync } from "./project-sync.ts";
