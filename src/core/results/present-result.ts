import { isGatewayError } from "../../kernel/errors.ts";
import { rawJson, type RawJson } from "../../kernel/raw-json.ts";
import { objectMembers, slice } from "../../mcp/json-scan.ts";
import { GATEWAY_META } from "../../mcp/meta-keys.ts";
import { withMembers, type Members } from "../../mcp/splice.ts";
import type { Principal } from "../access/index.ts";
import { MAX_PREVIEW_META_BYTES, soleText } from "./document.ts";
import { outlineOf } from "./outline.ts";
import type { ResultHandle, Results } from "./results.ts";
import { utf8Page } from "./utf8-page.ts";

const encoder = /* @__PURE__ */ new TextEncoder();
const EMPTY_OBJECT = /* @__PURE__ */ encoder.encode("{}");

/** Who asks, and how its answers are read on. */
export interface PresentRequest {
  readonly results: Results;
  readonly principal: Principal;
  /** `mcp` names the tool `read_result` and puts the handle into `_meta`; `rest` names the route. */
  readonly surface: "mcp" | "rest";
}

/** What to answer; `handle` when the body is a preview of a stored result. */
export interface PresentedResult {
  readonly body: RawJson;
  readonly handle?: ResultHandle;
}

/**
 * The result guard: a `tools/call` result of at most `maxInlineBytes` passes with its bytes
 * unchanged; a larger one is stored, and a preview stands in for it: one text with its beginning
 * and with how to read on, `isError`, and the result's own `_meta` where that is small. On MCP the
 * handle rides in `_meta["switchboard/handle"]`.
 * What cannot be stored is previewed all the same, and says so.
 */
export function presentResult(body: RawJson, request: PresentRequest): PresentedResult {
  const { results, surface } = request;
  if (body.bytes.length <= results.maxInlineBytes) return { body };
  const handle = store(body, request);
  const preview = previewOf(body.bytes, results.previewBytes);
  const note =
    handle === undefined
      ? `this result of ${body.bytes.length} bytes is more than the gateway can store, and only its beginning is shown. Ask for less, with a filter or a page.`
      : howToReadOn(handle, preview, surface);
  const content = [{ type: "text", text: `${preview.text}\n\n[Switchboard: ${note}]` }];
  const members: Members = {
    content: JSON.stringify(content),
    ...keptMembers(body.bytes, surface === "mcp" ? handle : undefined),
  };
  return {
    body: rawJson(withMembers(EMPTY_OBJECT, members)),
    ...(handle === undefined ? {} : { handle }),
  };
}

interface Preview {
  readonly text: string;
  /** Whether it is the beginning of the one text that is stored. */
  readonly isText: boolean;
  /** Where reading on begins, in what is stored. */
  readonly nextOffset: number;
}

function store(body: RawJson, { results, principal }: PresentRequest): ResultHandle | undefined {
  try {
    return results.put(body, principal);
  } catch (error) {
    if (isGatewayError(error, "payload-too-large")) return undefined;
    throw error;
  }
}

function previewOf(result: Uint8Array, maxBytes: number): Preview {
  const text = soleText(result);
  if (text === undefined) {
    return { text: outlineOf(result, maxBytes), isText: false, nextOffset: 0 };
  }
  const beginning = encoder.encode(text.slice(0, maxBytes));
  const page = utf8Page(beginning, { offset: 0, limit: maxBytes });
  return { text: page.text, isText: true, nextOffset: page.end };
}

function howToReadOn(
  handle: ResultHandle,
  preview: Preview,
  surface: PresentRequest["surface"],
): string {
  const { handle: id, bytes, mimeType, expiresAt } = handle;
  const offset = preview.nextOffset;
  const what = preview.isText ? "the beginning of a text" : "an outline of a result";
  const how =
    surface === "mcp"
      ? `the tool read_result and ${JSON.stringify({ handle: id, offset })}`
      : `GET /v1/results/${id}?offset=${offset}`;
  const root = preview.isText ? "this JSON" : "the result, such as structuredContent or content[0]";
  const path =
    mimeType === "application/json" ? ` "path" picks a part by JMESPath over ${root}.` : "";
  const until = new Date(expiresAt).toISOString();
  return `this is ${what} of ${bytes} bytes (${mimeType}). Read on with ${how} until ${until}.${path}`;
}

/** What a preview keeps of the result itself, with the handle written into its `_meta`. */
function keptMembers(result: Uint8Array, handle: ResultHandle | undefined): Members {
  const kept: Record<string, Uint8Array | string> = {};
  let meta: Uint8Array | undefined;
  try {
    for (const [key, span] of objectMembers(result)) {
      const value = slice(result, span);
      if (key === "isError" || key === "resultType") kept[key] = value;
      if (key === "_meta" && value[0] === 0x7b && value.length <= MAX_PREVIEW_META_BYTES)
        meta = value;
    }
  } catch {
    // Not an object: there is nothing to keep.
  }
  if (handle !== undefined) {
    meta = withMembers(meta ?? EMPTY_OBJECT, { [GATEWAY_META.handle]: JSON.stringify(handle) });
  }
  return meta === undefined ? kept : { ...kept, _meta: meta };
}
