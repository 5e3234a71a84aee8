import { createHash } from "node:crypto";

const MAX_LENGTH = 32;
const HASH_LENGTH = 8;
const VALID = /^(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/;

/** Whether a text may be a server's id: 1–32 of `[A-Za-z0-9_-]`, a letter or digit first, no `__`. */
export function isServerId(text: string): boolean {
  return VALID.test(text);
}

/**
 * A valid id for a name that is none: `My Server!` becomes `My-Server`. The same name always gives
 * the same id; names that are too long, or have nothing left, end in 8 hex digits of their SHA-256.
 */
export function toServerId(name: string): string {
  if (isServerId(name)) return name;
  const plain = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replaceAll(/_{2,}/g, "_")
    .replaceAll(/^[_-]+|[_-]+$/g, "");
  if (plain !== "" && plain.length <= MAX_LENGTH) return plain;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, HASH_LENGTH);
  const head = plain.slice(0, MAX_LENGTH - HASH_LENGTH - 1).replace(/[_-]+$/, "");
  return `${head === "" ? "server" : head}-${hash}`;
}
