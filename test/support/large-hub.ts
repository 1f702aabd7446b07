/** Hub files of any size, made from a seed: the shape and the spread of values of a real portfolio's. */
import { randomOf } from "../hub/random.ts";
import { PEOPLE } from "./world.ts";

export interface LargeHubOptions {
  readonly epics: number;
  readonly stories: number;
  readonly seed: number;
}

const VERBS = ["Show", "Cache", "Remove", "Add", "Restore", "Rename", "Merge", "Split", "Validate", "Import", "Export"];
const THINGS = ["invoice", "webhook", "basket", "shipment", "avatar", "price", "customer", "ledger", "schedule"];
const WAYS = ["nightly", "in bulk", "by e-mail", "over SFTP", "for admins", "v2"];
const LABELS = ["api", "db", "debt", "legal", "ops", "ui"];
const EPIC_STATUS = ["planning", "in_progress", "completed", "cancelled"];
const STORY_STATUS = ["ready", "in_progress", "in_review", "blocked", "done"];
// All of them on Linear's own scale.
const POINTS = [1, 2, 3, 5, 8];

/** Text of a hub bound to Jira and Linear; `{ID}` stands for the project's id. */
export function largeHub({ epics, stories, seed }: LargeHubOptions): string {
  const { pick, chance, int } = randomOf(seed);
  const epicLines = numbers(epics).map(
    (n) =>
      `    - {id: ${epicId(n)}, title: "${pick(VERBS)} the ${pick(THINGS)} service", status: ${pick(EPIC_STATUS)}, priority: ${pick(["P1", "P2"])}, estimation_sp: ${pick([21, 34, 55])}}`,
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
    ];
  });
  return [
    'project: {id: "{ID}", name: Back office, type: Technical Debt}',
    "portfolio: {pme_priority: P2, business_value: Medium, effort_estimate: XL, target_quarter: Q1 2027}",
    "state: {currentPhase: 5, currentGate: G4, overallProgress: 0.21, health: Red, blockers: [], risks: []}",
    "implementation:",
    ...(epics > 0 ? ["  epics:", ...epicLines] : []),
    "  stories:",
    ...storyLines,
    "external_sync:",
    "  jira: {project_key: CHK, epic_id: null, last_sync: null, sync_enabled: true, sync_frequency: daily}",
    "  linear: {team_id: PAY, project_id: null, last_sync: null, sync_enabled: true}",
    'system: {schema_version: "1.0"}',
    "",
  ].join("\n");
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

/** Text of `registry/tool-registry.yaml` with limits that nothing here reaches. */
export const UNLIMITED_REGISTRY = `capabilities:
  tracking:
    tools:
      jira: {rate_limits: [{name: requests, limit: 1000000, per: minute, scope: credential}]}
      linear: {rate_limits: [{name: requests, limit: 1000000, per: minute, scope: credential}]}
`;
