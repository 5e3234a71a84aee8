import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import type { ServerSpec } from "../../upstream/index.ts";

/**
 * Hashes what of a server's configuration its answers may depend on: where it is, how it is started
 * and with which credentials, and who shares a connection. Each spec is hashed once.
 */
export function createConfigHashes(): (spec: ServerSpec) => string {
  const known = new WeakMap<ServerSpec, string>();
  return (spec) => {
    let hash = known.get(spec);
    if (hash === undefined) {
      hash = hashOf(spec);
      known.set(spec, hash);
    }
    return hash;
  };
}

function hashOf({ endpoints, isolation }: ServerSpec): string {
  const facts = { endpoints, isolation };
  return createHash("sha256").update(textOf(facts)).digest("base64url");
}

/** What has no canonical form, such as a lone surrogate in a header, is told apart by its spelling. */
function textOf(facts: unknown): string {
  try {
    return canonicalize(facts) ?? "";
  } catch {
    return JSON.stringify(facts);
  }
}
