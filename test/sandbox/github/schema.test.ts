import { describe, expect, it } from "vitest";
import {
  AFTERMATH,
  describeDocument,
  findDocument,
  HISTORY,
  readDocument,
  streamDocument,
} from "../../../src/connectors/github/documents.ts";
import { documentViolations, ownSchema, publishedSchema } from "../../../sandbox/github/graphql.ts";
import { schemaViolations } from "../../../sandbox/kit/schema-violations.ts";

/** What GitHub serves and the newest published file lacks: issue types are younger than it. */
const NEWER = ["IssueType is not in the published schema", "Issue.issueType is not in the published schema"];

const DOCUMENTS: Readonly<Record<string, string>> = {
  describe: describeDocument(true),
  "describe, without addresses": describeDocument(false),
  read: readDocument(false, false),
  "read before an edit": readDocument(false, true),
  find: findDocument(3, false),
  stream: streamDocument(50, false),
  history: HISTORY,
  aftermath: AFTERMATH,
};

describe("against GitHub's published GraphQL schema", () => {
  it("offers no type, field, argument or value that GitHub does not have, but for what is named here", () => {
    expect(schemaViolations(ownSchema(), publishedSchema()).toSorted()).toEqual(NEWER.toSorted());
  });

  it.each(Object.entries(DOCUMENTS))("GitHub would accept the document to %s", (_name, document) => {
    expect(documentViolations(document)).toEqual([]);
  });

  it("asks for issue types only where there are any, and for nothing else that is newer", () => {
    expect(documentViolations(readDocument(true, true))).toEqual([
      expect.stringContaining('Cannot query field "issueType" on type "Issue".'),
    ]);
    expect(documentViolations("{ viewer { nickname } }")).toHaveLength(1);
  });
});
