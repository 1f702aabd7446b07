/** Brings a hub's items together with what stands in one tool; asks a person where several could be meant. */
import { SyncFailure } from "../../core/errors.ts";
import { FIELDS_OF_TYPE } from "../../core/fields.ts";
import { matchTwins, namedTwins, type Foreign, type Matching, type TwinMatch } from "../../core/matching.ts";
import type { FieldName, FieldValue, HubItem, ItemId, RemoteItem, ToolKey } from "../../core/model.ts";
import { writtenRefs } from "../../hub/written-refs.ts";
import { containerOf, markedTwin } from "../../connectors/sync-key.ts";
import type { CliContext } from "../context.ts";
import { Stopped, type Prompts } from "../prompts.ts";
import type { HubDraft } from "./draft.ts";
import type { Survey } from "./survey.ts";

export interface LinkInput {
  readonly context: CliContext;
  readonly project: string;
  readonly draft: HubDraft;
  readonly survey: Survey;
  /** What was said before anybody was asked: the twin's key or ref, or null for a new one. */
  readonly answers: ReadonlyMap<ItemId, string | null>;
  readonly prompts: Prompts | null;
  /** What carries the marker of an item that nobody here knows is free. */
  readonly takesMarked: boolean;
}

const NEW = "new";

/** Where nobody can be asked, what is open stays so. Throws `Usage` for answers that fit nothing. */
export async function linkTool(input: LinkInput): Promise<Matching> {
  const { survey, prompts } = input;
  const match = await matcher(input);
  const answers = checkedAnswers(input);
  for (;;) {
    const matching = match(answers);
    checkMatches(survey, matching, answers);
    const [question] = matching.open;
    if (!question || !prompts) return matching;
    const { item, candidates } = question;
    const options = candidates.map(({ ref, key, url }) => ({ value: ref, label: key, hint: url }));
    const text = `${item.id} "${String(item.fields.title)}": which one is it in ${survey.tool.name}?`;
    const chosen = await prompts.select(text, [...options, { value: NEW, label: "none of them: make a new one" }]);
    if (chosen === null) throw new Stopped();
    answers.set(item.id, chosen === NEW ? null : chosen);
  }
}

async function matcher({
  context,
  project,
  draft: { text, reading },
  survey,
  takesMarked,
}: LinkInput): Promise<(answers: ReadonlyMap<ItemId, string | null>) => Matching> {
  const { tool, types, twins, lens } = survey;
  const { links, freed } = await context.store.projectState(project);
  const linked = new Map(links.filter((link) => link.tool === tool.tool).map(({ item, ref }) => [item, ref]));
  const own = Object.values(reading.tree.items).filter(({ type }) => types.includes(type));
  const known = new Map<ItemId, { readonly ref: string; readonly by: "link" | "marker" }>();
  const container = containerOf(tool.binding);
  for (const { id: item, type, refs } of own) {
    const link = linked.get(item);
    if (link !== undefined) known.set(item, { ref: link, by: "link" });
    else if (refs[tool.tool] === undefined) {
      const found = markedTwin({ project, type, item, tool: tool.tool, container }, twins, freed[tool.tool]?.[item]);
      if (found) known.set(item, { ref: found.twin.ref, by: "marker" });
    }
  }
  const ours = new Set([...known.values()].map(({ ref }) => ref));
  // Of other projects, of items that wait for a correction, and of those whose lines were taken out of the hub.
  const claimed = new Set([
    ...(await refsElsewhere(context, project, tool.tool)),
    ...writtenRefs(text, tool.tool),
    ...[...linked.values()].map((ref) => ref.toLowerCase()),
  ]);
  const projectRef = tool.projectRef?.ref.toLowerCase();
  const foreignness = ({ ref, key, syncKey }: RemoteItem): Foreign | null => {
    const names = [ref.toLowerCase(), key.toLowerCase()];
    if (names.some((name) => name === projectRef || claimed.has(name))) return "claimed";
    return syncKey !== null && !ours.has(ref) && !takesMarked ? "marked" : null;
  };
  const titleOf = ({ type, fields: { title } }: RemoteItem): string | null => {
    const reading = type === null || title === undefined ? undefined : lens(type, "title")?.read(title);
    return reading?.kind === "value" && typeof reading.value === "string" ? reading.value : null;
  };
  const items = own.map((item) => ({ ...item, refs: onlyOf(item, tool.tool) }));
  return (answers) => matchTwins({ items, twins, titleOf, known, foreignness, answers });
}

function onlyOf({ refs }: HubItem, tool: ToolKey): HubItem["refs"] {
  return refs[tool] === undefined ? {} : { [tool]: refs[tool] };
}

/** Twins in the tool that the hubs of other projects name: several projects may share a container. */
async function refsElsewhere({ hub }: CliContext, project: string, tool: ToolKey): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const { id } of await hub.list()) {
    if (id === project) continue;
    const { text } = await hub.read(id);
    // Most hubs of a portfolio are in other tools: not worth a parse.
    if (!text.includes(tool)) continue;
    for (const name of writtenRefs(text, tool)) names.add(name);
  }
  return names;
}

/** What people said may not fit what is known, or what they said besides. */
function checkMatches({ tool }: Survey, { matches }: Matching, answers: ReadonlyMap<ItemId, string | null>): void {
  const owners = Map.groupBy(matches, ({ twin }) => twin.ref);
  for (const match of matches) {
    const { item, twin, by } = match;
    if (by !== "answer") {
      if (!answers.has(item.id)) continue;
      const known = `${item.id} has ${twin.key} in ${tool.name} already; its external_refs say so, or an earlier sync`;
      throw new SyncFailure("Usage", `--link: ${known}.`);
    }
    const rival = owners.get(twin.ref)?.find((other) => other !== match);
    if (rival) {
      const both = [item.id, rival.item.id].toSorted().join(" and of ");
      throw new SyncFailure("Usage", `${twin.key} of ${tool.name} would be the twin of ${both}; link each to its own.`);
    }
    if (twin.type !== null && twin.type !== item.type) {
      const what = `${twin.type === "epic" ? "an" : "a"} ${twin.type} in ${tool.name}`;
      throw new SyncFailure("Usage", `--link: ${twin.key} is ${what}, and ${item.id} is none.`);
    }
  }
}

/** By ref. An answer for nothing would let the item be made anew. */
function checkedAnswers({ answers, survey, draft }: LinkInput): Map<ItemId, string | null> {
  const twins = namedTwins(survey.twins);
  const { tool } = survey.tool;
  return new Map(
    [...answers].map(([item, name]) => {
      if (!draft.reading.tree.items[item]) throw new SyncFailure("Usage", `--link: the hub has no item ${item}.`);
      const twin = name === null ? undefined : twins.get(name.toLowerCase());
      if (name !== null && !twin)
        throw new SyncFailure(
          "Usage",
          `--link: ${tool} shows no ${name} to link ${item} to; is it in another ${containerOf(survey.tool.binding)}?`,
        );
      return [item, twin?.ref ?? null];
    }),
  );
}

/** A field of an item and its twin that say different things, though nothing was agreed so far. */
export interface Difference {
  readonly item: ItemId;
  readonly tool: ToolKey;
  readonly field: FieldName;
  readonly hub: FieldValue;
  readonly there: FieldValue;
}

/** Parents are left out: which item a parent stands for shows when all of them are linked. */
export function differencesOf({ tool, lens }: Survey, matches: readonly TwinMatch[]): readonly Difference[] {
  return matches.flatMap(({ item, twin, by }) => {
    if (by === "link") return [];
    return FIELDS_OF_TYPE[item.type].flatMap((field): Difference[] => {
      const [hub, value, seen] = [item.fields[field], twin.fields[field], lens(item.type, field)];
      if (field === "parent" || hub === undefined || value === undefined || !seen || seen.represents(value, hub))
        return [];
      const reading = seen.read(value);
      return reading.kind === "value" ? [{ item: item.id, tool: tool.tool, field, hub, there: reading.value }] : [];
    });
  });
}
