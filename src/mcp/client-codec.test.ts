import { describe, expect, it } from "vitest";
import { rawJson, toRawJson, type RawJson } from "../kernel/raw-json.ts";
import { createLegacyCodec, createModernCodec } from "./client-codec.ts";
import { META } from "./meta-keys.ts";

const modern = createModernCodec({ name: "switchboard", version: "1.2.3" });
const legacy = createLegacyCodec("2025-06-18");
const text = (raw: RawJson | undefined) => Buffer.from(raw?.bytes ?? []).toString();
const raw = (json: string) => rawJson(Buffer.from(json));

describe("the modern codec", () => {
  it("gives every request the envelope", () => {
    const envelope = {
      [META.protocolVersion]: "2026-07-28",
      [META.clientCapabilities]: {},
      [META.clientInfo]: { name: "switchboard", version: "1.2.3" },
    };
    expect(modern.params()?.value()).toEqual({ _meta: envelope });
    expect(modern.params({ cursor: "c" })?.value()).toEqual({ cursor: "c", _meta: envelope });
    const call = modern.toolCall({ name: "t", arguments: raw('{"a":1}') });
    expect(call.value()).toEqual({ name: "t", arguments: { a: 1 }, _meta: envelope });
  });

  it("relays arguments byte by byte, integers beyond 2^53 included", () => {
    const call = modern.toolCall({ name: "t", arguments: raw('{ "n": 9007199254740993 }') });
    expect(text(call)).toContain('"arguments":{ "n": 9007199254740993 }');
  });

  it("lets the caller's own meta keys win, save the revision and the progress token", () => {
    const meta = toRawJson({
      traceparent: "00-x",
      progressToken: "theirs",
      [META.protocolVersion]: "1999-01-01",
      [META.clientCapabilities]: { elicitation: {} },
    });
    const call = modern.toolCall({ name: "t", arguments: raw("{}"), meta, progressToken: 7 });
    expect(call.value()).toMatchObject({
      _meta: {
        traceparent: "00-x",
        progressToken: 7,
        [META.protocolVersion]: "2026-07-28",
        [META.clientCapabilities]: { elicitation: {} },
        [META.clientInfo]: { name: "switchboard" },
      },
    });
  });

  it("carries the answers to an earlier input_required", () => {
    const call = modern.toolCall({
      name: "t",
      arguments: raw("{}"),
      inputResponses: raw('{"k":{"action":"accept"}}'),
      requestState: 's"1',
    });
    expect(call.value()).toMatchObject({
      inputResponses: { k: { action: "accept" } },
      requestState: 's"1',
    });
  });

  it("tells input_required from a result that merely speaks of it", () => {
    expect(modern.isInputRequired(raw('{"resultType":"input_required"}'))).toBe(true);
    expect(modern.isInputRequired(raw('{"resultType":"complete","x":"input_required"}'))).toBe(
      false,
    );
    expect(modern.isInputRequired(raw('{"content":[]}'))).toBe(false);
  });
});

describe("the legacy codec", () => {
  it("adds no meta of its own", () => {
    expect(text(legacy.toolCall({ name: "t", arguments: raw("{}") }))).toBe(
      '{"name":"t","arguments":{}}',
    );
    expect(legacy.params()).toBeUndefined();
  });

  it("relays the caller's meta without the keys of the caller's hop", () => {
    const meta = toRawJson({ a: 1, [META.protocolVersion]: "2026-07-28", progressToken: 3 });
    const call = legacy.toolCall({ name: "t", arguments: raw("{}"), meta });
    expect(call.value()).toEqual({ name: "t", arguments: {}, _meta: { a: 1 } });
    const tracked = legacy.toolCall({ name: "t", arguments: raw("{}"), progressToken: 9 });
    expect(tracked.value()).toMatchObject({ _meta: { progressToken: 9 } });
  });

  it("leaves out what only modern servers understand", () => {
    const call = legacy.toolCall({ name: "t", arguments: raw("{}"), requestState: "s" });
    expect(call.value()).toEqual({ name: "t", arguments: {} });
  });
});
