/** A refusal in the shape of GitHub's REST API. */
export interface ValidationEntry {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
  readonly message?: string;
  readonly value?: unknown;
}

const DOCS = "https://docs.github.com/rest";

export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly ValidationEntry[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    more: { readonly errors?: readonly ValidationEntry[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
  }

  body(): object {
    const { message, status, errors } = this;
    return { message, ...(errors ? { errors } : {}), documentation_url: DOCS, status: String(status) };
  }
}

export function invalid(...errors: readonly ValidationEntry[]): Refusal {
  return new Refusal(422, "Validation Failed", { errors });
}

/** An organization's words to a token that has not been authorized for its single sign-on. */
export const SAML =
  "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.";

export function notFound(): Refusal {
  return new Refusal(404, "Not Found");
}
