import { SyncFailure } from "../core/errors.ts";
import type { HubTree } from "../core/model.ts";
import type { HubReading } from "../hub/hub.ts";
import { readHub } from "../hub/read.ts";

/** A hub file that may be acted on. */
export type ReadableHub = HubReading & { readonly tree: HubTree };

/** Throws `InvalidHub` that names file, line and column where the file must not be acted on. */
export function readableHub(text: string, project: string, path: string): ReadableHub {
  const reading = readHub(text, { projectId: project, file: path });
  const { tree, findings } = reading;
  if (tree) return { ...reading, tree };
  const [problem] = findings;
  throw new SyncFailure(
    "InvalidHub",
    `${path}:${problem?.line}:${problem?.column}: ${problem?.message}; correct it first.`,
  );
}
