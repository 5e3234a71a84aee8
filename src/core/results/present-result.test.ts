import { describe, expect, it } from "vitest";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { createSeededRandom } from "../../kernel/random.ts";
import { rawJson, toRawJson } from "../../kernel/raw-json.ts";
import type { Principal } from "../access/index.ts";
import { createResults, presentResult, type ResultsOptions } from "./index.ts";

const principal: Principal = {
  id: "ada",
  tenant: "default",
  role: "agent",
  rules: { allow: [], deny: [] },
};

function setUp(options: Partial<ResultsOptions> = {}) {
  const deps = { clock: createFakeClock(0), random: createSeededRandom(1) };
  const results = createResults({ maxInlineBytes: 1_000, previewBytes: 300, ...options }, deps);
  const present = (value: unknown, surface: "mcp" | "rest" = "mcp") => {
    const presented = presentResult(toRawJson(value), { results, principal, surface });
    const body = presented.body.value() as {
      content: { type: string; text: string }[];
      [key: string]: unknown;
    };
    return { ...presented, value: body, text: body.content[0]?.text ?? "" };
  };
  return { results, present };
}

const longText = "0123456789".repeat(200);
const textResult = (text: string) => ({ content: [{ type: "text", text }] });

describe("the result guard", () => {
  it("lets a result up to the limit pass with its bytes unchanged", () => {
    const { results } = setUp();
    const bytes = Buffer.from(
      '{ "content" : [], "structuredContent": {"id": 12345678901234567890} }',
    );
    const body = rawJson(bytes);
    const presented = presentResult(body, { results, principal, surface: "mcp" });
    expect(presented).toEqual({ body });
    expect(presented.body.bytes).toBe(bytes);
  });

  it("answers a larger one as its beginning, and the rest can be read on from there", () => {
    const { present, results } = setUp();
    const { handle, text, value } = present(textResult(longText));
    expect(value.content).toHaveLength(1);
    expect(text.startsWith(`${longText.slice(0, 300)}\n\n[Switchboard: `)).toBe(true);
    expect(text).toContain(`read_result and {"handle":"${handle?.handle}","offset":300}`);
    expect(text).toContain("2000 bytes (text/plain)");
    const rest = results.read(handle?.handle ?? "", { offset: 300 }, principal);
    expect(longText.slice(0, 300) + rest.text).toBe(longText);
  });

  it("never cuts a character at the end of the beginning", () => {
    const { present, results } = setUp({ previewBytes: 301 });
    const text = "漢🎉".repeat(300);
    const presented = present(textResult(text));
    const beginning = presented.text.split("\n\n[Switchboard")[0] ?? "";
    expect(beginning.length).toBeGreaterThan(100);
    expect(text.startsWith(beginning)).toBe(true);
    const offset = Buffer.byteLength(beginning);
    const rest = results.read(presented.handle?.handle ?? "", { offset }, principal);
    expect(beginning + rest.text).toBe(text);
  });
});

describe("what a preview keeps", () => {
  it("puts the handle into _meta on MCP and names the route on REST", () => {
    const { present } = setUp();
    const mcp = present(textResult(longText));
    expect(mcp.value["_meta"]).toEqual({ "switchboard/handle": mcp.handle });
    const rest = present(textResult(longText), "rest");
    expect(rest.value["_meta"]).toBeUndefined();
    expect(rest.text).toContain(`GET /v1/results/${rest.handle?.handle}?offset=300`);
  });

  it("keeps isError, resultType and a small _meta, but no handle that is not its own", () => {
    const { present } = setUp();
    const { value, handle } = present({
      ...textResult(longText),
      isError: true,
      resultType: "complete",
      _meta: { "vendor/trace": 7, "switchboard/handle": "forged" },
    });
    expect(value).toMatchObject({
      isError: true,
      resultType: "complete",
      _meta: { "vendor/trace": 7, "switchboard/handle": handle },
    });
  });

  it("stores a _meta that is too large for the preview with the rest", () => {
    const { present, results } = setUp();
    const { value, handle } = present({ ...textResult("x"), _meta: { blob: "y".repeat(5_000) } });
    expect(value["_meta"]).toEqual({ "switchboard/handle": handle });
    const page = results.read(handle?.handle ?? "", { path: "length(_meta.blob)" }, principal);
    expect(page.text).toBe("5000");
  });
});

describe("what a preview shows", () => {
  it("outlines a result of several parts: texts begin, data are only named", () => {
    const { present } = setUp();
    const { text } = present({
      content: [
        { type: "text", text: "a short word first" },
        { type: "image", mimeType: "image/png", data: "A".repeat(3_000) },
        "odd",
      ],
      structuredContent: { users: [{ id: 1 }] },
    });
    expect(text).toContain("content[0] (text, 43 bytes): a short word first");
    expect(text).toContain("content[1] (image, image/png, ");
    expect(text).not.toContain("AAAA");
    expect(text).toContain('content[2] (JSON, 5 bytes): "odd"');
    expect(text).toContain('structuredContent (JSON, 20 bytes): {"users":[{"id":1}]}');
    expect(text).toContain('"path" picks a part by JMESPath');
  });

  it("keeps an outline small, however many parts there are", () => {
    const { present } = setUp();
    const content = Array.from({ length: 5_000 }, () => ({ type: "text", text: "w".repeat(100) }));
    const { text } = present({ content });
    expect(text).toContain("and 4980 more");
    expect(text.length).toBeLessThan(2_000);
  });

  it("previews what cannot be stored, and says so", () => {
    const { present } = setUp({ maxStoredBytes: 1_500 });
    const { handle, text, value } = present(textResult(longText));
    expect(handle).toBeUndefined();
    expect(value["_meta"]).toBeUndefined();
    expect(text).toContain(longText.slice(0, 300));
    expect(text).toContain("more than the gateway can store");
  });
});
