import { array, assert, constantFrom, nat, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { createSseParser, SseLimitError } from "./sse-parser.ts";

type Seen = { type: string; data: string };

function parse(chunks: readonly (string | Uint8Array)[], maxEventBytes = 1000) {
  const events: Seen[] = [];
  const parser = createSseParser({ maxEventBytes }, ({ type, data }) =>
    events.push({ type, data: Buffer.from(data).toString() }),
  );
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return { events, parser };
}

describe("createSseParser", () => {
  it("reads named and unnamed events, ids, comments and retry", () => {
    const { events, parser } = parse([
      ': hello\nid: 7\nretry: 1500\nevent: endpoint\ndata: /x\n\ndata:{"a":1}\n\n',
    ]);
    expect(events).toEqual([
      { type: "endpoint", data: "/x" },
      { type: "message", data: '{"a":1}' },
    ]);
    expect(parser.lastEventId).toBe("7");
    expect(parser.retryMs).toBe(1500);
  });

  it("joins several data lines with line feeds", () => {
    expect(parse(["data: one\ndata: two\n\n"]).events[0]?.data).toBe("one\ntwo");
  });

  it("remembers the id of an event without data, which primes a stream for resumption", () => {
    const { events, parser } = parse(["id: p1\n\n"]);
    expect(events).toEqual([]);
    expect(parser.lastEventId).toBe("p1");
  });

  it("does not take up an id before its event is complete", () => {
    expect(parse(["id: p1\ndata: x\n"]).parser.lastEventId).toBeUndefined();
  });

  it("skips a byte order mark", () => {
    expect(parse(["\uFEFFdata: x\n\n"]).events).toEqual([{ type: "message", data: "x" }]);
  });

  it("refuses an event beyond the limit, whether in one line or many, finished or not", () => {
    expect(() => parse(["data: ", "x".repeat(50), "y".repeat(60)], 100)).toThrow(SseLimitError);
    expect(() => parse([`data: ${"x".repeat(60)}\n`.repeat(2)], 100)).toThrow(SseLimitError);
  });

  it("reads the same events whatever the line ends and wherever the chunks are cut", () => {
    const stream = "id: 1\ndata: ü one\n\n: c\nevent: e\ndata: two\ndata: three\n\ndata: four\n\n";
    const expected = parse([stream]).events;
    expect(expected).toHaveLength(3);
    assert(
      property(
        constantFrom("\n", "\r\n", "\r"),
        array(nat({ max: 120 }), { maxLength: 12 }),
        (newline, cuts) => {
          const bytes = Buffer.from(stream.replaceAll("\n", newline));
          const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
          const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
          expect(parse(chunks).events).toEqual(expected);
        },
      ),
    );
  });
});
