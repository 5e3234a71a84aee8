import { isJsonObject } from "../../kernel/json.ts";
import { rawJson, type RawJson } from "../../kernel/raw-json.ts";
import { encodeCall } from "../../mcp/encode.ts";
import type { RpcId } from "../../mcp/frame.ts";
import { objectMembers, parseSpan, slice, type Span } from "../../mcp/json-scan.ts";
import { membersOf } from "../../mcp/members-of.ts";
import { GATEWAY_META, isEnvelopeKey } from "../../mcp/meta-keys.ts";
import { withMembers } from "../../mcp/splice.ts";
import { withoutMembers } from "../../mcp/without-members.ts";
import { CACHE_MODES, type CacheMode } from "../../core/calls/index.ts";
import type { ToolCall } from "./surface.ts";

const EMPTY = /* @__PURE__ */ rawJson(new TextEncoder().encode("{}"));
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Takes the params of a tools/call apart; the arguments stay bytes.
 * `send` carries progress notifications back, when the caller gave a token.
 * @throws RangeError with a message for the caller when the params are wrong.
 */
export function readToolCall(params: RawJson | undefined, send: (frame: Buffer) => void): ToolCall {
  if (params === undefined) throw new RangeError("params must hold the tool's name");
  const members = membersOf(params);
  const raw = (key: string): RawJson | undefined => {
    const span = members.get(key);
    return span && rawJson(slice(params.bytes, span));
  };
  const name = raw("name")?.value();
  if (typeof name !== "string") throw new RangeError("params.name must be a string");
  const requestState = raw("requestState")?.value();
  const inputResponses = raw("inputResponses");
  return {
    name,
    arguments: readArguments(raw("arguments")),
    ...readMeta(raw("_meta"), send),
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(typeof requestState === "string" ? { requestState } : {}),
  };
}

function readArguments(args: RawJson | undefined): RawJson {
  if (args === undefined || args.bytes[0] === 0x6e) return EMPTY;
  if (args.bytes[0] !== 0x7b) throw new RangeError("params.arguments must be an object");
  return args;
}

function readMeta(
  meta: RawJson | undefined,
  send: (frame: Buffer) => void,
): Pick<ToolCall, "meta" | "traceId" | "cache" | "onProgress"> {
  if (meta === undefined) return {};
  if (meta.bytes[0] !== 0x7b) throw new RangeError("params._meta must be an object");
  const members = objectMembers(meta.bytes);
  const read = (key: string): unknown => {
    const span = members.get(key);
    return span && parseSpan(meta.bytes, span);
  };
  const traceId = TRACEPARENT.exec(String(read("traceparent")))?.[1];
  const cache = readCacheMode(read(GATEWAY_META.cache));
  const token = read("progressToken");
  const relayed = relayedMeta(meta, members);
  return {
    ...(relayed === undefined ? {} : { meta: relayed }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(cache === undefined ? {} : { cache }),
    ...(typeof token === "string" || typeof token === "number"
      ? { onProgress: (progress) => send(progressFrame(token, progress)) }
      : {}),
  };
}

function readCacheMode(asked: unknown): CacheMode | undefined {
  const mode = CACHE_MODES.find((known) => known === asked);
  if (mode !== undefined || asked === undefined) return mode;
  throw new RangeError(
    `params._meta["${GATEWAY_META.cache}"] must be one of ${CACHE_MODES.join(", ")}`,
  );
}

/** The caller's own keys; those of this hop's envelope stay here. */
function relayedMeta(meta: RawJson, members: Map<string, Span>): RawJson | undefined {
  if ([...members.keys()].every(isEnvelopeKey)) return undefined;
  const kept = withoutMembers(meta.bytes, isEnvelopeKey);
  return kept === meta.bytes ? meta : rawJson(kept);
}

function progressFrame(token: RpcId, progress: RawJson): Buffer {
  const params = isJsonObject(progress.value()) ? progress.bytes : EMPTY.bytes;
  return encodeCall({
    method: "notifications/progress",
    params: rawJson(withMembers(params, { progressToken: JSON.stringify(token) })),
  });
}
