import { createHash } from "node:crypto";

/** A key and its entry under `auth.apiKeys`. */
export type TestKey = {
  token: string;
  entry: { id: string; hash: string } & Record<string, unknown>;
};

/** A key whose token is made of its id, so that a search for it in logs and answers is easy. */
export function testKey(id: string, more: Record<string, unknown> = {}): TestKey {
  const token = `sb_test-token-of-${id}`;
  return { token, entry: { id, hash: createHash("sha256").update(token).digest("hex"), ...more } };
}
