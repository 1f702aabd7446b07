/** The trees of one project, as the planner takes them. */
import type { FieldValues, HubBase, ItemType, Link, RemoteItem } from "../core/model.ts";
import type { ConflictAnswer } from "../core/policy.ts";
import { look, type Handle } from "./handle.ts";
import type { Tx } from "./schema.ts";
import type { ProjectState, Store } from "./store.ts";

type Stamps = NonNullable<HubBase[string]["stamps"]>;

export function stateMethods(handle: Handle): Pick<Store, "projectState"> {
  return { projectState: (project) => look(handle, (tx) => readState(tx, project)) };
}

async function readState(tx: Tx, project: string): Promise<ProjectState> {
  const links = await tx
    .selectFrom("link")
    .select("body")
    .where("project", "=", project)
    .orderBy("tool")
    .orderBy("item")
    .execute();
  const consents = await tx
    .selectFrom("consent")
    .select("tool")
    .where("project", "=", project)
    .orderBy("tool")
    .execute();
  const freed = await tx
    .selectFrom("freed")
    .select(["tool", "item", "generation"])
    .where("project", "=", project)
    .orderBy("tool")
    .orderBy("item")
    .execute();
  const answers = await tx
    .selectFrom("conflict")
    .select(["answer", "state"])
    .where("project", "=", project)
    .where("state", "in", ["open", "settled"])
    .where("answer", "is not", null)
    .orderBy("number")
    .execute();
  return {
    links: links.map(({ body }) => JSON.parse(body) as Link),
    hubBase: await readHubBase(tx, project),
    mirror: await readMirror(tx, project),
    consents: consents.map(({ tool }) => tool),
    answers: answers.map(({ answer, state }) => answerIn(answer ?? "null", state)),
    freed: Object.fromEntries(
      [...Map.groupBy(freed, ({ tool }) => tool)].map(([tool, own]) => [
        tool,
        Object.fromEntries(own.map(({ item, generation }) => [item, generation])),
      ]),
    ),
  };
}

function answerIn(body: string, state: string): ConflictAnswer {
  const answer = JSON.parse(body) as ConflictAnswer;
  return answer.kind === "deletion" && state === "settled" ? { ...answer, holds: true } : answer;
}

async function readHubBase(tx: Tx, project: string): Promise<HubBase> {
  const rows = await tx
    .selectFrom("hub_base")
    .select(["item", "type", "body", "stamps"])
    .where("project", "=", project)
    .orderBy("item")
    .execute();
  return Object.fromEntries(
    rows.map(({ item, type, body, stamps }) => {
      const fields = JSON.parse(body) as FieldValues;
      return [item, { type: type as ItemType, fields, ...(stamps && { stamps: JSON.parse(stamps) as Stamps }) }];
    }),
  );
}

async function readMirror(tx: Tx, project: string): Promise<ProjectState["mirror"]> {
  const rows = await tx
    .selectFrom("mirror")
    .select(["tool", "ref", "body"])
    .where("project", "=", project)
    .orderBy("tool")
    .orderBy("ref")
    .execute();
  const byTool = Map.groupBy(rows, ({ tool }) => tool);
  return Object.fromEntries(
    [...byTool].map(([tool, own]) => [
      tool,
      Object.fromEntries(own.map(({ ref, body }) => [ref, JSON.parse(body) as RemoteItem])),
    ]),
  );
}
