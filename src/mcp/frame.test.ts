import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toRawJson } from "../kernel/raw-json.ts";
import { encodeCall, encodeError, encodeResponse } from "./encode.ts";
import { FrameError, parseFrame, parseFrames } from "./frame.ts";
import { decodeHeaderValue, encodeHeaderValue } from "./header-value.ts";
import { withMembers, withMeta } from "./splice.ts";

const ids = fc.oneof(fc.integer(), fc.string());
const objects = fc.dictionary(fc.string(), fc.jsonValue());

describe("frames", () => {
  it("come back as they were written", () => {
    fc.assert(
      fc.property(ids, fc.string(), objects, (id, method, value) => {
        const params = toRawJson(value);
        const request = parseFrame(encodeCall({ id, method, params }));
        expect(request).toMatchObject({ kind: "request", id, method });
        const response = parseFrame(encodeResponse(id, params.bytes));
        expect(response.kind === "response" && Buffer.from(response.result.bytes)).toEqual(
          Buffer.from(params.bytes),
        );
        const error = { code: -32602, message: method, data: params };
        expect(parseFrame(encodeError(id, error))).toMatchObject({
          kind: "error",
          id,
          error: { code: -32602, message: method },
        });
      }),
    );
  });

  it.each([
    ["", -32700],
    ["garbage", -32700],
    ["[]", -32600],
    [`{"jsonrpc":"1.0","id":1,"method":"x"}`, -32600],
    [`{"jsonrpc":"2.0","id":null,"method":"x"}`, -32600],
    [`{"jsonrpc":"2.0","id":{},"method":"x"}`, -32600],
    [`{"jsonrpc":"2.0","id":1,"method":7}`, -32600],
    [`{"jsonrpc":"2.0","id":1,"method":"x","params":[1]}`, -32600],
    [`{"jsonrpc":"2.0","id":1}`, -32600],
  ])("refuse %j", (text, code) => {
    const parse = () => parseFrames(Buffer.from(text));
    expect(parse).toThrow(FrameError);
    expect(parse).toThrow(expect.objectContaining({ rpcCode: code }));
  });

  it("come in batches", () => {
    const one = `{"jsonrpc":"2.0","method":"a"}`;
    expect(parseFrames(Buffer.from(` [${one},${one}]`)).map((frame) => frame.kind)).toEqual([
      "notification",
      "notification",
    ]);
  });

  it("survive an error member of any shape", () => {
    const frame = parseFrame(Buffer.from(`{"jsonrpc":"2.0","id":1,"error":"oops"}`));
    expect(frame).toMatchObject({ kind: "error", error: { code: -32603 } });
  });
});

describe("splicing", () => {
  it("adds and replaces members, and leaves the rest as it was", () => {
    fc.assert(
      fc.property(objects, objects, (base, extra) => {
        const text = Buffer.from(JSON.stringify(base, undefined, 1));
        const members = Object.fromEntries(
          Object.entries(extra).map(([key, value]) => [key, JSON.stringify(value)]),
        );
        const spliced = JSON.parse(withMembers(text, members).toString()) as unknown;
        expect(spliced).toEqual(JSON.parse(JSON.stringify({ ...base, ...extra })));
      }),
    );
  });

  it("keeps numbers unrounded", () => {
    const text = Buffer.from(`{"n":12345678901234567890,"x":1}`);
    expect(withMembers(text, { x: "2" }).toString()).toBe(`{"n":12345678901234567890,"x":2}`);
  });

  it.each([
    ["{}", '{"_meta":{"a":2,"b":3}}'],
    ['{"x":1.0,"_meta":{"c": 1e0}}', '{"x":1.0,"_meta":{"c": 1e0,"a":2,"b":3}}'],
    ['{"_meta":{"a":1,"c":[1]}}', '{"_meta":{"a":2,"c":[1],"b":3}}'],
    ['{"_meta":null}', '{"_meta":null}'],
    ['{"_meta":7,"y":1}', '{"_meta":7,"y":1}'],
  ])("writes our own facts into the _meta of %s", (text, written) => {
    const entries = { a: "2", b: "3" };
    expect(Buffer.from(withMeta(Buffer.from(text), entries)).toString()).toBe(written);
    const defaults = { x: "4", z: '"new"' };
    const completed = withMeta(Buffer.from(text), entries, defaults);
    expect(JSON.parse(Buffer.from(completed).toString())).toEqual({
      x: 4,
      z: "new",
      ...(JSON.parse(written) as object),
    });
  });
});

describe("header values", () => {
  it("come back as they were, whatever they hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const encoded = encodeHeaderValue(value);
        expect(encoded).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeHeaderValue(encoded)).toBe(value);
      }),
    );
    expect(decodeHeaderValue("=?base64?%%?=")).toBeUndefined();
  });
});
