import { asBuffer } from "../kernel/as-buffer.ts";
import type { JsonValue } from "../kernel/json.ts";
import { rawJson, toRawJson, type RawJson } from "../kernel/raw-json.ts";
import { objectMembers, parseSpan } from "./json-scan.ts";
import { META, isEnvelopeKey } from "./meta-keys.ts";
import { MODERN_REVISION, type Era, type Revision } from "./revisions.ts";
import { withMembers } from "./splice.ts";
import { withoutMembers } from "./without-members.ts";

/** Who the gateway says it is towards upstreams. */
export interface ClientInfo {
  readonly name: string;
  readonly version: string;
}

/** What a tools/call is made of; raw members are written as they are. */
export interface ToolCallParts {
  readonly name: string;
  readonly arguments: RawJson;
  /** The caller's `_meta` object. */
  readonly meta?: RawJson;
  readonly progressToken?: number;
  /** Only written in the modern era. */
  readonly inputResponses?: RawJson;
  readonly requestState?: string;
}

/** How the gateway, as a client, writes requests and reads results in one protocol revision. */
export interface ClientCodec {
  readonly era: Era;
  readonly revision: Revision;
  toolCall(parts: ToolCallParts): RawJson;
  /** The params of any other request; `undefined` where none are needed. */
  params(members?: Readonly<Record<string, JsonValue>>): RawJson | undefined;
  /** Whether a result asks for input instead of completing; only modern ones can. */
  isInputRequired(result: RawJson): boolean;
}

/**
 * The codec of revision 2026-07-28: every request carries the envelope in `_meta`. Of the caller's own
 * `_meta` all keys win over the gateway's, save the revision and the progress token, which belong to
 * this hop.
 */
export function createModernCodec(client: ClientInfo): ClientCodec {
  const ownMeta = {
    [META.protocolVersion]: JSON.stringify(MODERN_REVISION),
    [META.clientCapabilities]: "{}",
    [META.clientInfo]: JSON.stringify({ name: client.name, version: client.version }),
  };
  const bareMeta = withMembers(Buffer.from("{}"), ownMeta);
  /** Without its closing brace: nearly every call adds its token, and nothing else. */
  const openMeta = bareMeta.toString().slice(0, -1);
  const metaOf = (parts: ToolCallParts): Uint8Array => {
    const kept = parts.meta && withoutMembers(parts.meta.bytes, isHopKey);
    if (kept !== undefined) return withToken(addMissing(kept, ownMeta), parts.progressToken);
    const { progressToken } = parts;
    if (progressToken === undefined) return bareMeta;
    return Buffer.from(`${openMeta},"progressToken":${progressToken}}`);
  };
  return {
    era: "modern",
    revision: MODERN_REVISION,
    toolCall: (parts) => encodeToolCall(parts, { meta: metaOf(parts), era: "modern" }),
    params: (members) => {
      const text = Buffer.from(JSON.stringify(members ?? {}));
      return rawJson(withMembers(text, { _meta: bareMeta }));
    },
    isInputRequired,
  };
}

/** The codec of the revisions that open with `initialize`; envelope keys of the caller's hop are left out. */
export function createLegacyCodec(revision: Revision): ClientCodec {
  return {
    era: "legacy",
    revision,
    toolCall: (parts) => encodeToolCall(parts, { meta: legacyMeta(parts), era: "legacy" }),
    params: (members) => (members === undefined ? undefined : toRawJson(members)),
    isInputRequired: () => false,
  };
}

function legacyMeta(parts: ToolCallParts): Uint8Array | undefined {
  const kept = parts.meta && withoutMembers(parts.meta.bytes, isEnvelopeKey);
  if (parts.progressToken === undefined) return kept;
  return withToken(kept ?? Buffer.from("{}"), parts.progressToken);
}

/** The revision must agree with the header we send; the token names our own progress route. */
function isHopKey(key: string): boolean {
  return key === META.protocolVersion || key === "progressToken";
}

function encodeToolCall(
  parts: ToolCallParts,
  frame: { readonly meta: Uint8Array | undefined; readonly era: Era },
): RawJson {
  const head = `{"name":${JSON.stringify(parts.name)},"arguments":`;
  const pieces: Uint8Array[] = [Buffer.from(head), parts.arguments.bytes];
  if (frame.meta !== undefined) pieces.push(Buffer.from(',"_meta":'), frame.meta);
  if (frame.era === "modern" && parts.inputResponses !== undefined) {
    pieces.push(Buffer.from(',"inputResponses":'), parts.inputResponses.bytes);
  }
  if (frame.era === "modern" && parts.requestState !== undefined) {
    pieces.push(Buffer.from(`,"requestState":${JSON.stringify(parts.requestState)}`));
  }
  pieces.push(CLOSE);
  return rawJson(Buffer.concat(pieces));
}

function addMissing(meta: Uint8Array, own: Readonly<Record<string, string>>): Uint8Array {
  const present = objectMembers(meta);
  const missing = Object.entries(own).filter(([key]) => !present.has(key));
  return withMembers(meta, Object.fromEntries(missing));
}

function withToken(meta: Uint8Array, token: number | undefined): Uint8Array {
  return token === undefined ? meta : withMembers(meta, { progressToken: String(token) });
}

/** The cheap search first: nearly all results hold the words nowhere. */
function isInputRequired(result: RawJson): boolean {
  if (!asBuffer(result.bytes).includes('"input_required"')) return false;
  const span = objectMembers(result.bytes).get("resultType");
  return span !== undefined && parseSpan(result.bytes, span) === "input_required";
}

const CLOSE = /* @__PURE__ */ new TextEncoder().encode("}");
