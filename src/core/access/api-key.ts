import { createHash } from "node:crypto";
import type { Random } from "../../kernel/random.ts";

/** A key that has just been made: `token` is shown once, `hash` goes into the config. */
export interface NewApiKey {
  /** `sb_` and 43 characters of base64url: 256 random bits. */
  readonly token: string;
  /** SHA-256 of the token, 64 hex digits. */
  readonly hash: string;
}

/** Makes a key of 256 random bits. */
export function newApiKey(random: Random): NewApiKey {
  const token = `sb_${Buffer.from(random.hex(32), "hex").toString("base64url")}`;
  return { token, hash: hashApiKey(token).toString("hex") };
}

/** SHA-256 of a key. No salt or stretching is needed: keys are 256 random bits, not passwords. */
export function hashApiKey(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
