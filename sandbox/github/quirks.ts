/** What makes GitHub hard, one switch each: the test of a quirk fails with it switched off. */
export interface Quirks {
  /** A token is checked. */
  readonly auth: boolean;
  /** A request without a user agent is refused. */
  readonly userAgent: boolean;
  /** Issue listings hold pull requests too, and one number row counts both. */
  readonly pullRequestsListed: boolean;
  /** Reads carry an ETag, and `If-None-Match` is answered with 304. */
  readonly etags: boolean;
  /** A 304 costs nothing of the primary limit. */
  readonly freeNotModified: boolean;
  /** Pages link to each other by `/repositories/{id}`. */
  readonly linksById: boolean;
  /** A page has at most a hundred rows. */
  readonly pageMaximum: boolean;
  /** 5,000 requests an hour; GraphQL counts points of its own. */
  readonly primaryLimit: boolean;
  /** 900 points a minute: a read costs one, a write five. */
  readonly pointsLimit: boolean;
  /** 80 creations of content a minute, 500 an hour. */
  readonly contentLimit: boolean;
  /** Without the push permission labels, assignees, milestone, type and values are left out of a write, without a word. */
  readonly silentDrops: boolean;
  /** A renamed repository answers 301 to reads and 307 to writes. */
  readonly renamesRedirect: boolean;
  /** Nothing changes in an archived repository. */
  readonly archivedReadOnly: boolean;
  /** Times are whole seconds, and `since` counts the second itself in. */
  readonly wholeSeconds: boolean;
  /** An issue has one parent, a hundred children and eight levels; adding it twice is refused. */
  readonly subIssueRules: boolean;
  /** GraphQL tells of duplicates only who asks for them. */
  readonly duplicateAsked: boolean;
  /** Why an issue is closed counts only where the write closes it. */
  readonly reasonOnlyWithState: boolean;
  /** Labels are the same whatever their case. */
  readonly labelCase: boolean;
  /** A label nobody has made yet is made by who sets it. */
  readonly labelsMadeOnUse: boolean;
  /** Whoever may not be assigned in the repository is refused. */
  readonly assignable: boolean;
  /** 256 characters of title, 65,536 of body, 50 of a label. */
  readonly lengths: boolean;
  /** Web pages send line ends of two characters, and they are kept. */
  readonly webLineEnds: boolean;
  /** A classic token sees e-mail addresses with a scope of its own only, and the whole query fails without. */
  readonly emailScope: boolean;
  /** A query may ask for 500,000 nodes. */
  readonly nodeLimit: boolean;
  /** A deleted issue answers 410, a transferred one 301. */
  readonly goneAndMoved: boolean;
}

export const ALL_QUIRKS: Quirks = {
  auth: true,
  userAgent: true,
  pullRequestsListed: true,
  etags: true,
  freeNotModified: true,
  linksById: true,
  pageMaximum: true,
  primaryLimit: true,
  pointsLimit: true,
  contentLimit: true,
  silentDrops: true,
  renamesRedirect: true,
  archivedReadOnly: true,
  wholeSeconds: true,
  subIssueRules: true,
  duplicateAsked: true,
  reasonOnlyWithState: true,
  labelCase: true,
  labelsMadeOnUse: true,
  assignable: true,
  lengths: true,
  webLineEnds: true,
  emailScope: true,
  nodeLimit: true,
  goneAndMoved: true,
};
