/** A refusal in one of Jira's shapes. */
export class Refusal extends Error {
  readonly status: number;
  readonly messages: readonly string[];
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, messages: readonly string[], fields: Readonly<Record<string, string>> = {}) {
    super([...messages, ...Object.values(fields)].join(" "));
    this.status = status;
    this.messages = messages;
    this.fields = fields;
  }

  body(): { errorMessages: readonly string[]; errors: Readonly<Record<string, string>> } {
    return { errorMessages: this.messages, errors: this.fields };
  }
}

const NO_ISSUE = "Issue does not exist or you do not have permission to see it.";

export function noIssue(): Refusal {
  return new Refusal(404, [NO_ISSUE]);
}

export function notOnScreen(id: string): string {
  return `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`;
}
