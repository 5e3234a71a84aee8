import { describe, expect, it } from "vitest";
import { GatewayError } from "../../kernel/errors.ts";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { createSeededRandom } from "../../kernel/random.ts";
import { rawJson, toRawJson } from "../../kernel/raw-json.ts";
import type { Principal } from "../access/index.ts";
import { createResults, type ResultsOptions } from "./index.ts";

function principal(id: string, tenant = "default"): Principal {
  return { id, tenant, role: "agent", rules: { allow: [], deny: [] } };
}

const ada = principal("ada");

function setUp(options: Partial<ResultsOptions> = {}) {
  const clock = createFakeClock(1_000_000);
  return { clock, results: createResults(options, { clock, random: createSeededRandom(1) }) };
}

const textResult = (text: string) => toRawJson({ content: [{ type: "text", text }] });

function failureOf(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("what the result store keeps", () => {
  it("keeps a result that is one text as that text", () => {
    const { results } = setUp();
    const handle = results.put(textResult('line 1\nline "2"'), ada);
    expect(handle).toEqual({
      handle: expect.stringMatching(/^r_[0-9a-f]{32}$/),
      bytes: 15,
      mimeType: "text/plain",
      expiresAt: 1_000_000 + 900_000,
    });
    expect(results.read(handle.handle, {}, ada)).toEqual({
      handle: handle.handle,
      text: 'line 1\nline "2"',
      offset: 0,
      totalBytes: 15,
    });
  });

  it("knows a text that is a JSON object or array, and no other", () => {
    const { results } = setUp();
    const mimeTypeOf = (text: string) => results.put(textResult(text), ada).mimeType;
    expect(mimeTypeOf(' {"a": [1]}\n')).toBe("application/json");
    expect(mimeTypeOf("[1, 2]")).toBe("application/json");
    expect(mimeTypeOf("12")).toBe("text/plain");
    expect(mimeTypeOf("{not json}")).toBe("text/plain");
    expect(mimeTypeOf('{"a":1} and more')).toBe("text/plain");
  });

  it.each([
    ["structured content", '{"content":[{"type":"text","text":"x"}],"structuredContent":{"n":1}}'],
    ["several items", '{"content":[{"type":"text","text":"x"},{"type":"text","text":"y"}]}'],
    ["an image", '{"content":[{"type":"image","data":"AA==","mimeType":"image/png"}]}'],
    ["no content", '{"odd":true}'],
    ["a content that is no list", '{"content":"x"}'],
    ["integers beyond 2^53", '{"content":[],"structuredContent":{"id":12345678901234567890}}'],
  ])("keeps a result with %s byte for byte", (_, json) => {
    const { results } = setUp();
    const { handle, mimeType } = results.put(rawJson(Buffer.from(json)), ada);
    expect(mimeType).toBe("application/json");
    expect(results.read(handle, {}, ada).text).toBe(json);
  });
});

describe("paging through a stored result", () => {
  it("gives the whole text in pieces that never cut a character", () => {
    const { results } = setUp();
    const text = "aé漢🎉".repeat(50);
    const { handle } = results.put(textResult(text), ada);
    for (const limit of [1, 2, 3, 4, 5, 7, 64]) {
      let read = "";
      let offset: number | undefined = 0;
      while (offset !== undefined) {
        const page = results.read(handle, { offset, limit }, ada);
        expect(page.offset).toBe(offset);
        expect(page.text).not.toContain("\uFFFD");
        read += page.text;
        offset = page.nextOffset;
      }
      expect(read).toBe(text);
    }
  });

  it("moves an offset inside a character back to its beginning", () => {
    const { results } = setUp();
    const { handle } = results.put(textResult("a🎉b"), ada);
    expect(results.read(handle, { offset: 3 }, ada)).toMatchObject({ offset: 1, text: "🎉b" });
  });

  it("gives an empty piece at the end", () => {
    const { results } = setUp();
    const { handle } = results.put(textResult("abc"), ada);
    const page = results.read(handle, { offset: 3 }, ada);
    expect(page).toEqual({ handle, text: "", offset: 3, totalBytes: 3 });
  });

  it("refuses an offset past the end, and names all that is wrong with a request", () => {
    const { results } = setUp();
    const { handle } = results.put(textResult("abc"), ada);
    expect(failureOf(() => results.read(handle, { offset: 4 }, ada))).toMatchObject({
      code: "invalid-request",
      data: { violations: [{ path: "/offset", message: "4 is past the end; there are 3 bytes" }] },
    });
    const failure = failureOf(() =>
      results.read(handle, { offset: -1, limit: 2_000_000, path: " " }, ada),
    );
    expect(failure.data).toMatchObject({
      violations: [{ path: "/offset" }, { path: "/limit" }, { path: "/path" }],
    });
  });
});

describe("a path over a stored result", () => {
  it("picks out of a JSON text, and out of a whole result", () => {
    const { results } = setUp();
    const list = results.put(textResult('[{"id":1,"name":"Ada"},{"id":2,"name":"Grace"}]'), ada);
    expect(results.read(list.handle, { path: "[?id > `1`].name" }, ada).text).toBe('["Grace"]');
    const whole = results.put(
      toRawJson({ content: [], structuredContent: { total: 7, users: [{ id: 3 }] } }),
      ada,
    );
    const page = results.read(whole.handle, { path: "structuredContent.users[0]" }, ada);
    expect(page).toMatchObject({ text: '{"id":3}', totalBytes: 8 });
    expect(results.read(whole.handle, { path: "nothing.here" }, ada).text).toBe("null");
  });

  it("pages through its answer", () => {
    const { results } = setUp();
    const { handle } = results.put(textResult('{"words":["eins","zwei","drei"]}'), ada);
    const first = results.read(handle, { path: "words", limit: 8 }, ada);
    expect(first).toMatchObject({ text: '["eins",', nextOffset: 8, totalBytes: 22 });
    expect(results.read(handle, { path: "words", offset: 8 }, ada).text).toBe('"zwei","drei"]');
  });

  it.each([
    ['{"a":1}', "a[", /cannot be read/],
    ["plain text", "a", /plain text, not JSON/],
    [`{"a":"${"x".repeat(2_000)}"}`, "a", /at most 1024/],
  ])("says why it cannot be run over %.20s", (text, path, message) => {
    const { results } = setUp({ maxPathInputBytes: 1_024 });
    const { handle } = results.put(textResult(text), ada);
    const failure = failureOf(() => results.read(handle, { path }, ada));
    expect(failure.code).toBe("invalid-request");
    expect(failure.message).toMatch(message);
  });
});

describe("the bounds of the result store", () => {
  it("gives a result to nobody but the principal and tenant that made the call", () => {
    const { results } = setUp();
    const { handle } = results.put(textResult("secret"), principal("ada", "one"));
    for (const other of [principal("bob", "one"), principal("ada", "two")]) {
      expect(failureOf(() => results.read(handle, {}, other)).code).toBe("unknown-result");
    }
    expect(results.read(handle, {}, principal("ada", "one")).text).toBe("secret");
  });

  it("forgets results when their time is up, and holds no timer for none", async () => {
    const { clock, results } = setUp({ ttlMs: 10_000 });
    const first = results.put(textResult("first"), ada);
    await clock.advance(6_000);
    const second = results.put(textResult("second"), ada);
    await clock.advance(4_000);
    expect(failureOf(() => results.read(first.handle, {}, ada)).code).toBe("unknown-result");
    expect(results.read(second.handle, {}, ada).text).toBe("second");
    await clock.advance(6_000);
    expect(failureOf(() => results.read(second.handle, {}, ada)).code).toBe("unknown-result");
    expect(clock.pending).toBe(0);
  });

  it("lets the oldest make way for bytes and for count", () => {
    const { results } = setUp({ maxStoredBytes: 100, maxStoredResults: 3 });
    const put = (size: number) => results.put(textResult("x".repeat(size)), ada).handle;
    const isKept = (handle: string): boolean => {
      try {
        return results.read(handle, {}, ada).totalBytes > 0;
      } catch {
        return false;
      }
    };
    const handles = [put(40), put(40), put(40)];
    expect(handles.map(isKept)).toEqual([false, true, true]);
    handles.push(put(1), put(1));
    expect(handles.map(isKept)).toEqual([false, false, true, true, true]);
  });

  it("refuses what does not fit into the empty store, and keeps the rest", () => {
    const { results } = setUp({ maxStoredBytes: 100 });
    const { handle } = results.put(textResult("kept"), ada);
    const failure = failureOf(() => results.put(textResult("x".repeat(101)), ada));
    expect(failure).toMatchObject({ code: "payload-too-large", data: { limitBytes: 100 } });
    expect(results.read(handle, {}, ada).text).toBe("kept");
  });

  it("leaves nothing behind when it is disposed", () => {
    const { clock, results } = setUp();
    results.put(textResult("text"), ada);
    expect(clock.pending).toBe(1);
    results[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
});
