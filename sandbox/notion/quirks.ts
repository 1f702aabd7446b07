/**
 * How hard the stand-in is. Every entry is something Notion really does; a test proves each by switching it off, and
 * a connector that passes with all of them on has met them.
 */
export interface Quirks {
  /** A request without `Notion-Version` is refused. */
  readonly version: boolean;
  /** The bearer token is checked. */
  readonly auth: boolean;
  /** 180 requests in a fixed window of a minute, and nothing said about it before it is used up. */
  readonly rateLimit: boolean;
  /** `created_time` and `last_edited_time` are rounded down to the minute, in answers and in filters. */
  readonly minuteTimes: boolean;
  /** A select or multi-select takes a name that is no option yet, and makes one. */
  readonly selectMakesOptions: boolean;
  /** A status takes its own options only. */
  readonly statusOptions: boolean;
  /** `status: null` means the first option of the group To-do. */
  readonly statusReset: boolean;
  /** Properties that Notion computes cannot be written. */
  readonly readOnly: boolean;
  /** A property takes a value of its own type only. */
  readonly typedProperties: boolean;
  /** A property that the data source does not have is refused. */
  readonly knownProperties: boolean;
  /** At most 2,000 characters in one part of a text. */
  readonly textLength: boolean;
  /** At most 100 parts, options, people or relations in one value. */
  readonly arrayLength: boolean;
  /** At most 2,000 characters in an address. */
  readonly urlLength: boolean;
  /** No comma in the name of an option. */
  readonly optionCommas: boolean;
  /** At most 500 KB a request. */
  readonly payload: boolean;
  /** People must be members, and no bots. */
  readonly knownPeople: boolean;
  /** A relation leads to pages that the connection may see. */
  readonly knownRelations: boolean;
  /** At most 25 people or relations of a page are told in the page itself. */
  readonly cutReferences: boolean;
  /** Guests are in no list of users. */
  readonly hiddenGuests: boolean;
  /** Queries do not show what is in the trash. */
  readonly trashHidden: boolean;
  /** What is in the trash cannot be edited, only restored. */
  readonly trashFrozen: boolean;
  /** At most a hundred rows a page. */
  readonly pageSize: boolean;
  /** A query tells 10,000 rows, and then says that it is incomplete. */
  readonly resultLimit: boolean;
  /** A filter names properties and options that exist, by the property's own type. */
  readonly strictFilters: boolean;
  /** A 503 after a write says what was saved. */
  readonly committed: boolean;
  /** Lists are counted anew, whatever their numbers were. */
  readonly renumbered: boolean;
  /** Lines without text are dropped. */
  readonly blankLines: boolean;
  /** Languages of code get Notion's own names, unknown ones none. */
  readonly languages: boolean;
  /** Headings deeper than 4 become 4. */
  readonly headings: boolean;
  /** Each `>` line is a quote of its own. */
  readonly quoteLines: boolean;
  /** Dollars, braces, pipes and carets come back escaped. */
  readonly escapes: boolean;
  /** A replacement that would delete a child page is refused. */
  readonly childPages: boolean;
  /** Blocks that the API cannot tell come as `<unknown>` and are listed. */
  readonly unknownBlocks: boolean;
  /** Long pages are told in part. */
  readonly truncation: boolean;
}

export const ALL_QUIRKS: Quirks = {
  version: true,
  auth: true,
  rateLimit: true,
  minuteTimes: true,
  selectMakesOptions: true,
  statusOptions: true,
  statusReset: true,
  readOnly: true,
  typedProperties: true,
  knownProperties: true,
  textLength: true,
  arrayLength: true,
  urlLength: true,
  optionCommas: true,
  payload: true,
  knownPeople: true,
  knownRelations: true,
  cutReferences: true,
  hiddenGuests: true,
  trashHidden: true,
  trashFrozen: true,
  pageSize: true,
  resultLimit: true,
  strictFilters: true,
  committed: true,
  renumbered: true,
  blankLines: true,
  languages: true,
  headings: true,
  quoteLines: true,
  escapes: true,
  childPages: true,
  unknownBlocks: true,
  truncation: true,
};
