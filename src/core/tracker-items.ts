/** Items of a hub made of what a tool holds: the other way round than a sync's creates. */
import { allowedValues, FIELDS_OF_TYPE } from "./fields.ts";
import { mergeFindings, type Finding } from "./findings.ts";
import type { LensTable } from "./lens.ts";
import type { FieldName, FieldValue, HubItem, ItemId, ItemType, RemoteItem, ToolKey } from "./model.ts";

type ListedType = Exclude<ItemType, "project">;
export type ListedItem = HubItem & { readonly type: ListedType };

export interface TakenItems {
  /** Epics first, each type in the order of the tool's own keys. */
  readonly items: readonly ListedItem[];
  readonly findings: readonly Finding[];
}

export interface TakeInput {
  readonly tool: ToolKey;
  /** Those that no item of the hub stands for. */
  readonly twins: readonly RemoteItem[];
  readonly types: readonly ListedType[];
  readonly lens: LensTable;
  readonly newId: (type: ListedType) => ItemId;
  /** Items that the hub has already, by the ref of their twin. */
  readonly known: ReadonlyMap<string, { readonly id: ItemId; readonly type: ItemType }>;
}

/**
 * One item for each live twin of those types, with every value that has one in the hub's terms, and its ref. What has none is
 * left out and told: a value that the hub cannot say is never made up. An item without a title cannot be one.
 */
export function takeItems(input: TakeInput): TakenItems {
  const findings: Finding[] = [];
  const known = new Map(input.known);
  const taken = input.types.flatMap((type) => {
    const own = input.twins.filter((twin) => twin.type === type && twin.state === "live").toSorted(byKey);
    return own.flatMap((twin) => {
      const title = read(input, twin, type, "title");
      if (typeof title.value !== "string" || title.value.trim() === "") {
        findings.push(untitled(input.tool, twin));
        return [];
      }
      const id = input.newId(type);
      known.set(twin.ref, { id, type });
      return [{ id, type, twin }];
    });
  });
  const items = taken.map(({ id, type, twin }): ListedItem => {
    const fields: { [F in FieldName]?: FieldValue } = {};
    for (const field of FIELDS_OF_TYPE[type]) {
      const { value, finding } = field === "parent" ? parentOf(known, type, twin) : read(input, twin, type, field);
      if (value !== null) fields[field] = value;
      if (finding) findings.push({ ...finding, severity: "warning", tool: input.tool, field, items: [id] });
    }
    return { id, type, fields, refs: { [input.tool]: twin.key } };
  });
  return { items, findings: mergeFindings(findings) };
}

interface Taken {
  readonly value: FieldValue;
  readonly finding?: Pick<Finding, "code" | "message">;
}

function read({ lens }: TakeInput, { fields }: RemoteItem, type: ListedType, field: FieldName): Taken {
  const value = fields[field];
  const reading = value === undefined ? undefined : lens(type, field)?.read(value);
  if (!reading) return { value: null };
  if (reading.kind === "none")
    return reading.vacant
      ? { value: null }
      : { value: null, finding: { code: reading.code, message: reading.message } };
  const said = reading.value;
  if (Array.isArray(said)) return { value: said.length > 0 ? said : null };
  const allowed = allowedValues(type, field);
  if (said === null || !allowed || allowed.includes(String(said))) return { value: said === "" ? null : said };
  const message = `"${String(said)}" is none of ${allowed.join(", ")}; the hub says nothing there.`;
  return { value: null, finding: { code: `unknown-${field.replace("_", "-")}`, message } };
}

const PARENTS: Readonly<Record<ListedType, readonly ItemType[]>> = {
  epic: [],
  story: ["epic"],
  task: ["story", "epic"],
};

function parentOf(known: TakeInput["known"], type: ListedType, { fields: { parent } }: RemoteItem): Taken {
  if (typeof parent !== "string" || PARENTS[type].length === 0) return { value: null };
  const item = known.get(parent);
  if (item && PARENTS[type].includes(item.type)) return { value: item.id };
  // Everything of the project is below it anyway.
  if (item?.type === "project") return { value: null };
  const message = `The parent is no ${PARENTS[type].join(" or ")} of the hub; the item stands without one there.`;
  return { value: null, finding: { code: "unknown-parent", message } };
}

function untitled(tool: ToolKey, { key }: RemoteItem): Finding {
  return { code: "missing-title", severity: "warning", tool, message: `${key} has no title, so it is left out.` };
}

/** As people count them: `CHK-2` before `CHK-10`; what has no such key goes by its title. */
function byKey(a: RemoteItem, b: RemoteItem): number {
  const [[, headA, numberA], [, headB, numberB]] = [numbered(a.key), numbered(b.key)];
  if (headA !== undefined && headA === headB) return Number(numberA) - Number(numberB);
  return compare(titleOf(a), titleOf(b)) || compare(a.ref, b.ref);
}

function titleOf({ fields: { title } }: RemoteItem): string {
  return typeof title === "string" ? title : "";
}

function numbered(key: string): readonly (string | undefined)[] {
  return /^(.+[-#])(\d+)$/.exec(key) ?? [];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
