/** What `init` and `import` say of what they would write, and of what stands in the tools. */
import { structuredPatch } from "diff";
import { containerOf } from "../../connectors/sync-key.ts";
import type { Finding } from "../../core/findings.ts";
import type { Foreign, MatchedBy, Matching } from "../../core/matching.ts";
import type { FieldValue } from "../../core/model.ts";
import { findingLine } from "../finding-text.ts";
import type { Survey } from "./survey.ts";
import type { Adoption, PlannedFile, ToolAdoption } from "./adopt.ts";

/** Lines of one file that are shown at most. */
const MAX_LINES = 70;
const MAX_ITEMS = 12;

export function showFiles(files: readonly PlannedFile[]): string {
  return files.map(showFile).join("\n");
}

function showFile({ path, before, after }: PlannedFile): string {
  const lines =
    before === null
      ? after
          .trimEnd()
          .split("\n")
          .map((line) => `+${line}`)
      : changedLines(before, after);
  const shown = lines.slice(0, MAX_LINES).map((line) => `  ${line}`.trimEnd());
  const more = lines.length > MAX_LINES ? [`  ... ${lines.length - MAX_LINES} more lines`] : [];
  return [`${path} (${before === null ? "new" : "edited"})`, ...shown, ...more].join("\n");
}

function changedLines(before: string, after: string): string[] {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 1 });
  return hunks.flatMap(({ oldStart, lines }) => [
    `@ line ${oldStart}`,
    ...lines.map((line) => line.replace(/\r$/, "")),
  ]);
}

const BY: Readonly<Record<MatchedBy, string>> = {
  link: "already",
  marker: "by our marker",
  ref: "by external_refs",
  title: "by the same title",
  answer: "as was answered",
};

export function showTool({ survey, matching, differences, taken }: ToolAdoption): string {
  const { name, binding } = survey.tool;
  const lines = [`${name} ${containerOf(binding)}: answers at ${survey.address}`];
  for (const [by, group] of Map.groupBy(matching.matches, (match) => match.by))
    lines.push(
      `  ${group.length} linked ${BY[by]}: ${listed(group.map(({ item, twin }) => `${item.id} ${twin.key}`))}`,
    );
  if (taken.length > 0) lines.push(`  ${taken.length} taken into the hub: ${listed(taken)}`);
  const { unmatched } = matching;
  if (unmatched.length > 0)
    lines.push(`  ${unmatched.length} to be made there by the first sync: ${listed(unmatched.map(({ id }) => id))}`);
  const left = leftAlone(matching, survey.types, taken.length);
  if (left !== "") lines.push(`  left alone there: ${left}`);
  for (const { item, field, hub, there } of differences.slice(0, MAX_ITEMS))
    lines.push(`  ${item}.${field} differs: hub ${said(hub)}, ${name} ${said(there)}`);
  if (differences.length > MAX_ITEMS) lines.push(`  ... ${differences.length - MAX_ITEMS} more differ`);
  return lines.join("\n");
}

/** What stands there and is nothing of the hub. */
function leftAlone({ free, foreign }: Matching, types: Survey["types"], taken: number): string {
  const ofType = (type: string) => `of type ${type} (--tasks takes them)`;
  const left = free.map(({ type }) =>
    type === null ? "of other types" : types.includes(type) ? NOT_IN_HUB : ofType(type),
  );
  const counts = Map.groupBy([...left, ...foreign.map(({ why }) => FOREIGN[why])], (what) => what);
  return [...counts]
    .map(([what, { length }]) => [what, what === NOT_IN_HUB ? length - taken : length] as const)
    .flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []))
    .join(", ");
}

const NOT_IN_HUB = "not in the hub";
const FOREIGN: Readonly<Record<Foreign, string>> = {
  claimed: "that another item, or another project, has",
  marked: "with the marker of a project that is not here (--marked takes them)",
};

function listed(names: readonly string[]): string {
  return names.length > MAX_ITEMS ? `${names.slice(0, MAX_ITEMS).join(", ")}, ...` : names.join(", ");
}

function said(value: FieldValue): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** What only a person can say, with what to say it by. */
export function showQuestions({ tools }: Adoption): string {
  return tools
    .flatMap(({ survey: { tool }, matching: { open } }) =>
      open.map(({ item, candidates }) => {
        const found = candidates.map(({ key, url }) => `    ${key}  ${url}`);
        const how = `    answer with --link ${item.id}=${tool.tool}:${candidates[0]?.key}, or ${item.id}=${tool.tool}:new for a new one`;
        return [`  ${item.id} "${String(item.fields.title)}" may be one of these in ${tool.name}:`, ...found, how].join(
          "\n",
        );
      }),
    )
    .join("\n");
}

export function showFinding(finding: Finding): string {
  return findingLine(finding, finding.items && [listed(finding.items)]);
}

export type AdoptionStatus = "written" | "unchanged" | "needs-decision" | "refused";

export function adoptionDocument(adoption: Adoption, status: AdoptionStatus): object {
  const { project, files, tools, problems, findings } = adoption;
  return {
    project,
    status,
    files: files.map(({ path, before }) => ({ path, change: before === null ? "created" : "edited" })),
    tools: Object.fromEntries(
      tools.map(({ survey: { tool }, matching, differences, taken }) => [
        tool.tool,
        {
          container: tool.binding.container,
          linked: matching.matches.map(({ item, twin, by }) => ({ item: item.id, key: twin.key, by })),
          taken,
          to_create: matching.unmatched.map(({ id }) => id),
          questions: matching.open.map(({ item, candidates }) => ({
            item: item.id,
            title: item.fields.title,
            candidates: candidates.map(({ key, url }) => ({ key, url })),
          })),
          differences: differences.map(({ item, field, hub, there }) => ({ item, field, hub, there })),
        },
      ]),
    ),
    problems,
    findings,
  };
}
