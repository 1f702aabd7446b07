/** What makes Linear hard, one switch each: a test that relies on a quirk must fail with it switched off. */
export interface LinearQuirks {
  /** Client ids must have the shape of UUID version 4. */
  readonly clientIdMustBeV4: boolean;
  /** A client id that exists is refused ("conflict on insert"), not ignored. */
  readonly conflictOnInsert: boolean;
  /** The id of a trashed or permanently deleted entity is never free again. */
  readonly spentIds: boolean;
  /** `first` above 250 is an argument validation error. */
  readonly pageMaximum: boolean;
  /** Pages ordered by `updatedAt` or `createdAt` come newest first. */
  readonly newestFirst: boolean;
  readonly rewriteMarkdown: boolean;
  /** An exhausted budget answers HTTP 400, not 429. */
  readonly rateLimitIs400: boolean;
  /** A failing issue rolls its whole batch back. */
  readonly batchIsTransaction: boolean;
  /** Archived and trashed rows show only with `includeArchived: true`. */
  readonly archivedAreHidden: boolean;
  /** Label names are unique whatever their case, across workspace and team. */
  readonly labelNamesAreUnique: boolean;
  /** Two labels of one group exclude each other, and a group itself cannot be applied. */
  readonly labelGroupsExclude: boolean;
  /** Estimates must be on the team's scale. */
  readonly estimateScale: boolean;
  /** A workflow state belongs to one team. */
  readonly statesBelongToTeams: boolean;
  /** Deactivated users cannot be assigned. */
  readonly inactiveUsersAreRefused: boolean;
  /** `TimelessDate` is YYYY-MM-DD and nothing else. */
  readonly timelessDates: boolean;
  /** Comments, attachments and sort orders do not move an issue's `updatedAt`. */
  readonly meaningfulUpdates: boolean;
  /** Attachments are one per issue and URL. */
  readonly attachmentsAreUpserts: boolean;
  /** A query may cost at most 10,000 points. */
  readonly complexityMaximum: boolean;
  /** Project names have at most 80 characters. */
  readonly projectNameMaximum: boolean;
}

export const ALL_QUIRKS: LinearQuirks = {
  clientIdMustBeV4: true,
  conflictOnInsert: true,
  spentIds: true,
  pageMaximum: true,
  newestFirst: true,
  rewriteMarkdown: true,
  rateLimitIs400: true,
  batchIsTransaction: true,
  archivedAreHidden: true,
  labelNamesAreUnique: true,
  labelGroupsExclude: true,
  estimateScale: true,
  statesBelongToTeams: true,
  inactiveUsersAreRefused: true,
  timelessDates: true,
  meaningfulUpdates: true,
  attachmentsAreUpserts: true,
  complexityMaximum: true,
  projectNameMaximum: true,
};
