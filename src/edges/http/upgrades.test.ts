import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { createTestEdge, type TestEdge } from "../../../test/support/http-edge.ts";
import { principal } from "../../../test/support/fakes/principals.ts";
import type { Upgrade } from "./edge-deps.ts";

const tokens = { key: principal("agent-7", { role: "agent" }) };

async function upgradeAt(edge: TestEdge, path: string, headers = ""): Promise<string> {
  const { port } = new URL(await edge.listen());
  return await new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () =>
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\n` +
          `upgrade: websocket\r\n${headers}\r\n`,
      ),
    );
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    socket.on("end", () => resolve(text)).on("error", reject);
  });
}

function accept({ socket }: Upgrade): boolean {
  socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  return true;
}

describe("an upgrade", () => {
  it("is handed on with who asks", async () => {
    let who = "";
    const upgrade = (taken: Upgrade, caller: { id: string }): boolean => {
      who = caller.id;
      return accept(taken);
    };
    await using edge = createTestEdge({ tokens, anonymous: null, deps: { upgrade } });
    const answer = await upgradeAt(edge, "/mcp", "authorization: Bearer key\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(who).toBe("agent-7");
  });

  it.each([
    ["without a key", "", /^HTTP\/1\.1 401 Unauthorized\r\n[^]*www-authenticate: Bearer/],
    ["from a foreign page", "origin: https://evil.example\r\n", /^HTTP\/1\.1 403 Forbidden\r\n/],
  ])("is refused %s", async (_name, headers, answer) => {
    await using edge = createTestEdge({ tokens, anonymous: null, deps: { upgrade: accept } });
    expect(await upgradeAt(edge, "/mcp", headers)).toMatch(answer);
  });

  it("is answered 404 where nothing can be upgraded", async () => {
    await using edge = createTestEdge({ deps: { upgrade: () => false } });
    const answer = await upgradeAt(edge, "/nowhere");
    expect(answer).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(answer).toContain('"code":"unknown-route"');
  });

  it("is answered 500 and logged when it fails for a reason nobody foresaw", async () => {
    const upgrade = (): never => {
      throw new Error("secret");
    };
    await using edge = createTestEdge({ deps: { upgrade } });
    const answer = await upgradeAt(edge, "/mcp");
    expect(answer).toMatch(/^HTTP\/1\.1 500 /);
    expect(answer).not.toContain("secret");
    expect(edge.gateway.log.lines).toMatchObject([{ level: "error" }]);
  });
});
