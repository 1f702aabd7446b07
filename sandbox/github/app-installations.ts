/**
 * A GitHub App and its installations: the App signs in by a JWT of its own and asks for tokens of an installation,
 * which reach the repositories of one owner. https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
 */
import { createVerify, generateKeyPairSync, randomBytes } from "node:crypto";
import type { Context, Hono } from "hono";
import type { Clock } from "../kit/clock.ts";
import { Refusal } from "./refusal.ts";

export interface AppSetup {
  /** Owners at which it is installed. */
  readonly owners: readonly string[];
  /** How long a token lasts; an hour where absent. */
  readonly tokenMs?: number;
}

const HOUR_MS = 3_600_000;
const LONGEST_JWT_S = 600;
/** What the vendor allows for clocks that do not agree. */
const JWT_SKEW_S = 60;

interface Installation {
  readonly id: number;
  readonly owner: string;
}

export class AppInstallations {
  readonly appId = "712345";
  /** PKCS#1, as it is downloaded. */
  readonly privateKey: string;
  readonly installations: readonly Installation[];
  /** Tokens given so far, for those who look where they got to. */
  readonly given: string[] = [];
  readonly #publicKey: string;
  readonly #clock: Clock;
  readonly #tokenMs: number;
  readonly #tokens = new Map<string, { readonly owner: string; readonly until: number }>();

  constructor(clock: Clock, { owners, tokenMs = HOUR_MS }: AppSetup) {
    const pair = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
    this.privateKey = pair.privateKey;
    this.#publicKey = pair.publicKey;
    this.#clock = clock;
    this.#tokenMs = tokenMs;
    this.installations = owners.map((owner, n) => ({ id: 48_000_001 + n, owner }));
  }

  /** The owner whose repositories the token reaches; undefined for what is no token (any more). */
  ownerOf(token: string): string | undefined {
    const known = this.#tokens.get(token);
    return known && this.#clock.trueNow() < known.until ? known.owner : undefined;
  }

  issue({ owner }: Installation): { readonly token: string; readonly expires_at: string } {
    const token = `ghs_${randomBytes(18).toString("hex")}`;
    this.#tokens.set(token, { owner, until: this.#clock.trueNow() + this.#tokenMs });
    this.given.push(token);
    // Whole seconds, by the vendor's clock.
    const until = Math.floor((this.#clock.now() + this.#tokenMs) / 1000) * 1000;
    return { token, expires_at: new Date(until).toISOString().replace(".000Z", "Z") };
  }

  /** From now on no token is one, whatever was said of its time. */
  expireAll(): void {
    this.#tokens.clear();
  }

  /** What is wrong with the App's own token; undefined where nothing is. */
  problemOf(jwt: string): string | undefined {
    const [head = "", payload = "", signature = ""] = jwt.split(".");
    const isOurs = createVerify("RSA-SHA256")
      .update(`${head}.${payload}`)
      .verify(this.#publicKey, signature, "base64url");
    if (!isOurs) return "A JSON web token could not be decoded";
    const { iss, iat, exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
    const now = this.#clock.now() / 1000;
    if (String(iss) !== this.appId) return "Integration not found";
    if (Number(iat) > now + JWT_SKEW_S)
      return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued";
    if (Number(exp) > now + LONGEST_JWT_S + JWT_SKEW_S)
      return "'Expiration time' claim ('exp') is too far in the future";
    return Number(exp) > now
      ? undefined
      : "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires";
  }
}

/** Routes that take the App's own token, ahead of whatever checks the tokens of installations. */
export function addAppRoutes(app: Hono, apps: AppInstallations): void {
  app.get("/repos/:owner/:repo/installation", (context) => {
    signedIn(apps, context);
    const owner = context.req.param("owner").toLowerCase();
    return context.json(shown(found(apps, (one) => one.owner.toLowerCase() === owner)));
  });
  app.post("/app/installations/:id/access_tokens", (context) => {
    signedIn(apps, context);
    const installation = found(apps, ({ id }) => String(id) === context.req.param("id"));
    const permissions = { issues: "write", metadata: "read" };
    return context.json({ ...apps.issue(installation), permissions, repository_selection: "all" }, 201);
  });
}

function signedIn(apps: AppInstallations, { req }: Context): void {
  const [, jwt = ""] = /^bearer (.+)$/i.exec(req.header("authorization") ?? "") ?? [];
  const problem = apps.problemOf(jwt);
  if (problem !== undefined) throw new Refusal(401, problem);
}

function found({ installations }: AppInstallations, isMeant: (one: Installation) => boolean): Installation {
  const installation = installations.find(isMeant);
  if (installation) return installation;
  throw new Refusal(404, "Not Found");
}

function shown({ id, owner }: Installation): object {
  return { id, account: { login: owner }, repository_selection: "all", app_slug: "sdlc-sync" };
}
