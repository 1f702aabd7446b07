/**
 * How hard the stand-in is. Every entry is something Jira Cloud really does; a test proves each by
 * switching it off, and a connector that passes with all of them on has met them.
 */
export interface Quirks {
  /** Basic authentication is checked; without it the answer is plain text, not JSON. */
  readonly auth: boolean;
  /** Any method but GET without `content-type: application/json` is a 415, body or not. */
  readonly contentType: boolean;
  /** Descriptions are ADF documents; a string is refused. */
  readonly adfOnly: boolean;
  /** No line end in an ADF text node outside of code. */
  readonly adfLines: boolean;
  /** Tasks in ADF carry a unique `localId`. */
  readonly adfLocalIds: boolean;
  /** At most 255 characters and no line end in a summary. */
  readonly summaryLimits: boolean;
  /** Blanks around a summary are dropped. */
  readonly summaryTrimmed: boolean;
  /** No blank in a label. */
  readonly labelBlanks: boolean;
  /** A bulk create takes what it can: 201 with the failures by number, 400 only when all failed. */
  readonly bulkPartial: boolean;
  /** At most fifty issues a bulk create. */
  readonly bulkMax: boolean;
  /** Searches show a change only once it is `staleSearchMs` old. */
  readonly staleIndex: boolean;
  /** An issue the index has shown can disappear again for a moment. */
  readonly flickeringIndex: boolean;
  /** `reconcileIssues` are read past the index. */
  readonly reconcile: boolean;
  /** JQL counts time in whole minutes. */
  readonly minuteResolution: boolean;
  /** A search that names no fields gets ids only. */
  readonly bareSearch: boolean;
  /** At most a hundred issues a page, whatever is asked for. */
  readonly pageLimit: boolean;
  /** JQL must be bounded. */
  readonly boundedJql: boolean;
  /** Unknown members of a search body are refused. */
  readonly strictSearch: boolean;
  /** Status changes only along the workflow; in an edit it is ignored. */
  readonly workflow: boolean;
  /** A transition's screen may require a field. */
  readonly transitionScreens: boolean;
  /** What a bulk read cannot show is left out without a word. */
  readonly bulkOmits: boolean;
  /** Bulk reads answer in ascending id, not in the order asked. */
  readonly bulkSorted: boolean;
  /** A moved issue answers to its old key. */
  readonly movedKeys: boolean;
  /** Some people hide their e-mail address. */
  readonly hiddenEmails: boolean;
  /** Only assignable, active people can be assigned. */
  readonly assignable: boolean;
  /** A field that is not on the type's screen of the operation (create or edit) cannot be set. */
  readonly screens: boolean;
  /** 20 writes in 2 s and 100 in 30 s for each issue. */
  readonly issueWriteLimit: boolean;
  /** Token buckets for each endpoint and method. */
  readonly burstLimit: boolean;
  /** Remote links are upserted by `globalId`; without one each POST makes another. */
  readonly linkUpsert: boolean;
  /** An edit answers 204 unless the issue is asked for. */
  readonly silentEdit: boolean;
  /** Times are told in the user's zone, the offset without a colon. */
  readonly userZone: boolean;
  /** Epics and stories hang below what their level allows. */
  readonly hierarchy: boolean;
}

export const ALL_QUIRKS: Quirks = {
  auth: true,
  contentType: true,
  adfOnly: true,
  adfLines: true,
  adfLocalIds: true,
  summaryLimits: true,
  summaryTrimmed: true,
  labelBlanks: true,
  bulkPartial: true,
  bulkMax: true,
  staleIndex: true,
  flickeringIndex: true,
  reconcile: true,
  minuteResolution: true,
  bareSearch: true,
  pageLimit: true,
  boundedJql: true,
  strictSearch: true,
  workflow: true,
  transitionScreens: true,
  bulkOmits: true,
  bulkSorted: true,
  movedKeys: true,
  hiddenEmails: true,
  assignable: true,
  screens: true,
  issueWriteLimit: true,
  burstLimit: true,
  linkUpsert: true,
  silentEdit: true,
  userZone: true,
  hierarchy: true,
};
