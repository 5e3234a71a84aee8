import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openSseStream } from "./sse-stream.ts";

const LIMITS = { keepAliveMs: 1_000, maxBufferedBytes: 64 };

describe("an event stream", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const open = () => {
    // Without a socket nothing is ever flushed, as with a reader that does not read.
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const errors: unknown[] = [];
    response.on("error", (error) => errors.push(error));
    const stream = openSseStream(response, { ...LIMITS, onClose: () => undefined });
    return { response, stream, errors };
  };

  it("sends no keep-alive after its end, though the reader has not taken all yet", async () => {
    const { response, stream, errors } = open();
    stream[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(3 * LIMITS.keepAliveMs);
    expect(errors).toEqual([]);
    response.emit("close");
  });

  it("is cut off when a reader leaves too much unread, also by keep-alives alone", async () => {
    const { response } = open();
    await vi.advanceTimersByTimeAsync(100 * LIMITS.keepAliveMs);
    expect(response.destroyed).toBe(true);
    response.emit("close");
  });
});
