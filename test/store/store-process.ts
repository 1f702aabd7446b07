/** One more process over a store: says "ready", waits for a line, does its work at once, and tells the outcome. */
import { once } from "node:events";
import type { FieldName } from "../../src/core/model.ts";
import { openStore } from "../../src/store/open.ts";
import type { BucketLimit } from "../../src/store/store.ts";

interface Task {
  readonly url: string;
  /** Calls to reserve, one after another; none: only open. */
  readonly attempts: number;
  readonly limits: readonly BucketLimit[];
  readonly now: number;
  /** A field of `S-1` to agree on so many times, its number rising. */
  readonly commits?: { readonly project: string; readonly fields: readonly FieldName[]; readonly count: number };
}

const { url, attempts, limits, now, commits } = JSON.parse(process.argv[2]!) as Task;
process.stdout.write("ready\n");
await once(process.stdin, "data");
const store = await openStore({ url });
let granted = 0;
for (let n = 0; n < attempts; n += 1) if ((await store.reserve(limits, now)) === 0) granted += 1;
if (commits) await agree(commits);
await store.close();
process.stdout.write(`${granted}\n`);
process.stdin.destroy();

/** Each process has a field of its own, by its place among them. */
async function agree({ project, fields, count }: NonNullable<Task["commits"]>): Promise<void> {
  const field = fields[Number(process.argv[3])]!;
  for (let value = 1; value <= count; value += 1)
    await store.commitHub({
      project,
      hubBase: [{ item: "S-1", type: "story", field, value }],
      baseUpdates: [],
      presence: [],
      forget: [],
      audit: [],
    });
}
