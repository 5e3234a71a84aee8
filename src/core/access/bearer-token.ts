/** Longest key that is looked at, in characters. */
const MAX_TOKEN_LENGTH = 4_096;

/**
 * The token of an `Authorization: Bearer …` header (RFC 6750; the scheme in any case). `undefined`
 * when there is no header, or it is of another scheme or malformed.
 */
export function bearerToken(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_TOKEN_LENGTH) return undefined;
  return /^bearer +([\w.~+/-]+=*) *$/i.exec(header)?.[1];
}
