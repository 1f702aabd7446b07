/** A worker of its own process: waits for a line, calls Jira so often at once, and prints the statuses. */
import { once } from "node:events";
import { openStore } from "../../src/store/open.ts";
import { startWorker } from "./tokens-world.ts";

const [url = "", credentials = "{}", calls = "1"] = process.argv.slice(2);
const store = await openStore({ url });
const worker = startWorker(store, JSON.parse(credentials) as Record<string, string>);
console.log("ready");
await once(process.stdin, "data");
const statuses = await Promise.all(Array.from({ length: Number(calls) }, () => worker.myself()));
console.log(statuses.join(" "));
await store.close();
process.exit(0);
