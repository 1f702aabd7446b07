/** Encrypts what is kept of a credential, so that the store alone gives nothing away. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const VERSION = "v1";
const IV_BYTES = 12;

/** AES-256-GCM under a key derived (HKDF) from the secret for this name, which it is bound to. */
export function seal(text: string, secret: string, name: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(secret, name), iv).setAAD(Buffer.from(name));
  const hidden = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [VERSION, ...[iv, cipher.getAuthTag(), hidden].map((part) => part.toString("base64url"))].join(".");
}

/** The text; null where it was sealed with another secret, under another name, or was changed since. */
export function unseal(sealed: string, secret: string, name: string): string | null {
  const [version, ...parts] = sealed.split(".");
  const [iv, tag, hidden] = parts.map((part) => Buffer.from(part, "base64url"));
  if (version !== VERSION || !iv || !tag || !hidden) return null;
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(secret, name), iv, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
    return Buffer.concat([decipher.update(hidden), decipher.final()]).toString("utf8");
  } catch {
    return null;
  }
}

function keyOf(secret: string, name: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, name, "sdlc-sync token", 32));
}
