/** The corner of JQL that is asked here: `a AND b ORDER BY c, d`. */
import { Refusal } from "./refusal.ts";
import { ISSUE_TYPES, type IssueData } from "./model.ts";
import type { Quirks } from "./quirks.ts";

export interface Query {
  readonly matches: (id: string, data: IssueData) => boolean;
  readonly compare: (a: Row, b: Row) => number;
}
interface Row {
  readonly id: string;
  readonly data: IssueData;
}
interface Context {
  readonly now: number;
  readonly quirks: Quirks;
  /** A project's key by its id or key; undefined where there is none. */
  readonly projectKey: (text: string) => string | undefined;
  /** Name of the status category, in lower case. */
  readonly category: (data: IssueData) => string;
}

type Test = Query["matches"];

export function parseJql(jql: string, context: Context): Query {
  const [where = "", order = ""] = jql.split(/\s*\bORDER BY\b\s*/i);
  const clauses = where.split(/\s+AND\s+/i).filter((clause) => clause.trim() !== "");
  if (clauses.length === 0 && context.quirks.boundedJql) {
    throw new Refusal(400, [
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
    ]);
  }
  const tests = clauses.map((clause) => parseClause(clause.trim(), context));
  return { matches: (id, data) => tests.every((test) => test(id, data)), compare: parseOrder(order) };
}

function parseClause(clause: string, context: Context): Test {
  const match = /^(\w+)\s*(>=|!=|=|in)\s*(.+)$/i.exec(clause);
  if (!match) throw new Refusal(400, [`Error in the JQL Query: Expecting operator but got '${clause}'.`]);
  const [, field = "", operator = "", rest = ""] = match;
  const values = rest
    .replace(/^\(|\)$/g, "")
    .split(",")
    .map((value) => value.trim().replace(/^"|"$/g, ""));
  switch (`${field.toLowerCase()} ${operator.toLowerCase()}`) {
    case "project =":
    case "project in": {
      const keys = values.map((value) => projectOf(value, context));
      return (_, data) => keys.includes(data.projectKey);
    }
    case "labels =":
      return (_, data) => data.labels.includes(values[0] ?? "");
    case "issuetype =":
      return (_, data) => data.typeId === typeOf(values[0] ?? "");
    case "statuscategory !=":
      return (_, data) => context.category(data) !== values[0]?.toLowerCase();
    case "key in":
    case "key =":
      return (_, data) => values.includes(data.key);
    case "updated >=":
      return timeTest((data) => data.updated, values[0] ?? "", context);
    case "created >=":
      return timeTest((data) => data.created, values[0] ?? "", context);
    default:
      throw new Refusal(400, [`Field '${field}' does not exist or you do not have permission to view it.`]);
  }
}

function projectOf(value: string, { projectKey }: Context): string {
  const key = projectKey(value);
  if (key === undefined) throw new Refusal(400, [`The value '${value}' does not exist for the field 'project'.`]);
  return key;
}

function typeOf(value: string): string {
  const type = ISSUE_TYPES.find(({ id, name }) => id === value || name.toLowerCase() === value.toLowerCase());
  if (!type) throw new Refusal(400, [`The value '${value}' does not exist for the field 'issuetype'.`]);
  return type.id;
}

/** Relative times only. Seconds of the issue's time are cut off before it is compared. */
function timeTest(timeOf: (data: IssueData) => number, text: string, { now, quirks }: Context): Test {
  const match = /^-(\d+)([mhd])$/.exec(text);
  if (!match) throw new Refusal(400, [`Date value '${text}' is invalid.`]);
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? "m"] ?? 60_000;
  const from = now - Number(match[1]) * unit;
  return (_, data) => {
    const time = timeOf(data);
    return (quirks.minuteResolution ? Math.floor(time / 60_000) * 60_000 : time) >= from;
  };
}

function parseOrder(order: string): Query["compare"] {
  const terms = order
    .split(",")
    .map((term) => term.trim())
    .filter((term) => term !== "");
  if (terms.length > 7) throw new Refusal(400, ["Too many fields in the ORDER BY clause."]);
  const keys = terms.map((term) => {
    const [field = "", direction = "ASC"] = term.split(/\s+/);
    return { by: orderKey(field.toLowerCase()), sign: direction.toUpperCase() === "DESC" ? -1 : 1 };
  });
  return (a, b) => {
    for (const { by, sign } of keys) {
      const difference = by(a) - by(b);
      if (difference !== 0) return sign * difference;
    }
    return Number(a.id) - Number(b.id);
  };
}

function orderKey(field: string): (row: Row) => number {
  if (field === "updated") return ({ data }) => data.updated;
  if (field === "created") return ({ data, id }) => data.created * 1e6 + Number(id);
  if (field === "key") return ({ id }) => Number(id);
  throw new Refusal(400, [`Not able to sort using field '${field}'.`]);
}
