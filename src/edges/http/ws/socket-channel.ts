import type { WebSocket } from "ws";

/** What goes out on one socket. */
export interface SocketChannel {
  /** Sends one message. A client that leaves too much unread is cut off. */
  send(message: Buffer, onSent?: () => void): void;
  /** So much is unread that who can wait should. */
  readonly isCongested: boolean;
  /** Runs each time when most of what was unread has been read. */
  onDrain(listener: () => void): Disposable;
}

/** Wraps a socket whose client may leave `maxBufferedBytes` unread. */
export function createSocketChannel(client: WebSocket, maxBufferedBytes: number): SocketChannel {
  const listeners = new Set<() => void>();

  function tellDrained(): void {
    if (client.bufferedAmount > maxBufferedBytes / 4) return;
    for (const listener of listeners) listener();
  }

  return {
    get isCongested() {
      return client.bufferedAmount > maxBufferedBytes / 2;
    },
    send(message, onSent) {
      if (client.readyState !== client.OPEN) return onSent?.();
      if (client.bufferedAmount > maxBufferedBytes) {
        client.close(1008, "the client reads too slowly");
        return onSent?.();
      }
      client.send(message, { binary: false }, () => {
        onSent?.();
        if (listeners.size > 0) tellDrained();
      });
    },
    onDrain(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
  };
}
