import { diffIndices } from "node-diff3";
import { parse } from "yaml";
import { expect, test } from "vitest";
import type { HubEdit } from "../../src/core/plan.ts";
import { editHub } from "../../src/hub/edit.ts";
import { readHub } from "../../src/hub/read.ts";
import { randomEdits, expectedData, unshared } from "./random-edits.ts";
import type { HubData } from "./random-edits.ts";
import { randomHub } from "./random-hub.ts";
import type { RandomHub } from "./random-hub.ts";
import { randomOf } from "./random.ts";

const seed = Number(process.env["SDLC_SYNC_SEED"] ?? (Date.now() ^ (process.pid << 8)) & 0x7fffffff);
const runs = Number(process.env["SDLC_SYNC_PROPERTY_RUNS"] ?? 500);

test(`${runs} random edits of random layouts change exactly what they mean (SDLC_SYNC_SEED=${seed})`, () => {
  const shares = { edits: 0, changed: 0, skipped: 0 };
  console.info(`hub edits: ${runs} runs, SDLC_SYNC_SEED=${seed}`);
  for (let run = 0; run < runs; run += 1) {
    const random = randomOf(seed + run);
    const hub = randomHub(random);
    const { tree, findings } = readHub(hub.text, { projectId: "PROJ-2026-900", file: "hub.yaml" });
    const context = `SDLC_SYNC_SEED=${seed + run} SDLC_SYNC_PROPERTY_RUNS=1\n${hub.text}`;
    if (!tree) throw new Error(`${context}\nthe layout is not read: ${JSON.stringify(findings)}`);
    const edits = randomEdits(random, tree);
    shares.edits += edits.length;
    try {
      const { text, skipped } = editHub(hub.text, edits);
      expect(skipped, "skipped").toEqual([]);
      if (text !== hub.text) shares.changed += 1;
      checkData(hub.text, text, edits);
      checkBytes(hub, text, edits);
      expect(editHub(text, edits).text, "a second time changes nothing").toBe(text);
    } catch (error) {
      throw new Error(`${context}\n${JSON.stringify(edits, null, 1)}\n${String(error)}`, { cause: error });
    }
  }
  expect(shares.changed / runs, "share of runs that change something").toBeGreaterThan(0.8);
});

function dataOf(text: string): HubData {
  return parse(text, { merge: true, maxAliasCount: -1 }) as HubData;
}

/** Everything reads as before but for what was meant to change; labels count as a set, an edited estimate in quotes as a number. */
function checkData(before: string, after: string, edits: readonly HubEdit[]): void {
  const edited = (item: unknown, field: string): boolean =>
    edits.some((edit) => edit.item === item && edit.kind === "field" && edit.field === field);
  const comparable = (data: HubData): unknown => {
    for (const item of Object.values(data.implementation).flat()) {
      const labels = item["labels"] as string[] | null | undefined;
      if (edited(item["id"], "labels")) item["labels"] = labels && labels.length > 0 ? labels.toSorted() : undefined;
      for (const key of ["estimation", "estimation_sp"]) {
        if (edited(item["id"], "estimate") && typeof item[key] === "string") item[key] = Number(item[key]);
      }
    }
    return JSON.parse(JSON.stringify(data));
  };
  expect(comparable(unshared(dataOf(after)))).toEqual(comparable(expectedData(dataOf(before), edits)));
}

function checkBytes(hub: RandomHub, after: string, edits: readonly HubEdit[]): void {
  for (const comment of hub.comments) expect(after, "comments survive").toContain(comment);
  expect(after.startsWith("\uFEFF"), "byte order mark").toBe(hub.text.startsWith("\uFEFF"));
  expect(after.endsWith("\n"), "line end at the end").toBe(hub.text.endsWith("\n"));
  const bare = after.replaceAll("\r\n", "").match(/[\r\n]/g)?.length ?? 0;
  if (hub.eol === "\r\n") expect(bare, "line ends that are not CRLF").toBe(0);
  else expect(after.includes("\r\n"), "CRLF in an LF file").toBe(false);
  const old = hub.text.split("\n");
  const now = after.split("\n");
  for (const { buffer1 } of diffIndices(old, now)) {
    for (let line = buffer1[0]; line < buffer1[0] + buffer1[1]; line += 1) {
      const place = placeOf(old, line);
      const isShared = /\*a\d|\*item/.test(old[line] ?? "");
      if (isShared || place === undefined || isEdited(place, edits)) continue;
      // A last line without an end gets one when something follows it: the same text otherwise.
      if (now.some((text) => text.trimEnd() === old[line]?.trimEnd())) continue;
      throw new Error(`line ${line + 1}, ${place.item} ${place.key}, changed, which nobody edited: ${old[line]}`);
    }
  }
}

interface Place {
  readonly item: string;
  /** Undefined where the item is written in flow style, with several keys in a line. */
  readonly key: string | undefined;
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  estimate: ["estimation", "estimation_sp"],
  due: ["due", "planned_completion"],
  parent: ["epic", "story"],
  assignee: ["assignee", "owner"],
  task_type: ["type"],
};

function isEdited({ item, key }: Place, edits: readonly HubEdit[]): boolean {
  return edits.some((edit) => {
    if (edit.item !== item) return false;
    if (key === undefined || edit.type === "project") return true;
    return edit.kind === "ref" ? key === "external_refs" : (KEYS[edit.field] ?? [edit.field]).includes(key);
  });
}

const ITEM_START = /^( *- {1,3}(?:&\w+ )?)(?:(\{)|[\w"<-]+"?:(?=\s|$))/;

/** The item and key a line belongs to, by the layout alone. */
function placeOf(lines: readonly string[], line: number): Place | undefined {
  let first = line;
  while (first >= 0 && !ITEM_START.test(lines[first] ?? "")) first -= 1;
  const isInside = lines.slice(0, line + 1).some((text) => text.startsWith("implementation"));
  if (first < 0) return isInside ? undefined : { item: "PROJ-2026-900", key: undefined };
  let last = first + 1;
  while (last < lines.length && !ITEM_START.test(lines[last] ?? "") && !/^\w/.test(lines[last] ?? "")) last += 1;
  if (last <= line) return { item: "PROJ-2026-900", key: undefined };
  const item = /"?\bid"?: "?([A-Z]+(?:-RND)?-\d+)/.exec(lines.slice(first, last).join("\n"))?.[1];
  const [, lead = "", flow] = ITEM_START.exec(lines[first] ?? "") ?? [];
  return item === undefined ? undefined : { item, key: flow ? undefined : keyOf(lines, first, line, lead.length) };
}

/** The last key in the item's own column up to the line. */
function keyOf(lines: readonly string[], first: number, line: number, column: number): string | undefined {
  for (let at = line; at >= first; at -= 1) {
    const text = lines[at] ?? "";
    const key = /^"?([\w<-]+)"?:(?=\s|$)/.exec(text.slice(column))?.[1];
    if (key !== undefined && (at === first || text.slice(0, column).trim() === "")) return key;
  }
  return undefined;
}
