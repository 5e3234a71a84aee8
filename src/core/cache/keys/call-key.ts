import { hash } from "node:crypto";
import { rawJson, type RawJson } from "../../../kernel/raw-json.ts";
import { objectMembers, slice } from "../../../mcp/json-scan.ts";
import type { Principal } from "../../access/index.ts";
import {
  canonicalJson,
  canonicalWithout,
  isFollowingMeta,
  type CallRequest,
} from "../../calls/index.ts";
import type { Isolation } from "../../upstream/index.ts";
import type { CacheSharing } from "../options.ts";

/** What of a call has a part in its answer. */
export type KeyedRequest = Pick<
  CallRequest,
  "arguments" | "meta" | "session" | "inputResponses" | "requestState"
>;

/** What of a tool's caching has a part in the key of its calls. */
export interface KeyRules {
  /** Server, its configuration, the tool and its policy: all that does not depend on the call. */
  readonly place: string;
  readonly sharing: CacheSharing;
  readonly isolation: Isolation;
  /** Top-level arguments that are left out. */
  readonly ignored: ReadonlySet<string>;
  /** Members of `_meta` that have a part in the answer. */
  readonly vary: ReadonlySet<string>;
}

/** A call's key, or why it has none. */
export type CallKey =
  | {
      /** 43 characters of base64url: the SHA-256 of everything that has a part in the answer. */
      readonly key: string;
      /** Everything of it but the arguments. */
      readonly partition: string;
      readonly reason?: undefined;
    }
  | { readonly key?: undefined; readonly partition?: undefined; readonly reason: string };

const LONE_SURROGATE = /\p{Cs}/u;

/**
 * The key under which a call's answer is kept: equal for calls that mean the same to the server and
 * whose answers the same callers may have, different for all others. Every part is written with its
 * length before it, so that no two lists of parts make the same text.
 */
export function callKey(request: KeyedRequest, principal: Principal, rules: KeyRules): CallKey {
  if (request.inputResponses !== undefined || request.requestState !== undefined) {
    return { reason: "It carries on an earlier call (inputResponses or requestState)." };
  }
  const args = canonicalWithout(request.arguments, rules.ignored);
  if (args === undefined) {
    return {
      reason:
        "Its arguments have no one meaning: a number that would be rounded, a member named twice, a lone surrogate, or more than 64 KiB.",
    };
  }
  const meta = request.meta === undefined ? "" : metaText(request.meta, rules.vary);
  if (meta === undefined) {
    return { reason: "Its _meta holds members that cache.vary does not name." };
  }
  const who = whoText(principal, request.session, rules);
  const partition = `${part(rules.place)}${who}${part(meta)}`;
  // Hashed as UTF-8, which has but one way to write them all.
  if (LONE_SURROGATE.test(partition))
    return { reason: "Its caller's name is no well-formed text." };
  return { key: hash("sha256", `${partition}${args}`, "base64url"), partition };
}

/** A part of a key, its length before it. */
export function part(text: string): string {
  return `${text.length}:${text}`;
}

function whoText(
  { tenant, id }: Principal,
  session: string | undefined,
  { sharing, isolation }: KeyRules,
): string {
  if (sharing === "public") return "p";
  if (sharing === "tenant") return `t${part(tenant)}`;
  const who = `i${part(tenant)}${part(id)}`;
  if (isolation !== "session") return who;
  return session === undefined ? `${who}-` : `${who}s${part(session)}`;
}

/** The members of `_meta` that count, in order; `undefined` where others stand beside them. */
function metaText(meta: RawJson, vary: ReadonlySet<string>): string | undefined {
  let members: ReturnType<typeof objectMembers>;
  try {
    members = objectMembers(meta.bytes);
  } catch {
    return undefined;
  }
  const counted = [...members].filter(([name]) => vary.has(name) || !isFollowingMeta(name));
  if (counted.length === 0) return "";
  if (counted.some(([name]) => !vary.has(name)) || canonicalJson(meta) === undefined) {
    return undefined;
  }
  return counted
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, span]) => `${part(name)}${part(valueText(slice(meta.bytes, span)))}`)
    .join("");
}

/** The whole has a canonical form, so each member has. */
function valueText(bytes: Uint8Array): string {
  return canonicalJson(rawJson(bytes)) ?? "";
}
