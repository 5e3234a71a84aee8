import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../../../test/support/free-port.ts";
import { createHttpTransport } from "./rest-transports.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Whoever connects is dealt with by `meet`. */
async function listening(meet: (socket: Socket) => void): Promise<string> {
  const server = createServer(meet);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

async function failureAt(url: string): Promise<unknown> {
  await using transport = createHttpTransport(url, undefined);
  const { signal } = new AbortController();
  return await transport
    .send({ method: "POST", path: "/v1/plans", body: "{}", signal })
    .catch((error: unknown) => error);
}

describe("the connection to a daemon", () => {
  it("that is refused says that none answers", async () => {
    const failure = await failureAt(`http://127.0.0.1:${await freePort()}`);
    expect(failure).toMatchObject({
      code: "daemon-unreachable",
      message: expect.stringMatching(/^No daemon answers at .*: the connection is refused\.$/),
    });
    expect(failure).not.toHaveProperty("data.reason");
  });

  it.each([
    ["before the answer", ""],
    ["in the middle of it", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"],
    [
      "in the middle of a stream",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
  ])("that breaks off %s was lost", async (_when, answer) => {
    const url = await listening((socket) => {
      socket.once("data", () => socket.end(answer));
      socket.on("error", () => undefined);
    });
    expect(await failureAt(url)).toMatchObject({
      code: "daemon-unreachable",
      data: { url, reason: "connection-lost" },
      message: expect.stringContaining(`The connection to ${url} was lost`),
    });
  });

  it("that is reset was lost", async () => {
    const url = await listening((socket) => socket.once("data", () => socket.resetAndDestroy()));
    expect(await failureAt(url)).toMatchObject({ data: { reason: "connection-lost" } });
  });
});
