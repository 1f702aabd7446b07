/** Hub files of any size, made from a seed: the shape and the spread of values of a real portfolio's. */
import { randomOf } from "../hub/random.ts";
import { PEOPLE } from "./world.ts";

export interface LargeHubOptions {
  readonly epics: number;
  readonly stories: number;
  readonly seed: number;
  /** Keys of `external_sync.jira` and `.linear`, over those of the usual containers. */
  readonly jira?: Readonly<Record<string, string>>;
  readonly linear?: Readonly<Record<string, string>>;
  /** Of Jira and Linear those that it is bound to; both where absent. */
  readonly usual?: readonly ("jira" | "linear")[];
  /** Further tools that it is bound to, with their keys. */
  readonly more?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly name?: string;
  /** Code of a client's file; none where absent. */
  readonly client?: string;
  /** `pme_priority`; P2 where absent. */
  readonly priority?: string;
  /** Whether every epic and every third story has a text of a few lines; none has where absent. */
  readonly hasTexts?: boolean;
}

const VERBS = ["Show", "Cache", "Remove", "Add", "Restore", "Rename", "Merge", "Split", "Validate", "Import", "Export"];
const THINGS = ["invoice", "webhook", "basket", "shipment", "avatar", "price", "customer", "ledger", "schedule"];
const WAYS = ["nightly", "in bulk", "by e-mail", "over SFTP", "for admins", "v2"];
const LABELS = ["api", "db", "debt", "legal", "ops", "ui"];
const EPIC_STATUS = ["planning", "in_progress", "completed", "cancelled"];
const STORY_STATUS = ["ready", "in_progress", "in_review", "blocked", "done"];
// All of them on Linear's own scale.
const POINTS = [1, 2, 3, 5, 8];

/** Text of a hub, bound to Jira and Linear where nothing else is asked for; `{ID}` stands for the project's id. */
export function largeHub(options: LargeHubOptions): string {
  const { epics, stories, seed, client, name = "Back office", priority = "P2", usual = ["jira", "linear"] } = options;
  const { pick, chance, int } = randomOf(seed);
  const jira = { project_key: "CHK", epic_id: null, ...options.jira };
  const linear = { team_id: "PAY", project_id: null, ...options.linear };
  const epicLines = numbers(epics).map(
    (n) =>
      `    - {id: ${epicId(n)}, title: "${pick(VERBS)} the ${pick(THINGS)} service", status: ${pick(EPIC_STATUS)}, priority: ${pick(["P1", "P2"])}, estimation_sp: ${pick([21, 34, 55])}${options.hasTexts ? `, description: "${textOf(n)}"` : ""}}`,
  );
  const storyLines = numbers(stories).flatMap((n) => {
    const labels = LABELS.filter(() => chance(0.25));
    return [
      `    - id: ${storyId(n)}`,
      `      epic: ${epicId(1 + int(epics))}`,
      `      title: ${pick(VERBS)} ${pick(THINGS)} ${pick(WAYS)}`,
      `      status: ${pick(STORY_STATUS)}`,
      `      assignee: ${chance(0.3) ? "null" : pick(PEOPLE).email}`,
      `      estimation: ${pick(POINTS)}`,
      `      labels: [${labels.join(", ")}]`,
      ...(options.hasTexts && n % 3 === 0 ? [`      description: "${textOf(n)}"`] : []),
    ];
  });
  return [
    `project: {id: "{ID}", name: ${name}, type: Technical Debt${client ? `, client: ${client}` : ""}}`,
    `portfolio: {pme_priority: ${priority}, business_value: Medium, effort_estimate: XL, target_quarter: Q1 2027}`,
    "state: {currentPhase: 5, currentGate: G4, overallProgress: 0.21, health: Red, blockers: [], risks: []}",
    "implementation:",
    ...(epics > 0 ? ["  epics:", ...epicLines] : []),
    "  stories:",
    ...storyLines,
    "external_sync:",
    ...(usual.includes("jira")
      ? [`  jira: {${flow(jira)}, last_sync: null, sync_enabled: true, sync_frequency: daily}`]
      : []),
    ...(usual.includes("linear") ? [`  linear: {${flow(linear)}, last_sync: null, sync_enabled: true}`] : []),
    ...Object.entries(options.more ?? {}).map(([tool, container]) => `  ${tool}: {${flow(container)}}`),
    'system: {schema_version: "1.0"}',
    "",
  ].join("\n");
}

/** As a double-quoted scalar has it. */
function textOf(n: number): string {
  return `As a clerk I want number ${n} to be right.\\n\\n- it is **kept**\\n- it is told in \`reports\`\\n\\nDone once finance says so.`;
}

function flow(keys: Readonly<Record<string, string | null>>): string {
  return Object.entries(keys)
    .map(([key, value]) => `${key}: ${value}`)
    .join(", ");
}

export function storyId(n: number): string {
  return `US-BO-${String(n).padStart(3, "0")}`;
}

function epicId(n: number): string {
  return `EPIC-${String(n).padStart(3, "0")}`;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
