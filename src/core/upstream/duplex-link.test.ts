import { describe, expect, it } from "vitest";
import { createRecordingLog } from "../../../test/support/fakes/recording-log.ts";
import { createFakeClock } from "../../kernel/fake-clock.ts";
import { toRawJson } from "../../kernel/raw-json.ts";
import type { Frame } from "../../mcp/frame.ts";
import { createDuplexLink } from "./duplex-link.ts";
import { LinkError } from "./link.ts";
import type { Sent } from "./outbox.ts";

type Message = { id?: number; method?: string; params?: { requestId?: number } };

/** A link over a channel that the test holds: `hold` keeps what is written from being sent. */
function open(limits: { maxInFlight?: number; maxBufferedBytes?: number; hold?: boolean } = {}) {
  const [clock, log] = [createFakeClock(), createRecordingLog()];
  const written: Message[] = [];
  const waiting: Sent[] = [];
  const heard: Frame[] = [];
  const closed: Error[] = [];
  const { maxInFlight = 10, maxBufferedBytes = 1_000_000, hold = false } = limits;
  const link = createDuplexLink(
    { transport: "stdio", maxInFlight, maxBufferedBytes },
    {
      clock,
      log,
      channel: {
        pids: [],
        write(message, sent) {
          written.push(JSON.parse(message.toString()) as Message);
          if (hold) waiting.push(sent);
          else sent();
        },
        close: async () => undefined,
      },
      handlers: {
        onMessage: (frame) => heard.push(frame),
        onClose: (reason) => closed.push(reason),
      },
    },
  );
  const abort = new AbortController();
  const request = (id: number) => link.request({ id, method: "m" }, abort.signal);
  const receive = (message: unknown): void => link.receive(Buffer.from(JSON.stringify(message)));
  return { link, clock, log, written, waiting, heard, closed, abort, request, receive };
}

const answer = (id: unknown, result: unknown = {}) => ({ jsonrpc: "2.0", id, result });

describe("a duplex link", () => {
  it("gives each answer to its request, in whatever order and batch they come", async () => {
    const { request, receive } = open();
    const calls = [request(1), request(2), request(3)];
    receive(answer(3, { n: 3 }));
    receive([answer(1, { n: 1 }), { jsonrpc: "2.0", id: "2", error: { code: 5, message: "no" } }]);
    const [one, two, three] = await Promise.all(calls);
    expect(one?.frame).toMatchObject({ kind: "response", id: 1 });
    expect(two?.frame).toMatchObject({ kind: "error", error: { code: 5 } });
    expect(three?.frame).toMatchObject({ kind: "response", id: 3 });
  });

  it("drops garbage and unknown ids, and counts them in few lines", async () => {
    const { link, receive, log, clock } = open();
    for (let round = 0; round < 1_000; round++) {
      link.receive(Buffer.from("not json"));
      receive(answer(99));
    }
    expect(log.lines).toHaveLength(2);
    await clock.advance(10_000);
    receive(answer(99));
    expect(log.lines.at(-1)).toMatchObject({ fields: { count: 1_000 } });
  });

  it("hands on what the server sends of its own accord", () => {
    const { receive, heard } = open();
    receive({ jsonrpc: "2.0", method: "notifications/x" });
    receive({ jsonrpc: "2.0", id: "a", method: "ping" });
    expect(heard.map(({ kind }) => kind)).toEqual(["notification", "request"]);
  });

  it("cancels at the server what is aborted, but never initialize", async () => {
    const { link, request, abort, written } = open();
    const opening = link.request({ id: 1, method: "initialize" }, abort.signal);
    const call = request(2);
    abort.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    await expect(opening).rejects.toThrow("enough");
    const cancelled = written.filter(({ method }) => method === "notifications/cancelled");
    expect(cancelled.map(({ params }) => params?.requestId)).toEqual([2]);
  });

  it("refuses more requests than it may carry", async () => {
    const { request } = open({ maxInFlight: 2 });
    void request(1);
    void request(2);
    await expect(request(3)).rejects.toMatchObject({ kind: "overloaded", reached: false });
  });

  it("lets messages wait while too much is buffered, and withdraws what is aborted", async () => {
    const { request, abort, written, waiting, link } = open({ hold: true, maxBufferedBytes: 10 });
    const first = request(1);
    const second = request(2);
    second.catch(() => undefined);
    expect(written.map(({ id }) => id)).toEqual([1]);
    void link.notify({ method: "n" });
    abort.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    waiting.shift()?.();
    expect(written.map(({ id, method }) => id ?? method)).toEqual([1, "n"]);
  });

  it("fails what is under way with the reason, and tells once that it is gone", async () => {
    const { link, request, closed } = open();
    const call = request(1);
    const reason = new LinkError("protocol", "a line is too long", { reached: true });
    link.fail(reason);
    link.fail(new LinkError("closed", "again", { reached: true }));
    await expect(call).rejects.toBe(reason);
    await expect(request(2)).rejects.toMatchObject({ kind: "closed", reached: false });
    expect(closed).toEqual([reason]);
  });

  it("knows that a message which could not be written was not seen", async () => {
    const { link, request, waiting, clock, closed } = open({ hold: true });
    const lost = request(1);
    lost.catch(() => undefined);
    waiting[0]?.(new LinkError("closed", "EPIPE", { reached: false }));
    expect(closed).toEqual([]);
    link.fail(new LinkError("closed", "exited with code 3", { reached: true }));
    await expect(lost).rejects.toMatchObject({ message: "exited with code 3", reached: false });
    expect(clock.pending).toBe(0);
  });

  it("tells nobody when it is disposed on purpose, and fails what is under way", async () => {
    const { link, request, closed } = open();
    const call = request(1);
    call.catch(() => undefined);
    await link[Symbol.asyncDispose]();
    await expect(call).rejects.toMatchObject({ kind: "closed" });
    expect(closed).toEqual([]);
  });

  it("answers the server's requests", async () => {
    const { link, written } = open();
    await link.respond({ kind: "response", id: "a", result: toRawJson({ ok: true }) });
    await link.respond({ kind: "error", id: 2, error: { code: -32601, message: "no" } });
    expect(written).toMatchObject([
      { id: "a", result: { ok: true } },
      { id: 2, error: { code: -32601 } },
    ]);
  });
});
