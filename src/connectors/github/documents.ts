/**
 * Our GraphQL queries. Connections cost (each asked page counts as a request of a hundredth point), plain values
 * do not: https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */

/** What `issueFacts` reads. `issueType` is asked for only where there are any: older servers do not know the field. */
function fragment(hasTypes: boolean): string {
  return `fragment Facts on Issue {
  id fullDatabaseId number url title body state stateReason(enableDuplicate: true) createdAt updatedAt
  repository { nameWithOwner }
  milestone { number dueOn }
  ${hasTypes ? "issueType { name }" : ""}
  parent { id number repository { nameWithOwner } }
  labels(first: 100) { nodes { name } }
  assignees(first: 10) { nodes { login } }
}`;
}

export function describeDocument(withEmail: boolean): string {
  return `query Describe($owner: String!, $name: String!, $people: String) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    id nameWithOwner isArchived hasIssuesEnabled
    owner { __typename login }
    assignableUsers(first: 100, after: $people) {
      nodes { login name ${withEmail ? "email" : ""} }
      pageInfo { hasNextPage endCursor }
    }
    milestones(first: 100, orderBy: { field: CREATED_AT, direction: DESC }) { nodes { number title } }
  }
}`;
}

/** What an edit can replace unseen, see `aftermath.ts`. */
const REPLACED = "itemTypes: [RENAMED_TITLE_EVENT, UNLABELED_EVENT]";

/** The issues of these node ids, and whether the repository itself can be seen; before an edit also how much of their timelines is known. */
export function readDocument(hasTypes: boolean, beforeEdit: boolean): string {
  const seen = beforeEdit ? `... on Issue { timelineItems(first: 1, ${REPLACED}) { filteredCount } }` : "";
  return `query Read($ids: [ID!]!, $repository: ID!) {
  container: node(id: $repository) { id }
  nodes(ids: $ids) { __typename ...Facts ${seen} }
}
${fragment(hasTypes)}`;
}

/** Issues by repository and number: `i0`, `i1`, ... */
export function findDocument(count: number, hasTypes: boolean): string {
  const indexes = Array.from({ length: count }, (_, n) => n);
  const variables = indexes.map((n) => `$o${n}: String!, $r${n}: String!, $n${n}: Int!`).join(", ");
  const rows = indexes.map(
    (n) => `i${n}: repository(owner: $o${n}, name: $r${n}) { issue(number: $n${n}) { ...Facts } }`,
  );
  return `query Find($repository: ID!, ${variables}) {
  container: node(id: $repository) { id }
  ${rows.join("\n  ")}
}
${fragment(hasTypes)}`;
}

/** Ids of labels of the repository and of people: `n0`, `n1`, ... */
export function namesDocument(kinds: readonly ("label" | "user")[]): string {
  const indexes = kinds.map((kind, n) => ({ kind, n }));
  const of = (kind: "label" | "user", argument: string): string[] =>
    indexes.filter((one) => one.kind === kind).map(({ n }) => `n${n}: ${kind}(${argument}: $n${n}) { id }`);
  return `query Names($repository: ID!, ${indexes.map(({ n }) => `$n${n}: String!`).join(", ")}) {
  repository: node(id: $repository) { id ... on Repository { ${of("label", "name").join("\n")} } }
  ${of("user", "login").join("\n  ")}
}`;
}

export function createDocument(hasTypes: boolean): string {
  return `mutation CreateIssue($input: CreateIssueInput!) {
  createIssue(input: $input) { issue { ...Facts } }
}
${fragment(hasTypes)}`;
}

/** What changed in several repositories, each since its own time: `r0`, `r1`, ... By node id, so that a new name is no matter. */
export function streamDocument(count: number, hasTypes: boolean): string {
  const indexes = Array.from({ length: count }, (_, n) => n);
  const variables = indexes.map((n) => `$r${n}: ID!, $t${n}: DateTime!, $a${n}: String`).join(", ");
  const rows = indexes.map((n) => `r${n}: node(id: $r${n}) { ...Listed${n} }`);
  const fragments = indexes.map(
    (n) => `fragment Listed${n} on Repository {
  issues(first: $first, after: $a${n}, filterBy: { since: $t${n} }, orderBy: { field: UPDATED_AT, direction: ASC }) {
    nodes { ...Facts }
    pageInfo { hasNextPage endCursor }
  }
}`,
  );
  return `query Stream($first: Int!, ${variables}) {
  ${rows.join("\n  ")}
}
${fragments.join("\n")}
${fragment(hasTypes)}`;
}

/** Events of ten issues, newest last. */
export const HISTORY = `query History($ids: [ID!]!, $types: [IssueTimelineItemsItemType!]!) {
  nodes(ids: $ids) {
    __typename
    ... on Issue {
      id
      createdAt
      userContentEdits(first: 5) { nodes { editedAt editor { login } } }
      timelineItems(last: 100, itemTypes: $types) {
        nodes {
          __typename
          ... on RenamedTitleEvent { createdAt actor { login } previousTitle }
          ... on ClosedEvent { createdAt actor { login } }
          ... on ReopenedEvent { createdAt actor { login } }
          ... on LabeledEvent { createdAt actor { login } label { name } }
          ... on UnlabeledEvent { createdAt actor { login } label { name } }
          ... on AssignedEvent { createdAt actor { login } }
          ... on UnassignedEvent { createdAt actor { login } }
          ... on MilestonedEvent { createdAt actor { login } }
          ... on DemilestonedEvent { createdAt actor { login } }
          ... on ParentIssueAddedEvent { createdAt actor { login } }
          ... on ParentIssueRemovedEvent { createdAt actor { login } }
        }
      }
    }
  }
}`;

/** Renamings and removed labels of one issue after those that were known. */
export const AFTERMATH = `query Aftermath($id: ID!, $known: Int!) {
  node(id: $id) {
    ... on Issue {
      timelineItems(skip: $known, first: 50, ${REPLACED}) {
        nodes {
          __typename
          ... on RenamedTitleEvent { actor { login } previousTitle }
          ... on UnlabeledEvent { actor { login } label { name } }
        }
      }
    }
  }
}`;
