import { describe, expect, it } from "vitest";
import { isUrgent, type SyncRequest } from "../../src/core/ports.ts";
import { joined, RequestQueue } from "../../workflows/request-queue.ts";

const bulk: SyncRequest = { trigger: "manual", isBulk: true, detectedAtMs: 5 };
const edit: SyncRequest = { trigger: "webhook" };

describe("requests that share a run", () => {
  it("are as urgent as the most urgent of them, whichever came first", () => {
    expect(isUrgent(bulk)).toBe(false);
    expect(joined(bulk, edit)).toEqual({ trigger: "webhook" });
    expect(joined(edit, bulk)).toEqual({ trigger: "webhook" });
    expect(joined(bulk, { trigger: "schedule", detectedAtMs: 9 })).toEqual({ ...bulk, detectedAtMs: 9 });
  });

  it("are one ticket, a portfolio's and a person's alike", () => {
    const queue = new RequestQueue();
    expect(queue.add(bulk)).toBe(queue.add(edit));
    expect(queue.requests).toEqual([edit]);
    queue.add({ ...edit, mode: "pull-only" });
    expect(queue.size).toBe(2);
  });
});
