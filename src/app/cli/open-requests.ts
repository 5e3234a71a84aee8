import { isJsonObject } from "../../kernel/json.ts";
import { parseFrames, type Frame, type RpcId } from "../../mcp/frame.ts";

/** The requests that have gone one way and whose answers have not come back. */
export interface OpenRequests {
  readonly size: number;
  /** Takes note of what the client sends. */
  sent(message: Uint8Array): void;
  /** Takes note of what the server sends. */
  received(message: Uint8Array): void;
}

/** Keeps count by the messages' ids; what is no message does not count. */
export function createOpenRequests(): OpenRequests {
  const ids = new Set<RpcId>();
  return {
    get size() {
      return ids.size;
    },
    sent(message) {
      for (const frame of readFrames(message)) {
        // A subscription stays open until it is cancelled.
        const isAnswered = frame.kind === "request" && frame.method !== "subscriptions/listen";
        if (isAnswered) ids.add(frame.id);
        const id = cancelledId(frame);
        if (id !== undefined) ids.delete(id);
      }
    },
    received(message) {
      for (const frame of readFrames(message)) {
        const isAnswer = frame.kind === "response" || frame.kind === "error";
        if (isAnswer && frame.id !== null) ids.delete(frame.id);
      }
    },
  };
}

/** The request that a notification cancels: cancelled ones are not answered. */
function cancelledId(frame: Frame): RpcId | undefined {
  if (frame.kind !== "notification" || frame.method !== "notifications/cancelled") return undefined;
  const params = frame.params?.value();
  const id = isJsonObject(params) ? params["requestId"] : undefined;
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

function readFrames(message: Uint8Array): readonly Frame[] {
  try {
    return parseFrames(message);
  } catch {
    return [];
  }
}
