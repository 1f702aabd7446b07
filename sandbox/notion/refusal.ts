/** A refusal in Notion's shape. https://developers.notion.com/reference/status-codes */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly additional: Readonly<Record<string, unknown>> | undefined;

  constructor(status: number, code: string, message: string, additional?: Readonly<Record<string, unknown>>) {
    super(message);
    this.status = status;
    this.code = code;
    this.additional = additional;
  }

  answer(headers: Readonly<Record<string, string>> = {}): Response {
    const body = {
      object: "error",
      status: this.status,
      code: this.code,
      message: this.message,
      ...(this.additional ? { additional_data: this.additional } : {}),
      request_id: "c0ffee00-0000-4000-8000-000000000000",
    };
    return Response.json(body, { status: this.status, headers });
  }
}

export function invalid(message: string): Refusal {
  return new Refusal(400, "validation_error", message);
}

/** Deleted for good, or not shared: Notion says the same of both. */
export function notFound(what: string, id: string): Refusal {
  const hint = "Make sure the relevant pages and databases are shared with your integration.";
  return new Refusal(404, "object_not_found", `Could not find ${what} with ID: ${id}. ${hint}`);
}

/** `body.properties.Name.title[0].text.content.length should be ≤ \`2000\`, instead was \`2001\`.` */
export function tooLong(path: string, max: number, was: number): Refusal {
  return invalid(`body failed validation: body.${path}.length should be ≤ \`${max}\`, instead was \`${was}\`.`);
}
