import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { parseJSONRPCMessage } from "@modelcontextprotocol/server";
import type { RawData, WebSocket } from "ws";

const maxBufferedBytes = 16 * 1024 * 1024;

/**
 * One accepted socket as an SDK transport: one JSON-RPC message in one text frame.
 * Binary frames close it with 1003; a peer that stops reading (16 MiB unsent) is cut off.
 * Attach it in the same turn in which the socket was accepted, or early frames are lost.
 */
export function createWebSocketTransport(socket: WebSocket): Transport {
  const transport: Transport = {
    start: () => Promise.resolve(),
    send: (message) => sendText(socket, JSON.stringify(message)),
    close() {
      socket.close(1000);
      return Promise.resolve();
    },
  };
  socket.on("message", (data, isBinary) => {
    if (isBinary) {
      socket.close(1003, "MCP messages are text frames");
      return;
    }
    const parsed = parseFrame(data);
    if ("message" in parsed) {
      transport.onmessage?.(parsed.message);
    } else {
      void sendText(socket, parsed.answer).catch((error: Error) => transport.onerror?.(error));
    }
  });
  socket.on("error", (error) => transport.onerror?.(error));
  socket.on("close", () => transport.onclose?.());
  return transport;
}

function sendText(socket: WebSocket, text: string): Promise<void> {
  if (socket.bufferedAmount > maxBufferedBytes) {
    socket.terminate();
    return Promise.reject(
      new Error(`the peer does not read: ${socket.bufferedAmount} bytes are waiting`),
    );
  }
  return new Promise((resolve, reject) => {
    socket.send(text, (error) => (error ? reject(error) : resolve()));
  });
}

function parseFrame(data: RawData): { message: JSONRPCMessage } | { answer: string } {
  let value: unknown;
  try {
    value = JSON.parse(textOf(data));
  } catch {
    return { answer: errorAnswer(-32700, "Parse error: the frame holds no valid JSON") };
  }
  try {
    return { message: parseJSONRPCMessage(value) };
  } catch {
    return {
      answer: errorAnswer(-32600, "Invalid request: the frame holds no JSON-RPC 2.0 message"),
    };
  }
}

function textOf(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString("utf8");
}

function errorAnswer(code: number, message: string): string {
  return JSON.stringify({ jsonrpc: "2.0", id: null, error: { code, message } });
}
