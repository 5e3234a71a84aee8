import { isJsonObject, type JsonObject } from "../kernel/json.ts";
import type { RawJson } from "../kernel/raw-json.ts";
import { memberOf } from "./members-of.ts";
import { META } from "./meta-keys.ts";
import { isRevision, MODERN_REVISION, REVISIONS } from "./revisions.ts";
import { RPC } from "./rpc-codes.ts";

/** What a modern request says of its sender, in `params._meta`. */
export interface Envelope {
  readonly clientCapabilities: JsonObject;
  readonly clientName?: string;
}

/** How a request presents itself: with a modern envelope, with none (legacy), or with a broken one. */
export type EnvelopeReading =
  | { readonly kind: "modern"; readonly envelope: Envelope }
  | { readonly kind: "none" }
  | {
      readonly kind: "invalid";
      readonly code: number;
      readonly message: string;
      readonly data?: JsonObject;
    };

/**
 * Reads the envelope of a request's params (revision 2026-07-28, "per-request envelope"). Of the params
 * only `_meta` is parsed.
 */
export function readEnvelope(params: RawJson | undefined): EnvelopeReading {
  const value = memberOf(params, "_meta");
  const meta = isJsonObject(value) ? value : {};
  const version = meta[META.protocolVersion];
  if (version === undefined) return { kind: "none" };
  if (version !== MODERN_REVISION) return unsupported(version);
  const capabilities = meta[META.clientCapabilities];
  if (!isJsonObject(capabilities)) {
    return {
      kind: "invalid",
      code: RPC.invalidParams,
      message: `params._meta["${META.clientCapabilities}"] must be an object`,
    };
  }
  const info = meta[META.clientInfo];
  const name = isJsonObject(info) ? info["name"] : undefined;
  return {
    kind: "modern",
    envelope: {
      clientCapabilities: capabilities,
      ...(typeof name === "string" ? { clientName: name.slice(0, 200) } : {}),
    },
  };
}

function unsupported(version: unknown): EnvelopeReading {
  if (isRevision(version)) {
    return {
      kind: "invalid",
      code: RPC.invalidParams,
      message: `protocol revision ${version} has no per-request envelope; open with initialize`,
    };
  }
  return {
    kind: "invalid",
    code: RPC.unsupportedProtocolVersion,
    message: `unsupported protocol version ${JSON.stringify(version)}`,
    data: { supported: [...REVISIONS], requested: typeof version === "string" ? version : "" },
  };
}
